import { describe, expect, it } from 'vitest';
import { SilenceWatch, type Silence } from '../../../src/ui/silence';

/** What the watch says after each tenth of a second. */
function watch(...stretches: [seconds: number, peak: number][]): Silence[] {
  const silence = new SilenceWatch();
  const peaks = stretches.flatMap(([seconds, peak]) => Array<number>(10 * seconds).fill(peak));
  return peaks.map((peak, i) => silence.push(peak, i / 10));
}

describe('a microphone', () => {
  it.each([
    ['that delivers zeros', 0, 'digital'],
    ['that is muted behind the converter, at -63 dBFS', 0.0007, 'almost'],
    ['that is muted behind the converter, resampled', 0.00111, 'almost'],
  ] as const)('%s is named within three seconds', (_what, peak, expected) => {
    expect(watch([3, peak]).at(-1)).toBe(expected);
    expect(watch([1, peak]).at(-1)).toBe('none');
  });

  it('that hears a room is not named, even if nobody speaks', () => {
    expect(watch([20, 0.002])).not.toContain('almost');
  });

  it('may pause between sentences, and is named once it is muted', () => {
    expect(watch([2, 0.3], [6, 0.0005], [2, 0.3])).not.toContain('almost');
    expect(watch([2, 0.3], [9, 0.0005]).at(-1)).toBe('almost');
    expect(watch([2, 0.3], [3, 0]).at(-1)).toBe('digital');
  });

  it('that is heard again is no longer named', () => {
    expect(watch([3, 0], [1, 0.2]).at(-1)).toBe('none');
  });
});
