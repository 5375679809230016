import type { Progress } from './types';

/** Too little is known of the time left before so much is done. */
const FIRST_FRACTION = 0.02;

/** From shares of the work that are done, 0..1, to news with the time left; the clock starts now. */
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
