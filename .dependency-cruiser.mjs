/**
 * Which folder may import which, and which library. `npm test` checks it through scripts/layers.mjs, which also sees the
 * type imports of Svelte files; `npx depcruise src workers` is the same without those.
 */

const PAGES = ['studio', 'live', 'voices', 'detect', 'learn', 'kiosk', 'curator', 'help'];

/** Folders that compute: they run in workers and under Node, so they know no page, no store and no audio device. */
const COMPUTING = ['dsp', 'provenance', 'watermark', 'engine', 'files', 'enrol'];

/**
 * Every folder of src with the other folders that it may import, type imports included. From the bottom up, but for `services`,
 * whose Scope and worker client `realtime` and `export` use, and which itself exports previews.
 *
 * @type {Record<string, string[]>}
 */
const LAYERS = {
  // Compiled from messages/ (scripts/messages.mjs).
  paraglide: [],
  // What is said to people, in the language shown.
  text: ['paraglide'],
  // The service worker, which is built by itself.
  offline: [],
  dsp: [],
  provenance: [],
  // What marks and what finds the mark must not depend on what converts.
  watermark: ['dsp'],
  // The converter is given a loaded voice; it knows no file format.
  engine: ['dsp', 'provenance'],
  files: ['dsp', 'engine', 'provenance'],
  // Recordings that carry the mark are refused.
  enrol: ['dsp', 'engine', 'files', 'provenance', 'watermark'],
  audio: ['dsp'],
  store: ['dsp', 'engine', 'enrol', 'files', 'provenance'],
  // From the microphone to the speakers, whichever page opens the session.
  realtime: ['audio', 'dsp', 'engine', 'provenance', 'services'],
  export: ['audio', 'dsp', 'engine', 'provenance', 'services', 'store', 'watermark'],
  archive: ['audio', 'dsp', 'engine', 'enrol', 'export', 'files', 'provenance', 'store'],
  services: [
    'audio',
    'dsp',
    'engine',
    'enrol',
    'export',
    'files',
    'offline',
    'provenance',
    'store',
    'watermark',
  ],
  ui: ['audio', 'dsp', 'engine', 'provenance', 'services'],
};
const TEXTS = ['paraglide', 'text'];
/** Every folder says what it says through messages. */
for (const allowed of Object.values(LAYERS).slice(2)) allowed.push(...TEXTS);
const LOWER = Object.keys(LAYERS);
/** A page imports no other page and not the shell, so that each can be read and changed alone. */
for (const page of PAGES) LAYERS[page] = LOWER;
LAYERS.app = [...LOWER, ...PAGES, 'harness'];
/** They join folders that run without a page. */
LAYERS.workers = [...COMPUTING, ...TEXTS, 'audio', 'realtime', 'store'];
LAYERS.harness = LOWER.filter((folder) => folder !== 'ui');

/** @param {string[]} names */
const oneOf = (names) => `(${names.join('|')})`;

/** A package, resolved or not. @param {string[]} names */
const packages = (names) => `(^|node_modules/)${oneOf(names)}(/|$)`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const layers = Object.entries(LAYERS).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} imports only ${allowed.join(', ') || 'nothing'} of ours; see LAYERS.`,
  from: { path: `^src/${folder}/` },
  to: {
    path: '^(src|workers)/',
    pathNot: [
      `^src/${oneOf([folder, ...allowed])}/`,
      // A worker is opened by its address, from what talks to it.
      ...(['services', 'realtime'].includes(folder) ? ['^workers/'] : []),
    ],
  },
}));

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const rules = [
  {
    name: 'no-cycles',
    comment: 'Files that import each other, even for types alone, can only be read and tested together.',
    from: {},
    to: { circular: true, pathNot: '^src/paraglide/' },
  },
  {
    name: 'known-folder',
    comment: 'A new folder of src is entered in LAYERS; without that no rule would watch it.',
    from: {},
    to: { path: '^src/[^/]+/', pathNot: `^src/${oneOf(Object.keys(LAYERS))}/` },
  },
  {
    name: 'worker-entries',
    comment:
      'The entry of a worker only imports its module, so that no chunk that is loaded later imports the entry.',
    from: { path: '^workers/' },
    to: { pathNot: '^src/workers/' },
  },
  {
    name: 'harness-is-lazy',
    comment: 'Visitors do not download what only scripts use.',
    from: { path: '^src/app/' },
    to: { path: '^src/harness/', dynamic: false },
  },
  {
    name: 'computing-libraries',
    comment:
      'What computes needs arithmetic, the runtime, schemas, JSON and zips; nothing that draws, stores or plays.',
    from: { path: `^src/${oneOf(COMPUTING)}/` },
    to: {
      dependencyTypesNot: ['local', 'undetermined'],
      pathNot: packages(['fft\\.js', 'onnxruntime-web', 'valibot', 'fflate', 'jsonc-parser']),
    },
  },
  {
    name: 'markup-libraries',
    comment: 'Svelte and its components belong to what draws.',
    from: { path: '^(src|workers)/', pathNot: `^src/(main\\.ts$|${oneOf([...PAGES, 'app', 'ui'])}/)` },
    to: { path: packages(['svelte', 'bits-ui', 'wavesurfer\\.js']) },
  },
  {
    name: 'idb-in-store',
    comment: 'One folder knows what lies where in IndexedDB.',
    from: { pathNot: '^src/store/' },
    to: { path: packages(['idb']) },
  },
  {
    name: 'mediabunny-in-audio-and-encoder',
    comment:
      'mediabunny writes files too. src/audio reads with it; lint limits it there to the reading names.',
    from: { pathNot: '^src/(audio/|export/encode\\.ts$)' },
    to: { path: packages(['mediabunny']) },
  },
  {
    name: 'encoders-in-encode',
    comment: 'One file writes audio files.',
    from: { pathNot: '^src/export/encode\\.ts$' },
    to: { path: packages(['@mediabunny']) },
  },
  {
    name: 'encode-behind-export',
    comment: 'exportTake asks for permission, marks, and only then encodes.',
    from: { pathNot: '^src/export/export\\.ts$' },
    to: { path: '^src/export/encode\\.ts$' },
  },
  {
    name: 'watermark-behind-index',
    comment: 'MarkedSamples can be made only inside src/watermark; its constructor is not part of the index.',
    from: { path: '^(src|workers)/', pathNot: '^src/watermark/' },
    to: { path: '^src/watermark/', pathNot: '^src/watermark/(index|types|jobs)\\.ts$' },
  },
  {
    name: 'credentials-in-export',
    comment: 'Only an export is signed.',
    from: { pathNot: '^src/export/' },
    to: { path: packages(['@contentauth']) },
  },
  {
    name: 'zips-in-files',
    comment: 'A zip can carry sound out: voice files and archives are the only ones.',
    from: { pathNot: '^src/files/' },
    to: { path: packages(['fflate']) },
  },
  {
    name: 'zip-writer-for-archive',
    comment: 'As zips-in-files, for the writer that takes part after part.',
    from: { pathNot: '^src/(files/|archive/write\\.ts$)' },
    to: { path: '^src/files/zip-write\\.ts$' },
  },
  {
    name: 'no-orphans',
    comment: 'What the app does not reach is dead code.',
    from: { path: '^src/main\\.ts$' },
    to: {
      path: '^(src|workers)/',
      pathNot: ['^src/main\\.ts$', '^src/offline/', '^src/paraglide/', '\\.d\\.ts$'],
      reachable: false,
    },
  },
  {
    name: 'no-dev-dependencies',
    comment: 'What the app imports is a dependency. Svelte alone is compiled into it.',
    from: { path: '^(src|workers)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages(['svelte']) },
  },
  {
    name: 'no-unresolvable',
    comment: 'The resolver here cannot follow a package file with ?url behind it; the build does.',
    from: {},
    to: { couldNotResolve: true, pathNot: '^[^.].*\\?url$' },
  },
];

/** @type {import('dependency-cruiser').IConfiguration & { forbidden: typeof rules }} */
export default {
  forbidden: [...layers, ...rules].map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    // Imports of types count.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'browser', 'import', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.json', '.d.ts'],
    },
  },
};
