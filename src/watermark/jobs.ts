import { detectWatermark } from './detect';
import type { Detection, DetectionApi } from './types';

/** The detection worker's interface: jobs that can be cancelled by their id. */
export class DetectionJobs implements DetectionApi {
  private readonly jobs = new Map<string, AbortController>();

  async detect(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (fraction: number) => void,
  ): Promise<Detection> {
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    try {
      return await detectWatermark(samples, sampleRateHz, { onProgress, signal: controller.signal });
    } finally {
      this.jobs.delete(jobId);
    }
  }

  async cancel(jobId: string): Promise<void> {
    this.jobs.get(jobId)?.abort();
  }

  async ping(): Promise<void> {}
}
