import { proxy, transfer } from 'comlink';
import type { Detection, DetectionApi } from '../watermark/types';
import DetectionWorker from '../../workers/detection?worker';
import { JobClient } from './job-client';
import type { Scope } from './scope';

/** A worker that was prepared and does not answer for so long is replaced. */
const SPARE_REPLY_MS = 3000;
const LOADING_MS = 60_000;

/** Detects the mark in a worker that is created for this call, so that a file that crashes it cannot affect the next. */
export async function detect(
  parent: Scope,
  samples: Float32Array,
  sampleRateHz: number,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Detection> {
  signal.throwIfAborted();
  const client = new JobClient<DetectionApi>(parent, DetectionWorker);
  return detectIn(client, samples, sampleRateHz, onProgress, signal);
}

/** Keeps a worker ready for the next search, so that nothing has to be loaded for it then. */
export class SpareDetector {
  private spare: JobClient<DetectionApi> | undefined;

  constructor(private readonly scope: Scope) {}

  /** Resolves once there is one. Rejects with WorkerLostError where it cannot be loaded. */
  async prepare(): Promise<void> {
    const spare = (this.spare ??= new JobClient<DetectionApi>(this.scope, DetectionWorker));
    try {
      await spare.check(LOADING_MS);
    } catch (error) {
      if (this.spare === spare) this.spare = undefined;
      spare.dispose();
      throw error;
    }
  }

  /** As the function `detect`, in the worker that is ready, which ends with the search or with `signal`. */
  async detect(
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<Detection> {
    const { spare } = this;
    this.spare = undefined;
    const answers = await spare?.check(SPARE_REPLY_MS).then(
      () => true,
      () => false,
    );
    if (!answers) spare?.dispose();
    const client = spare && answers ? spare : new JobClient<DetectionApi>(this.scope, DetectionWorker);
    const forget = this.scope.on(signal, 'abort', () => client.dispose());
    try {
      return await detectIn(client, samples, sampleRateHz, onProgress, signal);
    } finally {
      forget();
    }
  }
}

async function detectIn(
  client: JobClient<DetectionApi>,
  samples: Float32Array,
  sampleRateHz: number,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Detection> {
  try {
    return await client.job(signal, (api, jobId) =>
      api.detect(jobId, transfer(samples, [samples.buffer]), sampleRateHz, proxy(onProgress)),
    );
  } finally {
    client.dispose();
  }
}
