import type { Notices } from '../app/notices.svelte';
import type { Scope } from '../app/scope';
import { Recorder, type Recorded } from '../audio/recorder';

const QUIET_PEAK = 0.05;
/** Noise nearer to the speech than this is heard in the voice. */
const LEAST_RATIO_DB = 25;
const JUDGED_BATCHES = 30;

/** Somebody reads aloud: the microphone, and what is thought of the sound while they do. */
export class Reading {
  state = $state<'idle' | 'starting' | 'recording'>('idle');
  level = $state.raw({ peak: 0, rms: 0, clipped: false });
  seconds = $state(0);
  private hasClipped = false;
  private loudest = $state(0);
  private quietest = $state(1);
  private batches = 0;
  private recorder: Recorder | undefined;

  constructor(
    scope: Scope,
    private readonly notices: Notices,
  ) {
    scope.own(() => this.recorder?.close());
  }

  /** Level, clipping and noise in words, while it is being recorded. */
  get verdict(): string {
    if (this.hasClipped) return 'Too loud: move away from the microphone, then read this again.';
    if (this.batches < JUDGED_BATCHES) return 'Listening …';
    if (this.loudest < QUIET_PEAK) return 'Very quiet: come closer to the microphone.';
    const ratioDb = 20 * Math.log10(this.loudest / Math.max(1e-5, this.quietest));
    return ratioDb < LEAST_RATIO_DB
      ? 'It is noisy here: a quieter room makes a better voice.'
      : 'Sounds good.';
  }

  async start(deviceId: string): Promise<void> {
    if (this.state !== 'idle') return;
    this.state = 'starting';
    Object.assign(this, { hasClipped: false, loudest: 0, quietest: 1, batches: 0, seconds: 0 });
    const recorder = new Recorder({
      ...(deviceId && { deviceId }),
      onLevel: (level) => this.judge(level, recorder.seconds),
    });
    this.recorder = recorder;
    try {
      await recorder.start();
      this.state = 'recording';
    } catch (error) {
      this.end();
      this.notices.fail(error);
    }
  }

  /** Undefined where there was nothing to stop, or it failed, which has been told. */
  async stop(): Promise<Recorded | undefined> {
    if (!this.recorder || this.state !== 'recording') return undefined;
    try {
      return await this.recorder.stop();
    } catch (error) {
      this.notices.fail(error);
      return undefined;
    } finally {
      this.end();
    }
  }

  private judge(level: { peak: number; rms: number; clipped: boolean }, seconds: number): void {
    this.level = level;
    this.seconds = seconds;
    this.hasClipped ||= level.clipped;
    this.batches++;
    this.loudest = Math.max(this.loudest, level.rms);
    if (level.rms > 0) this.quietest = Math.min(this.quietest, level.rms);
  }

  private end(): void {
    this.recorder?.close();
    this.recorder = undefined;
    this.state = 'idle';
  }
}
