import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { COMPRESSED } from './files.mjs';

const MIN_BYTES = 1024;
/** Brotli's highest quality would take longer for the toolkits in WebAssembly than the rest of the build. */
const QUALITY = { small: 11, large: 7 };
const LARGE_BYTES = 1 << 20;

/**
 * Writes a Brotli and a gzip version (`.br`, `.gz`) beside every file of the build that compresses well; scripts/files.mjs
 * sends them, as other servers can.
 *
 * @returns {import('vite').Plugin}
 */
export function precompressed() {
  let outDir = '';
  return {
    name: 'precompressed',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: () => compressFolder(outDir),
    },
  };
}

/** @param {string} folder */
export async function compressFolder(folder) {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names.filter((name) => COMPRESSED.has(extname(name))).map((name) => compress(join(folder, name))),
  );
}

/** @param {string} path */
async function compress(path) {
  const content = await readFile(path);
  if (content.length < MIN_BYTES) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: content.length < LARGE_BYTES ? QUALITY.small : QUALITY.large,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(content));
}
