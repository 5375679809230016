import { proxy, transfer, type Remote } from 'comlink';
import EnrolmentWorker from '../../workers/enrolment?worker';
import type { VoiceDraft } from '../engine/voice';
import type {
  BlendInput,
  CleanedRecording,
  EnrolmentApi,
  Progress,
  SpokenSentence,
  TrainingInput,
} from '../enrol/types';
import { JobClient } from './job-client';
import type { Scope } from './scope';
import { WorkerLostError } from './worker-client';

export interface EnrolJob {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Enrolment as the pages use it. It runs in a worker, which is restarted when it dies. */
export class EnrolmentClient {
  private client: JobClient<EnrolmentApi> | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly baseUrl: string,
  ) {}

  /** Transfers a copy of the samples; the caller keeps its own. */
  clean(samples: Float32Array, sampleRateHz: number, job: EnrolJob): Promise<CleanedRecording> {
    const copy = samples.slice();
    return this.run(job, (api, id) =>
      api.clean(id, transfer(copy, [copy.buffer]), sampleRateHz, proxy(job.onProgress)),
    );
  }

  /** Analyses the reading of the permission sentence. Required before `train` accepts a record of capacity `self`. */
  analyseSentence(
    samples: Float32Array,
    sampleRateHz: number,
    sentence: string,
    job: EnrolJob,
  ): Promise<SpokenSentence> {
    const copy = samples.slice();
    return this.run(job, (api, id) =>
      api.analyseSentence(id, transfer(copy, [copy.buffer]), sampleRateHz, sentence),
    );
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
    try {
      return await client.job(signal, task);
    } catch (error) {
      if (error instanceof WorkerLostError) this.discard();
      throw error;
    }
  }

  private async ready(): Promise<JobClient<EnrolmentApi>> {
    const client = (this.client ??= new JobClient<EnrolmentApi>(this.scope, EnrolmentWorker));
    await client.guard(client.api.load(this.baseUrl));
    return client;
  }

  private discard(): void {
    this.client?.dispose();
    this.client = undefined;
  }
}
