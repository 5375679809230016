import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { ROOT } from '../build.mjs';

const FOLDER = join(ROOT, 'node_modules/.cache/bench-watermark');

/**
 * The app's own mark and detector, bundled for node.
 *
 * @returns {Promise<typeof import('./internals.ts')>}
 */
export async function loadMark() {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: join(ROOT, 'scripts/bench-watermark/internals.ts'),
      outDir: FOLDER,
      rollupOptions: { output: { entryFileNames: 'mark.mjs' } },
    },
  });
  return openMark();
}

/**
 * Opens the last bundle of `loadMark`.
 *
 * @returns {Promise<typeof import('./internals.ts')>}
 */
export function openMark() {
  return import(pathToFileURL(join(FOLDER, 'mark.mjs')).href);
}
