import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HEADERS } from './headers.mjs';

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.onnx': 'application/octet-stream',
  '.opus': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.voice': 'application/octet-stream',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
};
/** Extensions of files that are worth compressing. */
export const COMPRESSED = new Set(['.css', '.html', '.js', '.json', '.mjs', '.svg', '.txt', '.wasm']);

/** Encodings of the versions that lie beside a file, the best first, and their extensions. */
const PRECOMPRESSED = /** @type {const} */ ([
  ['br', 'br'],
  ['gzip', 'gz'],
]);

/**
 * Answers GET and HEAD with the files below `root`; calls `next` for missing files.
 *
 * Supports single byte ranges, which are never compressed, so that downloads can be resumed.
 *
 * @param {string} root
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, next?: () => void) => void}
 */
export function serveFiles(root) {
  return (request, response, next) => {
    answer(root, request, response, next).catch(() => response.destroy());
  };
}

/**
 * @param {string} root
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {(() => void) | undefined} next
 */
async function answer(root, request, response, next) {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return end(response, 405, 'Only GET and HEAD are answered.');
  const file = await find(root, request.url ?? '/');
  if (!file) return next ? next() : end(response, 404, 'There is no such file.');

  const extension = extname(file.path);
  const lastModified = new Date(Math.floor(file.mtimeMs / 1000) * 1000).toUTCString();
  response.setHeader('Content-Type', TYPES[extension] ?? 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Last-Modified', lastModified);
  // Vite puts a hash of the content into the names under assets/.
  const hashed = file.path.includes(`${sep}assets${sep}`);
  response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-modified-since'] === lastModified && !request.headers.range)
    return end(response, 304);

  const range = byteRange(request.headers.range, file.size);
  if (range === 'outside') {
    response.setHeader('Content-Range', `bytes */${file.size}`);
    return end(response, 416);
  }
  if (range) {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
    response.setHeader('Content-Length', range.end - range.start + 1);
    if (request.method === 'HEAD') return end(response, 206);
    return pipeline(createReadStream(file.path, range), response);
  }
  if (COMPRESSED.has(extension)) response.setHeader('Vary', 'Accept-Encoding');
  const sent = await encoded(file, String(request.headers['accept-encoding'] ?? ''));
  if (sent.encoding) response.setHeader('Content-Encoding', sent.encoding);
  if (sent.size !== undefined) response.setHeader('Content-Length', sent.size);
  if (request.method === 'HEAD') return end(response, 200);
  const source = createReadStream(sent.path);
  if (sent.size === undefined) return pipeline(source, createGzip(), response);
  return pipeline(source, response);
}

/** @typedef {{ path: string, size: number, mtimeMs: number }} Found */

/**
 * The form in which a file is sent: compressed beforehand (scripts/compress.mjs), compressed while it is sent (then without
 * `size`), or as it is.
 *
 * @param {Found} file
 * @param {string} accepted
 * @returns {Promise<{ path: string, encoding?: string, size?: number }>}
 */
async function encoded({ path, size, mtimeMs }, accepted) {
  if (!COMPRESSED.has(extname(path))) return { path, size };
  for (const [encoding, extension] of PRECOMPRESSED) {
    if (!new RegExp(`\\b${encoding}\\b`).test(accepted)) continue;
    const made = await stat(`${path}.${extension}`).catch(() => undefined);
    // Older than its file: that was replaced since.
    if (made?.isFile() && made.mtimeMs >= mtimeMs)
      return { path: `${path}.${extension}`, encoding, size: made.size };
  }
  return /\bgzip\b/.test(accepted) ? { path, encoding: 'gzip' } : { path, size };
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string} [text]
 */
function end(response, status, text) {
  response.statusCode = status;
  response.end(text);
}

/**
 * The file of an address, never one outside of `root`.
 *
 * @param {string} root
 * @param {string} address
 */
async function find(root, address) {
  let path;
  try {
    path = decodeURIComponent(new URL(address, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const base = resolve(root);
  const full = join(base, path.endsWith('/') ? `${path}index.html` : path);
  if (!full.startsWith(base + sep)) return undefined;
  const found = await stat(full).catch(() => undefined);
  return found?.isFile() ? { path: full, size: found.size, mtimeMs: found.mtimeMs } : undefined;
}

/**
 * A single byte range; undefined for a missing header and for forms that are not supported, to which the standard responds with
 * the whole file.
 *
 * @param {string | undefined} header
 * @param {number} size
 */
function byteRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  return start > end ? 'outside' : { start, end };
}
