import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { launchChromium } from './browser.mjs';
import { ensureBuilt, HARNESS_DIST } from './build.mjs';
import { serve } from './serve.mjs';

/** Of files with sound; what cannot be decoded of them is reported. */
const AUDIO = new Set(
  '3gp aac ac3 aif aifc aiff amr ape au avi caf flac m4a m4b mka mkv mov mp2 mp3 mp4 mts oga ogg opus spx ts w64 wav wave weba webm wma wv'
    .split(' ')
    .map((extension) => `.${extension}`),
);

/**
 * Opens the app, built with its harness, in a headless Chromium for scripts. Close it when done.
 *
 * @param {{ webgpu?: boolean, args?: string[] }} [options] `args`: further ones for Chromium
 */
export async function openHarness({ webgpu = false, args = [] } = {}) {
  await ensureBuilt({ harness: true });
  /** @type {Map<string, string>} path of an address below /harness/ -> file */
  const files = new Map();
  const server = await serve({
    root: HARNESS_DIST,
    intercept: (request, response) => exchange(files, request, response),
  });
  const browser = await launchChromium({ webgpu, args });
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}?harness`);
  await page.waitForFunction(() => window.understudy !== undefined);
  return {
    page,
    /**
     * An address on the page's server by which it reads a file or, with PUT, writes it.
     *
     * @param {string} file
     */
    addressOf(file) {
      const path = `/harness/${files.size}`;
      files.set(path, file);
      return path;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * @param {Map<string, string>} files
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function exchange(files, request, response) {
  const file = files.get(request.url ?? '');
  if (!file) return false;
  const isPut = request.method === 'PUT';
  const done = isPut
    ? pipeline(request, createWriteStream(file))
    : pipeline(createReadStream(file), response);
  done.then(
    () => isPut && response.end(),
    () => response.destroy(),
  );
  return true;
}

/**
 * The file itself, or the recordings in a folder by name. Names on stderr what it skips, but for files whose name begins with a dot.
 *
 * @param {string} path
 */
export async function listRecordings(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new Error(`There is no file or folder ${path}.`);
  if (!found.isDirectory()) return [path];
  const visible = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  const names = visible.filter((name) => AUDIO.has(extname(name).toLowerCase()));
  for (const name of visible)
    if (!names.includes(name)) console.error(`${name}: skipped, by its name it is no recording.`);
  if (names.length === 0) throw new Error(`${path} holds no recordings (${[...AUDIO].join(' ')}).`);
  return names.map((name) => join(path, name));
}

/** @param {string} path */
export async function requireFile(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Error(`There is no file ${path}.`);
}

/** Makes a folder unless there is one. @param {string} path */
export async function makeFolder(path) {
  await mkdir(path, { recursive: true }).catch(() => {
    throw new Error(`The folder ${path} cannot be made: part of its path is a file, or may not be written.`);
  });
}

/** @param {string} file */
export function stemOf(file) {
  return parse(file).name;
}
