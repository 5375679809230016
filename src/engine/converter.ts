import { parseSealed, requirePermission, type SealedRecord, type Use } from '../provenance';
import { EngineError } from './errors';
import { findNetwork, listVoices, type Manifest, type PublishedVoice } from '../files/manifest';
import { convertTake } from './offline';
import type { NetworkFile, NetworkFiles } from './backends/ort';
import { Runtime, threadCount, type Openers, type RuntimeOptions } from './backends/runtime';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import type {
  ConversionApi,
  ConversionControls,
  ConversionOptions,
  ConvertProgress,
  ConvertResult,
  EngineStatus,
  LoadProgress,
  OwnVoice,
  VoiceSummary,
} from './types';
import { parseVoice, type Voice } from './voice';
import { readVoiceFile } from '../files/voice-file';

type LoadOptions = Parameters<ConversionApi['load']>[0];

/** Where files come from and where measurements are kept: src/store in the app. */
export interface Library {
  load(options: { baseUrl: string; onProgress: (progress: LoadProgress) => void }): Promise<{
    manifest: Manifest;
    files: Map<string, ArrayBuffer>;
  }>;
  readNote(key: string): Promise<unknown>;
  writeNote(key: string, value: unknown): Promise<void>;
  /** Voices made or brought here. */
  listOwnVoices(): Promise<OwnVoice[]>;
  /** The `.understudy` file of one of them; undefined where there is none. */
  readOwnVoice(id: string): Promise<Blob | undefined>;
  /** Fingerprints of the consent records taken back on this device. */
  revoked(): Promise<ReadonlySet<string>>;
}

interface Loaded {
  baseUrl: string;
  library: Library;
  runtime: Runtime;
  manifest: Manifest;
  files: Map<string, ArrayBuffer>;
}

/** What the worker exposes: loads networks and voices, converts takes, finishes a take even when the GPU goes. */
export class Converter implements ConversionApi {
  private library: Library | undefined;
  private loaded: Loaded | undefined;
  private readonly jobs = new Map<string, AbortController>();
  /** Voice files of this visit that are not stored. */
  private readonly guests = new Map<string, Blob>();

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
    this.loaded = { baseUrl: options.baseUrl, library, runtime, manifest, files };
    return {
      backend: runtime.backend,
      rtf: runtime.rtf,
      threads: runtime.backend === 'wasm' ? threads : 1,
      voices: await this.listVoices(),
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
            use,
          });
          return {
            samples: take.samples,
            sampleRateHz: SYNTHESIS_RATE_HZ,
            seconds: take.seconds,
            rtf: take.rtf,
            backend,
            consent: parseSealed(voice.leave.sealed),
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

  async listVoices(): Promise<VoiceSummary[]> {
    const { manifest, library, baseUrl } = this.ready();
    const own = await library.listOwnVoices();
    return [...listVoices(manifest).map((voice) => summary(voice, baseUrl)), ...own.map(ownSummary)];
  }

  async openVoiceFile(bytes: ArrayBuffer): Promise<VoiceSummary> {
    const file = new Blob([bytes]);
    const { about, sealed } = await readVoiceFile(file, await this.ready().library.revoked());
    this.guests.set(about.id, file);
    const { id, name, language, description } = about;
    return ownSummary({ id, name, language, description, consent: sealed });
  }

  private ready(): Loaded {
    if (this.loaded) return this.loaded;
    throw new EngineError(
      'not-loaded',
      'The converter is not loaded yet. Your recording is unchanged. Wait until it is ready, then convert.',
    );
  }

  /**
   * The voice, if it may be used so: whoever converts, previews or goes live gets it from here. Rejects with
   * `not-loaded`, `no-voice`, `voice-corrupt`, or a ConsentError.
   */
  async prepare(voiceId: string, use: Use): Promise<{ runtime: Runtime; voice: Voice }> {
    const { runtime, library, manifest, files } = this.ready();
    const revoked = await library.revoked();
    const entry = listVoices(manifest).find((voice) => voice.id === voiceId);
    const bytes = entry && files.get(entry.file);
    const own = entry ? undefined : (this.guests.get(voiceId) ?? (await library.readOwnVoice(voiceId)));
    if (!bytes && !own) {
      throw new EngineError(
        'no-voice',
        `There is no voice called "${voiceId}" here. Your recording is unchanged. Choose another voice.`,
      );
    }
    const voice = bytes
      ? parseVoice(bytes, { sealed: entry.consent, revoked })
      : (await readVoiceFile(own!, revoked)).voice;
    requirePermission(voice.leave.sealed, use, voice.leave);
    return { runtime, voice };
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

function summary(voice: PublishedVoice, baseUrl: string): VoiceSummary {
  const { id, name, language, description, licence, origin, preview } = voice;
  return {
    id,
    name,
    language,
    description,
    licence,
    origin,
    preview: preview && `${baseUrl.replace(/\/$/, '')}/${preview}`,
    isOwn: false,
    consent: readable(voice.consent),
  };
}

function ownSummary(voice: OwnVoice): VoiceSummary {
  return { ...voice, licence: '', origin: '', preview: '', isOwn: true };
}

function readable(consent: unknown): SealedRecord | null {
  try {
    return parseSealed(consent);
  } catch {
    // The engine says why when the voice is used.
    return null;
  }
}
