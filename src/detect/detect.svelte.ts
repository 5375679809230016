import type { AppContext } from '../app/context';
import { detect } from '../app/detector';
import type { Scope } from '../app/scope';
import { decodeFile } from '../audio/decode';
import type { Detection } from '../watermark/types';
import { markId24 } from '../export/mark-id';

export interface Finding {
  fileName: string;
  seconds: number;
  detection: Detection;
  /** The voice that the payload names, where it names one. */
  voiceName: string | null;
}

/** Looks for the mark in one file at a time. */
export class DetectRoom {
  finding = $state.raw<Finding | null>(null);
  busy = $state.raw<{ label: string; fraction: number | null; controller: AbortController } | null>(null);

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    scope.own(() => this.cancel());
  }

  cancel(): void {
    this.busy?.controller.abort();
  }

  async examine(file: File): Promise<void> {
    if (this.busy) return;
    const controller = new AbortController();
    const report = (label: string, fraction: number | null) => (this.busy = { label, fraction, controller });
    this.finding = null;
    this.context.notices.clear();
    report(`Opening ${file.name}`, null);
    try {
      const { samples, sampleRateHz, seconds, warnings } = await decodeFile(file, file.name, {
        signal: controller.signal,
        onProgress: (done, total) => report(`Opening ${file.name}`, total > 0 ? done / total : null),
      });
      for (const warning of warnings) this.context.notices.warn(warning);
      report('Looking for the mark', 0);
      const detection = await detect(
        this.scope,
        samples,
        sampleRateHz,
        (fraction) => report('Looking for the mark', fraction),
        controller.signal,
      );
      this.finding = { fileName: file.name, seconds, detection, voiceName: this.voiceOf(detection) };
    } catch (error) {
      this.context.notices.fail(error);
    } finally {
      this.busy = null;
    }
  }

  private voiceOf({ payload, payloadOk }: Detection): string | null {
    if (!payload || !payloadOk) return null;
    const voices = this.context.engine.status?.voices ?? [];
    return voices.find((voice) => markId24(voice.id, voice.consent) === payload.id24)?.name ?? null;
  }
}
