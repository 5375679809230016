import { delivery } from './delivery.js';
import { folders, PAGE_GLOBALS } from './folders.js';
import { NOT_MESSAGES, texts } from './texts.js';

const SOURCES = ['src/**/*.{ts,svelte}', 'workers/**/*.ts'];

/**
 * ESLint configurations for rules that neither types nor imports can express. None needs type information;
 * tests/unit/architecture/lint.test.ts shows that each reports a breach.
 *
 * @type {import('eslint').Linter.Config[]}
 */
export const restrictions = [
  { plugins: { understudy: { rules: { ...delivery, ...folders, ...texts } } } },
  {
    files: SOURCES,
    rules: {
      'understudy/no-encoder': 'error',
      'understudy/mediabunny-reads': 'error',
      'understudy/marked-by-cast': 'error',
      'understudy/no-unmarked-delivery': 'error',
      'understudy/no-upload': 'error',
    },
  },
  // The only file that may write with mediabunny; .dependency-cruiser.mjs restricts who may import it.
  { files: ['src/export/encode.ts'], rules: { 'understudy/mediabunny-reads': 'off' } },
  { files: ['src/export/deliver.ts'], rules: { 'understudy/no-unmarked-delivery': 'off' } },
  // Recognises audio files by their first bytes.
  { files: ['src/audio/sniff.ts'], rules: { 'understudy/no-encoder': 'off' } },
  {
    // PUT to the script that drives the page: exports and voice files; and, for the soak, raw numbers to compare.
    files: ['src/harness/send-result.ts', 'src/harness/live-harness.ts'],
    rules: { 'understudy/no-upload': 'off' },
  },
  {
    // Code of the page. Recorder and decoder (src/audio) are closed by their users.
    files: [
      'src/{app,studio,live,voices,detect,learn,kiosk,curator,help,ui,services,harness,export,archive}/**/*.{ts,svelte}',
      'src/realtime/session/**/*.ts',
    ],
    ignores: ['src/services/scope.ts'],
    rules: { 'understudy/owned-by-scope': 'error' },
  },
  {
    files: ['src/{dsp,provenance,watermark,engine,files,enrol}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', { globals: PAGE_GLOBALS, checkGlobalObject: true }] },
  },
  {
    files: ['src/**/*.{ts,svelte}'],
    ignores: NOT_MESSAGES,
    rules: { 'understudy/no-literal-text': 'error' },
  },
  { files: ['{workers,src/workers}/**/*.ts'], rules: { 'understudy/no-logic': 'error' } },
];
