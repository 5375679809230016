import { describe, expect, it } from 'vitest';
import { Frontend } from '../../../src/engine/analysis/frontend';
import { convertTake } from '../../../src/engine/offline';
import { Resampler } from '../../../src/dsp/resample';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import { estimateColour } from '../../../src/enrol/colour';
import { random } from '../engine/helpers';
import { fakeNetworks, fakeVoice } from '../engine/fake-networks';
import { speech } from './mixture';

const networks = fakeNetworks();
const voice = fakeVoice({ speechLevelDb: -30 });
const pieces = [speech(), speech(), speech()];

/** Mean difference [80] between the first piece and its conversion, dB, less the difference in level. */
async function differenceDb(colour: Float32Array): Promise<number[]> {
  const spoken = pieces[0]!;
  const { samples } = await convertTake({
    networks,
    voice: { ...voice, colour },
    controls: DEFAULT_CONTROLS,
    samples: spoken,
    sampleRateHz: 16000,
  });
  const original = new Frontend().push(spoken);
  const loudest = Math.max(...original.loudnessDb);
  const converted = new Frontend().push(new Resampler(24000, 16000).push(samples));
  const bands = new Array<number>(80).fill(0);
  let count = 0;
  for (let t = 0; t < converted.frames; t++) {
    if (original.loudnessDb[t]! < loudest - 25) continue;
    count++;
    for (let b = 0; b < 80; b++) bands[b]! += original.logMel[t * 80 + b]! - converted.logMel[t * 80 + b]!;
  }
  const level = bands.reduce((sum, x) => sum + x, 0) / 80;
  // The level of a take is matched to the voice's, so only the shape is compared.
  return bands.map((x) => ((x - level) / count) * (10 / Math.LN10));
}

const rms = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

describe('colour', () => {
  it('makes the conversion of a voice to itself more similar to the original', async () => {
    const fractions: number[] = [];
    const colour = await estimateColour(pieces, voice, { networks, onProgress: (x) => fractions.push(x) });
    const [plain, coloured] = [await differenceDb(new Float32Array(80)), await differenceDb(colour)];
    // The fake generator differs by more than the largest gain of a colour.
    expect(rms(coloured)).toBeLessThan(rms(plain) / 2);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  }, 60_000);

  it('does not contain the hiss of the recordings', async () => {
    const next = random(3);
    const hissing = pieces.map((piece) => piece.map((x) => x + 0.03 * (next() - 0.5)));
    // Bands in which the colour is not limited to its largest gain.
    const middle = (bands: Float32Array) => bands.slice(24, 32).reduce((sum, x) => sum + x, 0) / 8;
    const loudness = (samples: Float32Array) => {
      const { frames, logMel, loudnessDb } = new Frontend().push(samples);
      const loudest = Math.max(...loudnessDb);
      const loud = [...loudnessDb.keys()].filter((t) => t < frames && loudnessDb[t]! > loudest - 25);
      const sum = loud.reduce((all, t) => all + middle(logMel.slice(t * 80, t * 80 + 80)), 0);
      return sum / loud.length;
    };
    const [clean, hissed] = [
      await estimateColour(pieces, voice, { networks }),
      await estimateColour(hissing, voice, { networks }),
    ];
    // Half, because logMel is a log of power and the colour of amplitude.
    const added = (loudness(hissing[0]!) - loudness(pieces[0]!)) / 2;
    expect(added).toBeGreaterThan(0.3);
    // The fake generator ignores hiss, so the colour rises by twice its amount through the level; with the hiss in it, by four times.
    expect(middle(hissed) - middle(clean)).toBeLessThan(3 * added);
  }, 60_000);

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      estimateColour(pieces, voice, { networks, signal: controller.signal }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('needs permission', async () => {
    const withoutRecord = { ...voice, permission: { ...voice.permission, sealed: null } };
    await expect(estimateColour(pieces, withoutRecord, { networks })).rejects.toMatchObject({
      code: 'consent-missing',
    });
  });
});
