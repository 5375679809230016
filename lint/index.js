import { leaving } from './leaving.js';
import { PAGE_GLOBALS, places } from './places.js';

const SOURCES = ['src/**/*.{ts,svelte}', 'workers/**/*.ts'];

/**
 * Configurations of ESLint for what neither a type nor an import shows. Each entry needs no type information;
 * tests/unit/architecture/lint.test.ts shows that it notices.
 *
 * @type {import('eslint').Linter.Config[]}
 */
export const restrictions = [
  { plugins: { understudy: { rules: { ...leaving, ...places } } } },
  {
    files: SOURCES,
    rules: {
      'understudy/no-encoder': 'error',
      'understudy/mediabunny-reads': 'error',
      'understudy/marked-by-cast': 'error',
      'understudy/no-way-out': 'error',
      'understudy/no-upload': 'error',
    },
  },
  // mediabunny's writing half is for this file alone; .dependency-cruiser.mjs says who may import it.
  { files: ['src/export/encode.ts'], rules: { 'understudy/mediabunny-reads': 'off' } },
  { files: ['src/export/deliver.ts'], rules: { 'understudy/no-way-out': 'off' } },
  // Knows a recording by its first bytes.
  { files: ['src/audio/sniff.ts'], rules: { 'understudy/no-encoder': 'off' } },
  {
    // PUT to the script that drives the page: exports and voice files; and, for the soak, raw numbers to compare.
    files: ['src/harness/send-result.ts', 'src/harness/live-harness.ts'],
    rules: { 'understudy/no-upload': 'off' },
  },
  {
    // What lives in the page. Recorder and decoder (src/audio) are closed by what opened them.
    files: [
      'src/{app,studio,live,voices,detect,learn,kiosk,ui,services,harness,export,archive}/**/*.{ts,svelte}',
      'src/realtime/session/**/*.ts',
    ],
    ignores: ['src/services/scope.ts'],
    rules: { 'understudy/owned-by-scope': 'error' },
  },
  {
    files: ['src/{dsp,provenance,watermark,engine,files,enrol}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', { globals: PAGE_GLOBALS, checkGlobalObject: true }] },
  },
  { files: ['workers/**/*.ts'], rules: { 'understudy/no-logic': 'error' } },
];
