import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { m } from '../text/messages';
import { parseSealed, requirePermission, type Use } from '../provenance';
import type { EarFiles, EarNetworks, NetworkFiles } from './backends/network';
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
import { requireStill, watchPermission } from './withdrawal';

type LoadOptions = Parameters<ConversionApi['load']>[0];

/** Source of the networks and voices, and storage for measured speeds. src/store implements it in the app. */
export interface Library {
  load(options: { baseUrl: string; onProgress: (progress: LoadProgress) => void }): Promise<{
    networks: NetworkFiles;
    voices: VoiceSource;
  }>;
  /** The networks of the ear if they are on this device. Called after `load`. */
  readEar?(): Promise<EarFiles | undefined>;
  readNote(key: string): Promise<unknown>;
  writeNote(key: string, value: unknown): Promise<void>;
}

/** The class that src/workers/conversion.ts exposes: loads the networks and converts takes. A take whose GPU is lost is restarted. */
export class Converter implements ConversionApi {
  private library: Library | undefined;
  private loaded: { runtime: Runtime; voices: VoiceSource; threads: number } | undefined;
  private ear: Promise<EarNetworks | undefined> | undefined;
  private readonly jobs = new Map<string, AbortController>();

  constructor(
    private readonly openLibrary: () => Promise<Library>,
    private readonly openersFor: (files: NetworkFiles, options: RuntimeOptions) => Openers,
    private readonly openEar?: (files: EarFiles, threads: number) => Promise<EarNetworks>,
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
    this.loaded = { runtime, voices, threads };
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
    { profile, judged, use = 'convert', ear: choice = 'small' }: ConversionOptions = {},
    onSamples?: (samples: Float32Array, at: number) => void,
  ): Promise<ConvertResult> {
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    let endWatch: () => void = () => undefined;
    try {
      const { runtime, voice } = await this.prepare(voiceId, use);
      endWatch = this.watch(voice, use, (error) => controller.abort(error));
      const ear = choice === 'auto' ? await this.openedEar() : undefined;
      return await runtime.run(async (networks, backend) => {
        const take = await convertTake({
          networks,
          ear,
          voice,
          controls,
          samples,
          sampleRateHz,
          onProgress,
          onSamples,
          signal: controller.signal,
          profile,
          judged,
          use,
        });
        await requireStill(this.ready().voices, voice, use);
        return {
          samples: take.samples,
          sampleRateHz: SYNTHESIS_RATE_HZ,
          seconds: take.seconds,
          rtf: take.rtf,
          backend,
          ear: ear ? 'ear' : 'small',
          isDenoised: take.isDenoised,
          consent: parseSealed(voice.permission.sealed),
          voiceData: [...voice.permission.data],
        };
      });
    } finally {
      endWatch();
      this.jobs.delete(jobId);
    }
  }

  /** See `watchPermission`. */
  watch(voice: Voice, use: Use, onWithdrawn: (error: unknown) => void): () => void {
    return watchPermission(this.ready().voices, voice, use, onWithdrawn);
  }

  /** The ear, opened once; undefined while it is not on this device, or if it cannot be opened. */
  private async openedEar(): Promise<EarNetworks | undefined> {
    const ear = (this.ear ??= this.readAndOpenEar());
    const opened = await ear;
    if (!opened && this.ear === ear) this.ear = undefined;
    return opened;
  }

  private async readAndOpenEar(): Promise<EarNetworks | undefined> {
    const files = await this.library?.readEar?.();
    return files && this.openEar?.(files, this.ready().threads).catch(withoutEar);
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

  private ready(): { runtime: Runtime; voices: VoiceSource; threads: number } {
    if (this.loaded) return this.loaded;
    throw new EngineError('not-loaded', m.engine_not_loaded());
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

/** A device that cannot open the ear, for example for want of memory, converts as it would without it. */
function withoutEar(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
}

/** Speeds are stored per pair of networks and number of threads. */
function measurementKey({ content, generator }: NetworkFiles, threads: number): string {
  return `rtf ${content.sha256} ${generator.sha256} ${threads}`;
}

function readRtf(note: unknown): { wasm?: number; webgpu?: number } {
  const { wasm, webgpu } = (note ?? {}) as Record<string, unknown>;
  return { ...(typeof wasm === 'number' && { wasm }), ...(typeof webgpu === 'number' && { webgpu }) };
}
