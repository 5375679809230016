import { describe, expect, it } from 'vitest';
import { Frontend } from '../../../src/engine/analysis/frontend';
import { convertTake } from '../../../src/engine/offline';
import { Resampler } from '../../../src/dsp/resample';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { findColour } from '../../../src/enrol/colour';
import { random } from '../engine/helpers';
import { fakeNetworks, fakeVoice } from '../engine/fake-networks';
import { speech } from './mixture';

const networks = fakeNetworks();
const voice = fakeVoice({ speechLevelDb: -30 });
const cuts = [speech(), speech(), speech()];

/** Decibels [80] by which the conversion of the first cut is weaker than the cut, on the mean. */
async function missingDb(colour: Float32Array): Promise<number[]> {
  const spoken = cuts[0]!;
  const { samples } = await convertTake({
    networks,
    voice: { ...voice, colour },
    controls: DEFAULT_CONTROLS,
    samples: spoken,
    sampleRateHz: 16000,
  });
  const own = new Frontend().push(spoken);
  const loudest = Math.max(...own.loudnessDb);
  const heard = new Frontend().push(new Resampler(24000, 16000).push(samples));
  const bands = new Array<number>(80).fill(0);
  let count = 0;
  for (let t = 0; t < heard.frames; t++) {
    if (own.loudnessDb[t]! < loudest - 25) continue;
    count++;
    for (let b = 0; b < 80; b++) bands[b]! += own.logMel[t * 80 + b]! - heard.logMel[t * 80 + b]!;
  }
  const level = bands.reduce((sum, x) => sum + x, 0) / 80;
  // The level of a take is matched to the voice's: the shape counts.
  return bands.map((x) => ((x - level) / count) * (10 / Math.LN10));
}

const spread = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

describe('colour', () => {
  it('brings what a voice becomes of itself near to what it is', async () => {
    const fractions: number[] = [];
    const colour = await findColour(cuts, voice, { networks, onProgress: (x) => fractions.push(x) });
    const [plain, coloured] = [await missingDb(new Float32Array(80)), await missingDb(colour)];
    // The fake generator is further off than a colour may reach.
    expect(spread(coloured)).toBeLessThan(spread(plain) / 2);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  }, 60_000);

  it('is not what hiss adds to the recordings', async () => {
    const next = random(3);
    const hissing = cuts.map((cut) => cut.map((x) => x + 0.03 * (next() - 0.5)));
    // Where a colour is within its reach.
    const middle = (bands: Float32Array) => bands.slice(24, 32).reduce((sum, x) => sum + x, 0) / 8;
    const loudness = (samples: Float32Array) => {
      const { frames, logMel, loudnessDb } = new Frontend().push(samples);
      const loudest = Math.max(...loudnessDb);
      const loud = [...loudnessDb.keys()].filter((t) => t < frames && loudnessDb[t]! > loudest - 25);
      const sum = loud.reduce((all, t) => all + middle(logMel.slice(t * 80, t * 80 + 80)), 0);
      return sum / loud.length;
    };
    const [clean, hissed] = [
      await findColour(cuts, voice, { networks }),
      await findColour(hissing, voice, { networks }),
    ];
    // Power to amplitude.
    const added = (loudness(hissing[0]!) - loudness(cuts[0]!)) / 2;
    expect(added).toBeGreaterThan(0.3);
    // The fake generator makes nothing of it, so all of it comes back, and twice over by the level; taken for colour, four times.
    expect(middle(hissed) - middle(clean)).toBeLessThan(3 * added);
  }, 60_000);

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(findColour(cuts, voice, { networks, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('needs permission', async () => {
    const unlent = { ...voice, permission: { ...voice.permission, sealed: null } };
    await expect(findColour(cuts, unlent, { networks })).rejects.toMatchObject({ code: 'consent-missing' });
  });
});
