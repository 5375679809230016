import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VitePWA } from 'vite-plugin-pwa';

/**
 * What is not kept for use without a network by the service worker: the networks and voices, which are in IndexedDB, what a curator
 * or a technician puts beside the app, and what only servers use.
 */
const LEFT_OUT = [
  'models/*.{onnx,voice,bin,json}',
  'exhibit.json',
  'staff-reset.json',
  'heartbeat.txt',
  'service-worker.js',
  '**/*.{br,gz}',
];
const MAX_BYTES = 64 << 20;
/** Scripts and pages first: with them the app starts. */
const FIRST = /\.(html|js|mjs|css)$/;
/** The runtime for graphics processors (src/engine/backends/ort.ts). */
const GPU = /^assets\/ort-wasm-simd-threaded\.asyncify-/;

/**
 * The service worker (`src/offline`), the list of files that it keeps, and the web manifest.
 *
 * @param {boolean} isRelease the build for scripts has none of these
 * @returns {import('vite').PluginOption}
 */
export function offline(isRelease) {
  let outDir = '';
  return [
    {
      name: 'offline-out-dir',
      configResolved(config) {
        outDir = config.build.outDir;
      },
    },
    VitePWA({
      disable: !isRelease,
      strategies: 'injectManifest',
      srcDir: 'src/offline',
      // Its address, service-worker.js, must never change: browsers ask it for updates.
      filename: 'service-worker.ts',
      injectRegister: null,
      includeManifestIcons: false,
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*'],
        globIgnores: LEFT_OUT,
        maximumFileSizeToCacheInBytes: MAX_BYTES,
        manifestTransforms: [
          async (entries) => {
            const files = await describe(
              outDir,
              entries.map(({ url }) => url),
            );
            return { manifest: files.map((file) => ({ size: file.bytes, revision: null, ...file })) };
          },
        ],
      },
      manifest: {
        id: './',
        name: 'Understudy',
        short_name: 'Understudy',
        description: 'Speak and hear the same performance in another voice. Nothing is uploaded.',
        start_url: './',
        scope: './',
        display: 'standalone',
        theme_color: '#1d1a24',
        background_color: '#131118',
        icons: [
          { src: 'icons/192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
    }),
  ];
}

/**
 * What the service worker knows of the files of a build.
 *
 * @param {string} folder
 * @param {string[]} paths
 * @returns {Promise<import('../src/offline/shell-files').ShellFile[]>}
 */
export async function describe(folder, paths) {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const core = new Set([
    'index.html',
    ...Array.from(html.matchAll(/"\.\/(assets\/[^"]+)"/g), ([, path]) => path),
  ]);
  const files = await Promise.all(
    [...new Set(paths)].map(async (url) => {
      const content = await readFile(join(folder, url));
      return {
        url,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        ...(core.has(url) && { isCore: true }),
        ...(GPU.test(url) && { isGpu: true }),
      };
    }),
  );
  const rank = (/** @type {{ url: string }} */ { url }) => (core.has(url) ? 0 : FIRST.test(url) ? 1 : 2);
  return files.sort((a, b) => rank(a) - rank(b) || a.bytes - b.bytes);
}
