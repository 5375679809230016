import type { AppContext } from '../services/context';
import { detect } from '../services/detection-client';
import type { Scope } from '../services/scope';
import { checkSamples } from '../audio/check';
import { decodeFile } from '../audio/decode';
import type { Recorded } from '../audio/recorder';
import { markId24 } from '../export/mark-id';
import { readCredentials, type Credentials } from '../export/read-credentials';
import { TrackPlayer } from '../ui/track-player.svelte';
import type { Detection } from '../watermark/types';
import { measureClues, type ClueValues } from './clues';

export interface Finding {
  fileName: string;
  samples: Float32Array;
  sampleRateHz: number;
  seconds: number;
  detection: Detection;
  /** The voice that the payload names, where it names one. */
  voiceName: string | null;
  /** What is signed in the file; null where nothing is, `unreadable` where it could not be read. */
  credentials: Credentials | null | 'unreadable';
  clues: ClueValues;
}

interface Busy {
  label: string;
  fraction: number | null;
  secondsLeft: number | null;
  controller: AbortController;
}

interface Opened {
  name: string;
  samples: Float32Array;
  sampleRateHz: number;
  credentials: Finding['credentials'];
}

type Report = (label: string, fraction: number | null) => void;

/** Examines one recording at a time: the mark, what is signed in the file, and traces of how it was made. */
export class DetectPage {
  finding = $state.raw<Finding | null>(null);
  busy = $state.raw<Busy | null>(null);
  readonly player: TrackPlayer;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    this.player = new TrackPlayer(scope);
    scope.own(() => this.cancel());
  }

  cancel(): void {
    this.busy?.controller.abort();
  }

  async examineFile(file: File): Promise<void> {
    await this.work(async (report, signal) => {
      const label = `Opening ${file.name}`;
      report(label, null);
      const { samples, sampleRateHz, warnings } = await decodeFile(file, file.name, {
        signal,
        onProgress: (done, total) => report(label, total > 0 ? done / total : null),
      });
      for (const warning of warnings) this.context.notices.warn(warning);
      report('Reading what is signed in the file', null);
      // The file may be broken by design; the sound is examined all the same.
      const credentials = await readCredentials(file, file.name).catch(() => 'unreadable' as const);
      return { name: file.name, samples, sampleRateHz, credentials };
    });
  }

  async examineRecorded({ samples, sampleRateHz }: Recorded): Promise<void> {
    await this.work(async () => {
      for (const warning of checkSamples(samples, sampleRateHz)) this.context.notices.warn(warning);
      return { name: 'What the microphone heard', samples, sampleRateHz, credentials: null };
    });
  }

  private async work(open: (report: Report, signal: AbortSignal) => Promise<Opened>): Promise<void> {
    if (this.busy) return;
    const controller = new AbortController();
    let step = { label: '', sinceMs: 0 };
    let isOver = false;
    const report: Report = (label, fraction) => {
      // A worker's last news may come after its answer.
      if (isOver) return;
      if (label !== step.label) step = { label, sinceMs: performance.now() };
      const workSeconds = (performance.now() - step.sinceMs) / 1000;
      const secondsLeft = fraction && workSeconds > 1 ? (workSeconds / fraction) * (1 - fraction) : null;
      this.busy = { label, fraction, secondsLeft, controller };
    };
    this.finding = null;
    this.player.open(undefined, undefined);
    this.context.notices.clear();
    report('Opening', null);
    try {
      const { name, samples, sampleRateHz, credentials } = await open(report, controller.signal);
      report('Measuring traces', null);
      const clues = await measureClues(samples, sampleRateHz, controller.signal);
      report('Looking for the mark', 0);
      const detection = await detect(
        this.scope,
        samples.slice(),
        sampleRateHz,
        (fraction) => report('Looking for the mark', fraction),
        controller.signal,
      );
      const seconds = samples.length / sampleRateHz;
      const voiceName = this.voiceOf(detection);
      this.player.open({ samples, sampleRateHz }, undefined);
      this.finding = {
        fileName: name,
        samples,
        sampleRateHz,
        seconds,
        detection,
        voiceName,
        credentials,
        clues,
      };
    } catch (error) {
      this.context.notices.fail(error);
    } finally {
      isOver = true;
      this.busy = null;
    }
  }

  private voiceOf({ payload, payloadOk }: Detection): string | null {
    if (!payload || !payloadOk) return null;
    const voices = this.context.converter.status?.voices ?? [];
    return voices.find((voice) => markId24(voice.id, voice.consent) === payload.id24)?.name ?? null;
  }
}
