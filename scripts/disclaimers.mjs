import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'vite';
import { launchChromium } from './browser.mjs';
import { ROOT } from './build.mjs';
import { command, print } from './output.mjs';

const OUT = join(ROOT, 'public/disclaimer');
const OPUS = ['-c:a', 'libopus', '-b:a', '24k', '-bitexact'];

/**
 * Makes public/disclaimer: converts each sentence of src/export/disclaimers.json, as `python -m
 * pipeline.disclaimers` has said it into a folder, to the voice that is named there. Needs ffmpeg.
 *
 * The engine's own modules do it and no exported file: an export marks the disclaimer together with the take, and
 * two marks on one another would say two things.
 */
await command(async () => {
  const folder = process.argv[2];
  if (!folder) throw new Error('Usage: node scripts/disclaimers.mjs <folder of en.wav, de.wav, ...>');
  const sentences = JSON.parse(await readFile(join(ROOT, 'src/export/disclaimers.json'), 'utf8'));
  const work = await mkdtemp(join(tmpdir(), 'disclaimers-'));
  const server = await createServer({ root: ROOT, logLevel: 'error', server: { port: 0, hmr: false } });
  await server.listen();
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}tests/browser/modules.html`);
    await mkdir(OUT, { recursive: true });
    for (const language of Object.keys(sentences)) {
      const wav = (await readFile(join(folder, `${language}.wav`))).toString('base64');
      const { voice } = sentences[language];
      const raw = join(work, `${language}.f32`);
      await writeFile(raw, Buffer.from(await page.evaluate(convert, { wav, voice }), 'base64'));
      const input = ['-f', 'f32le', '-ar', '24000', '-ac', '1', '-i', raw];
      run('ffmpeg', ['-y', '-loglevel', 'error', ...input, ...OPUS, join(OUT, `${language}.opus`)]);
      await print(`${language}.opus: ${sentences[language].text}`);
    }
  } finally {
    await browser.close();
    await server.close();
    await rm(work, { recursive: true });
  }
});

/**
 * Runs in the page.
 *
 * @param {{ wav: string, voice: string }} job base64 of a file
 * @returns {Promise<string>} base64 of 24 kHz float32
 */
async function convert({ wav, voice }) {
  const load = /** @type {(path: string) => Promise<any>} */ (Reflect.get(window, 'loadModule'));
  const { decodeFile } = await load('/src/audio/decode.ts');
  const { Converter } = await load('/src/engine/converter.ts');
  const { browserOpeners } = await load('/src/engine/backends/runtime.ts');
  const { DEFAULT_CONTROLS } = await load('/src/engine/types.ts');
  const { openLibrary } = await load('/src/store/library.ts');
  const source = await decodeFile(new Blob([Uint8Array.from(atob(wav), (c) => c.charCodeAt(0))]), 'said.wav');
  const converter = new Converter(openLibrary, browserOpeners);
  const nothing = () => undefined;
  await converter.load({ baseUrl: new URL('/models/', location.href).href, backend: 'wasm' }, nothing);
  const { samples, sampleRateHz } = source;
  const made = await converter.convert('job', samples, sampleRateHz, voice, DEFAULT_CONTROLS, nothing);
  let text = '';
  for (const byte of new Uint8Array(made.samples.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error(`${program} is needed and failed: ${error?.message ?? `status ${status}`}`);
}
