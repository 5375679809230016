import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { measureBaselines } from './bench/baselines.mjs';
import { measureFirstVisit } from './bench/first-visit.mjs';
import { ROOT } from './build.mjs';
import { openHarness } from './harness.mjs';
import { command, print } from './output.mjs';

const SAMPLE = join(ROOT, 'public/sample/sample.wav');
const PUBLISHED = join(ROOT, 'models/published');
const RUNS = 3;
const BARS = { rtf: 0.2, timesCheaper: 30, publishedMb: 12 };

await command(async () => {
  const { hifiGanRtf, phaseVocoderRtf } = await measureBaselines();
  const one = await measureConverter({ backend: 'wasm', threads: 1 });
  const four = await measureConverter({ backend: 'wasm', threads: 4 });
  const gpu = await measureConverter({ backend: 'webgpu' }).catch(() => undefined);
  const visit = await measureFirstVisit();
  const publishedMb = (await bytesOf(PUBLISHED)) / 1e6;

  const row = (/** @type {string} */ name, /** @type {number} */ rtf) =>
    print(
      `${name.padEnd(44)} ${rtf.toFixed(3)}x real time   ${(hifiGanRtf / rtf).toFixed(1)} times cheaper than HiFi-GAN`,
    );
  await row('whole conversion, WASM, one thread', one.rtf);
  await row('networks alone, WASM, one thread', one.networksRtf);
  await row('whole conversion, WASM, four threads', four.rtf);
  if (gpu?.backend === 'webgpu') await row('whole conversion, WebGPU', gpu.rtf);
  else await print('whole conversion, WebGPU: there is no graphics processor here');
  await row('HiFi-GAN V1, random weights, one thread', hifiGanRtf);
  await row('phase-vocoder pitch shift, JavaScript', phaseVocoderRtf);
  await print(
    `first visit to first converted sound: ${visit.firstSeconds.toFixed(1)} s, ${visit.firstMb.toFixed(1)} MB on the wire`,
  );
  await print(
    `second visit: ${visit.secondSeconds.toFixed(1)} s, ${visit.secondMb.toFixed(1)} MB on the wire`,
  );
  await print(`published networks and voices: ${publishedMb.toFixed(2)} MB`);

  await check(`whole conversion at most ${BARS.rtf}x on one thread`, one.rtf <= BARS.rtf);
  await check(
    `networks at least ${BARS.timesCheaper} times cheaper than HiFi-GAN`,
    hifiGanRtf / one.networksRtf >= BARS.timesCheaper,
  );
  await check(`published at most ${BARS.publishedMb} MB`, publishedMb <= BARS.publishedMb);
});

/**
 * @param {string} bar
 * @param {boolean} holds
 */
async function check(bar, holds) {
  await print(`${holds ? 'holds' : 'FAILS'}: ${bar}`);
  if (!holds) process.exitCode = 1;
}

/**
 * The best of three conversions of the sample in a fresh Chromium, and what its networks alone cost there.
 *
 * @param {{ backend: 'wasm' | 'webgpu', threads?: number }} options
 */
async function measureConverter(options) {
  const harness = await openHarness();
  try {
    const status = await harness.page.evaluate((each) => window.understudy?.load(each), options);
    let best = Infinity;
    for (let run = 0; run < RUNS; run++) {
      const job = {
        input: harness.addressOf(SAMPLE),
        name: 'sample.wav',
        output: harness.addressOf('/dev/null'),
        voice: 'kathleen',
      };
      const result = await harness.page.evaluate((each) => window.understudy?.convert(each), job);
      best = Math.min(best, result?.rtf ?? Infinity);
    }
    return { rtf: best, networksRtf: status?.rtf[status.backend] ?? Infinity, backend: status?.backend };
  } finally {
    await harness.close();
  }
}

/** @param {string} folder */
async function bytesOf(folder) {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
