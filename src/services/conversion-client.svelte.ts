import { proxy, transfer } from 'comlink';
import type {
  Backend,
  ConversionApi,
  ConversionControls,
  ConvertProgress,
  ConvertResult,
  EngineStatus,
  LoadProgress,
  SourceProfile,
  VoiceSummary,
} from '../engine/types';
import type { VoiceDraft } from '../engine/voice';
import ConversionWorker from '../../workers/conversion?worker';
import { messageOf } from './messages';
import type { Scope } from './scope';
import { WorkerClient, WorkerLostError, withProgress } from './worker-client';

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
  /** Of a speaker who was measured before. */
  profile?: SourceProfile;
  use?: 'convert' | 'preview';
}

/** The converter as the pages see it: loads in its worker, and is started anew when that dies. */
export class ConversionClient {
  status = $state.raw<EngineStatus | null>(null);
  progress = $state.raw<LoadProgress | null>(null);
  /** Why loading failed, for the user. */
  failure = $state<string | null>(null);
  private client: WorkerClient<ConversionApi> | undefined;
  private loading: Promise<EngineStatus> | undefined;
  private nextJob = 1;

  constructor(
    private readonly scope: Scope,
    private readonly baseUrl: string,
    private readonly options: LoadOptions = {},
  ) {}

  /** Loads once; after a failure, again. */
  load(): Promise<EngineStatus> {
    this.loading ??= this.start().catch((error: unknown) => {
      this.loading = undefined;
      this.failure = messageOf(error);
      throw error;
    });
    return this.loading;
  }

  async convert(job: ConversionJob): Promise<ConvertResult> {
    await this.load();
    const client = this.client!;
    const jobId = `job ${this.nextJob++}`;
    const cancel = () => void client.api.cancel(jobId);
    job.signal.throwIfAborted();
    const removeListener = this.scope.on(job.signal, 'abort', cancel);
    const samples = job.samples.slice();
    try {
      return await client.watch(
        client.api.convert(
          jobId,
          transfer(samples, [samples.buffer]),
          job.sampleRateHz,
          job.voiceId,
          { ...job.controls },
          proxy(job.onProgress),
          { profile: job.profile, use: job.use },
        ),
        () => client.api.ping(),
      );
    } catch (error) {
      if (error instanceof WorkerLostError) this.restart();
      throw error;
    } finally {
      removeListener();
    }
  }

  /** Asks again what voices there are: after one was made, brought, changed or deleted. */
  async refreshVoices(): Promise<void> {
    if (!this.status || !this.client) return;
    const voices = await this.client.api.listVoices();
    this.status = { ...this.status, voices };
  }

  /** Takes a voice file in for this visit without storing it. */
  async openVoiceFile(file: ArrayBuffer): Promise<VoiceSummary> {
    await this.load();
    return this.client!.guard(this.client!.api.openVoiceFile(file));
  }

  /** Takes in a voice that was just made, for its first listen. */
  async openVoiceDraft(draft: VoiceDraft): Promise<VoiceSummary> {
    await this.load();
    return this.client!.guard(this.client!.api.openVoiceDraft(draft));
  }

  private async start(): Promise<EngineStatus> {
    this.failure = null;
    this.client ??= new WorkerClient<ConversionApi>(this.scope, ConversionWorker);
    const { client } = this;
    const options = { backend: 'auto' as const, ...this.options, baseUrl: this.baseUrl };
    try {
      this.status = await withProgress<LoadProgress, EngineStatus>(
        (progress) => (this.progress = progress),
        (report) => client.guard(client.api.load(options, report)),
      );
      return this.status;
    } catch (error) {
      if (error instanceof WorkerLostError) this.discard();
      throw error;
    }
  }

  /** A new worker, loaded from what is kept on this device. */
  private restart(): void {
    this.discard();
    this.loading = undefined;
    this.load().catch(() => undefined);
  }

  private discard(): void {
    this.client?.dispose();
    this.client = undefined;
  }
}
