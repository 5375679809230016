import { EngineError } from './errors';
import { findNetwork, listVoices, type Manifest, type PublishedVoice } from './manifest';
import { convertTake } from './offline';
import type { NetworkFile, NetworkFiles } from './ort';
import { Runtime, threadCount, type Openers, type RuntimeOptions } from './runtime';
import { SYNTHESIS_RATE_HZ } from './signal';
import type {
  ConversionApi,
  ConversionControls,
  ConvertProgress,
  ConvertResult,
  EngineStatus,
  LoadProgress,
  SourceProfile,
} from './types';
import { parseVoice, type Voice } from './voice';

type LoadOptions = Parameters<ConversionApi['load']>[0];

/** Where published files come from and where measurements are kept: src/store in the app. */
export interface Library {
  load(options: { baseUrl: string; onProgress: (progress: LoadProgress) => void }): Promise<{
    manifest: Manifest;
    files: Map<string, ArrayBuffer>;
  }>;
  readNote(key: string): Promise<unknown>;
  writeNote(key: string, value: unknown): Promise<void>;
}

interface Loaded {
  runtime: Runtime;
  manifest: Manifest;
  files: Map<string, ArrayBuffer>;
}

/** What the worker exposes: loads networks and voices, converts takes, finishes a take even when the GPU goes. */
export class Converter implements ConversionApi {
  private library: Library | undefined;
  private loaded: Loaded | undefined;
  private readonly jobs = new Map<string, AbortController>();

  constructor(
    private readonly openLibrary: () => Promise<Library>,
    private readonly openersFor: (files: NetworkFiles, options: RuntimeOptions) => Openers,
  ) {}

  async load(options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<EngineStatus> {
    const library = (this.library ??= await this.openLibrary());
    const { manifest, files } = await library.load({ baseUrl: options.baseUrl, onProgress });
    const networks = {
      content: networkFile(manifest, files, 'content'),
      generator: networkFile(manifest, files, 'generator'),
    };
    const threads = threadCount(options.threads);
    const note = measurementKey(manifest, threads);
    const runtimeOptions: RuntimeOptions = { ...options, measured: readRtf(await library.readNote(note)) };
    await this.loaded?.runtime.dispose();
    this.loaded = undefined;
    const runtime = await Runtime.start(this.openersFor(networks, runtimeOptions), runtimeOptions);
    await library.writeNote(note, runtime.rtf);
    this.loaded = { runtime, manifest, files };
    return {
      backend: runtime.backend,
      rtf: runtime.rtf,
      threads: runtime.backend === 'wasm' ? threads : 1,
      voices: listVoices(manifest).map((voice) => summary(voice, options.baseUrl)),
    };
  }

  async convert(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    voiceId: string,
    controls: ConversionControls,
    onProgress: (progress: ConvertProgress) => void,
    profile?: SourceProfile,
  ): Promise<ConvertResult> {
    const { runtime, voice } = this.prepare(voiceId);
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    try {
      for (;;) {
        const { networks, backend } = runtime;
        try {
          const take = await convertTake({
            networks,
            voice,
            controls,
            samples,
            sampleRateHz,
            onProgress,
            signal: controller.signal,
            profile,
          });
          return {
            samples: take.samples,
            sampleRateHz: SYNTHESIS_RATE_HZ,
            seconds: take.seconds,
            rtf: take.rtf,
            backend,
          };
        } catch (error) {
          if (!(error instanceof EngineError && error.code === 'gpu-lost')) throw error;
          await runtime.recover(networks);
        }
      }
    } finally {
      this.jobs.delete(jobId);
    }
  }

  async cancel(jobId: string): Promise<void> {
    this.jobs.get(jobId)?.abort();
  }

  async ping(): Promise<void> {}

  /** The networks, and a voice read from its file. Throws `not-loaded`, `no-voice`, `voice-corrupt`. */
  prepare(voiceId: string): { runtime: Runtime; voice: Voice } {
    if (!this.loaded) {
      throw new EngineError(
        'not-loaded',
        'The converter is not loaded yet. Your recording is unchanged. Wait until it is ready, then convert.',
      );
    }
    const { runtime, manifest, files } = this.loaded;
    const entry = listVoices(manifest).find((voice) => voice.id === voiceId);
    const bytes = entry && files.get(entry.file);
    if (!bytes) {
      throw new EngineError(
        'no-voice',
        `There is no voice called "${voiceId}" here. Your recording is unchanged. Choose another voice.`,
      );
    }
    return { runtime, voice: parseVoice(bytes) };
  }
}

function networkFile(
  manifest: Manifest,
  files: Map<string, ArrayBuffer>,
  role: 'content' | 'generator',
): NetworkFile {
  const entry = findNetwork(manifest, role)!;
  return {
    bytes: files.get(entry.file)!,
    stateShapes: entry.stateShapes,
    lookAheadFrames: entry.lookAheadFrames,
  };
}

/** Other networks or another number of threads are other speeds. */
function measurementKey(manifest: Manifest, threads: number): string {
  return `rtf ${findNetwork(manifest, 'content')!.sha256} ${findNetwork(manifest, 'generator')!.sha256} ${threads}`;
}

function readRtf(note: unknown): { wasm?: number; webgpu?: number } {
  const { wasm, webgpu } = (note ?? {}) as Record<string, unknown>;
  return { ...(typeof wasm === 'number' && { wasm }), ...(typeof webgpu === 'number' && { webgpu }) };
}

function summary(voice: PublishedVoice, baseUrl: string) {
  const { id, name, language, description, licence, origin, preview } = voice;
  return {
    id,
    name,
    language,
    description,
    licence,
    origin,
    preview: preview && `${baseUrl.replace(/\/$/, '')}/${preview}`,
  };
}
