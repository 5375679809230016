import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reveal } from '../../../src/ui/attention';

const scrollBy = vi.fn();
let isStill = false;

beforeEach(() => {
  scrollBy.mockClear();
  isStill = false;
  vi.stubGlobal('window', { innerHeight: 800, scrollBy, matchMedia: () => ({ matches: isStill }) });
});

afterEach(() => vi.unstubAllGlobals());

const element = (top: number, bottom: number) =>
  ({ getBoundingClientRect: () => ({ top, bottom }) }) as Element;

describe('what is new', () => {
  it.each([
    ['is left where it is in view', 100, 700, null],
    ['comes up from below by as little as shows its end', 600, 1000, 216],
    ['comes down from above', -300, 100, -316],
    ['is shown from its beginning where it is taller than the window', 900, 2500, 884],
    ['is not moved where it already begins at the top and is taller than the window', 16, 2500, null],
  ])('%s', (_what, top, bottom, by) => {
    reveal(element(top, bottom));
    if (by === null) expect(scrollBy).not.toHaveBeenCalled();
    else expect(scrollBy).toHaveBeenCalledExactlyOnceWith({ top: by, behavior: 'smooth' });
  });

  it('comes without motion for users who prefer less of it', () => {
    isStill = true;
    reveal(element(600, 700), element(900, 1000));
    expect(scrollBy).toHaveBeenCalledExactlyOnceWith({ top: 216, behavior: 'instant' });
  });
});
