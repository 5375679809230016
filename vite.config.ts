import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { precompressed } from './scripts/compress.mjs';
import { serveFiles } from './scripts/files.mjs';
import { HEADERS, ISOLATION_HEADERS, policiesInPage } from './scripts/headers.mjs';
import { guides } from './scripts/help/guides.mjs';
import { revision } from './scripts/help/revision.mjs';
import { thirdPartyLicences } from './scripts/licences.mjs';
import { compileMessages, messages } from './scripts/messages.mjs';
import { offline } from './scripts/offline.mjs';
import { compilePseudoMessages, PSEUDO_MESSAGES } from './scripts/pseudo.mjs';

const published = fileURLToPath(new URL('models/published', import.meta.url));

/** The published networks and voices under models/: from their folder in development, copied when built. */
function publishedModels(): Plugin {
  let outDir = '';
  return {
    name: 'published-models',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    configureServer(server) {
      server.middlewares.use('/models', serveFiles(published));
    },
    async writeBundle() {
      await cp(published, `${outDir}/models`, { recursive: true });
    },
  };
}

/** Messages that have the made-up language too, in place of src/paraglide. */
function pseudoMessages(): Plugin {
  return {
    name: 'pseudo-messages',
    async config() {
      await compilePseudoMessages();
      const find = /^(?:\.\.\/)+paraglide\/(catalogues|runtime|shells)$/;
      return { resolve: { alias: [{ find, replacement: `${PSEUDO_MESSAGES}/$1.js` }] } };
    },
  };
}

const licences = thirdPartyLicences();

await compileMessages();

export default defineConfig(({ mode }) => ({
  base: './',
  // The build for scripts is served on this machine only.
  plugins: [
    messages(),
    mode === 'pseudo' && pseudoMessages(),
    svelte(),
    guides(),
    publishedModels(),
    licences.app(),
    policiesInPage(),
    offline(mode === 'production'),
    mode === 'production' && precompressed(),
  ],
  define: { 'import.meta.env.VITE_REVISION': JSON.stringify(revision()) },
  resolve: {
    // The runtime's glue and .wasm are given to it by address, so neither belongs in a bundle.
    conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: {
    format: 'es',
    plugins: licences.worker,
    rolldownOptions: {
      output: {
        // Apart from the entry, which WebKit would evaluate a second time when a chunk that is loaded later imports it.
        codeSplitting: { groups: [{ name: 'worker', test: /[\\/]src[\\/]workers[\\/]/ }] },
      },
    },
  },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: {
    headers: ISOLATION_HEADERS,
    watch: { ignored: ['**/models/**', '**/.venv/**', '**/.cache/**', '**/dist/**'] },
  },
  preview: { headers: HEADERS },
}));
