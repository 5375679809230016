import { proxy, transfer } from 'comlink';
import type { Detection, DetectionApi } from '../watermark/types';
import DetectionWorker from '../../workers/detection?worker';
import type { Scope } from './scope';
import { WorkerClient } from './worker-client';

/** Detects the mark in a worker that is created for this call, so that a file that crashes it cannot affect the next. */
export async function detect(
  parent: Scope,
  samples: Float32Array,
  sampleRateHz: number,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Detection> {
  signal.throwIfAborted();
  const client = new WorkerClient<DetectionApi>(parent, DetectionWorker);
  const cancel = () => void client.api.cancel('file');
  const removeListener = parent.on(signal, 'abort', cancel);
  try {
    return await client.guard(
      client.api.detect('file', transfer(samples, [samples.buffer]), sampleRateHz, proxy(onProgress)),
    );
  } finally {
    removeListener();
    client.dispose();
  }
}
