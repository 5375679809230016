import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { LiveStats } from '../../../src/realtime/live-stats';
import { LiveLoop } from '../../../src/realtime/worker/live-loop';
import type { LiveLink, RecordedBlock, LiveSettings } from '../../../src/realtime/live-types';
import { convertTake } from '../../../src/engine/offline';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { fakeNetworks, fakeVoice } from '../engine/fake-networks';
import { rms } from '../engine/helpers';

const RATE_HZ = 48_000;
const PROFILE = { medianF0Hz: 120, speechLevelDb: -23 };
const SETTINGS: LiveSettings = {
  voiceId: 'fake',
  controls: DEFAULT_CONTROLS,
  profile: PROFILE,
  follows: false,
  gateDb: null,
  blockCodes: 1,
};

function buzz(seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(RATE_HZ * seconds) }, (_, i) => {
    let x = 0;
    for (let k = 1; k <= 20; k++) x += Math.cos((2 * Math.PI * 120 * k * i) / RATE_HZ);
    return 0.02 * x;
  });
}

/** A link whose microphone delivers `step` samples at every wait, and a loop that ends with the last of them. */
function run(samples: Float32Array, step: number, settings = SETTINGS) {
  let given = 0;
  let read = 0;
  const written: Float32Array[] = [];
  const stats = new LiveStats();
  const waits: (() => void)[] = [];
  const link: LiveLink = {
    sampleRateHz: RATE_HZ,
    source: {
      get available() {
        return given - read;
      },
      async wait() {
        if (given >= samples.length) loop.stop();
        given = Math.min(samples.length, given + step);
        waits.shift()?.();
      },
      read(into) {
        into.set(samples.subarray(read, read + into.length));
        read += into.length;
      },
      skip: (count) => void (read += count),
    },
    write: (block) => void written.push(block.slice()),
    meters: stats,
    close: () => undefined,
  };
  const loop = new LiveLoop(link, fakeNetworks(), fakeVoice(), settings);
  return { loop, stats, link, output: () => concat(written) };
}

function largestStep(samples: Float32Array): number {
  return samples.reduce((most, x, i) => (i > 0 ? Math.max(most, Math.abs(x - samples[i - 1]!)) : most), 0);
}

describe('the block loop', () => {
  it('equals the offline conversion', async () => {
    const samples = buzz(2);
    const { loop, output } = run(samples, 441);
    await loop.run();
    const offline = await convertTake({
      networks: fakeNetworks(),
      voice: fakeVoice(),
      controls: DEFAULT_CONTROLS,
      samples,
      sampleRateHz: RATE_HZ,
      profile: PROFILE,
    });
    const live = output();
    expect(live.length).toBeGreaterThan(1.6 * 24_000);
    const worst = live.reduce((most, x, i) => Math.max(most, Math.abs(x - offline.samples[i]!)), 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('skips to the live edge when too much input is waiting, and reports how much it skipped', async () => {
    const { loop, stats, output } = run(buzz(3), RATE_HZ);
    await loop.run();
    expect(stats.get('inputJumps')).toBe(3);
    // Of every second that arrives at once, a block and MAX_BEHIND_SECONDS are kept.
    expect(output().length).toBeLessThan(0.5 * 24_000);
    expect(stats.get('skippedSeconds')).toBeGreaterThan(2.7);
    expect(stats.get('skippedSeconds')).toBeLessThan(3);
  });

  it('changes voice and pitch while it runs without a gap or a click', async () => {
    const { loop, output } = run(buzz(3), 480);
    const running = loop.run();
    let blocks = 0;
    let switchedAt = 0;
    loop.record((block) => {
      if (!block || block.output.length === 0 || ++blocks !== 60) return;
      switchedAt = loop.written;
      loop.adjust(
        { ...SETTINGS, controls: { ...DEFAULT_CONTROLS, formantRatio: 1.2 } },
        fakeVoice({ id: 'other', medianF0Hz: 120, speechLevelDb: -26 }),
      );
    });
    await running;
    const out = output();
    const [from, to] = [switchedAt - 0.05 * 24_000, switchedAt + 0.15 * 24_000];
    const around = out.subarray(from, to);
    const usual = Math.max(largestStep(out.subarray(0, from)), largestStep(out.subarray(to)));
    expect(blocks).toBeGreaterThan(100);
    // A click would be a step that the voice itself does not make; between two pitches a pulse may be a little sharper.
    expect(largestStep(around)).toBeLessThanOrEqual(1.2 * usual);
    for (let at = 0; at + 480 <= around.length; at += 480)
      expect(rms(around.subarray(at, at + 480))).toBeGreaterThan(1e-3);
  });

  it('records a take with aligned input and output', async () => {
    const { loop } = run(buzz(3), 480);
    const recorded: RecordedBlock[] = [];
    let isOver = false;
    loop.record((block) => {
      if (block) recorded.push({ input: block.input.slice(), output: block.output.slice() });
      else isOver = true;
      if (recorded.length === 100) loop.endRecording();
    });
    await loop.run();
    expect(isOver).toBe(true);
    const input = concat(recorded.map((block) => block.input));
    const output = concat(recorded.map((block) => block.output));
    expect(input.length).toBeGreaterThan(0.9 * RATE_HZ);
    expect(output.length).toBe(Math.round(input.length / 2));
    const offline = await convertTake({
      networks: fakeNetworks(),
      voice: fakeVoice(),
      controls: DEFAULT_CONTROLS,
      samples: input,
      sampleRateHz: RATE_HZ,
      profile: PROFILE,
    });
    const same = Math.floor(0.9 * output.length);
    const worst = output
      .subarray(0, same)
      .reduce((most, x, i) => Math.max(most, Math.abs(x - offline.samples[i]!)), 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('is continued by another loop at the same position', async () => {
    const { loop, link, stats } = run(buzz(2), 480);
    let blocks = 0;
    loop.record(() => ++blocks === 60 && loop.interrupt(new Error('gone')));
    await expect(loop.run()).rejects.toThrow('gone');
    const next = new LiveLoop(link, fakeNetworks(), fakeVoice(), SETTINGS, loop);
    expect(next.consumed).toBe(loop.consumed);
    expect(next.written).toBe(loop.written);
    // The output that the first loop had not written yet is lost.
    expect(stats.get('skippedSeconds')).toBeCloseTo(loop.consumed / RATE_HZ - loop.written / 24_000, 6);
    next.stop();
    await next.run();
  });

  it('hands a calibration on to the loop that continues it', async () => {
    const { loop, link } = run(buzz(4), 480);
    const result = loop.calibrate(3);
    let blocks = 0;
    loop.record(() => ++blocks === 60 && loop.interrupt(new Error('gone')));
    await expect(loop.run()).rejects.toThrow('gone');
    const next = new LiveLoop(link, fakeNetworks(), fakeVoice(), SETTINGS, loop);
    const running = next.run();
    expect((await result).profile.medianF0Hz).toBeCloseTo(120, 0);
    next.stop();
    await running;
  });

  it('measures the speaker, and updates the profile if `follows` is set', async () => {
    const { loop } = run(buzz(4), 480, { ...SETTINGS, profile: null, follows: true });
    const result = loop.calibrate(2);
    await loop.run();
    expect((await result).profile.medianF0Hz).toBeCloseTo(120, 0);
    expect(loop.profile?.medianF0Hz).toBeCloseTo(120, 0);
  });
});
