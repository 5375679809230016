import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

type Sources = Record<string, string>;
type Rule = (path: string, source: string, imports: string[]) => string | null;

/** Files that may write what the mark cannot be kept out of. */
const ENCODER = 'src/export/encode.ts';
const EXPORT = 'src/export/export.ts';
const ROOMS = ['studio', 'voices', 'detect'];
/** Everything in mediabunny by which a file can be written. */
const WRITING =
  /\b(Output|\w+OutputFormat|BufferTarget|StreamTarget|FilePathTarget|NullTarget|Conversion|\w+(Sample|Buffer|Packet|Track)Source|canEncode\w*|registerEncoder)\b/;
/** Other ways a browser has of encoding sound, and a WAV header written by hand. */
const OTHER_ENCODERS =
  /\b(MediaRecorder|AudioEncoder|createWritable)\b|setUint32\([^)]*0x(52494646|46464952)|['"`]RIFF['"`]\s*[,)]/;

const rules: Record<string, Rule> = {
  'only the encoder imports what writes audio files'(path, source) {
    if (path === ENCODER) return null;
    const names = importedNames(source, 'mediabunny');
    const bad = names.find((name) => WRITING.test(name));
    if (bad) return `imports ${bad} from mediabunny`;
    return /['"]@mediabunny\//.test(source) ? 'imports an encoder' : null;
  },
  'nothing else encodes sound'(path, source) {
    if (path === 'src/audio/sniff.ts') return null;
    const found = OTHER_ENCODERS.exec(source);
    return path === ENCODER || !found ? null : `uses ${found[0]}`;
  },
  'only the export reaches the encoder'(path, _source, imports) {
    if (path === EXPORT || !imports.includes('src/export/encode')) return null;
    return 'imports the encoder around the mark';
  },
  'the export marks whatever it encodes'(path, source) {
    if (path !== EXPORT) return null;
    const calls = source.match(/\bencode\(/g) ?? [];
    const isMarked =
      /const marked = limitPeak\(embedWatermark\(samples, payload\)\);/.test(source) &&
      /encode\(marked,/.test(source);
    if (calls.length !== 1 || !isMarked) return 'encodes something that is not marked';
    return /export\s*\{[^}]*\bencode\b|export \* from/.test(source) ? 'hands the encoder on' : null;
  },
  'what computes knows no page and no store'(path, source, imports) {
    if (!/^src\/(engine|watermark|provenance|enrol)\//.test(path)) return null;
    const bad = imports.find((to) =>
      /^(svelte|idb)\b|^src\/(app|studio|voices|detect|ui|store|audio|export)\//.test(to),
    );
    if (bad) return `imports ${bad}`;
    const found = /\b(document|localStorage|indexedDB|HTMLElement|AudioContext)\b[.(]/.exec(
      withoutComments(source),
    );
    return found ? `uses ${found[0]}` : null;
  },
  'the watermark uses of the engine only its arithmetic'(path, _source, imports) {
    if (!path.startsWith('src/watermark/')) return null;
    const allowed = ['fft', 'resample', 'signal', 'task'].map((name) => `src/engine/${name}`);
    const bad = imports.find((to) => to.startsWith('src/engine/') && !allowed.includes(to));
    return bad ? `imports ${bad}` : null;
  },
  'a room imports no other room'(path, _source, imports) {
    const room = ROOMS.find((name) => path.startsWith(`src/${name}/`));
    const other =
      room && imports.find((to) => ROOMS.some((name) => name !== room && to.startsWith(`src/${name}/`)));
    return other ? `imports ${other}` : null;
  },
  'workers hold no logic'(path, source) {
    if (!path.startsWith('workers/')) return null;
    const found = /\b(for|while|if|switch)\s*\(|\bclass\b/.exec(withoutComments(source));
    return found ? `has a ${found[0]}` : null;
  },
};

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** Paths of the imports and re-exports, those of the repository from its root and without an ending. */
function importsOf(path: string, source: string): string[] {
  const found = source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g);
  return Array.from(found, ([, to]) =>
    to!.startsWith('.') ? normalize(join(dirname(path), to!)).replace(/(\.svelte)?(\.ts)?(\?.*)?$/, '') : to!,
  );
}

function importedNames(source: string, from: string): string[] {
  const whole = new RegExp(
    `import\\s+(?!type)([^;]*?)\\s+from\\s+['"]${from}['"]|import\\(\\s*['"]${from}['"]`,
    'g',
  );
  return Array.from(source.matchAll(whole)).flatMap(([text, names]) => {
    // A namespace holds everything, the writing side too.
    if (!names || names.includes('*')) return [`Output (${text})`];
    return names
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name && !name.startsWith('type '));
  });
}

function violations(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([path, source]) =>
    Object.entries(rules).flatMap(([name, rule]) => {
      const found = rule(path, source, importsOf(path, source));
      return found ? [`${path} ${found}: ${name}`] : [];
    }),
  );
}

function readSources(): Sources {
  const files = ['src', 'workers'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  return Object.fromEntries(
    files
      .filter((path) => /\.(ts|svelte|js|mjs)$/.test(path))
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
}

describe('the architecture', () => {
  it('holds in every source', () => {
    const sources = readSources();
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining([ENCODER, EXPORT, 'src/studio/Studio.svelte', 'workers/detection.ts']),
    );
    expect(violations(sources)).toEqual([]);
  });

  const unmarked = readFileSync(EXPORT, 'utf8');
  it.each<[string, string, string]>([
    ['a second encoder', 'src/studio/save.ts', `import { Output } from 'mediabunny';`],
    ['an encoder behind another name', 'src/ui/a.ts', `import { BufferTarget as B } from 'mediabunny';`],
    ['all of mediabunny', 'src/ui/a.ts', `import * as all from 'mediabunny';`],
    ['mediabunny, later', 'src/ui/a.ts', `const all = await import('mediabunny');`],
    ['the MP3 encoder', 'src/app/a.ts', `import { registerMp3Encoder } from '@mediabunny/mp3-encoder';`],
    ['a way around the mark', 'src/app/harness.ts', `import { encode } from '../export/encode';`],
    [
      'a way around the mark, later',
      'src/app/harness.ts',
      `const { encode } = await import('../export/encode');`,
    ],
    ['the encoder handed on', 'src/export/index.ts', `export * from './encode';`],
    ['a recorder of the browser', 'src/studio/Studio.svelte', `new MediaRecorder(stream)`],
    ['a WAV header by hand', 'src/audio/wav.ts', `writeString(view, 0, 'RIFF');`],
    ['an export without the mark', EXPORT, unmarked.replace('embedWatermark(samples, payload)', 'samples')],
    ['a second, unmarked encoding', EXPORT, `${unmarked}\nawait encode(samples, 24000, 'wav', {});`],
    ['an engine with a page', 'src/engine/a.ts', `document.title = 'engine';`],
    ['an engine with a store', 'src/engine/a.ts', `import { openDB } from 'idb';`],
    [
      'a mark that knows the converter',
      'src/watermark/a.ts',
      `import { Converter } from '../engine/converter';`,
    ],
    ['a room in a room', 'src/detect/a.ts', `import { Studio } from '../studio/studio.svelte';`],
    ['a worker that thinks', 'workers/a.ts', `if (self.name) postMessage(1);`],
  ])('would notice %s', (_, path, source) => {
    expect(violations({ [path]: source })).toHaveLength(1);
  });

  it('does not mind readers and words', () => {
    const reader = `import { Input, BlobSource, ALL_FORMATS, type AudioSample } from 'mediabunny'; // no MediaRecorder here`;
    expect(violations({ 'src/audio/a.ts': reader.replace(' // no MediaRecorder here', '') })).toEqual([]);
    expect(violations({ 'src/engine/a.ts': `const window = periodicHann(8); // the document` })).toEqual([]);
  });
});
