import { ESLint, type Linter } from 'eslint';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { restrictions } from '../../../lint/index.js';

/** [what is planted, where, its text], by the rule that notices it. */
const PLANTED: Record<string, [string, string, string][]> = {
  'understudy/no-way-out': [
    ['a download', 'src/kiosk/a.ts', `link.download = 'take.wav';`],
    ['a download in markup', 'src/live/A.svelte', `<a href={url} download="take.wav">Take</a>`],
    ['a plain download in markup', 'src/live/A.svelte', `<a href={url} download>Take</a>`],
    ['a download in markup by name', 'src/live/A.svelte', `<a href={url} {download}>Take</a>`],
    ['a download of objects', 'src/live/a.ts', `Object.assign(link, { href, download: 'a.wav' })`],
    ['a download by attribute', 'src/live/a.ts', `link.setAttribute('download', 'a.wav')`],
    ['a download in brackets', 'src/live/a.ts', `link['download'] = name;`],
    ['an address of bytes', 'src/studio/a.ts', `const url = URL.createObjectURL(blob);`],
    ['an address of bytes in brackets', 'src/studio/a.ts', `const url = URL['createObjectURL'](blob);`],
    ['an address that is the bytes', 'src/studio/a.ts', 'link.href = `data:audio/wav;base64,${text}`;'],
    ['an address that is bytes in markup', 'src/ui/A.svelte', `<a href="data:audio/wav;base64,AA">A</a>`],
    ['a file picker for saving', 'src/live/a.ts', `await window.showSaveFilePicker();`],
    ['a folder picker', 'src/live/a.ts', `await showDirectoryPicker();`],
    ['sharing', 'src/kiosk/A.svelte', `<button onclick={() => navigator.share({ files })}>Share</button>`],
    ['sharing in brackets', 'src/kiosk/a.ts', `await navigator['share']({ files });`],
    ['sharing behind a cast', 'src/kiosk/a.ts', `await (navigator as Sharing).share?.({ files });`],
    ['sharing taken out', 'src/kiosk/a.ts', `const { share } = navigator;`],
    ['sound on the clipboard', 'src/ui/a.ts', `await navigator.clipboard.write([item]);`],
    ['sound on a clipboard that may be there', 'src/ui/a.ts', `await navigator.clipboard?.write([item]);`],
    ['a clipboard item', 'src/ui/a.ts', `const item = new ClipboardItem({});`],
    ['copying by command', 'src/ui/a.ts', `document.execCommand('copy');`],
    ['sound put into a drag', 'src/ui/a.ts', `event.dataTransfer.setData('DownloadURL', url);`],
    ['files put into a drag', 'src/ui/a.ts', `event.dataTransfer.items.add(file);`],
    ['a player with a menu', 'src/detect/A.svelte', `<audio src={url} controls></audio>`],
    ['a picture with sound', 'src/detect/A.svelte', `{#if url}<video src={url}></video>{/if}`],
    ['a player made later', 'src/detect/a.ts', `document.createElement('audio');`],
  ],
  'understudy/no-upload': [
    ['an upload', 'src/studio/a.ts', `await fetch(url, { method: 'POST', body });`],
    ['an upload of the harness', 'src/harness/harness.ts', `await fetch(url, { method: 'PUT', body });`],
    ['an upload at leaving', 'src/studio/a.ts', `navigator.sendBeacon(url, blob);`],
    ['an upload in markup', 'src/ui/A.svelte', `<form action="/take"></form>`],
    ['a request', 'src/ui/a.ts', `const request = new Request(url, options);`],
    ['an old request', 'src/ui/a.ts', `const request = new XMLHttpRequest();`],
    ['a socket', 'src/live/a.ts', `const socket = new WebSocket(url);`],
    ['a socket of the window', 'workers/a.ts', `const socket = new self.WebSocket(url);`],
    ['a transport', 'src/live/a.ts', `const transport = new WebTransport(url);`],
    ['a call', 'src/live/a.ts', `const call = new RTCPeerConnection();`],
    ['a stream of events', 'src/live/a.ts', `const events = new EventSource(url);`],
  ],
  'understudy/no-encoder': [
    ['a recorder of the browser', 'src/studio/A.svelte', `<script>new MediaRecorder(stream);</script>`],
    ['an encoder of the browser', 'src/export/export.ts', `new AudioEncoder(options);`],
    ['a stream of a player', 'src/ui/a.ts', `player.captureStream();`],
    ['a track made of samples', 'src/ui/a.ts', `new MediaStreamTrackGenerator({ kind: 'audio' });`],
    ['a file that is written to', 'src/store/a.ts', `await handle.createWritable();`],
    ['a file that is written to at once', 'src/store/a.ts', `await handle['createSyncAccessHandle']();`],
    ['a WAV header by hand', 'src/audio/wav.ts', `writeString(view, 0, 'RIFF');`],
    ['a WAV header by template', 'src/audio/wav.ts', 'writeString(view, 0, `RIFF${size}`);'],
    ['a WAV header as a number', 'src/audio/wav.ts', `view.setUint32(0, 0x52494646);`],
    ['a WAV header as a number, turned', 'src/audio/wav.ts', `view.setUint32(0, 0x46464952, true);`],
    ['a WAV header as bytes', 'src/audio/wav.ts', `const head = Uint8Array.of(0x52, 0x49, 0x46, 0x46);`],
    ['a WAV header as a list', 'src/audio/wav.ts', `const head = [82, 73, 70, 70, 0, 0, 0, 0];`],
  ],
  'understudy/mediabunny-reads': [
    ['a second encoder', 'src/audio/a.ts', `import { Input, Output } from 'mediabunny';`],
    ['an encoder behind another name', 'src/audio/a.ts', `import { BufferTarget as B } from 'mediabunny';`],
    ['all of mediabunny', 'src/audio/a.ts', `import * as all from 'mediabunny';`],
    ['mediabunny, later', 'src/audio/a.ts', `const all = await import('mediabunny');`],
    ['mediabunny handed on', 'src/audio/a.ts', `export * from 'mediabunny';`],
    ['an encoder handed on', 'src/audio/a.ts', `export { Output } from 'mediabunny';`],
  ],
  'understudy/marked-by-cast': [
    ['marked samples by a cast', 'src/export/export.ts', `encode(samples as unknown as MarkedSamples);`],
    ['marked samples by an old cast', 'src/live/a.ts', `play(<MarkedSamples>(<unknown>samples));`],
    ['marked samples by another name', 'src/live/a.ts', `play(samples as unknown as Mark.MarkedSamples);`],
    ['lists of them by a cast', 'src/live/a.ts', `play(pieces as unknown as MarkedSamples[]);`],
    ['marked samples imported into a cast', 'src/ui/a.ts', `(s as import('../watermark').MarkedSamples);`],
    ['marked samples by a promise', 'src/ui/a.ts', `const is = (s: unknown): s is MarkedSamples => true;`],
    ['a marked file by a cast', 'src/archive/a.ts', `add(blob as MarkedFile);`],
    ['a cast to everything', 'src/export/export.ts', `encode(samples as never);`],
    ['the encoder handed on', 'src/export/export.ts', `export { encode };`],
  ],
  'understudy/owned-by-scope': [
    ['a listener', 'src/studio/a.ts', `window.addEventListener('paste', take);`],
    ['a listener of the page', 'src/app/A.svelte', `<script>addEventListener('paste', take);</script>`],
    ['a timer', 'src/kiosk/a.ts', `setTimeout(stop, 100);`],
    ['a timer of the window', 'src/ui/a.ts', `window.setInterval(tick, 100);`],
    ['frames', 'src/learn/a.ts', `requestAnimationFrame(draw);`],
    ['a worker', 'src/services/a.ts', `const worker = new Worker(url);`],
    ['a timer in a session', 'src/realtime/session/a.ts', `setInterval(look, 100);`],
    ['a timer of the delivery', 'src/export/deliver.ts', `setTimeout(forget, 100);`],
    ['a timer of the harness', 'src/harness/a.ts', `setTimeout(resolve, 5);`],
  ],
  'no-restricted-globals': [
    ['an engine with a page', 'src/engine/a.ts', `document.title = 'engine';`],
    ['an engine with a window', 'src/engine/a.ts', `globalThis.document.title = 'engine';`],
    ['files with a store', 'src/files/a.ts', `localStorage.setItem('a', 'b');`],
    ['enrolment with a database', 'src/enrol/a.ts', `indexedDB.open('a');`],
    ['arithmetic with sound', 'src/dsp/a.ts', `const context = new AudioContext();`],
    ['records with an element', 'src/provenance/a.ts', `x instanceof HTMLElement;`],
  ],
  'understudy/no-logic': [
    ['a worker that decides', 'workers/a.ts', `if (self.name) postMessage(1);`],
    ['a worker that decides in passing', 'workers/a.ts', `postMessage(self.name ? 1 : 2);`],
    ['a worker that repeats', 'workers/a.ts', `for (const each of all) postMessage(each);`],
    ['a worker that waits', 'workers/a.ts', `while (busy()) postMessage(1);`],
    ['a worker with a class', 'workers/a.ts', `class Jobs {}`],
  ],
};

/** Allowed, and near to what is not. */
const INNOCENT: [string, string, string][] = [
  ['readers of mediabunny', 'src/audio/a.ts', `import { Input, type Output } from 'mediabunny';`],
  ['types of mediabunny', 'src/audio/a.ts', `import type { Output } from 'mediabunny';`],
  ['words', 'src/engine/a.ts', `const window = periodicHann(8); // the document, no MediaRecorder here`],
  [
    'a method by the name of a way out',
    'src/studio/A.svelte',
    `<button onclick={() => s.share()}>A</button>`,
  ],
  ['words on the clipboard', 'src/ui/a.ts', `await navigator.clipboard.writeText(link);`],
  ['words in a drag', 'src/ui/a.ts', `event.dataTransfer.setData('text/plain', name);`],
  ['a download', 'src/voices/a.ts', `await shelf.download(row);`],
  ['a download by the browser', 'src/store/a.ts', `await fetch(url, { signal });`],
  ['a timer of the scope', 'src/learn/a.ts', `scope.timeout(stop, 100);`],
  ['marked samples without a cast', 'src/export/a.ts', `const f = (s: MarkedSamples) => s.slice();`],
  ['the upload for scripts', 'src/harness/send-result.ts', `await fetch(address, { method: 'PUT', body });`],
];

const parsers: Linter.Config[] = [
  { files: ['**/*.ts'], languageOptions: { parser: ts.parser } },
  ...svelte.configs.base,
  { files: ['**/*.svelte'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { languageOptions: { globals: { document: 'readonly', globalThis: 'readonly' } } },
];

describe('lint', () => {
  const untyped = new ESLint({ overrideConfigFile: true, overrideConfig: [...parsers, ...restrictions] });
  const real = new ESLint();

  async function noticedBy(path: string, code: string): Promise<(string | null)[]> {
    const [result] = await untyped.lintText(code, { filePath: path });
    return [...new Set(result!.messages.map(({ ruleId, message }) => ruleId ?? message))];
  }

  const planted = Object.entries(PLANTED).flatMap(([rule, list]) =>
    list.map((each) => [rule, ...each] as const),
  );

  it.each(planted)('by %s notices %s', async (rule, _, path, code) => {
    expect(await noticedBy(path, code)).toEqual([rule]);
  });

  it.each(INNOCENT)('does not mind %s', async (_, path, code) => {
    expect(await noticedBy(path, code)).toEqual([]);
  });

  it('runs with these rules wherever a breach was planted', async () => {
    for (const [rule, , path] of planted) {
      const { rules } = (await real.calculateConfigForFile(path)) as Linter.Config;
      expect([rule, path, [rules![rule]].flat()[0]]).toEqual([rule, path, 2]);
    }
  });

  it('has no rule of its own that is not shown to notice a breach', () => {
    const rules = restrictions.flatMap((each) => Object.keys(each.rules ?? {}));
    expect([...new Set(rules)].sort()).toEqual(Object.keys(PLANTED).sort());
  });
});
