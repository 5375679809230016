import { proxy, transfer } from 'comlink';
import type { Confidences } from '../engine/analysis/conditions';
import type {
  Backend,
  ConversionApi,
  ConversionControls,
  ConvertProgress,
  ConvertResult,
  EarChoice,
  EngineStatus,
  LoadProgress,
  SourceProfile,
  VoiceSummary,
} from '../engine/types';
import type { VoiceDraft } from '../engine/voice';
import ConversionWorker from '../../workers/conversion?worker';
import { onChanged } from '../store/changes';
import { JobClient } from './job-client';
import { messageOf } from './messages';
import type { Scope } from './scope';
import { WorkerLostError, withProgress } from './worker-client';

/** The first of several networks may take long to compile on a slow machine, and the worker does not answer meanwhile. */
const LOADING_MS = 60_000;

export interface LoadOptions {
  backend?: Backend | 'auto';
  threads?: number;
  allowSoftwareGpu?: boolean;
}

export interface ConversionJob {
  samples: Float32Array;
  sampleRateHz: number;
  voiceId: string;
  controls: ConversionControls;
  onProgress: (progress: ConvertProgress) => void;
  signal: AbortSignal;
  /** See TakeOptions. */
  onSamples?: (samples: Float32Array, at: number) => void;
  /** Profile of the speaker if it was measured before; measured from `samples` otherwise. */
  profile?: SourceProfile | undefined;
  /** See ConversionOptions. */
  judged?: Confidences | null | undefined;
  use?: 'convert' | 'preview';
  /** See ConversionOptions. */
  ear?: EarChoice;
}

/** The converter as the pages use it. It runs in a worker, which is restarted when it dies. */
export class ConversionClient {
  status = $state.raw<EngineStatus | null>(null);
  progress = $state.raw<LoadProgress | null>(null);
  /** Message for the user if loading failed. */
  failure = $state<string | null>(null);
  /** Whether the worker converts with WebAssembly since it lost the GPU that it was loaded with. */
  hasLostGpu = $state(false);
  private client: JobClient<ConversionApi> | undefined;
  private loading: Promise<EngineStatus> | undefined;
  private isLoaded = false;

  constructor(
    private readonly scope: Scope,
    private readonly baseUrl: string,
    private readonly options: LoadOptions = {},
  ) {
    scope.own(onChanged('voices', () => void this.refreshVoices()));
  }

  /** Loads once. After a failure the next call tries again. */
  load(): Promise<EngineStatus> {
    if (this.loading) return this.loading;
    const loading: Promise<EngineStatus> = this.start().catch((error: unknown) => {
      // Another worker has been started meanwhile.
      if (this.loading && this.loading !== loading) return this.loading;
      this.loading = undefined;
      this.failure = messageOf(error);
      throw error;
    });
    this.loading = loading;
    return loading;
  }

  async convert(job: ConversionJob): Promise<ConvertResult> {
    await this.load();
    const samples = job.samples.slice();
    const client = this.client!;
    try {
      const result = await client.job(job.signal, (api, jobId) =>
        api.convert(
          jobId,
          transfer(samples, [samples.buffer]),
          job.sampleRateHz,
          job.voiceId,
          { ...job.controls },
          proxy(job.onProgress),
          { profile: job.profile, judged: job.judged, use: job.use, ear: job.ear },
          job.onSamples && proxy(job.onSamples),
        ),
      );
      this.hasLostGpu = this.status?.backend === 'webgpu' && result.backend === 'wasm';
      return result;
    } catch (error) {
      this.replace(client, error);
      throw error;
    }
  }

  /**
   * Rejects with WorkerLostError where the worker does not answer within `withinMs`, or a minute while it loads; then a new one is
   * started.
   */
  async check(withinMs: number): Promise<void> {
    const { client } = this;
    try {
      await client?.check(this.isLoaded ? withinMs : LOADING_MS);
    } catch (error) {
      this.replace(client, error);
      throw error;
    }
  }

  /** Ends the worker and starts another, which loads the networks from the store. Rejects as `load` does. */
  restart(): Promise<EngineStatus> {
    this.discard();
    this.loading = undefined;
    return this.load();
  }

  /** Updates `status.voices` after a voice was made, imported, changed or deleted. */
  async refreshVoices(): Promise<void> {
    if (!this.status || !this.client) return;
    const voices = await this.client.api.listVoices();
    this.status = { ...this.status, voices };
  }

  /** Loads a voice file until the page is closed, without storing it. */
  async openVoiceFile(file: ArrayBuffer): Promise<VoiceSummary> {
    await this.load();
    return this.client!.guard(this.client!.api.openVoiceFile(file));
  }

  /** Loads a voice that was just made, so that it can be previewed before it is signed. */
  async openVoiceDraft(draft: VoiceDraft): Promise<VoiceSummary> {
    await this.load();
    return this.client!.guard(this.client!.api.openVoiceDraft(draft));
  }

  private async start(): Promise<EngineStatus> {
    this.failure = null;
    this.hasLostGpu = false;
    this.client ??= new JobClient<ConversionApi>(this.scope, ConversionWorker);
    const { client } = this;
    const options = { backend: 'auto' as const, ...this.options, baseUrl: this.baseUrl };
    try {
      this.status = await withProgress<LoadProgress, EngineStatus>(
        (progress) => (this.progress = progress),
        (report) => client.guard(client.api.load(options, report)),
      );
      this.isLoaded = true;
      return this.status;
    } catch (error) {
      if (error instanceof WorkerLostError && this.client === client) this.discard();
      throw error;
    }
  }

  /** Starts a new worker where `client` is lost, unless there is a new one already. */
  private replace(client: JobClient<ConversionApi> | undefined, error: unknown): void {
    if (error instanceof WorkerLostError && this.client === client) this.restart().catch(() => undefined);
  }

  private discard(): void {
    this.client?.dispose();
    this.client = undefined;
    this.isLoaded = false;
  }
}
