import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { checkSamples } from '../audio/check';
import { decodeFile } from '../audio/decode';
import { speechWarning } from '../audio/speech-likeness';
import type { ConvertProgress } from '../engine/types';
import { canShare, download, share } from '../export/deliver';
import { exportTake, mayHaveCredentials, type ExportFormat, type ExportedTake } from '../export/export';
import { TrackPlayer } from '../ui/track-player.svelte';
import { Recording, type Recorded } from './recording.svelte';
import { nowInWords } from '../ui/format';
import { TakeShelf, type OpenTake } from './take-shelf.svelte';

export interface Busy {
  kind: 'opening' | 'converting' | 'exporting';
  label: string;
  /** Seconds of sound done and in all; null before the first news. */
  progress: { done: number; total: number; secondsLeft: number | null } | null;
  controller: AbortController;
}

/** The studio: one open take, what is being done to it, and the shelf of all takes. */
export class Studio {
  busy = $state.raw<Busy | null>(null);
  readonly recording: Recording;
  readonly player: TrackPlayer;
  readonly shelf: TakeShelf;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    const { notices } = context;
    this.recording = new Recording(scope, notices, (recorded) => void this.takeRecording(recorded));
    this.player = new TrackPlayer(scope);
    this.shelf = new TakeShelf(notices, (take) => this.player.open(take?.source, take?.output ?? undefined));
    scope.own(() => this.busy?.controller.abort());
  }

  get take(): OpenTake | null {
    return this.shelf.open;
  }

  cancel(): void {
    this.busy?.controller.abort();
  }

  async openFile(file: File): Promise<void> {
    await this.work('opening', `Opening ${file.name}`, async (busy, report) => {
      const decoded = await decodeFile(file, file.name, {
        signal: busy.controller.signal,
        onProgress: (done, total) => report(done, total, null),
      });
      await this.addTake(decoded.samples, decoded.sampleRateHz, file.name.replace(/\.[^.]+$/, ''));
      this.judge(decoded.samples, decoded.sampleRateHz, decoded.warnings);
    });
  }

  async openSample(): Promise<void> {
    try {
      const response = await fetch('sample/sample.wav');
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      await this.openFile(new File([await response.blob()], 'Sample.wav'));
    } catch (cause) {
      this.context.notices.fail(cause);
    }
  }

  async convert(): Promise<void> {
    const { take } = this;
    const { converter, preferences, notices } = this.context;
    const voice = converter.status?.voices.find((other) => other.id === preferences.voiceId);
    if (!take || !voice) return;
    await this.work('converting', `Converting to ${voice.name}`, async (busy, report) => {
      const controls = { ...preferences.controls };
      const result = await converter.convert({
        samples: take.source.samples,
        sampleRateHz: take.source.sampleRateHz,
        voiceId: voice.id,
        controls,
        signal: busy.controller.signal,
        onProgress: (progress: ConvertProgress) =>
          report(progress.secondsDone, progress.secondsTotal, progress.secondsLeft),
      });
      await this.shelf.addOutput(take, {
        samples: result.samples,
        sampleRateHz: result.sampleRateHz,
        voiceId: voice.id,
        voiceName: voice.name,
        controls,
        backend: result.backend,
        rtf: result.rtf,
        consent: result.consent,
      });
      notices.announce(`Converted to ${voice.name}.`);
    });
  }

  /** Marks and encodes the open take and hands the file to the browser. */
  async download(format: ExportFormat): Promise<void> {
    await this.export(format, (file) => download(file, this.scope));
  }

  /** As `download`, through the device's own sheet for sharing where that can be had. */
  async share(format: ExportFormat): Promise<void> {
    await this.export(format, async (file) => {
      if (!canShare(file) || !(await share(file))) download(file, this.scope);
    });
  }

  private async export(
    format: ExportFormat,
    deliver: (file: ExportedTake) => void | Promise<void>,
  ): Promise<void> {
    const { take } = this;
    if (!take?.output) return;
    const { output, name: takeName } = take;
    const { disclaimer } = this.context.preferences;
    await this.work('exporting', `Marking and writing ${format.toUpperCase()}`, async (busy, report) => {
      const seconds = output.samples.length / output.sampleRateHz;
      const startedMs = performance.now();
      const file = await exportTake(
        output.samples,
        output.sampleRateHz,
        format,
        {
          voiceId: output.voiceId,
          voiceName: output.voiceName,
          takeName,
          // Takes of before there were records were all made with published voices.
          consent: output.consent ?? this.recordOf(output.voiceId),
          ...(disclaimer !== 'none' && { disclaimer }),
        },
        {
          signal: busy.controller.signal,
          onProgress: (fraction) => {
            const workSeconds = (performance.now() - startedMs) / 1000;
            report(fraction * seconds, seconds, (workSeconds / fraction) * (1 - fraction));
          },
        },
      );
      await deliver(file);
      if (mayHaveCredentials(format) && !file.hasCredentials) {
        this.context.notices.warn(
          'The file is marked, but its signed note could not be made: what signs is fetched at the first export. Connect to the network and download again if you want the note.',
        );
      }
    });
  }

  private recordOf(voiceId: string) {
    return this.context.converter.status?.voices.find((voice) => voice.id === voiceId)?.consent ?? null;
  }

  private async takeRecording({ samples, sampleRateHz }: Recorded): Promise<void> {
    try {
      const warnings = checkSamples(samples, sampleRateHz);
      await this.addTake(samples, sampleRateHz, `Recording, ${nowInWords()}`);
      this.judge(samples, sampleRateHz, warnings);
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  private async addTake(samples: Float32Array, sampleRateHz: number, name: string): Promise<void> {
    await this.shelf.add({ name, source: { samples, sampleRateHz } });
  }

  private judge(samples: Float32Array, sampleRateHz: number, warnings: string[]): void {
    for (const warning of warnings) this.context.notices.warn(warning);
    const doubt = speechWarning(samples, sampleRateHz);
    if (doubt) this.context.notices.warn(doubt);
  }

  /** One thing at a time, with progress and a way out; errors end up with the notices. */
  private async work(
    kind: Busy['kind'],
    label: string,
    task: (
      busy: Busy,
      report: (done: number, total: number, secondsLeft: number | null) => void,
    ) => Promise<void>,
  ): Promise<void> {
    if (this.busy) return;
    this.context.notices.clear();
    const busy: Busy = { kind, label, progress: null, controller: new AbortController() };
    this.busy = busy;
    const report = (done: number, total: number, secondsLeft: number | null) => {
      if (this.busy?.controller === busy.controller)
        this.busy = { ...busy, progress: { done, total, secondsLeft } };
    };
    try {
      await task(busy, report);
    } catch (error) {
      this.context.notices.fail(error);
    } finally {
      this.busy = null;
    }
  }
}
