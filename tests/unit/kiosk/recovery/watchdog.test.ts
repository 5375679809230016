import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchSound } from '../../../../src/kiosk/recovery/watch-sound';
import { watchKiosk } from '../../../../src/kiosk/recovery/watchdog';
import { Scope } from '../../../../src/services/scope';
import { WorkerLostError } from '../../../../src/services/worker-client';

let scope: Scope;
let microphones: { kind: string }[];
const visit = { isOn: false, screen: 'attract' as 'attract' | 'speak' | 'converting' };
const converter = { check: vi.fn<(withinMs: number) => Promise<void>>(), hasLostGpu: false };
const report = vi.fn();
const note = vi.fn();

const seconds = (count: number) => vi.advanceTimersByTimeAsync(1000 * count);

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'Date', 'performance'],
  });
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
  microphones = [{ kind: 'audioinput' }];
  vi.stubGlobal('navigator', { mediaDevices: { enumerateDevices: async () => microphones } });
  scope = new Scope();
  Object.assign(visit, { isOn: false, screen: 'attract' });
  converter.check.mockReset().mockResolvedValue(undefined);
  converter.hasLostGpu = false;
  report.mockReset();
  note.mockReset();
  watchKiosk(scope, converter, { visit, report, note, hasEar: () => true });
});

afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the watchdog', () => {
  it('reports nothing while everything works', async () => {
    await seconds(50);
    expect(report).not.toHaveBeenCalled();
    expect(converter.check.mock.calls.length).toBeGreaterThan(5);
  });

  it.each([
    ['attract', false],
    ['speak', true],
    ['converting', false],
  ] as const)(
    'reports a lost worker; on the screen %s visitors do not notice it: %s',
    async (screen, quiet) => {
      const lost = new WorkerLostError();
      Object.assign(visit, { isOn: screen !== 'attract', screen });
      converter.check.mockRejectedValueOnce(lost);
      await seconds(6);
      expect(report.mock.calls).toEqual([['worker', lost, quiet]]);
    },
  );

  it('does not ask again while a worker owes an answer, nor report one that was replaced', async () => {
    let end: (error: unknown) => void = () => undefined;
    converter.check.mockImplementationOnce(() => new Promise((_, reject) => (end = reject)));
    await seconds(30);
    expect(converter.check).toHaveBeenCalledOnce();
    end(new DOMException('Replaced.', 'AbortError'));
    await seconds(10);
    expect(converter.check.mock.calls.length).toBeGreaterThan(1);
    expect(report).not.toHaveBeenCalled();
  });

  it('reports that no microphone is there, and a lost GPU, between visits', async () => {
    microphones = [{ kind: 'audiooutput' }];
    converter.hasLostGpu = true;
    visit.isOn = true;
    await seconds(30);
    expect(report).not.toHaveBeenCalled();
    visit.isOn = false;
    await seconds(10);
    expect(report.mock.calls).toEqual([
      ['gpu', { name: 'gpu-lost' }, false],
      ['microphone', { name: 'no-microphone' }, false],
    ]);
  });

  it('reports a clock that was set, in either direction', async () => {
    for (const step of [3_600_000, -7_200_000]) {
      report.mockReset();
      vi.setSystemTime(Date.now() + step);
      await seconds(3);
      expect(report.mock.calls).toEqual([['clock', { name: 'clock-set' }, true]]);
    }
  });
});

it('a sound device whose clock stands still is reported while there is something to play', async () => {
  const sound: { clockSeconds: number | null } = { clockSeconds: null };
  const onStalled = vi.fn();
  watchSound(scope, sound, onStalled);
  await seconds(5);
  expect(onStalled).not.toHaveBeenCalled();
  for (let i = 0; i < 10; i++) {
    sound.clockSeconds = i / 2;
    await seconds(0.5);
  }
  expect(onStalled).not.toHaveBeenCalled();
  await seconds(3.5);
  expect(onStalled).toHaveBeenCalledOnce();
});
