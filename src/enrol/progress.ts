import type { Progress } from './types';

/** The time left is estimated from this fraction on. */
const FIRST_FRACTION = 0.02;

/**
 * Returns a function that takes the fraction of the work done (0..1) and reports it with the estimated time left. Time is
 * measured from this call.
 */
export function progressReporter(onProgress?: (progress: Progress) => void): (fraction: number) => void {
  const startedMs = performance.now();
  return (fraction) => {
    const workSeconds = (performance.now() - startedMs) / 1000;
    onProgress?.({
      fraction,
      secondsLeft: fraction > FIRST_FRACTION ? (workSeconds / fraction) * (1 - fraction) : null,
    });
  };
}
