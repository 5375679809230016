import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBaselines } from './bench/baselines.mjs';
import { measureFirstVisit } from './bench/first-visit.mjs';
import { measureKiosk } from './bench/kiosk.mjs';
import { measureStart } from './bench/start.mjs';
import { ROOT } from './build.mjs';
import { openHarness } from './harness.mjs';
import { command, print } from './output.mjs';

const SAMPLE = join(ROOT, 'public/sample/sample.wav');
const PUBLISHED = join(ROOT, 'models/published');
const EAR_FILES = ['ear.onnx', 'ear-join.onnx'];
const DENOISER = 'denoiser.onnx';
const RUNS = 3;
/** Of a take of 30 s on one thread: the whole conversion with the ear, and what the ear adds to it. */
const TAKE_SECONDS = 30;
const BARS = {
  rtf: 0.2,
  timesCheaper: 30,
  publishedMb: 12,
  earMb: 21,
  denoiserMb: 3,
  earRtf: 0.08,
  takeRtf: 0.14,
  kioskSeconds: 1,
  kioskShare: 0.6,
  /** Of the build before: to the first converted sound. */
  firstVisit: 0.6,
  secondVisit: 0.4,
  paintSeconds: 1.5,
  recordSeconds: 4,
};

/** `npm run bench -- start --pairs 3`: only the start, compared three times. */
await command(async () => {
  const { values, positionals } = parseArgs({
    options: { pairs: { type: 'string', default: '9' } },
    allowPositionals: true,
  });
  const pairs = Number(values.pairs);
  if (!(Number.isInteger(pairs) && pairs > 0)) throw new Error('--pairs takes a number above 0.');
  const [part] = positionals;
  if (part !== undefined && part !== 'start')
    throw new Error(`There is no part "${part}"; there is "start".`);
  if (part === undefined) await benchConversion();
  await benchStart(pairs);
});

async function benchConversion() {
  const { hifiGanRtf, phaseVocoderRtf } = await measureBaselines();
  const one = await measureConverter({ backend: 'wasm', threads: 1 });
  const four = await measureConverter({ backend: 'wasm', threads: 4 });
  const gpu = await measureConverter({ backend: 'webgpu' }).catch(() => undefined);
  const take = await measureEar();
  const visit = await measureFirstVisit();
  const { kioskSeconds, studioSeconds } = await measureKiosk();
  const names = await readdir(PUBLISHED);
  const laterFiles = [...EAR_FILES, DENOISER];
  const publishedMb = (await bytesOf(names.filter((name) => !laterFiles.includes(name)))) / 1e6;
  const earMb = (await bytesOf(EAR_FILES)) / 1e6;
  const denoiserMb = (await bytesOf([DENOISER])) / 1e6;

  const row = (/** @type {string} */ name, /** @type {number} */ rtf) =>
    print(
      `${name.padEnd(44)} ${rtf.toFixed(3)}x real time   ${(hifiGanRtf / rtf).toFixed(1)} times cheaper than HiFi-GAN`,
    );
  await row('whole conversion, WASM, one thread', one.rtf);
  await row('networks alone, WASM, one thread', one.networksRtf);
  await row('whole conversion, WASM, four threads', four.rtf);
  if (gpu?.backend === 'webgpu') await row('whole conversion, WebGPU', gpu.rtf);
  else await print('whole conversion, WebGPU: there is no graphics processor here');
  await row('30 s without the ear, WASM, one thread', take.small);
  await row('30 s with the ear, WASM, one thread', take.ear);
  await row('HiFi-GAN V1, random weights, one thread', hifiGanRtf);
  await row('phase-vocoder pitch shift, JavaScript', phaseVocoderRtf);
  await print(
    `first visit to first converted sound: ${visit.first.seconds.toFixed(1)} s, ${visit.first.mb.toFixed(1)} MB on the wire`,
  );
  await print(
    `second visit: ${visit.second.seconds.toFixed(1)} s, ${visit.second.mb.toFixed(1)} MB on the wire`,
  );
  await print(
    `5 s spoken: the other voice sounds ${kioskSeconds.toFixed(2)} s after them in the kiosk, is converted ${studioSeconds.toFixed(2)} s after Convert in the studio`,
  );
  const megabytes = (/** @type {number} */ mb) => `${mb.toFixed(2)} MB`;
  await print(
    `published networks and voices: ${megabytes(publishedMb)}, the ear: ${megabytes(earMb)}, the denoiser: ${megabytes(denoiserMb)}`,
  );

  await check(`whole conversion at most ${BARS.rtf}x on one thread`, one.rtf <= BARS.rtf);
  await check(
    `networks at least ${BARS.timesCheaper} times cheaper than HiFi-GAN`,
    hifiGanRtf / one.networksRtf >= BARS.timesCheaper,
  );
  await check(
    `30 s with the ear at most ${BARS.takeRtf}x on one thread, of which the ear ${BARS.earRtf}x`,
    take.ear <= BARS.takeRtf && take.ear - take.small <= BARS.earRtf,
  );
  await check(
    `kiosk: at most ${BARS.kioskSeconds} s, and ${BARS.kioskShare} times what the studio takes`,
    kioskSeconds <= BARS.kioskSeconds && kioskSeconds <= BARS.kioskShare * studioSeconds,
  );
  await check(
    `published at most ${BARS.publishedMb} MB, the ear ${BARS.earMb} MB, the denoiser ${BARS.denoiserMb} MB`,
    publishedMb <= BARS.publishedMb && earMb <= BARS.earMb && denoiserMb <= BARS.denoiserMb,
  );
}

/** @param {number} pairs */
async function benchStart(pairs) {
  const { first, second, paintSeconds, recordSeconds } = await measureStart(pairs);
  for (const [name, { earlierSeconds, todaySeconds, ratio }] of Object.entries({ first, second })) {
    await print(
      `${name} visit to first converted sound: ${todaySeconds.toFixed(2)} s, in the build before ${earlierSeconds.toFixed(2)} s, ratio ${ratio.toFixed(2)} (medians of ${pairs})`,
    );
  }
  await print(
    `start on a processor four times slower: first paint after ${paintSeconds.toFixed(2)} s, can record after ${recordSeconds.toFixed(2)} s`,
  );
  await check(
    `first visit at most ${BARS.firstVisit} times what the build before took`,
    first.ratio <= BARS.firstVisit,
  );
  await check(
    `second visit at most ${BARS.secondVisit} times what the build before took`,
    second.ratio <= BARS.secondVisit,
  );
  await check(
    `on a processor four times slower: first paint within ${BARS.paintSeconds} s, can record within ${BARS.recordSeconds} s`,
    paintSeconds <= BARS.paintSeconds && recordSeconds <= BARS.recordSeconds,
  );
}

/**
 * @param {string} bar
 * @param {boolean} holds
 */
async function check(bar, holds) {
  await print(`${holds ? 'holds' : 'FAILS'}: ${bar}`);
  if (!holds) process.exitCode = 1;
}

/**
 * The fastest of three conversions of the sample in a new Chromium, and the cost of its networks alone.
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

/** The fastest of three conversions of 30 s, without the ear and with it; it is opened by a conversion before them. */
async function measureEar() {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-bench-'));
  const file = join(folder, 'take.wav');
  const harness = await openHarness();
  try {
    await writeFile(file, lengthened(await readFile(SAMPLE)));
    await harness.page.evaluate(() => window.understudy?.load({ backend: 'wasm', threads: 1 }));
    await harness.page.evaluate(() => window.understudy?.prefetchEar());
    const convert = async (/** @type {'auto' | 'small'} */ ear) => {
      const job = {
        input: harness.addressOf(file),
        name: 'take.wav',
        output: harness.addressOf('/dev/null'),
        voice: 'kathleen',
        ear,
      };
      const result = await harness.page.evaluate((each) => window.understudy?.convert(each), job);
      return result?.rtf ?? Infinity;
    };
    await convert('auto');
    const best = { small: Infinity, ear: Infinity };
    for (let run = 0; run < RUNS; run++) {
      best.small = Math.min(best.small, await convert('small'));
      best.ear = Math.min(best.ear, await convert('auto'));
    }
    return best;
  } finally {
    await harness.close();
    await rm(folder, { recursive: true });
  }
}

/**
 * A 16-bit mono WAV with a header of 44 bytes, repeated to 30 s.
 *
 * @param {Buffer} wav
 */
function lengthened(wav) {
  const bytes = 2 * TAKE_SECONDS * wav.readUInt32LE(24);
  const samples = wav.subarray(44);
  const repeated = Buffer.alloc(44 + bytes);
  wav.copy(repeated, 0, 0, 44);
  for (let at = 0; at < bytes; at += samples.length) samples.copy(repeated, 44 + at);
  repeated.writeUInt32LE(36 + bytes, 4);
  repeated.writeUInt32LE(bytes, 40);
  return repeated;
}

/** @param {string[]} names in models/published */
async function bytesOf(names) {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(PUBLISHED, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
