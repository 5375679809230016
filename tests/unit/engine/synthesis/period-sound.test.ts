import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { hzToMel, melToHz } from '../../../../src/dsp/signal';
import { PeriodSound } from '../../../../src/engine/synthesis/period-sound';
import type { RecordedSound } from '../../../../src/engine/voice';
import { inChunks, random, rms, sine } from '../helpers';

const RATE_HZ = 24000;
const SILENT = new Float32Array(80).fill(-25);
const FLAT = new Float32Array(80);
const CENTRES_HZ = Array.from({ length: 80 }, (_, band) => melToHz((hzToMel(12000) * band) / 79));
/** Passes 300 to 3000 Hz, falls by 24 dB an octave on both sides. */
const BAND = Float32Array.from(CENTRES_HZ, (hz) => {
  const octaves = Math.max(0, Math.log2(300 / Math.max(hz, 1)), Math.log2(hz / 3000));
  return (-24 * octaves * Math.LN10) / 20;
});

function machine(changes: Partial<RecordedSound>): PeriodSound {
  return new PeriodSound({
    band: FLAT,
    noise: SILENT,
    wowRateHz: 1.3,
    wowDepth: 0,
    medianF0Hz: 200,
    ...changes,
  });
}

function gainDb(sound: PeriodSound, hz: number): number {
  const output = sound.push(sine(hz, RATE_HZ, 1)).subarray(4800);
  return 20 * Math.log10(rms(output) / (0.5 / Math.SQRT2));
}

describe('the sound of an old machine', () => {
  it('leaves samples as they are, two samples late, where the machine does nothing', () => {
    const next = random(1);
    const samples = Float32Array.from({ length: 3000 }, () => next() - 0.5);
    const output = machine({}).push(samples);
    for (let i = 2; i < 3000; i++) expect(output[i]!).toBeCloseTo(samples[i - 2]!, 5);
  });

  it('passes the band of the machine and nothing else', () => {
    expect(gainDb(machine({ band: BAND }), 1000)).toBeCloseTo(0, 0);
    expect(gainDb(machine({ band: BAND }), 6000)).toBeCloseTo(-24, 0);
    expect(gainDb(machine({ band: BAND }), 9000)).toBeLessThan(-34);
    expect(gainDb(machine({ band: BAND }), 100)).toBeLessThan(-24);
  });

  it('adds the noise of the machine, also in silence, at its level', () => {
    const level = -40;
    const noise = new Float32Array(80).fill((level * Math.LN10) / 20);
    const output = machine({ noise })
      .push(new Float32Array(2 * RATE_HZ))
      .subarray(1000);
    expect(20 * Math.log10(rms(output))).toBeCloseTo(level, 0);
  });

  it('changes the speed by the depth of the wow, at its rate', () => {
    const [wowRateHz, wowDepth] = [2, 0.02];
    const output = machine({ wowRateHz, wowDepth }).push(sine(1000, RATE_HZ, 1));
    // Frequency between upward zero crossings, over one turn.
    const crossings: number[] = [];
    for (let i = 1; i < output.length; i++)
      if (output[i - 1]! < 0 && output[i]! >= 0)
        crossings.push(i - output[i]! / (output[i]! - output[i - 1]!));
    const speeds = crossings.slice(1).map((at, i) => ({
      turn: ((at * wowRateHz) / RATE_HZ) % 1,
      speed: RATE_HZ / (at - crossings[i]!) / 1000,
    }));
    const near = (turn: number) => speeds.find((each) => Math.abs(each.turn - turn) < 0.01)!.speed;
    expect(near(0.25)).toBeCloseTo(1 - wowDepth, 3);
    expect(near(0.75)).toBeCloseTo(1 + wowDepth, 3);
    expect(near(0.5)).toBeCloseTo(1, 2);
  });

  it('gives the same for any split of the input, and as many samples', () => {
    const next = random(2);
    const samples = Float32Array.from({ length: 20000 }, () => next() - 0.5);
    const noise = new Float32Array(80).fill(-4);
    const sound = { band: BAND, noise, wowRateHz: 1.3, wowDepth: 0.004, medianF0Hz: 200 };
    const whole = machine(sound).push(samples);
    const split = machine(sound);
    const parts = concat(inChunks(samples, 3, 1500).map((part) => split.push(part)));
    expect(parts.length).toBe(samples.length);
    expect(parts.reduce((most, x, i) => Math.max(most, Math.abs(x - whole[i]!)), 0)).toBeLessThan(1e-5);
  });
});
