import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { Biquad } from '../../../../src/dsp/biquad';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { PitchTracker } from '../../../../src/engine/analysis/pitch';
import { profileTake } from '../../../../src/engine/analysis/profile';
import type { SourceProfile } from '../../../../src/engine/types';
import { random, rms } from '../helpers';

const RATE_HZ = 16000;
const VOWELS = [
  [700, 1200, 2600],
  [320, 2200, 2900],
  [450, 900, 2400],
];

function noise(seconds: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: seconds * RATE_HZ }, () => next() - 0.5);
}

/** Harmonics `first` to `last` of `hz`, 6 dB per octave weaker upwards. */
function harmonics(hz: number, first: number, last: number, seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * RATE_HZ }, (_, n) => {
    let sum = 0;
    for (let k = first; k <= last; k++) sum += Math.cos((2 * Math.PI * k * hz * n) / RATE_HZ + k * k) / k;
    return 0.3 * sum;
  });
}

/** Three vowels in turn, 300 ms each with 100 ms of silence after it, of a level of -23 dBFS. */
function vowels(excitation: Float32Array): Float32Array {
  const parts: Float32Array[] = [];
  for (let at = 0, i = 0; at < excitation.length; at += 0.4 * RATE_HZ, i++) {
    let part = excitation.slice(at, at + 0.3 * RATE_HZ);
    for (const hz of VOWELS[i % 3]!) {
      const radius = Math.exp((-Math.PI * 90) / RATE_HZ);
      const formant = new Biquad(
        [1, 0, 0],
        [-2 * radius * Math.cos((2 * Math.PI * hz) / RATE_HZ), radius ** 2],
      );
      part = part.map((x) => formant.next(x));
    }
    const scale = 10 ** (-23 / 20) / rms(part);
    parts.push(
      part.map((x) => scale * x),
      noise(0.1, i).map((x) => 1e-4 * x),
    );
  }
  return concat(parts);
}

function tracked(samples: Float32Array, speaker?: SourceProfile): Float32Array {
  const tracker = new PitchTracker(speaker);
  const first = tracker.push(samples, new Frontend().push(samples).loudnessDb);
  return concat([first.f0Hz, tracker.end().f0Hz]);
}

/** Share of the frames above -40 dBFS that are voiced. */
function voicedShare(f0Hz: Float32Array, samples: Float32Array): number {
  const { loudnessDb } = new Frontend().push(samples);
  const loud = f0Hz.filter((_, t) => loudnessDb[t]! > -40);
  return loud.filter((hz) => hz > 0).length / loud.length;
}

const shareNear = (f0Hz: Float32Array, hz: number) =>
  f0Hz.filter((each) => Math.abs(Math.log2(each / hz)) < 0.05).length / f0Hz.length;

describe('whispered vowels', () => {
  const whisper = vowels(noise(6, 1));
  const speech = vowels(harmonics(180, 1, 40, 6));

  it('are unvoiced in a take that was measured, and spoken ones are voiced', async () => {
    const profile = await profileTake(whisper, RATE_HZ);
    expect(voicedShare(tracked(whisper, profile), whisper)).toBeLessThan(0.1);
    expect(voicedShare(tracked(speech, await profileTake(speech, RATE_HZ)), speech)).toBeGreaterThan(0.95);
  });

  it('are unvoiced after two seconds without a profile, and speech after them is voiced at once', () => {
    const f0Hz = tracked(concat([whisper, speech]));
    const [from, to] = [200, whisper.length / 160];
    expect(voicedShare(f0Hz.slice(from, to), whisper.slice(from * 160))).toBeLessThan(0.1);
    expect(voicedShare(f0Hz.slice(to), speech)).toBeGreaterThan(0.9);
  });
});

describe('F0', () => {
  const voice = harmonics(120, 1, 20, 2);

  it('is that of the voice in rumble as strong as it', () => {
    const pass = Biquad.highPass(20);
    const lowPass = [Biquad.lowPass(60), Biquad.lowPass(60), Biquad.lowPass(60)];
    const rumble = noise(2, 2).map((x) => lowPass.reduce((y, filter) => filter.next(y), pass.next(x)));
    const scale = rms(voice) / rms(rumble);
    const f0Hz = tracked(voice.map((x, i) => 0.2 * (x + scale * rumble[i]!)));
    expect(shareNear(f0Hz, 120)).toBeGreaterThan(0.95);
  });

  it('is not that of a multiple of an exact period', () => {
    for (const hz of [95.3, 220, 237.3, 311])
      expect(shareNear(tracked(harmonics(hz, 1, 20, 1)), hz)).toBeGreaterThan(0.9);
  });

  it('keeps its octave without the fundamental and the second harmonic, as on the telephone', () => {
    expect(shareNear(tracked(harmonics(110, 3, 30, 2)), 110)).toBeGreaterThan(0.95);
  });

  it('is found in clear frames of a speaker behind bass as strong as the voice', async () => {
    const bass = harmonics(60, 1, 1, 6).map((x) => 0.1 * x);
    const mixed = vowels(harmonics(220, 1, 30, 6)).map((x, i) => x + bass[i]!);
    expect((await profileTake(mixed, RATE_HZ)).medianF0Hz).toBeCloseTo(220, -1);
  });
});
