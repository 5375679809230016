import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

type Sources = Record<string, string>;
type Rule = (path: string, source: string, imports: string[]) => string | null;

/** Files that may write what the mark cannot be kept out of. */
const ENCODER = 'src/export/encode.ts';
const EXPORT = 'src/export/export.ts';
const DELIVERY = 'src/export/deliver.ts';
const ARCHIVE = 'src/archive/write.ts';
const HARNESS = 'src/harness/harness.ts';
/** Gives the soak raw numbers to compare, under `?harness` alone; nothing that plays. */
const MEASURES = 'src/harness/live-harness.ts';
const ROOMS = ['studio', 'live', 'voices', 'detect', 'learn', 'kiosk'];
/** Everything in mediabunny by which a file can be written. */
const WRITING =
  /\b(Output|\w+OutputFormat|BufferTarget|StreamTarget|FilePathTarget|NullTarget|Conversion|\w+(Sample|Buffer|Packet|Track)Source|canEncode\w*|registerEncoder)\b/;
/** Other ways a browser has of encoding sound, and a WAV header written by hand. */
const OTHER_ENCODERS =
  /\b(MediaRecorder|AudioEncoder|createWritable|createSyncAccessHandle|captureStream|MediaStreamTrackGenerator)\b|setUint32\([^)]*0x(52494646|46464952)|['"`]RIFF['"`]\s*[,)]/;

/** What a page hands out by: downloads, the clipboard, sharing, dragging; a player's own menu offers a download. */
const HANDS_OUT =
  /\bcreateObjectURL\b|\bshowSaveFilePicker\b|\bshowDirectoryPicker\b|\bClipboardItem\b|\bsetData\(\s*(?!['"`]text\/plain)|\bDownloadURL\b|\bitems\.add\(|\bdata:(audio|application)\b|<(audio|video)\b|\bexecCommand\b|\.download\s*=|\sdownload(=|>|\s*\{)|\bdownload\s*:\s*['"`]|setAttribute\(\s*['"`]download|\bnavigator\)?\??\.(share|canShare)\b|\bclipboard\)?\??\.write\(|\[['"`](share|write|download|createObjectURL)['"`]\]/;
/** What sends to another machine. Only scripts are given files by a request: the harness PUTs what was exported. */
const UPLOADS =
  /\b(sendBeacon|XMLHttpRequest|WebSocket|WebTransport|RTCPeerConnection|EventSource)\b|\bmethod\b\s*:|\bnew Request\(/;

const rules: Record<string, Rule> = {
  'only the delivery hands files out'(path, source) {
    const found = HANDS_OUT.exec(withoutComments(source));
    return path === DELIVERY || !found ? null : `uses ${found[0]}`;
  },
  'the delivery refuses what is not marked'(path, source) {
    if (path !== DELIVERY) return null;
    // Each function that hands out, from its name to the next function.
    const functions = source.split(/\nexport (?=(?:async )?function)/).slice(1);
    const open = functions.filter((text) => /\boffer\(|navigator\.share\(/.test(text.split(/\n}/)[0]!));
    if (open.length === 0) return 'hands nothing out';
    const bad = open.find((text) => !/\brefuseUnmarked\(/.test(text.split(/\n}/)[0]!));
    return bad ? `hands out unseen in ${bad.slice(0, 40)}` : null;
  },
  'only voice files and archives are zips'(path, source, imports) {
    const writes = source.includes("'fflate'") || imports.includes('src/files/zip-write');
    const mayWrite = ['src/files/voice-file.ts', 'src/files/zip-write.ts', ARCHIVE].includes(path);
    return writes && !mayWrite ? 'writes a zip' : null;
  },
  'an archive holds converted sound only as it was exported'(path, source) {
    if (path !== ARCHIVE) return null;
    const text = withoutComments(source);
    const [start, ...more] = text.split('async addOutput(').slice(1);
    const body = start?.split(/\n {2}}/)[0] ?? '';
    const isMarked =
      /const \{ blob \} = await exportTake\(\s*samples,/.test(body) &&
      /if \(!isMarked\(blob\)\) throw/.test(body) &&
      /this\.add\('wav', await blob\.arrayBuffer\(\)\)/.test(body) &&
      (body.match(/\bsamples\b/g) ?? []).length === 3 &&
      (body.match(/this\.add\w*\(/g) ?? []).length === 1;
    const reads = text.match(/\boutput\??\.samples\b/g) ?? [];
    const sources = text.match(/this\.addSamples\((?!source\.samples,|found\[i\]!,)/g) ?? [];
    return isMarked && more.length === 0 && reads.length + sources.length === 0
      ? null
      : 'packs sound that is not marked';
  },
  'nothing is uploaded'(path, source) {
    const found = UPLOADS.exec(withoutComments(source));
    return path === HARNESS || path === MEASURES || !found ? null : `uses ${found[0]}`;
  },
  'the harness gives away only exports and voice files'(path, source) {
    if (path !== HARNESS) return null;
    const bodies = Array.from(source.matchAll(/\bbody\b\s*[:,}]\s*(\w*)/g), ([, name]) => name!);
    const isExport = /const \{ blob \} = await exportTake\(/.test(source);
    const isVoice = /const { file: voiceFile } = await finishVoice\(/.test(source);
    const allowed = [...(isExport ? ['blob'] : []), ...(isVoice ? ['voiceFile'] : [])];
    return bodies.every((name) => allowed.includes(name)) ? null : `sends ${bodies.join()}`;
  },
  'only the export writes credentials'(path, source) {
    if (path.startsWith('src/export/')) return null;
    return source.includes('@contentauth/') ? 'imports the credentials toolkit' : null;
  },

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
      /const marked = limitPeak\(\s*await markAll\(spoken, payload,/.test(source) &&
      /new WatermarkEmbedder\(payload\)/.test(source) &&
      (source.match(/\bkeep\(/g) ?? []).length === (source.match(/keep\(embedder\./g) ?? []).length &&
      /encode\(marked,/.test(source);
    if (calls.length !== 1 || !isMarked) return 'encodes something that is not marked';
    if ((source.match(/\bmade\.add\(/g) ?? []).length !== 1) return 'calls other files marked';
    return /export\s*\{[^}]*\bencode\b|export \* from/.test(source) ? 'hands the encoder on' : null;
  },
  'what computes knows no page and no store'(path, source, imports) {
    if (!/^src\/(engine|watermark|provenance|enrol)\//.test(path)) return null;
    const bad = imports.find((to) =>
      /^(svelte|idb)\b|^src\/(app|studio|live|voices|detect|learn|kiosk|ui|store|audio|export)\//.test(to),
    );
    if (bad) return `imports ${bad}`;
    const found = /\b(document|localStorage|indexedDB|HTMLElement|AudioContext)\b[.(]/.exec(
      withoutComments(source),
    );
    return found ? `uses ${found[0]}` : null;
  },
  'the watermark imports nothing but arithmetic'(path, _source, imports) {
    if (!path.startsWith('src/watermark/')) return null;
    const bad = imports.find((to) => /^src\/(?!watermark|dsp\/)/.test(to));
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
      expect.arrayContaining([
        ENCODER,
        EXPORT,
        DELIVERY,
        HARNESS,
        ARCHIVE,
        'src/studio/Studio.svelte',
        'workers/detection.ts',
      ]),
    );
    expect(violations(sources)).toEqual([]);
  });

  const unmarked = readFileSync(EXPORT, 'utf8');
  const delivery = readFileSync(DELIVERY, 'utf8');
  const archive = readFileSync(ARCHIVE, 'utf8');
  const harness = readFileSync(HARNESS, 'utf8');
  it.each<[string, string, string]>([
    ['a second encoder', 'src/studio/save.ts', `import { Output } from 'mediabunny';`],
    ['an encoder behind another name', 'src/ui/a.ts', `import { BufferTarget as B } from 'mediabunny';`],
    ['all of mediabunny', 'src/ui/a.ts', `import * as all from 'mediabunny';`],
    ['mediabunny, later', 'src/ui/a.ts', `const all = await import('mediabunny');`],
    ['the MP3 encoder', 'src/app/a.ts', `import { registerMp3Encoder } from '@mediabunny/mp3-encoder';`],
    ['a way around the mark', 'src/app/a.ts', `import { encode } from '../export/encode';`],
    ['a way around the mark, later', 'src/app/a.ts', `const { encode } = await import('../export/encode');`],
    ['the encoder handed on', 'src/export/index.ts', `export * from './encode';`],
    ['a recorder of the browser', 'src/studio/Studio.svelte', `new MediaRecorder(stream)`],
    ['a WAV header by hand', 'src/audio/wav.ts', `writeString(view, 0, 'RIFF');`],
    ['an export without the mark', EXPORT, unmarked.replace('markAll(spoken', 'Promise.resolve(spoken')],
    ['a mark that lets samples through', EXPORT, unmarked.replace('keep(embedder.push(', 'keep((')],
    ['a file called marked', EXPORT, `${unmarked}\nmade.add(new Blob([]));`],
    ['a delivery that looks away', DELIVERY, delivery.replace('refuseUnmarked(blob)', 'void blob')],
    ['a harness that gives takes away', HARNESS, harness.replace('body: blob', 'body: samples')],
    ['a zip from elsewhere', 'src/live/a.ts', `import { zipSync } from 'fflate';`],
    ['an archive from elsewhere', 'src/studio/a.ts', `import { ZipWriter } from '../files/zip-write';`],
    [
      'an archive of plain samples',
      ARCHIVE,
      archive.replace('await blob.arrayBuffer()', 'samples.slice().buffer'),
    ],
    ['an archive that looks away', ARCHIVE, archive.replace('!isMarked(blob)', 'false')],
    [
      'an archive of conversions as sources',
      ARCHIVE,
      archive.replace('this.addSamples(source.samples', 'this.addSamples(take.output!.samples'),
    ],
    ['credentials from elsewhere', 'src/detect/a.ts', `await import('@contentauth/c2pa-web');`],
    ['a download', 'src/kiosk/a.ts', `link.download = 'take.wav';`],
    ['a download in markup', 'src/live/A.svelte', `<a href={url} download="take.wav">Take</a>`],
    ['a plain download in markup', 'src/live/A.svelte', `<a href={url} download>Take</a>`],
    ['a download of objects', 'src/live/a.ts', `Object.assign(link, { href, download: 'a.wav' })`],
    ['a download by attribute', 'src/live/a.ts', `link.setAttribute('download', 'a.wav')`],
    ['an address of bytes', 'src/studio/a.ts', `const url = URL.createObjectURL(blob);`],
    ['an address that is the bytes', 'src/studio/a.ts', 'link.href = `data:audio/wav;base64,${text}`;'],
    ['a file picker for saving', 'src/live/a.ts', `await window.showSaveFilePicker();`],
    ['sharing', 'src/kiosk/A.svelte', `<button onclick={() => navigator.share({ files })}>Share</button>`],
    ['sharing by another name', 'src/kiosk/a.ts', `await navigator['share']({ files });`],
    ['sound on the clipboard', 'src/ui/a.ts', `await navigator.clipboard.write([item]);`],
    ['a clipboard item', 'src/ui/a.ts', `const item = new ClipboardItem({});`],
    ['sound put into a drag', 'src/ui/a.ts', `event.dataTransfer.setData('DownloadURL', url);`],
    ['files put into a drag', 'src/ui/a.ts', `event.dataTransfer.items.add(file);`],
    ['a player with a menu', 'src/detect/A.svelte', `<audio src={url} controls></audio>`],
    ['an upload', 'src/studio/a.ts', `await fetch(url, { method: 'POST', body });`],
    ['an upload at leaving', 'src/studio/a.ts', `navigator.sendBeacon(url, blob);`],
    ['a socket', 'src/live/a.ts', `const socket = new WebSocket(url);`],
    ['a call', 'src/live/a.ts', `const call = new RTCPeerConnection();`],
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
