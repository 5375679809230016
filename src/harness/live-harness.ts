import type { ConversionClient } from '../services/conversion-client.svelte';
import type { Scope } from '../services/scope';
import { SampleStore } from '../audio/sample-store';
import type { RecordedBlock } from '../realtime/live-types';
import { DEFAULT_CONTROLS, type SourceProfile } from '../engine/types';
import { injectFault, type FaultKind } from './faults';
import { LiveSession, type SessionSettings } from '../realtime/session/live-session';
import { tapEverything, type ContextTap } from './live-tap';
import type { Trouble } from '../realtime/session/live-watch';

const NAMES = [
  'blocks',
  'blockMs',
  'blockLengthMs',
  'load',
  'algorithmicMs',
  'inputJumps',
  'overruns',
  'underruns',
  'outputJumps',
  'stretches',
  'queueMs',
  'targetMs',
  'ratio',
  'delayMs',
  'isPlaying',
  'lastSoundSeconds',
  'capturedSeconds',
  'playedSamples',
  'skippedSeconds',
] as const;

const IN_FLIGHT_SECONDS = 0.3;

export interface LiveStartOptions {
  voice: string;
  profile: SourceProfile;
  /** Expected length of the recordings, to allocate memory in advance. */
  seconds: number;
  preset?: SessionSettings['preset'];
  backend?: 'wasm' | 'webgpu' | 'auto';
  isShared?: boolean;
}

/** Interface for scripts that measure a live session. */
export interface LiveHarness {
  /** Loads, stops and starts a session; resolves with the seconds from the start to the first converted sound. */
  start(options: LiveStartOptions): Promise<number>;
  stop(): Promise<void>;
  stats(): Record<(typeof NAMES)[number], number> & { phase: string; outputLatencyMs: number };
  /** Clears the histogram of delays. */
  clearDelays(): void;
  delayQuantiles(...quantiles: number[]): number[];
  chooseVoice(voice: string): Promise<void>;
  /** Makes every block take `factor` times as long. */
  slowDown(factor: number, seconds: number): Promise<void>;
  /** Simulates a fault; resolves with the seconds until converted sound plays again, or null after `timeoutSeconds`. */
  fault(kind: FaultKind, timeoutSeconds: number): Promise<number | null>;
  /** What `save` can save: of every audio context in order of creation, and of the newest connection to the worker. */
  recorded(): {
    contexts: { sampleRateHz: number; samples: number }[];
    inputRateHz: number;
    troubles: Trouble[];
  };
  /** PUTs raw float32 samples: sent to the speakers (`heard`), from the microphone (`spoken`), or the worker's input or output. */
  save(what: 'heard' | 'spoken' | 'input' | 'output', address: string, context?: number): Promise<void>;
  /** PUTs the offline conversion of the worker's input since the last start. */
  saveOffline(address: string, options: LiveStartOptions): Promise<void>;
}

export function makeLiveHarness(
  scope: Scope,
  baseUrl: string,
  converterOf: () => ConversionClient,
): LiveHarness {
  let session: LiveSession | undefined;
  let settings: SessionSettings;
  let troubles: Trouble[] = [];
  let contexts: ContextTap[] = [];
  let input = new SampleStore(1);
  let output = new SampleStore(1);
  let inputRateHz = 0;

  /** Records the blocks of the newest connection to the worker. */
  const openTap = (seconds: number) => {
    const { port1, port2 } = new MessageChannel();
    input = new SampleStore(seconds * 48_000);
    output = new SampleStore(seconds * 24_000);
    const [ins, outs] = [input, output];
    port1.onmessage = ({ data }: MessageEvent<RecordedBlock | null>) => {
      if (!data) return port1.close();
      ins.append(data.input);
      outs.append(data.output);
    };
    return port2;
  };
  const isSounding = (): boolean => {
    const graph = session?.graph;
    if (!graph || session?.phase !== 'live' || graph.context.state !== 'running') return false;
    const sinceSeconds = graph.context.currentTime - graph.stats.get('lastSoundSeconds');
    return graph.stats.get('isPlaying') > 0 && sinceSeconds < 0.1;
  };
  const until = async (condition: () => boolean, timeoutSeconds: number): Promise<number | null> => {
    const startedMs = performance.now();
    while (!condition()) {
      if (performance.now() - startedMs > 1000 * timeoutSeconds) return null;
      await new Promise<void>((resolve) => scope.timeout(resolve, 5));
    }
    return (performance.now() - startedMs) / 1000;
  };

  return {
    async start({ voice, profile, seconds, preset = 'balanced', backend = 'auto', isShared }) {
      contexts = tapEverything(seconds);
      settings = {
        voiceId: voice,
        controls: DEFAULT_CONTROLS,
        profile,
        follows: false,
        gateDb: null,
        preset,
        deviceId: '',
        outputId: '',
      };
      session = new LiveSession(scope, settings, {
        baseUrl,
        backend,
        ...(isShared !== undefined && { isShared }),
        tap: () => openTap(contexts.length > 1 ? 1 : seconds),
        onPhase: () => undefined,
        onProgress: () => undefined,
        onTrouble: (trouble) => troubles.push(trouble),
        onWithdrawn: (error) => console.error(error.message),
      });
      // The first load may download the networks; the start is measured with everything on this device.
      await session.load();
      session.stop();
      troubles = [];
      const startedMs = performance.now();
      await session.start();
      inputRateHz = session.graph!.context.sampleRate;
      await until(isSounding, 20);
      return (performance.now() - startedMs) / 1000;
    },

    async stop() {
      session?.stop();
    },

    stats() {
      const graph = session?.graph;
      const values = NAMES.map((name) => [name, graph?.stats.get(name) ?? 0] as const);
      return {
        ...(Object.fromEntries(values) as Record<(typeof NAMES)[number], number>),
        phase: session?.phase ?? 'off',
        outputLatencyMs: graph?.outputLatencyMs ?? 0,
      };
    },

    clearDelays() {
      session?.graph?.stats.clearDelays();
    },

    delayQuantiles(...quantiles) {
      return quantiles.map((quantile) => session?.graph?.stats.delayQuantile(quantile) ?? 0);
    },

    async chooseVoice(voiceId) {
      settings = { ...settings, voiceId };
      await session!.adjust(settings);
    },

    async slowDown(factor, seconds) {
      await session!.api.simulate({ kind: 'slow', factor, seconds });
    },

    async fault(kind, timeoutSeconds) {
      await injectFault(session!, kind);
      // Sound already in flight still plays after the fault.
      await new Promise<void>((resolve) => scope.timeout(resolve, 1000 * IN_FLIGHT_SECONDS));
      const seconds = await until(isSounding, timeoutSeconds);
      return seconds === null ? null : IN_FLIGHT_SECONDS + seconds;
    },

    recorded() {
      return {
        inputRateHz,
        troubles,
        contexts: contexts.map(({ sampleRateHz, heard }) => ({ sampleRateHz, samples: heard.length })),
      };
    },

    async save(what, address, context = 0) {
      const store = what === 'input' ? input : what === 'output' ? output : contexts[context]![what];
      await put(address, store.take());
    },

    async saveOffline(address, { voice, profile }) {
      const converter = converterOf();
      await converter.load();
      const { samples } = await converter.convert({
        samples: input.take(),
        sampleRateHz: inputRateHz,
        voiceId: voice,
        controls: DEFAULT_CONTROLS,
        profile,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      await put(address, samples as Float32Array<ArrayBuffer>);
    },
  };
}

/** As a Blob: the browser reports any other body to the script that drives it, and ten minutes of sound exceed the size of that message. */
async function put(address: string, samples: Float32Array<ArrayBuffer>): Promise<void> {
  await fetch(address, { method: 'PUT', body: new Blob([samples]) });
}
