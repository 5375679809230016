import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeScore, loadScores, type QuizScores } from '../../../src/store/quiz';
import { forgetOne, noticeEviction } from '../../../src/store/space';

beforeEach(() => {
  const data = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => data.get(key) ?? null,
    setItem: (key: string, value: string) => void data.set(key, value),
  });
});

afterEach(() => vi.unstubAllGlobals());

const answer = (shown: QuizScores, kind: keyof QuizScores) =>
  changeScore(shown, kind, ({ right, of }) => ({ right: right + 1, of: of + 1 }));

describe('the scores of the quiz', () => {
  it('count the answers of two tabs', () => {
    const [mine, other] = [loadScores(), loadScores()];
    answer(mine, 'mark');
    answer(other, 'computer');
    expect(answer(other, 'mark')).toEqual({ mark: { right: 2, of: 2 }, computer: { right: 1, of: 1 } });
    expect(loadScores().mark.of).toBe(2);
  });

  it('last for the visit without storage', () => {
    const refuse = () => {
      throw new DOMException('no', 'SecurityError');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    expect(answer(answer(loadScores(), 'mark'), 'mark').mark.of).toBe(2);
  });
});

describe('a voice that a user deletes', () => {
  it('does not count as evicted, in another tab either', () => {
    noticeEviction(1);
    forgetOne();
    expect(noticeEviction(0)).toBe(0);
  });

  it('is one of all that any tab has stored', () => {
    noticeEviction(3);
    forgetOne();
    expect(noticeEviction(0)).toBe(2);
  });
});
