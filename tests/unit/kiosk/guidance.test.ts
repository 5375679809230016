import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TakeListener } from '../../../src/engine/analysis/take-listener';
import { adviceOn, isUnclear, type Heard } from '../../../src/kiosk/guidance';
import { inRoom, mix, noise } from '../../disguises';
import { readWav } from '../../browser/wav';

const near: Heard = { peak: 0.4, speechDb: -24, roomDb: -55, conditions: null, isSilent: false };
const RATE_HZ = 16000;
const speech = readWav(readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url))).subarray(
  0,
  5 * RATE_HZ,
);

describe('the advice to a visitor', () => {
  it.each<[string, Partial<Heard>, string]>([
    ['who is heard well', {}, 'good'],
    ['before they speak, in a quiet room', { speechDb: null }, 'good'],
    ['before they speak, in a loud room', { speechDb: null, roomDb: -25 }, 'around'],
    ['who shouts', { peak: 1 }, 'softer'],
    ['who is far away', { speechDb: -50, roomDb: -70 }, 'closer'],
    ['who is hardly louder than the room', { speechDb: -34, roomDb: -42 }, 'around'],
    ['whose microphone is muted', { isSilent: true, speechDb: null, roomDb: -100 }, 'silent'],
  ])('%s', (_, change, advice) => {
    expect(adviceOn({ ...near, ...change })).toBe(advice);
  });

  it.each<[string, Float32Array, string, boolean]>([
    ['near the microphone', speech, 'good', false],
    ['in a hall', inRoom(speech, 2.5, 8), 'closer', true],
    ['in noise of 5 dB SNR', mix(speech, noise(speech.length, 1), 5), 'around', false],
  ])('who speaks %s', async (_, samples, expected, isAskedAgain) => {
    const listener = new TakeListener(RATE_HZ);
    listener.push(samples);
    const conditions = await listener.judge();
    const advice = adviceOn({ ...near, speechDb: listener.levelDb, roomDb: listener.noiseDb, conditions });
    expect(advice).toBe(expected);
    expect(isUnclear(conditions!)).toBe(isAskedAgain);
  });
});
