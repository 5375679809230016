import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { parseSealed, requirePermission, type Use } from '../provenance';
import type { NetworkFiles } from './backends/network';
import { Runtime, threadCount, type Openers, type RuntimeOptions } from './backends/runtime';
import { EngineError } from './errors';
import { convertTake } from './offline';
import type {
  ConversionApi,
  ConversionControls,
  ConversionOptions,
  ConvertProgress,
  ConvertResult,
  EngineStatus,
  LoadProgress,
  VoiceSummary,
} from './types';
import type { Voice, VoiceDraft } from './voice';
import type { VoiceSource } from './voice-source';

type LoadOptions = Parameters<ConversionApi['load']>[0];

/** Source of the networks and voices, and storage for measured speeds. src/store implements it in the app. */
export interface Library {
  load(options: { baseUrl: string; onProgress: (progress: LoadProgress) => void }): Promise<{
    networks: NetworkFiles;
    voices: VoiceSource;
  }>;
  readNote(key: string): Promise<unknown>;
  writeNote(key: string, value: unknown): Promise<void>;
}

/** The class that workers/conversion.ts exposes: loads the networks and converts takes. A take whose GPU is lost is restarted. */
export class Converter implements ConversionApi {
  private library: Library | undefined;
  private loaded: { runtime: Runtime; voices: VoiceSource } | undefined;
  private readonly jobs = new Map<string, AbortController>();

  constructor(
    private readonly openLibrary: () => Promise<Library>,
    private readonly openersFor: (files: NetworkFiles, options: RuntimeOptions) => Openers,
  ) {}

  async load(options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<EngineStatus> {
    const library = (this.library ??= await this.openLibrary());
    const { networks, voices } = await library.load({ baseUrl: options.baseUrl, onProgress });
    const threads = threadCount(options.threads);
    const note = measurementKey(networks, threads);
    const runtimeOptions: RuntimeOptions = { ...options, measured: readRtf(await library.readNote(note)) };
    await this.loaded?.runtime.dispose();
    this.loaded = undefined;
    const runtime = await Runtime.start(this.openersFor(networks, runtimeOptions), runtimeOptions);
    await library.writeNote(note, runtime.rtf);
    this.loaded = { runtime, voices };
    return {
      backend: runtime.backend,
      rtf: runtime.rtf,
      threads: runtime.backend === 'wasm' ? threads : 1,
      voices: await voices.list(),
    };
  }

  async convert(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    voiceId: string,
    controls: ConversionControls,
    onProgress: (progress: ConvertProgress) => void,
    { profile, use = 'convert' }: ConversionOptions = {},
  ): Promise<ConvertResult> {
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    try {
      const { runtime, voice } = await this.prepare(voiceId, use);
      return await runtime.run(async (networks, backend) => {
        const take = await convertTake({
          networks,
          voice,
          controls,
          samples,
          sampleRateHz,
          onProgress,
          signal: controller.signal,
          profile,
          use,
        });
        return {
          samples: take.samples,
          sampleRateHz: SYNTHESIS_RATE_HZ,
          seconds: take.seconds,
          rtf: take.rtf,
          backend,
          consent: parseSealed(voice.permission.sealed),
        };
      });
    } finally {
      this.jobs.delete(jobId);
    }
  }

  async cancel(jobId: string): Promise<void> {
    this.jobs.get(jobId)?.abort();
  }

  async ping(): Promise<void> {}

  async listVoices(): Promise<VoiceSummary[]> {
    return this.ready().voices.list();
  }

  async openVoiceFile(file: ArrayBuffer): Promise<VoiceSummary> {
    return this.ready().voices.openFile(file);
  }

  async openVoiceDraft(draft: VoiceDraft): Promise<VoiceSummary> {
    return this.ready().voices.openDraft(draft);
  }

  private ready(): { runtime: Runtime; voices: VoiceSource } {
    if (this.loaded) return this.loaded;
    throw new EngineError(
      'not-loaded',
      'The converter is not loaded yet. Your recording is unchanged. Wait until it is ready, then convert.',
    );
  }

  /**
   * The runtime, and the voice if its consent record allows `use`; takes, previews and live conversion all start here.
   * Rejects with `not-loaded`, `no-voice`, `voice-corrupt`, or a ConsentError.
   */
  async prepare(voiceId: string, use: Use): Promise<{ runtime: Runtime; voice: Voice }> {
    const { runtime, voices } = this.ready();
    const voice = await voices.read(voiceId);
    requirePermission(voice.permission.sealed, use, voice.permission);
    return { runtime, voice };
  }
}

/** Speeds are stored per pair of networks and number of threads. */
function measurementKey({ content, generator }: NetworkFiles, threads: number): string {
  return `rtf ${content.sha256} ${generator.sha256} ${threads}`;
}

function readRtf(note: unknown): { wasm?: number; webgpu?: number } {
  const { wasm, webgpu } = (note ?? {}) as Record<string, unknown>;
  return { ...(typeof wasm === 'number' && { wasm }), ...(typeof webgpu === 'number' && { webgpu }) };
}
