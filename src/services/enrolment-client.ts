import { proxy, transfer, type Remote } from 'comlink';
import EnrolmentWorker from '../../workers/enrolment?worker';
import type { VoiceDraft } from '../engine/voice';
import type {
  BlendInput,
  CleanedRecording,
  EnrolmentApi,
  Progress,
  Spoken,
  TrainingInput,
} from '../enrol/types';
import type { Scope } from './scope';
import { WorkerClient, WorkerLostError } from './worker-client';

export interface EnrolJob {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Making voices as the pages see it: in a worker of its own, started anew when that dies. */
export class EnrolmentClient {
  private client: WorkerClient<EnrolmentApi> | undefined;
  private nextJob = 1;

  constructor(
    private readonly scope: Scope,
    private readonly baseUrl: string,
  ) {}

  /** A copy of the samples is given away. */
  clean(samples: Float32Array, sampleRateHz: number, job: EnrolJob): Promise<CleanedRecording> {
    const copy = samples.slice();
    return this.run(job, (api, id) =>
      api.clean(id, transfer(copy, [copy.buffer]), sampleRateHz, proxy(job.onProgress)),
    );
  }

  /** What was read aloud from the page just now; needed before the voice of `self` is trained. */
  hear(samples: Float32Array, sampleRateHz: number, sentence: string, job: EnrolJob): Promise<Spoken> {
    const copy = samples.slice();
    return this.run(job, (api, id) => api.hear(id, transfer(copy, [copy.buffer]), sampleRateHz, sentence));
  }

  train(input: TrainingInput, job: EnrolJob): Promise<VoiceDraft> {
    return this.run(job, (api, id) => api.train(id, input, proxy(job.onProgress)));
  }

  async blend(input: BlendInput): Promise<VoiceDraft> {
    const client = await this.ready();
    return client.guard(client.api.blend(input));
  }

  private async run<T>(
    { signal }: EnrolJob,
    task: (api: Remote<EnrolmentApi>, jobId: string) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const client = await this.ready();
    const jobId = `job ${this.nextJob++}`;
    const removeListener = this.scope.on(signal, 'abort', () => void client.api.cancel(jobId));
    try {
      return await client.watch(task(client.api, jobId), () => client.api.ping());
    } catch (error) {
      if (error instanceof WorkerLostError) this.discard();
      throw error;
    } finally {
      removeListener();
    }
  }

  private async ready(): Promise<WorkerClient<EnrolmentApi>> {
    const client = (this.client ??= new WorkerClient<EnrolmentApi>(this.scope, EnrolmentWorker));
    await client.guard(client.api.load(this.baseUrl));
    return client;
  }

  private discard(): void {
    this.client?.dispose();
    this.client = undefined;
  }
}
