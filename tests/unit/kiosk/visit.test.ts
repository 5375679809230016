import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER_SECONDS, Visit, type Action, type Screen } from '../../../src/kiosk/visit.svelte';
import { Scope } from '../../../src/services/scope';

const IDLE_SECONDS = 45;
/** Actions that lead from the first screen to each of the others. */
const WAYS: Record<Exclude<Screen, 'attract'>, Exclude<Action, 'leave' | 'fail' | 'begin'>[]> = {
  voices: [],
  about: ['read'],
  speak: ['choose'],
  converting: ['choose', 'spoken'],
  listen: ['choose', 'spoken', 'sounds'],
  mark: ['choose', 'spoken', 'sounds', 'finish'],
  goodbye: ['choose', 'spoken', 'sounds', 'finish', 'seen'],
};
const SCREENS = Object.keys(WAYS) as (keyof typeof WAYS)[];

let scope: Scope;
const onBegin = vi.fn();
const onEnd = vi.fn();

function visitAt(screen: keyof typeof WAYS): Visit {
  const visit = new Visit(scope, { idleSeconds: IDLE_SECONDS, onBegin, onEnd });
  visit.begin();
  for (const action of WAYS[screen]) visit.go(action);
  expect(visit.screen).toBe(screen);
  return visit;
}

const seconds = (count: number) => vi.advanceTimersByTime(1000 * count);

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  onBegin.mockReset();
  onEnd.mockReset();
});

afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
});

describe('a visit', () => {
  it('leads from the first screen to the last, and ends once', () => {
    const visit = visitAt('goodbye');
    visit.leave('finished');
    visit.leave('finished');
    expect(visit.screen).toBe('attract');
    expect(onBegin).toHaveBeenCalledTimes(1);
    expect(onEnd.mock.calls).toEqual([['finished', 'goodbye']]);
  });

  it('has three actions of the visitor before it sounds', () => {
    expect(WAYS.listen.filter((action) => action !== 'sounds').length + 1).toBe(3);
  });

  it.each<[Screen, Exclude<Action, 'leave' | 'fail'>, Screen]>([
    ['listen', 'again', 'speak'],
    ['listen', 'another', 'voices'],
    ['speak', 'another', 'voices'],
    ['converting', 'again', 'speak'],
    ['converting', 'another', 'voices'],
    ['voices', 'rechoose', 'converting'],
    ['about', 'unread', 'voices'],
    ['about', 'choose', 'speak'],
    ['about', 'rechoose', 'converting'],
    ['listen', 'resound', 'converting'],
  ])('leads from %s by %s to %s', (from, action, to) => {
    const visit = visitAt(from as keyof typeof WAYS);
    expect(visit.go(action)).toBe(true);
    expect(visit.screen).toBe(to);
  });

  it('ignores actions that belong to other screens', () => {
    const visit = new Visit(scope, { idleSeconds: IDLE_SECONDS, onBegin, onEnd });
    for (const action of [
      'read',
      'choose',
      'spoken',
      'sounds',
      'resound',
      'again',
      'finish',
      'seen',
    ] as const)
      expect(visit.go(action)).toBe(false);
    expect(visit.fail('conversion')).toBe(false);
    expect(visit.screen).toBe('attract');
    visit.begin();
    expect(visit.begin()).toBe(false);
    expect(onBegin).toHaveBeenCalledTimes(1);
    // A result that arrives after the visitor has gone.
    visit.leave('left');
    expect(visit.go('sounds')).toBe(false);
    expect(visit.screen).toBe('attract');
  });

  it.each(SCREENS)('can be left at %s', (screen) => {
    const visit = visitAt(screen);
    visit.leave('left');
    expect(visit.screen).toBe('attract');
    expect(onEnd.mock.calls).toEqual([['left', screen]]);
  });

  it.each(['speak', 'converting', 'listen'] as const)('asks to speak again when %s fails', (screen) => {
    const visit = visitAt(screen);
    expect(visit.fail('conversion')).toBe(true);
    expect([visit.screen, visit.problem]).toEqual(['speak', 'conversion']);
    visit.go('spoken');
    expect(visit.problem).toBeNull();
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('ends with its page', () => {
    visitAt('listen');
    scope.dispose();
    expect(onEnd.mock.calls).toEqual([['left', 'listen']]);
  });
});

describe('without a touch', () => {
  it.each(SCREENS)('the visitor is asked at %s, counted down, and gone', (screen) => {
    const visit = visitAt(screen);
    seconds(IDLE_SECONDS - 1);
    expect(visit.secondsLeft).toBeNull();
    seconds(1);
    expect(visit.secondsLeft).toBe(ANSWER_SECONDS);
    seconds(ANSWER_SECONDS - 1);
    expect([visit.secondsLeft, visit.screen]).toEqual([1, screen]);
    seconds(1);
    expect([visit.secondsLeft, visit.screen]).toEqual([null, 'attract']);
    expect(onEnd.mock.calls).toEqual([['idle', screen]]);
  });

  it('a touch answers, and the time starts again', () => {
    const visit = visitAt('listen');
    seconds(IDLE_SECONDS + 3);
    visit.touch();
    expect(visit.secondsLeft).toBeNull();
    seconds(IDLE_SECONDS - 1);
    expect([visit.secondsLeft, visit.screen]).toEqual([null, 'listen']);
  });

  it('no time passes while the visitor speaks or listens', () => {
    const visit = visitAt('listen');
    const release = visit.hold();
    seconds(3 * IDLE_SECONDS);
    expect([visit.secondsLeft, visit.screen]).toEqual([null, 'listen']);
    release();
    release();
    const other = visit.hold();
    seconds(3 * IDLE_SECONDS);
    expect(visit.screen).toBe('listen');
    other();
    seconds(IDLE_SECONDS);
    expect(visit.secondsLeft).toBe(ANSWER_SECONDS);
  });

  it('the first screen waits for ever', () => {
    const visit = new Visit(scope, { idleSeconds: IDLE_SECONDS, onBegin, onEnd });
    seconds(10 * IDLE_SECONDS);
    expect([visit.screen, visit.secondsLeft]).toEqual(['attract', null]);
    expect(onEnd).not.toHaveBeenCalled();
  });
});
