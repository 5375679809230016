import type { Level } from '../audio/recorder';
import { m } from '../text/messages';
import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Draft } from '../store/drafts';
import { laterSoundNotStored } from '../ui/draft-warning';
import { Microphone, type End } from '../ui/microphone.svelte';

/** RMS of the loudest batch below which the speaker is too far away, full scale is 1. */
const QUIET_RMS = 0.05;
/** With the noise less than this below the speech, the voice sounds noisy. */
const MIN_RATIO_DB = 25;
/** Batches of samples from the recorder before the sound is assessed. */
const MIN_BATCHES = 30;

/** Records the user reading aloud and assesses the sound while they do. */
export class Reading extends Microphone {
  private hasClipped = false;
  private loudest = $state(0);
  private quietest = $state(1);
  private batches = 0;

  /** Message about level, clipping and noise during the recording. */
  get verdict(): string {
    if (this.hasClipped) return m.voices_reading_loud();
    if (this.silence !== 'none') return '';
    if (this.batches < MIN_BATCHES) return m.voices_reading_listening();
    if (this.loudest < QUIET_RMS) return m.voices_reading_quiet();
    const ratioDb = 20 * Math.log10(this.loudest / Math.max(1e-5, this.quietest));
    return ratioDb < MIN_RATIO_DB ? m.voices_reading_noisy() : m.voices_reading_good();
  }

  override async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    Object.assign(this, { hasClipped: false, loudest: 0, quietest: 1, batches: 0 });
    await super.start(deviceId);
  }

  protected override onLevel(level: Level): void {
    this.hasClipped ||= level.clipped;
    this.batches++;
    this.loudest = Math.max(this.loudest, level.rms);
    if (level.rms > 0) this.quietest = Math.min(this.quietest, level.rms);
  }
}

/** A reading for an unfinished voice: it is written to the store while it is made. */
export class KeptReading extends Reading {
  /** What is read aloud, which names the recording. */
  text = '';
  private draft: Draft | undefined;

  /** `enrolmentId`: of the unfinished voice. `onStop` is called when the recording ends by itself. */
  constructor(
    scope: Scope,
    notices: Notices,
    private readonly enrolmentId: () => string,
    private readonly onStop: () => void,
  ) {
    super(scope, notices);
  }

  /** The draft of the recording that has just been stopped. */
  takeDraft(): Draft | undefined {
    const { draft } = this;
    this.draft = undefined;
    return draft;
  }

  protected override onSamples(samples: Float32Array, sampleRateHz: number): void {
    const enrolmentId = this.enrolmentId();
    this.draft ??= new Draft({ name: this.text, sampleRateHz, enrolmentId }, (storedSeconds) =>
      this.notices.warn(laterSoundNotStored('recording', storedSeconds)),
    );
    this.draft.append(samples);
  }

  protected override onEnd(why: End): void {
    this.notices.warn(why === 'ceiling' ? m.voices_reading_ceiling : m.voices_reading_lost);
    this.onStop();
  }
}
