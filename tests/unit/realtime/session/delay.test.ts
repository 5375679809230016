import { expect, it } from 'vitest';
import { LiveStats } from '../../../../src/realtime/live-stats';
import { delayParts, totalMs } from '../../../../src/realtime/session/delay';

function stats(): LiveStats {
  const stats = new LiveStats();
  stats.set('delayMs', 120);
  stats.set('algorithmicMs', 60);
  stats.set('blockLengthMs', 40);
  return stats;
}

it('counts what the browser reports of the devices', () => {
  const parts = delayParts(stats(), { captureMs: 10, playbackMs: 38 });
  expect(parts).toMatchObject({ modelMs: 60, blockMs: 40, waitingMs: 20 });
  expect(totalMs(parts)).toBe(168);
});

it('counts what the chirp measured instead, once', () => {
  expect(totalMs(delayParts(stats(), { measuredMs: 62 }))).toBe(182);
});
