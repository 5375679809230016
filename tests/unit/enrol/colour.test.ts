import { describe, expect, it } from 'vitest';
import { Frontend } from '../../../src/engine/frontend';
import { convertTake } from '../../../src/engine/offline';
import { Resampler } from '../../../src/engine/resample';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { findColour, type Coloured } from '../../../src/enrol/colour';
import { fakeNetworks, fakeVoice } from '../engine/fake-networks';
import { speech } from './mixture';

const networks = fakeNetworks();
const voice = fakeVoice({ speechLevelDb: -30 });
const cuts = [speech(), speech(), speech()];

/** Decibels by which frames [n][80] of the conversion of the first cut are weaker than the cut's. */
async function lackDb(coloured: Partial<Coloured>): Promise<number[][]> {
  const spoken = cuts[0]!;
  const { samples } = await convertTake({
    networks,
    voice: { ...voice, ...coloured },
    controls: DEFAULT_CONTROLS,
    samples: spoken,
    sampleRateHz: 16000,
  });
  const own = new Frontend().push(spoken);
  const loudest = Math.max(...own.loudnessDb);
  const heard = new Frontend().push(new Resampler(24000, 16000).push(samples));
  const frames: number[][] = [];
  for (let t = 0; t < heard.frames; t++) {
    if (own.loudnessDb[t]! < loudest - 25) continue;
    const row = own.logMel.subarray(t * 80, (t + 1) * 80);
    frames.push(Array.from(row, (x, b) => (x - heard.logMel[t * 80 + b]!) * (10 / Math.LN10)));
  }
  return frames;
}

/** The mean over frames [80]. The level of a take is matched to the voice's: the shape counts. */
function shape(frames: number[][]): number[] {
  const bands = frames[0]!.map((_, b) => frames.reduce((sum, frame) => sum + frame[b]! / frames.length, 0));
  const level = bands.reduce((sum, x) => sum + x, 0) / bands.length;
  return bands.map((x) => x - level);
}

const spread = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

describe('colour', () => {
  it('brings what a voice becomes of itself near to what it is', async () => {
    const fractions: number[] = [];
    const found = await findColour(cuts, voice, { networks, onProgress: (x) => fractions.push(x) });
    const [plain, coloured] = [shape(await lackDb({})), shape(await lackDb(found))];
    // The fake generator is further off than a colour may reach.
    expect(spread(coloured)).toBeLessThan(spread(plain) / 2);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  }, 60_000);

  it('brings every frame nearer than one colour for all of them', async () => {
    const found = await findColour(cuts, voice, { networks });
    const error = (frames: number[][], middle: number[]) =>
      spread(frames.flatMap((frame) => frame.map((x, b) => x - middle[b]!)));
    const [plain, coloured] = [await lackDb({}), await lackDb(found)];
    // Less the mean of each band, which one colour would put right.
    expect(error(coloured, shape(coloured))).toBeLessThan(0.95 * error(plain, shape(plain)));
  }, 60_000);

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(findColour(cuts, voice, { networks, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('needs leave', async () => {
    const unlent = { ...voice, leave: { ...voice.leave, sealed: null } };
    await expect(findColour(cuts, unlent, { networks })).rejects.toMatchObject({ code: 'consent-missing' });
  });
});
