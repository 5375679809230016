import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loudnessLkfs, matchedGains } from '../../../src/audio/loudness';
import { lowEnergyShare, speechWarning } from '../../../src/audio/speech-likeness';
import { readWav } from '../../browser/wav';

const speech = readWav(readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url)));
const sine = (hz: number, seconds: number, rate: number, level = 1) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => level * Math.sin((2 * Math.PI * hz * i) / rate));

describe('loudness', () => {
  it('is that of the standard: a full-scale sine of 997 Hz in one channel is -3.01 LKFS', () => {
    // ITU-R BS.1770-4, annex 1.
    expect(loudnessLkfs(sine(997, 5, 48000), 48000)).toBeCloseTo(-3.01, 1);
    expect(loudnessLkfs(sine(997, 5, 24000), 24000)).toBeCloseTo(-3.01, 1);
  });

  it('of two recordings is matched by turning the louder one down', () => {
    const quiet = speech.map((x) => x / 4);
    const [a, b] = matchedGains(speech, 16000, quiet, 16000);
    expect(a).toBeCloseTo(0.25, 2);
    expect(b).toBe(1);
    expect(matchedGains(quiet, 16000, speech, 16000)[1]).toBeCloseTo(0.25, 2);
    expect(matchedGains(speech, 16000, new Float32Array(16000), 16000)).toEqual([1, 1]);
  });
});

describe('what sounds like speech', () => {
  it('is speech, not chords, noise or a buzz', () => {
    expect(speechWarning(speech, 16000)).toBeNull();
    const chord = [220, 277, 330].map((hz) => sine(hz, 6, 16000, 0.2));
    expect(
      speechWarning(
        chord[0]!.map((x, i) => x + chord[1]![i]! + chord[2]![i]!),
        16000,
      ),
    ).toMatch(/voice alone/);
    expect(
      speechWarning(
        Float32Array.from({ length: 96000 }, () => Math.random() - 0.5),
        16000,
      ),
    ).toMatch(/music or steady noise/);
  });

  it('is not judged where there is too little', () => {
    expect(lowEnergyShare(speech.subarray(0, 32000), 16000)).toBeNull();
    expect(speechWarning(new Float32Array(96000), 16000)).toBeNull();
  });
});
