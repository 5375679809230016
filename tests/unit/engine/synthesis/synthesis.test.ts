import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { harmonicsAt, noiseAt } from '../../../../src/engine/synthesis/excitation';
import { RealFft } from '../../../../src/dsp/fft';
import { hzToMel, melToHz } from '../../../../src/dsp/signal';
import { Synthesiser, type SynthesisFrames } from '../../../../src/engine/synthesis/synthesis';
import { random, rms } from '../helpers';

const NEUTRAL = { formantRatio: 1, unvoicedLevelDb: 0 };

function frames(count: number, changes: Partial<SynthesisFrames> = {}): SynthesisFrames {
  return {
    frames: count,
    harmonicLogGain: new Float32Array(count * 80).fill(-3),
    noiseLogGain: new Float32Array(count * 80).fill(-25),
    f0Hz: new Float32Array(count).fill(200),
    voiced: new Float32Array(count).fill(1),
    gate: new Float32Array(count).fill(1),
    ...changes,
  };
}

/** Magnitude at one frequency, by projection over whole periods. */
function magnitudeAt(samples: Float32Array, hz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((x, i) => {
    re += x * Math.cos((2 * Math.PI * hz * i) / 24000);
    im -= x * Math.sin((2 * Math.PI * hz * i) / 24000);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

describe('the FFT', () => {
  it('is inverted by its inverse', () => {
    const next = random(1);
    const fft = new RealFft(1024);
    const input = Float64Array.from({ length: 1024 }, () => next() - 0.5);
    const spectrum = new Float64Array(2048);
    const output = new Float64Array(1024);
    fft.forward(input, spectrum);
    fft.inverse(spectrum, output);
    expect(Math.max(...output.map((x, i) => Math.abs(x - input[i]!)))).toBeLessThan(1e-12);
  });
});

describe('the excitation', () => {
  it('equals the sum of cosines of its closed form', () => {
    for (const [phase, hz] of [
      [0, 100],
      [0.3, 200],
      [-2, 333],
      [3.1, 90],
      [1e-12, 150],
    ] as const) {
      const count = Math.floor(12000 / hz);
      let sum = 0;
      for (let k = 1; k <= count; k++) sum += Math.cos(k * phase);
      expect(harmonicsAt(phase, hz)).toBeCloseTo(Math.sqrt(2 / count) * sum, 6);
    }
  });

  it('has white noise of unit variance', () => {
    const noise = Float32Array.from({ length: 100000 }, (_, i) => noiseAt(i));
    expect(rms(noise)).toBeCloseTo(1, 2);
    for (const lag of [1, 2, 7, 240]) {
      let sum = 0;
      for (let i = 0; i < 90000; i++) sum += noise[i]! * noise[i + lag]!;
      expect(Math.abs(sum / 90000)).toBeLessThan(0.015);
    }
  });
});

describe('the synthesiser', () => {
  it('returns harmonics of the given F0 at the given levels', () => {
    const count = 200;
    // A straight line in log gain over the mel scale: the filter reproduces it exactly at the harmonics.
    const gainAt = (hz: number) => -2 - (2 * hzToMel(hz)) / hzToMel(12000);
    const rows = Float32Array.from({ length: count * 80 }, (_, i) =>
      gainAt(melToHz(((i % 80) / 79) * hzToMel(12000))),
    );
    const out = new Synthesiser(NEUTRAL)
      .push(frames(count, { harmonicLogGain: rows }))
      .subarray(4800, 4800 + 24000);
    for (const hz of [200, 400, 1000, 3000, 8000]) {
      const wanted = Math.sqrt(2 / 60) * Math.exp(gainAt(hz));
      expect(Math.abs(20 * Math.log10(magnitudeAt(out, hz) / wanted)), `${hz} Hz`).toBeLessThan(0.3);
      expect(20 * Math.log10(magnitudeAt(out, hz + 100) / wanted)).toBeLessThan(-40);
    }
  });

  it('moves the envelope, not the pitch, by formantRatio', () => {
    const bump = Float32Array.from({ length: 100 * 80 }, (_, i) => {
      const hz = melToHz(((i % 80) / 79) * hzToMel(12000));
      return -6 + 4 * Math.exp(-(((hz - 1500) / 250) ** 2));
    });
    const out = new Synthesiser({ ...NEUTRAL, formantRatio: 1.2 })
      .push(frames(100, { harmonicLogGain: bump }))
      .subarray(4800, 16800);
    const levels = Array.from({ length: 20 }, (_, k) => magnitudeAt(out, 200 * (k + 1)));
    expect(200 * (levels.indexOf(Math.max(...levels)) + 1)).toBe(1800);
  });

  it('returns noise of the given level and amplifies it in unvoiced frames', () => {
    const unvoiced = frames(200, {
      noiseLogGain: new Float32Array(200 * 80).fill(Math.log(0.1)),
      voiced: new Float32Array(200),
    });
    const plain = new Synthesiser(NEUTRAL).push(unvoiced).subarray(2400, 43200);
    const louder = new Synthesiser({ formantRatio: 1, unvoicedLevelDb: 6 })
      .push(unvoiced)
      .subarray(2400, 43200);
    expect(rms(plain)).toBeCloseTo(0.1, 2);
    expect(20 * Math.log10(rms(louder) / rms(plain))).toBeCloseTo(6, 3);
  });

  it('does not depend on how the frames are cut', () => {
    const next = random(3);
    const whole = frames(120, {
      harmonicLogGain: Float32Array.from({ length: 9600 }, () => -3 + next()),
      noiseLogGain: Float32Array.from({ length: 9600 }, () => -5 + next()),
      f0Hz: Float32Array.from({ length: 120 }, () => 150 + 100 * next()),
      voiced: Float32Array.from({ length: 120 }, () => Math.round(next())),
    });
    const reference = new Synthesiser(NEUTRAL).push(whole);
    const synthesiser = new Synthesiser(NEUTRAL);
    const parts: Float32Array[] = [];
    for (let at = 0, size = 1; at < 120; at += size, size = 1 + Math.floor(next() * 9)) {
      const end = Math.min(120, at + size);
      const cut = (row: Float32Array, width = 1) => row.slice(at * width, end * width);
      parts.push(
        synthesiser.push({
          frames: end - at,
          harmonicLogGain: cut(whole.harmonicLogGain, 80),
          noiseLogGain: cut(whole.noiseLogGain, 80),
          f0Hz: cut(whole.f0Hz),
          voiced: cut(whole.voiced),
          gate: cut(whole.gate),
        }),
      );
    }
    expect(concat(parts)).toEqual(reference);
  });

  it('returns finite samples for any gains, and silence for a gate of 0', () => {
    for (const value of [Number.NaN, Infinity, -Infinity, 1e30]) {
      const row = new Float32Array(50 * 80).fill(value);
      const out = new Synthesiser(NEUTRAL).push(frames(50, { harmonicLogGain: row, noiseLogGain: row }));
      expect(out.every(Number.isFinite)).toBe(true);
    }
    const shut = new Synthesiser(NEUTRAL).push(frames(50, { gate: new Float32Array(50) }));
    expect(shut.every((x) => x === 0)).toBe(true);
  });
});
