import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import license from 'rollup-plugin-license';

export const LICENCES_FILE = 'third-party-licences.txt';
/** The same by name and licence alone, for the page #/about. */
export const LICENCES_LIST = 'third-party-licences.json';

const MANIFEST = fileURLToPath(new URL('../models/published/manifest.json', import.meta.url));

const require = createRequire(import.meta.url);

/** Copyright holders of packages without a licence text whose `author` is not the holder. */
const HOLDERS = /** @type {Record<string, string>} */ ({ 'onnxruntime-web': 'Microsoft Corporation' });

/** Libraries compiled into the WebAssembly of a package, which the package's own licence does not cover. */
const COMPILED_IN = [
  {
    within: '@mediabunny/aac-encoder',
    name: 'FFmpeg (AAC encoder of libavcodec, libavutil)',
    license: 'LGPL-2.1-or-later',
    source: 'https://ffmpeg.org/',
  },
  {
    within: '@mediabunny/mp3-encoder',
    name: 'LAME 3.100',
    license: 'LGPL-2.0-or-later',
    source: 'https://lame.sourceforge.io/',
  },
];

/** Networks of others that are published with the app. */
const NETWORKS = [
  {
    name: 'whisper-base (its encoder, in models/ear.onnx)',
    license: 'MIT',
    source: 'https://github.com/openai/whisper',
    holder: 'OpenAI',
    year: '2022',
  },
  {
    name: 'DeepFilterNet 3 (models/denoiser.onnx)',
    license: 'MIT',
    source: 'https://github.com/Rikorose/DeepFilterNet',
    holder: 'Hendrik Schröter',
    year: '2021',
  },
];

/** Packages whose WebAssembly contains further libraries, and the addresses of their notices. */
const NOTICES = /** @type {Record<string, string>} */ ({
  'onnxruntime-web': 'https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
  '@contentauth/c2pa-web': 'https://github.com/contentauth/c2pa-rs',
});

/**
 * Writes the licences of all packages bundled with the app or a worker, including those of which only a file
 * is copied (`?url`). Vite's own `build.license` skips workers, and writes no text for a package that has no
 * licence file. rollup-plugin-license runs in every bundle; this merges what the runs find.
 *
 * @returns {{ app: () => import('vite').Plugin[], worker: () => import('vite').Plugin[] }}
 */
export function thirdPartyLicences() {
  /** @type {Map<string, import('rollup-plugin-license').Dependency>} by name and version */
  const found = new Map();
  const collector = () => {
    const plugin = license({
      thirdParty: {
        output: (dependencies) => {
          for (const one of dependencies) found.set(`${one.name}@${one.version}`, one);
        },
      },
    });
    // It is typed for rollup; the hooks it uses are rolldown's as well.
    return /** @type {import('vite').Plugin} */ (/** @type {unknown} */ (plugin));
  };
  return {
    // Vite bundles workers while it loads the app's modules, so by then every worker has reported.
    app: () => [
      collector(),
      {
        name: 'third-party-licences',
        apply: 'build',
        generateBundle: {
          order: 'post',
          async handler() {
            const packages = [...found.values()];
            this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source: describe(packages) });
            const { files } = JSON.parse(await readFile(MANIFEST, 'utf8'));
            const source = JSON.stringify(list(packages, files));
            this.emitFile({ type: 'asset', fileName: LICENCES_LIST, source });
          },
        },
      },
    ],
    worker: () => [collector()],
  };
}

/** @typedef {Pick<import('rollup-plugin-license').Dependency, 'name' | 'version' | 'license' | 'licenseText' | 'noticeText' | 'author'>} Licensed */

/**
 * One section per package, sorted by name: name, version, licence and licence text.
 *
 * @param {Licensed[]} packages
 */
export function describe(packages) {
  const sections = packages
    .toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''))
    .flatMap((one) => [
      section(`${one.name} ${one.version}`, one.license ?? 'see the text below', [
        textOf(one),
        one.noticeText ?? '',
        NOTICES[one.name ?? '']
          ? `Its WebAssembly contains further libraries, named in ${NOTICES[one.name ?? '']}`
          : '',
      ]),
      ...COMPILED_IN.filter(({ within }) => within === one.name).map((inner) =>
        section(`${inner.name}, compiled into ${inner.within}`, inner.license, [
          `Source: ${inner.source}`,
          standardText(inner.license),
        ]),
      ),
    ]);
  const networks = NETWORKS.map(({ name, license: id, source, holder, year }) =>
    section(name, id, [`Source: ${source}`, withHolder(id, `${year} ${holder}`)]),
  );
  return `Third-party software bundled with Understudy.\n\n${[...sections, ...networks].join('\n')}`;
}

/** @typedef {{ name: string, licence: string | null, kind: 'software' | 'voice', within?: string }} Bundled */

/**
 * Names and licences of all that `describe` describes, and of the published voices and word examples, sorted by name.
 *
 * @param {Pick<Licensed, 'name' | 'version' | 'license'>[]} packages
 * @param {{ kind: string, name?: string, file: string, licence: string }[]} published files of the manifest
 * @returns {Bundled[]}
 */
export function list(packages, published) {
  const compiledIn = COMPILED_IN.filter(({ within }) => packages.some(({ name }) => name === within));
  // The other networks are the project's own, or in NETWORKS.
  const files = published.filter(({ kind }) => kind !== 'network');
  /** @type {Bundled[]} */
  const all = [
    ...packages.map(({ name, version, license: licence }) => software(`${name} ${version}`, licence)),
    ...compiledIn.map(({ name, license: licence, within }) => ({ ...software(name, licence), within })),
    ...NETWORKS.map(({ name, license: licence }) => software(name, licence)),
    ...files.map(({ kind, name, file, licence }) =>
      kind === 'voice'
        ? { name: name ?? file, licence, kind: /** @type {const} */ ('voice') }
        : software(`models/${file}`, licence),
    ),
  ];
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * @param {string} name
 * @param {string | null} licence
 */
function software(name, licence) {
  return { name, licence, kind: /** @type {const} */ ('software') };
}

/**
 * @param {string} title
 * @param {string} licence
 * @param {string[]} paragraphs
 */
function section(title, licence, paragraphs) {
  const text = paragraphs.map((paragraph) => paragraph.trim()).filter(Boolean);
  return `${'='.repeat(80)}\n${title}\nLicence: ${licence}\n\n${text.join('\n\n')}\n`;
}

/**
 * The package's own text, or else the standard text of the licence that its package.json names.
 *
 * @param {Licensed} one
 */
function textOf({ name, license: id, licenseText, author }) {
  if (licenseText) return licenseText;
  if (!id) throw new Error(`${name} is bundled and names no licence.`);
  const holder = HOLDERS[name ?? ''] ?? author?.name ?? `the authors of ${name}`;
  return withHolder(id, holder);
}

/**
 * The standard text of a licence with its copyright holder.
 *
 * @param {string} id
 * @param {string} holder
 */
function withHolder(id, holder) {
  return standardText(id)
    .replace(/^Copyright .*\n/gm, '')
    .replace(/\n\n+/, `\n\nCopyright (c) ${holder}\n\n`);
}

/**
 * @param {string} id of the SPDX licence list
 * @returns {string}
 */
function standardText(id) {
  return require(`spdx-license-list/licenses/${id}.json`).licenseText;
}
