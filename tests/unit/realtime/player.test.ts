import { describe, expect, it } from 'vitest';
import { LivePlayer } from '../../../src/realtime/worklets/live-player';
import { LiveStats } from '../../../src/realtime/live-stats';
import { Ring } from '../../../src/realtime/ring';

const RING_HZ = 24_000;
const OUT_HZ = 48_000;
const QUANTUM = 128;
const BLOCK = 480;
const TONE_HZ = 200;

interface Run {
  /** Relative error of the writer's clock. */
  drift?: number;
  seconds: number;
  /** Whether the writer is running at a time. */
  isWriting?: (seconds: number) => boolean;
  /** Whether the writer withholds its samples, to write them all at once later. */
  isStuck?: (seconds: number) => boolean;
  /** Age of the samples when they are written. */
  ageSeconds?: number;
  /** Block length in ms from a time on. */
  blockMs?: (seconds: number) => number;
}

/** Simulates a worker that writes a tone in blocks, and speakers that render 128 samples at a time. */
function play({
  drift = 0,
  seconds,
  isWriting = () => true,
  isStuck = () => false,
  ageSeconds = 0,
  blockMs = () => 20,
}: Run) {
  const ring = new Ring(Ring.memory(RING_HZ, false));
  const stats = new LiveStats();
  const player = new LivePlayer(ring, stats, RING_HZ, OUT_HZ, 10);
  stats.set('originSeconds', -ageSeconds);
  const out = new Float32Array(seconds * OUT_HZ);
  let due = 0;
  let written = 0;
  let lost = 0;
  for (let at = 0; at + QUANTUM <= out.length; at += QUANTUM) {
    const now = at / OUT_HZ;
    const length = blockMs(now);
    stats.set('blockLengthMs', length);
    due += (QUANTUM / OUT_HZ) * RING_HZ * (1 + drift);
    const block = (BLOCK * length) / 20;
    while (due >= block && !isStuck(now)) {
      due -= block;
      const tone = Float32Array.from(
        { length: block },
        (_, i) => 0.5 * Math.sin((2 * Math.PI * TONE_HZ * (written + i)) / RING_HZ),
      );
      if (isWriting(now)) ring.write(tone);
      else stats.skip(written - lost, (lost += block) / RING_HZ);
      written += block;
    }
    player.render(out.subarray(at, at + QUANTUM), now);
  }
  return { out, stats };
}

/** Largest difference between two samples; 0.0131 for a tone of 200 Hz at half scale and 48 kHz. */
function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++)
    largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!));
  return largest;
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

describe('the player', () => {
  it('plays the ring at its level, without a gap', () => {
    const { out, stats } = play({ seconds: 5 });
    expect(stats.get('underruns')).toBe(0);
    expect(stats.get('outputJumps')).toBe(0);
    expect(rms(out.subarray(OUT_HZ))).toBeCloseTo(0.5 / Math.SQRT2, 2);
    expect(largestStep(out)).toBeLessThan(0.0135);
  });

  it.each([-500e-6, 500e-6, 2000e-6])(
    'follows a clock with a relative error of %f without dropouts',
    (drift) => {
      const { out, stats } = play({ drift, seconds: 60 });
      expect(stats.get('underruns')).toBe(0);
      expect(stats.get('outputJumps')).toBe(0);
      expect(stats.get('stretches')).toBe(0);
      expect(stats.get('ratio')).toBeCloseTo(1 + drift, 3);
      expect(largestStep(out)).toBeLessThan(0.0135);
    },
  );

  it('fades out when the queue runs empty, is silent, and fades in again', () => {
    const { out, stats } = play({ seconds: 4, isWriting: (now) => now < 1.5 || now > 2.5 });
    expect(stats.get('underruns')).toBe(1);
    expect(largestStep(out)).toBeLessThan(0.02);
    expect(rms(out.subarray(1.7 * OUT_HZ, 2.4 * OUT_HZ))).toBe(0);
    expect(rms(out.subarray(3 * OUT_HZ))).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });

  it('skips to the live edge without a click when the queue is too long', () => {
    const ring = new Ring(Ring.memory(RING_HZ, false));
    const stats = new LiveStats();
    stats.set('blockLengthMs', 20);
    const player = new LivePlayer(ring, stats, RING_HZ, OUT_HZ, 10);
    let written = 0;
    const write = (samples: number) => {
      ring.write(
        Float32Array.from(
          { length: samples },
          (_, i) => 0.5 * Math.sin((2 * Math.PI * TONE_HZ * (written + i)) / RING_HZ),
        ),
      );
      written += samples;
    };
    const out = new Float32Array(2 * OUT_HZ);
    for (let at = 0; at + QUANTUM <= out.length; at += QUANTUM) {
      write(64);
      // A second of withheld speech arrives at once.
      if (Math.abs(at - OUT_HZ) < QUANTUM / 2) write(0.3 * RING_HZ);
      player.render(out.subarray(at, at + QUANTUM), at / OUT_HZ);
    }
    expect(stats.get('outputJumps')).toBe(1);
    expect(stats.get('queueMs')).toBeLessThan(60);
    // The tone is cut at any phase; the cross-fade of 10 ms avoids a step.
    expect(largestStep(out)).toBeLessThan(0.02);
  });

  it('cuts out speech that is delayed too long, but leaves a block and the margin in the queue', () => {
    const stalls = [1, 1.5, 2, 2.5];
    const { stats, out } = play({
      seconds: 6,
      ageSeconds: 0.235,
      isStuck: (now) => stalls.some((start) => now > start && now < start + 0.08),
    });
    expect(stats.get('underruns')).toBe(stalls.length);
    expect(stats.delayQuantile(1)).toBeLessThan(286);
    expect(largestStep(out)).toBeLessThan(0.03);
  });

  it('stays silent for a while instead of starting with a long delay, but not for ever', () => {
    const { stats } = play({ seconds: 3, ageSeconds: 0.35 });
    expect(stats.get('isPlaying')).toBe(1);
    expect(stats.get('delayMs')).toBeGreaterThan(350);
    const { stats: fresh } = play({ seconds: 3, ageSeconds: 0.2, isStuck: (now) => now > 1 && now < 1.4 });
    expect(fresh.get('underruns')).toBe(1);
    expect(fresh.delayQuantile(1)).toBeLessThan(281);
  });

  it('repeats speech to bridge the time until the first longer block', () => {
    const { stats, out } = play({ seconds: 6, blockMs: (now) => (now < 2 || now > 4 ? 20 : 100) });
    expect(stats.get('stretches')).toBe(1);
    expect(largestStep(out)).toBeLessThan(0.03);
    expect(stats.get('queueMs')).toBeLessThan(80);
  });

  it('measures the delay, including skipped input', () => {
    const { stats } = play({ seconds: 5 });
    const before = stats.get('delayMs');
    expect(before).toBeGreaterThan(5);
    expect(before).toBeLessThan(60);
    stats.skip(1e6, 0.25);
    expect(stats.skippedAt(1e6 - 1)).toBe(0);
    expect(stats.skippedAt(1e6)).toBe(0.25);
    expect(stats.delayQuantile(0.5)).toBeGreaterThan(5);
    expect(stats.delayQuantile(1)).toBeLessThan(80);
  });
});
