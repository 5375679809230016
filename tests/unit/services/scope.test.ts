import { describe, expect, it, vi } from 'vitest';
import { isCancelled, messageOf } from '../../../src/services/messages';
import { Scope } from '../../../src/services/scope';
import { AudioError } from '../../../src/audio/errors';
import { EngineError } from '../../../src/engine/errors';
import { clock, timeLeft } from '../../../src/text/format';

describe('a scope', () => {
  it('ends everything it owns, the newest first, once', () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.own(() => ended.push('first'));
    const stop = scope.own(() => ended.push('second'));
    scope.child().own(() => ended.push('in the child'));
    stop();
    stop();
    scope.dispose();
    scope.dispose();
    expect(ended).toEqual(['second', 'in the child', 'first']);
  });

  it('removes listeners and timers', () => {
    vi.useFakeTimers();
    const scope = new Scope();
    const target = new EventTarget();
    const listener = vi.fn();
    scope.on(target, 'news', listener);
    scope.timeout(listener, 10);
    scope.interval(listener, 10);
    scope.dispose();
    target.dispatchEvent(new Event('news'));
    vi.advanceTimersByTime(100);
    vi.useRealTimers();
    expect(listener).not.toHaveBeenCalled();
  });

  it('disposes immediately of what is added after its end', () => {
    const scope = new Scope();
    scope.dispose();
    const late = vi.fn();
    scope.own(late);
    expect(late).toHaveBeenCalledOnce();
  });
});

describe('messages', () => {
  it('are those written for users, and a general one for all other errors', () => {
    expect(messageOf(new AudioError('empty', 'It is empty.'))).toBe('It is empty.');
    expect(messageOf(new EngineError('gpu-lost', 'It was lost.'))).toBe('It was lost.');
    expect(messageOf(new TypeError('x is not a function'))).toMatch(
      /x is not a function.*takes.*safe.*Reload/,
    );
    expect(messageOf(undefined)).toMatch(/Reload/);
  });

  it('are not shown for cancellations', () => {
    expect(isCancelled(new EngineError('cancelled', ''))).toBe(true);
    expect(isCancelled(new AudioError('cancelled', ''))).toBe(true);
    expect(isCancelled(new DOMException('', 'AbortError'))).toBe(true);
    expect(isCancelled(new Error('cancelled'))).toBe(false);
  });
});

describe('figures in words', () => {
  it('are short', () => {
    expect([0, 59.9, 75, 3600, 3725].map(clock)).toEqual(['0:00', '0:59', '1:15', '1:00:00', '1:02:05']);
    expect([0.4, 1, 8.2, 89, 130].map(timeLeft)).toEqual([
      'less than a second',
      '1 second',
      '8 seconds',
      '89 seconds',
      '2 minutes',
    ]);
  });
});
