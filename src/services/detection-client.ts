import { proxy, transfer } from 'comlink';
import type { Detection, DetectionApi } from '../watermark/types';
import DetectionWorker from '../../workers/detection?worker';
import { JobClient } from './job-client';
import type { Scope } from './scope';

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
  try {
    return await client.job(signal, (api, jobId) =>
      api.detect(jobId, transfer(samples, [samples.buffer]), sampleRateHz, proxy(onProgress)),
    );
  } finally {
    client.dispose();
  }
}
