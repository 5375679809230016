import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHarness } from '../harness.mjs';
import { RATE_HZ, readAudio, wavOf } from './audio.mjs';

const VOICE = 'joe';
const FIRST = { version: 2, id24: 0x5a5a5a };

/**
 * Converts marked clips in the built app, and counts which mark is detected in the results: the app's own or that of the input.
 *
 * @param {Float32Array[]} clips
 * @param {typeof import('./internals.ts')} mark
 */
export async function convertedAgain(clips, mark) {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-again-'));
  const harness = await openHarness();
  const count = { found: 0, own: 0, first: 0 };
  try {
    await harness.page.evaluate(() => window.understudy?.load({ backend: 'wasm' }));
    for (const [i, clip] of clips.entries()) {
      const [input, output] = [join(folder, `${i}.f32.wav`), join(folder, `${i}.wav`)];
      await writeFile(input, wavOf(mark.embedWatermark(clip, FIRST)));
      await harness.page.evaluate((job) => window.understudy?.convert(job), {
        input: harness.addressOf(input),
        name: 'clip.wav',
        output: harness.addressOf(output),
        voice: VOICE,
      });
      const { present, payloadOk, payload } = await mark.detectWatermark(
        readAudio(output, mark.Resampler),
        RATE_HZ,
      );
      if (present === 'yes') count.found++;
      if (payloadOk && payload?.id24 === FIRST.id24) count.first++;
      else if (payloadOk) count.own++;
    }
  } finally {
    await harness.close();
    await rm(folder, { recursive: true });
  }
  return [
    `${clips.length} marked clips converted once more, to ${VOICE}: a mark is found in ${count.found}. It is the mark of the new export, whose payload is read in ${count.own}; that of the clip before is read in ${count.first}.`,
  ];
}
