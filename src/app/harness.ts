import { decodeFile } from '../audio/decode';
import { DEFAULT_CONTROLS, type ConversionControls, type EngineStatus } from '../engine/types';
import { exportTake, type ExportFormat } from '../export/export';
import type { Detection } from '../watermark/types';
import { detect } from './detector';
import type { LiveHarness } from '../live/live-harness';
import { Engine, type LoadOptions } from './engine.svelte';
import { modelsUrl } from './models-url';
import type { Scope } from './scope';

interface ConvertJob {
  /** Address and name of the file to convert. */
  input: string;
  name: string;
  /** Address that the result is PUT to. */
  output: string;
  voice: string;
  controls?: Partial<ConversionControls>;
  format?: ExportFormat;
}

/** What scripts drive the built app with: the same engine, decoder, mark and encoder that the pages use. */
export interface Harness {
  load(options: LoadOptions): Promise<EngineStatus>;
  convert(job: ConvertJob): Promise<{ seconds: number; rtf: number; backend: string; warnings: string[] }>;
  detect(job: { input: string; name: string }): Promise<Detection>;
  /** Live sessions, and the faults they have to come through. */
  live(): Promise<LiveHarness>;
}

declare global {
  interface Window {
    understudy?: Harness;
  }
}

/** Puts a Harness on the window; only for addresses with `?harness`. */
export function installHarness(scope: Scope): void {
  let engine: Engine | undefined;
  let liveHarness: LiveHarness | undefined;
  const baseUrl = modelsUrl();
  const never = new AbortController().signal;

  async function open(input: string, name: string) {
    const response = await fetch(input);
    if (!response.ok) throw new Error(`${name} could not be fetched (${response.status}).`);
    return decodeFile(await response.blob(), name);
  }

  window.understudy = {
    load(options) {
      engine ??= new Engine(scope, baseUrl, options);
      return engine.load();
    },

    async convert({ input, name, output, voice, controls, format = 'wav' }) {
      const status = await engine!.load();
      const { samples, sampleRateHz, warnings } = await open(input, name);
      const result = await engine!.convert({
        samples,
        sampleRateHz,
        voiceId: voice,
        controls: { ...DEFAULT_CONTROLS, ...controls },
        onProgress: () => undefined,
        signal: never,
      });
      const voiceName = status.voices.find((each) => each.id === voice)?.name ?? voice;
      const takeName = name.replace(/\.[^.]+$/, '');
      const { blob } = await exportTake(result.samples, result.sampleRateHz, format, {
        voiceId: voice,
        voiceName,
        takeName,
      });
      await fetch(output, { method: 'PUT', body: blob });
      return { seconds: result.seconds, rtf: result.rtf, backend: result.backend, warnings };
    },

    async detect({ input, name }) {
      const { samples, sampleRateHz } = await open(input, name);
      return detect(scope, samples, sampleRateHz, () => undefined, never);
    },

    async live() {
      const { makeLiveHarness } = await import('../live/live-harness');
      liveHarness ??= makeLiveHarness(scope, baseUrl, () => (engine ??= new Engine(scope, baseUrl)));
      return liveHarness;
    },
  };
}
