import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../build.mjs';

/** @typedef {import('./tab.mjs').Tab} Tab */

/**
 * @typedef {{
 *   url: string,
 *   folder: string,
 *   exports: Map<string, string>,
 *   hasSound: boolean,
 *   stopServer: () => Promise<void>,
 * }} Run address of the app; a folder for what is downloaded; the files downloaded so far, by format; whether there is a sound device;
 *   ends what serves the app
 *
 * @typedef {{ name: string, run: (tab: Tab, run: Run) => Promise<string | void> }} Job resolves with what is worth printing
 */

const FIXTURES = join(ROOT, 'tests/fixtures/audio');
const FORMATS = ['wav', 'mp3', 'm4a', 'opus'];
/** What the page says without a sound device. */
export const NO_SOUND = /did not start within 5 s|No microphone was found/;

/** @type {Job[]} the main jobs of Studio, Live and Detect, in the order in which they build on each other */
export const JOBS = [
  { name: 'Studio converts the sample', run: convertSample },
  { name: 'Studio plays the conversion', run: playConversion },
  { name: 'Studio exports it in every format', run: exportAll },
  { name: 'Studio opens an M4A file', run: (tab, run) => openFixture(tab, run, 'speech.m4a') },
  { name: 'Studio opens an Opus file', run: (tab, run) => openFixture(tab, run, 'speech.opus') },
  { name: 'Studio records', run: record },
  { name: 'Live converts', run: goLive },
  { name: 'Detect finds the mark in an export', run: detect },
];

/** @type {Job[]} what must end with an error that says so */
export const SOUNDLESS_JOBS = [
  { name: 'Studio says why it does not record', run: record },
  { name: 'Live says why it does not start', run: goLive },
];

/** @param {Tab} tab @param {Run} run */
export async function convertSample(tab, { url }) {
  await tab.open(`${url}#/studio`);
  await tab.waitFor('backend');
  await tab.click('try-sample');
  await tab.waitFor('open-take');
  await tab.click('convert');
  await tab.waitFor('output-track', { patienceMs: 120_000 });
  return (await tab.text('result-facts')) ?? '';
}

/** @param {Tab} tab @param {Run} run */
async function playConversion(tab, { hasSound }) {
  await tab.click('play');
  if (!hasSound) return tab.waitFor('error', { text: NO_SOUND });
  const position = await tab.waitFor('position', { text: /^0:0[1-9]/ });
  await tab.click('play');
  return position;
}

/** @param {Tab} tab @param {Run} run */
export async function exportAll(tab, { folder, exports }) {
  await tab.evaluate(async () => {
    const page = /** @type {any} */ (window);
    const create = URL.createObjectURL.bind(URL);
    /** @type {Map<string, Blob | MediaSource>} */
    const blobs = new Map();
    URL.createObjectURL = (blob) => {
      const url = create(blob);
      blobs.set(url, blob);
      return url;
    };
    // The file is read from the page; what a browser does with downloads differs.
    HTMLAnchorElement.prototype.click = function () {
      page.exportedBlob = blobs.get(this.href);
    };
  });
  await tab.waitFor('format');
  const offered = await tab.evaluate(async () =>
    Array.from(
      document.querySelectorAll('[data-testid=format] option'),
      (option) => /** @type {HTMLOptionElement} */ (option).value,
    ),
  );
  const sizes = [];
  for (const format of FORMATS.filter((each) => offered.includes(each))) {
    await tab.select('format', format);
    await tab.click('download');
    const base64 = await tab.evaluate(exportedFile);
    const bytes = Buffer.from(base64, 'base64');
    const file = join(folder, `export.${format}`);
    await writeFile(file, bytes);
    exports.set(format, file);
    sizes.push(`${format} ${Math.round(bytes.length / 1000)} kB`);
  }
  const missing = FORMATS.filter((each) => !exports.has(each));
  // Opus is written by the browser's own encoder, the others by ours.
  if (missing.some((each) => each !== 'opus')) throw new Error(`${missing.join(', ')} not offered.`);
  return [...sizes, ...missing.map((each) => `${each} not offered`)].join(', ');
}

/** The file that the page offered for download last, as base64. */
async function exportedFile() {
  const page = /** @type {any} */ (window);
  const untilMs = performance.now() + 60_000;
  while (!page.exportedBlob) {
    const error = document.querySelector('[data-testid=error]');
    if (error) throw new Error(`The page says: ${error.textContent}`);
    if (performance.now() > untilMs) throw new Error('Nothing was exported.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const bytes = new Uint8Array(await page.exportedBlob.arrayBuffer());
  page.exportedBlob = undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** @param {Tab} tab @param {Run} run @param {string} file */
async function openFixture(tab, { url }, file) {
  await tab.open(`${url}#/studio`);
  await tab.chooseFile('file-input', join(FIXTURES, file));
  await tab.waitFor('open-take', { text: /^speech/ });
  const length = await tab.waitFor('position', { text: /\/ 0:0[78]$/ });
  return length;
}

/** @param {Tab} tab @param {Run} run */
async function record(tab, { url, hasSound }) {
  await tab.open(`${url}#/studio`);
  await tab.click('record');
  if (!hasSound) return tab.waitFor('error', { text: NO_SOUND });
  await tab.waitFor('record-clock', { text: /^0:0[2-9]/ });
  // On a busy machine the browsers' own microphones begin with silence.
  await tab.waitFor('[role=meter]:not([aria-valuetext="very quiet"])');
  await tab.click('stop');
  await tab.waitFor('record');
  return tab.waitFor('position', { text: /\/ 0:(0[2-9]|[1-5]\d)$/ });
}

/** @param {Tab} tab @param {Run} run */
export async function goLive(tab, { url, hasSound }) {
  await tab.open(`${url}#/live`);
  await tab.waitFor('live-ready', { patienceMs: 120_000 });
  await tab.click('live-toggle');
  if (!hasSound) return tab.waitFor('error', { text: NO_SOUND });
  await tab.waitFor('delay-total', { text: /^\D*[1-9]\d* ms/ });
  const given = await tab.waitFor('given', { text: /^The browser records (\d+ channels? )?at [1-9]/ });
  await tab.click('live-toggle');
  await tab.waitFor('[data-testid=live-toggle][data-phase=off]');
  return given;
}

/** @param {Tab} tab @param {Run} run */
export async function detect(tab, { url, exports }) {
  await tab.open(`${url}#/detect`);
  const answers = [];
  for (const [format, file] of exports) {
    await tab.chooseFile('detect-input', file);
    await tab.waitFor('h2.file', { text: new RegExp(`export\\.${format}`) });
    answers.push(`${format} ${await tab.attribute('detect-answer', 'data-present')}`);
  }
  if (answers.length === 0) throw new Error('There is no export.');
  if (answers.some((answer) => !answer.endsWith('yes'))) throw new Error(answers.join(', '));
  return answers.join(', ');
}
