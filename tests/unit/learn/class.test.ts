import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SERVED, statement } from '../../../src/learn/class/competences';
import { changeKept, loadKept, type Kept } from '../../../src/learn/class/kept';
import { isCounted, ListeningSeries } from '../../../src/learn/class/listening/listening.svelte';
import { PLANS, timed } from '../../../src/learn/class/plans';
import { TEST_ITEMS } from '../../../src/learn/class/test/test-items';
import { testScore } from '../../../src/learn/class/test/test-score';
import { wilsonRange } from '../../../src/learn/class/listening/wilson';
import { WORKSHEETS } from '../../../src/learn/class/worksheets';
import type { Material } from '../../../src/learn/material.svelte';
import { voice } from '../page';

const KEY = 'understudy-class';
const EMPTY: Kept = { answers: {}, computer: { yes: 0, of: 0 }, same: { yes: 0, of: 0 } };

describe('the range of a share', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i of %i is that of the literature', (yes, of, low, high) => {
    const range = wilsonRange(yes, of);
    expect(range.low).toBeCloseTo(low, 4);
    expect(range.high).toBeCloseTo(high, 4);
  });

  it('is as far from 1 as from 0 where all answers are the other one', () => {
    const [none, all] = [wilsonRange(0, 12), wilsonRange(12, 12)];
    expect(all.low).toBeCloseTo(1 - none.high, 12);
    expect([none.low, all.high]).toEqual([0, 1]);
  });
});

describe('the test', () => {
  const right = Object.fromEntries(TEST_ITEMS.map(({ id, answer }) => [id, answer]));

  it('has 20 questions, each with an answer among different options', () => {
    expect(new Set(TEST_ITEMS.map(({ id }) => id)).size).toBe(20);
    for (const { options, answer } of TEST_ITEMS) {
      expect(new Set(options.map((option) => option())).size).toBe(3);
      expect(options[answer]).toBeDefined();
    }
  });

  it('is not passed by always choosing the same option', () => {
    for (const option of [0, 1, 2]) {
      const answers = Object.fromEntries(TEST_ITEMS.map(({ id }) => [id, option]));
      expect(testScore(TEST_ITEMS, answers).right).toBeLessThanOrEqual(8);
    }
  });

  it('counts right answers, lists wrong ones and goes on with the first that is open', () => {
    expect(testScore(TEST_ITEMS, right)).toEqual({ right: 20, wrong: [], next: 20 });
    const [first, second, third] = TEST_ITEMS as [(typeof TEST_ITEMS)[0], ...typeof TEST_ITEMS];
    const wrong = (first.answer + 1) % 3;
    const score = testScore(TEST_ITEMS, { [first.id]: wrong, [third!.id]: third!.answer });
    expect(score).toEqual({ right: 1, wrong: [first], next: 1 });
    expect(second!.id).toBe(TEST_ITEMS[score.next]!.id);
  });

  it('takes options and questions that it does not have for no answer', () => {
    const { id } = TEST_ITEMS[0]!;
    expect(testScore(TEST_ITEMS, { [id]: 7, gone: 0 })).toEqual({ right: 0, wrong: [], next: 0 });
    expect(testScore([{ ...TEST_ITEMS[0]!, id: 'constructor' }], {}).next).toBe(0);
  });
});

describe('what is kept of a class', () => {
  let stored: Map<string, string>;

  beforeEach(() => {
    stored = new Map();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, text: string) => stored.set(key, text),
      removeItem: (key: string) => stored.delete(key),
    });
  });

  it('is there on the next visit, and adds to what another tab has stored since', () => {
    changeKept(EMPTY, (kept) => ({ ...kept, answers: { mark: 2 } }));
    const kept = changeKept(EMPTY, (now) => ({ ...now, computer: { yes: 3, of: 5 } }));
    expect(kept).toEqual({ ...EMPTY, answers: { mark: 2 }, computer: { yes: 3, of: 5 } });
    expect(loadKept()).toEqual(kept);
  });

  it('leaves nothing behind when all of it is deleted', () => {
    changeKept(EMPTY, (kept) => ({ ...kept, answers: { mark: 2 } }));
    expect(stored.has(KEY)).toBe(true);
    changeKept(EMPTY, (kept) => ({ ...kept, answers: {} }));
    expect(stored.has(KEY)).toBe(false);
  });

  it.each(['', 'null', '[]', '{', '"x"', '{"answers":5,"computer":{"yes":1}}'])(
    'is empty where %j is stored',
    (text) => {
      stored.set(KEY, text);
      expect(loadKept()).toEqual(EMPTY);
    },
  );

  it('keeps the parts that can be read, without counts that cannot be', () => {
    const good = { answers: { mark: 1 }, same: { yes: 2, of: 4 } };
    stored.set(KEY, JSON.stringify({ ...good, computer: { yes: 9, of: 4 } }));
    expect(loadKept()).toEqual({ ...EMPTY, ...good });
    stored.set(KEY, JSON.stringify({ ...good, same: { yes: -1, of: 1.5 } }));
    expect(loadKept().same).toEqual({ yes: 0, of: 0 });
  });

  it('lasts for the visit where nothing can be stored', () => {
    const fail = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    vi.stubGlobal('localStorage', { getItem: fail, setItem: fail, removeItem: fail });
    const kept = changeKept(EMPTY, (now) => ({ ...now, same: { yes: 1, of: 2 } }));
    expect(changeKept(kept, (now) => ({ ...now, answers: { mark: 0 } })).same).toEqual({ yes: 1, of: 2 });
  });
});

describe('a series of clips', () => {
  const recording = { samples: new Float32Array(8), sampleRateHz: 16000, origin: 'own' as const };
  const open = vi.fn();
  const converter = { status: { voices: [voice({ isRevoked: true }), voice({ id: 'joe', name: 'Joe' })] } };
  const convert = vi.fn(async (_source: unknown, voiceId: string) => ({
    ...recording,
    voiceId,
    voiceName: voiceId,
  }));
  const player = { open, pause: vi.fn() };
  const series = () =>
    new ListeningSeries({ recording, player, convert, context: { converter } } as unknown as Material);

  beforeEach(() => {
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: vi.fn(), removeItem: vi.fn() });
    vi.restoreAllMocks();
  });

  it('adds the answers to what a computer made, and to nothing else, when the solutions are told', async () => {
    const heard = series();
    // The recording first, then what was made of it.
    for (const random of [0.4, 0.6]) {
      vi.spyOn(Math, 'random').mockReturnValue(random);
      await heard.next();
      expect(heard.trial).toEqual({ sides: [random < 0.5 ? 'a' : 'b'], voiceName: 'joe' });
      heard.count({ yes: random < 0.5 ? 9 : 4, of: 10 });
      expect(heard.kept.computer).toEqual({ yes: 0, of: 0 });
    }
    heard.tell();
    expect(heard.kept.computer).toEqual({ yes: 4, of: 10 });
    expect(heard.solutions.map(isCounted)).toEqual([false, true]);
    heard.tell();
    expect(heard.kept.computer.of).toBe(10);
  });

  it('adds answers from paper at once, and what was counted when the question is changed', async () => {
    const heard = series();
    heard.choose('same');
    heard.count({ yes: 1, of: 3 });
    expect(heard.kept.same).toEqual({ yes: 1, of: 3 });
    await heard.next();
    expect([...heard.trial!.sides].sort()).toEqual(['a', 'b']);
    heard.count({ yes: 2, of: 5 });
    heard.choose('computer');
    expect(heard.kept.same).toEqual({ yes: 3, of: 8 });
    expect(heard.kept.computer.of).toBe(0);
  });
});

describe('what a teacher prints', () => {
  it('has steps that fill the minutes of each plan', () => {
    for (const plan of PLANS) {
      const steps = timed(plan);
      expect(steps.at(-1)!.to).toBe(plan.minutes);
      expect(steps.slice(1).map(({ from }) => from)).toEqual(steps.slice(0, -1).map(({ to }) => to));
    }
  });

  it('has a competence for each lesson and an answer for each task', () => {
    expect(SERVED.map(({ lesson }) => lesson)).toEqual([
      'voice',
      'conversion',
      'hear',
      'mark',
      'permission',
      'cases',
    ]);
    for (const { competence } of SERVED.flatMap(({ by }) => by)) expect(statement(competence)).toMatch(/\.$/);
    for (const { tasks } of WORKSHEETS) for (const { answer } of tasks) expect(answer()).not.toBe('');
  });
});
