import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from '../browser.mjs';
import { ROOT } from '../build.mjs';
import { serve } from '../serve.mjs';
import { HIFI_GAN, hifiGan } from './hifi-gan.mjs';
import { phaseVocoder } from './phase-vocoder.mjs';

const FRAMES = 86;
const RUNS = 3;
const ORT = '/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs';

/**
 * Real-time factors in Chromium, the best of three runs on one thread, of a HiFi-GAN V1 with random weights in the runtime of the
 * app, and of a phase-vocoder pitch shift.
 */
export async function measureBaselines() {
  const model = hifiGan(FRAMES);
  const fft = await readFile(join(ROOT, 'node_modules/fft.js/lib/fft.js'), 'utf8');
  const server = await serve({
    root: ROOT,
    intercept(request, response) {
      if (request.url !== '/hifi-gan.onnx') return false;
      response.end(model);
      return true;
    },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}scripts/bench/page.html`);
    const hifiGanRtf = await page.evaluate(runHifiGan, { ort: ORT, frames: FRAMES, runs: RUNS, ...HIFI_GAN });
    // The functions are sent as text: they are plain JavaScript without imports.
    const vocoder = await page.evaluate(`(() => {
      const module = { exports: {} };
      (function (module) { ${fft} })(module);
      const SIZE = 2048, HOP = 512;
      ${phaseVocoder.toString()}
      const samples = Float32Array.from({ length: 5 * 24000 }, (_, i) => Math.sin(i * 0.05) * Math.random());
      let best = Infinity;
      for (let run = 0; run < ${RUNS}; run++) {
        const started = performance.now();
        phaseVocoder(samples, 1.5, module.exports);
        best = Math.min(best, (performance.now() - started) / 1000 / 5);
      }
      return best;
    })()`);
    return { hifiGanRtf, phaseVocoderRtf: Number(vocoder) };
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * Runs in the page.
 *
 * @param {{ ort: string, frames: number, runs: number, bands: number, rateHz: number, hopSamples: number }} options
 */
async function runHifiGan({ ort, frames, runs, bands, rateHz, hopSamples }) {
  const runtime = await import(ort);
  runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create('/hifi-gan.onnx', { executionProviders: ['wasm'] });
  const mel = new runtime.Tensor('float32', new Float32Array(bands * frames).fill(0.1), [1, bands, frames]);
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await session.run({ mel });
    best = Math.min(best, (performance.now() - started) / 1000 / ((frames * hopSamples) / rateHz));
  }
  return best;
}
