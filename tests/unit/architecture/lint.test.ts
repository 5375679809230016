import { ESLint, type Linter } from 'eslint';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { restrictions } from '../../../lint/index.js';

/** [breach, file, its text], by the rule that reports it. */
const PLANTED: Record<string, [string, string, string][]> = {
  'understudy/no-unmarked-delivery': [
    ['a download', 'src/learn/a.ts', `link.download = 'take.wav';`],
    ['a download in markup', 'src/live/A.svelte', `<a href={url} download="take.wav">{m.take()}</a>`],
    ['a download attribute without a value', 'src/live/A.svelte', `<a href={url} download>{m.take()}</a>`],
    ['a download by shorthand attribute', 'src/live/A.svelte', `<a href={url} {download}>{m.take()}</a>`],
    ['a download by Object.assign', 'src/live/a.ts', `Object.assign(link, { href, download: 'a.wav' })`],
    ['a download by setAttribute', 'src/live/a.ts', `link.setAttribute('download', 'a.wav')`],
    ['a download by computed property', 'src/live/a.ts', `link['download'] = name;`],
    ['an object URL', 'src/studio/a.ts', `const url = URL.createObjectURL(blob);`],
    ['an object URL by computed property', 'src/studio/a.ts', `const url = URL['createObjectURL'](blob);`],
    ['a data URL', 'src/studio/a.ts', 'link.href = `data:audio/wav;base64,${text}`;'],
    ['a data URL in markup', 'src/ui/A.svelte', `<a href="data:audio/wav;base64,AA">A</a>`],
    ['a file picker for saving', 'src/live/a.ts', `await window.showSaveFilePicker();`],
    ['a folder picker', 'src/live/a.ts', `await showDirectoryPicker();`],
    [
      'sharing',
      'src/learn/A.svelte',
      `<button onclick={() => navigator.share({ files })}>{m.share()}</button>`,
    ],
    ['sharing by computed property', 'src/learn/a.ts', `await navigator['share']({ files });`],
    ['sharing behind a cast', 'src/learn/a.ts', `await (navigator as Sharing).share?.({ files });`],
    ['sharing by destructuring', 'src/learn/a.ts', `const { share } = navigator;`],
    ['audio on the clipboard', 'src/ui/a.ts', `await navigator.clipboard.write([item]);`],
    ['audio on an optional clipboard', 'src/ui/a.ts', `await navigator.clipboard?.write([item]);`],
    ['a clipboard item', 'src/ui/a.ts', `const item = new ClipboardItem({});`],
    ['copying by execCommand', 'src/ui/a.ts', `document.execCommand('copy');`],
    ['audio in drag data', 'src/ui/a.ts', `event.dataTransfer.setData('DownloadURL', url);`],
    ['files in drag data', 'src/ui/a.ts', `event.dataTransfer.items.add(file);`],
    ['an audio element', 'src/detect/A.svelte', `<audio src={url} controls></audio>`],
    ['a video element', 'src/detect/A.svelte', `{#if url}<video src={url}></video>{/if}`],
    ['an audio element by createElement', 'src/detect/a.ts', `document.createElement('audio');`],
  ],
  'understudy/no-upload': [
    ['an upload', 'src/studio/a.ts', `await fetch(url, { method: 'POST', body });`],
    ['an upload in the harness', 'src/harness/harness.ts', `await fetch(url, { method: 'PUT', body });`],
    ['a beacon', 'src/studio/a.ts', `navigator.sendBeacon(url, blob);`],
    ['a form action', 'src/ui/A.svelte', `<form action="/take"></form>`],
    ['a Request', 'src/ui/a.ts', `const request = new Request(url, options);`],
    ['an XMLHttpRequest', 'src/ui/a.ts', `const request = new XMLHttpRequest();`],
    ['a WebSocket', 'src/live/a.ts', `const socket = new WebSocket(url);`],
    ['a WebSocket by its global object', 'workers/a.ts', `const socket = new self.WebSocket(url);`],
    ['a WebTransport', 'src/live/a.ts', `const transport = new WebTransport(url);`],
    ['a peer connection', 'src/live/a.ts', `const call = new RTCPeerConnection();`],
    ['an EventSource', 'src/live/a.ts', `const events = new EventSource(url);`],
  ],
  'understudy/no-encoder': [
    ['a MediaRecorder', 'src/studio/A.svelte', `<script>new MediaRecorder(stream);</script>`],
    ['an AudioEncoder', 'src/export/export.ts', `new AudioEncoder(options);`],
    ['captureStream', 'src/ui/a.ts', `player.captureStream();`],
    ['a MediaStreamTrackGenerator', 'src/ui/a.ts', `new MediaStreamTrackGenerator({ kind: 'audio' });`],
    ['a writable file', 'src/store/a.ts', `await handle.createWritable();`],
    ['a synchronous file handle', 'src/store/a.ts', `await handle['createSyncAccessHandle']();`],
    ['a WAV header as a string', 'src/audio/wav.ts', `writeString(view, 0, 'RIFF');`],
    ['a WAV header as a template', 'src/audio/wav.ts', 'writeString(view, 0, `RIFF${size}`);'],
    ['a WAV header as a number', 'src/audio/wav.ts', `view.setUint32(0, 0x52494646);`],
    [
      'a WAV header as a number of the other byte order',
      'src/audio/wav.ts',
      `view.setUint32(0, 0x46464952, true);`,
    ],
    ['a WAV header as bytes', 'src/audio/wav.ts', `const head = Uint8Array.of(0x52, 0x49, 0x46, 0x46);`],
    ['a WAV header as a list', 'src/audio/wav.ts', `const head = [82, 73, 70, 70, 0, 0, 0, 0];`],
  ],
  'understudy/mediabunny-reads': [
    ['a second encoder', 'src/audio/a.ts', `import { Input, Output } from 'mediabunny';`],
    ['an encoder under an alias', 'src/audio/a.ts', `import { BufferTarget as B } from 'mediabunny';`],
    ['all of mediabunny', 'src/audio/a.ts', `import * as all from 'mediabunny';`],
    ['mediabunny by dynamic import', 'src/audio/a.ts', `const all = await import('mediabunny');`],
    ['a re-export of mediabunny', 'src/audio/a.ts', `export * from 'mediabunny';`],
    ['a re-export of an encoder', 'src/audio/a.ts', `export { Output } from 'mediabunny';`],
  ],
  'understudy/marked-by-cast': [
    ['marked samples by a cast', 'src/export/export.ts', `encode(samples as unknown as MarkedSamples);`],
    ['marked samples by an angle-bracket cast', 'src/live/a.ts', `play(<MarkedSamples>(<unknown>samples));`],
    [
      'marked samples by a cast to another type name',
      'src/live/a.ts',
      `play(samples as unknown as Mark.MarkedSamples);`,
    ],
    ['arrays of marked samples by a cast', 'src/live/a.ts', `play(pieces as unknown as MarkedSamples[]);`],
    [
      'marked samples by a cast to an import type',
      'src/ui/a.ts',
      `(s as import('../watermark').MarkedSamples);`,
    ],
    [
      'marked samples by a type predicate',
      'src/ui/a.ts',
      `const is = (s: unknown): s is MarkedSamples => true;`,
    ],
    ['a marked file by a cast', 'src/archive/a.ts', `add(blob as MarkedFile);`],
    ['a cast to never', 'src/export/export.ts', `encode(samples as never);`],
    ['an export of the encoder', 'src/export/export.ts', `export { encode };`],
  ],
  'understudy/owned-by-scope': [
    ['a listener', 'src/studio/a.ts', `window.addEventListener('paste', take);`],
    ['a global listener', 'src/app/A.svelte', `<script>addEventListener('paste', take);</script>`],
    ['a timer', 'src/learn/a.ts', `setTimeout(stop, 100);`],
    ['a timer of the window', 'src/ui/a.ts', `window.setInterval(tick, 100);`],
    ['an animation frame', 'src/learn/a.ts', `requestAnimationFrame(draw);`],
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
    ['signal processing with an AudioContext', 'src/dsp/a.ts', `const context = new AudioContext();`],
    ['records with an HTML element', 'src/provenance/a.ts', `x instanceof HTMLElement;`],
  ],
  'understudy/no-literal-text': [
    ['a text in markup', 'src/ui/A.svelte', `<button>Stop</button>`],
    ['a part of a text in markup', 'src/app/A.svelte', `<p>{count} takes</p>`],
    ['a text by condition', 'src/ui/A.svelte', `<p>{isOn ? 'Stop it' : m.ui_start()}</p>`],
    ['a text by template', 'src/ui/A.svelte', '<p>{`of ${count} takes`}</p>'],
    ['a label for screen readers', 'src/kiosk/A.svelte', `<button aria-label="Close">✕</button>`],
    ['a label with a value', 'src/ui/A.svelte', `<Slider label="{pitch} semitones" />`],
    ['a label by condition', 'src/ui/A.svelte', `<button aria-label={isOn ? 'Stop' : label}>✕</button>`],
    ['a title', 'src/app/A.svelte', `<abbr title="Decibels">{db}</abbr>`],
    ['a placeholder', 'src/curator/A.svelte', `<input placeholder="Your name" />`],
    ['a picture described', 'src/curator/A.svelte', `<img src={url} alt="A portrait" />`],
    ['an error', 'src/store/a.ts', `throw new StoreError('quota', 'No space is left.');`],
    ['an error by template', 'src/export/a.ts', 'throw new ExportError(`The ${format} file is bad.`);'],
    ['a notice', 'src/services/a.ts', `notices.warn('Please wait.');`],
    ['a label of a job', 'src/services/a.ts', 'await job.run(`Opening ${name}`, task);'],
    ['a label of a button', 'src/services/a.ts', `const action = { label: 'Open', run };`],
    ['a text in a table', 'src/ui/a.ts', `const TEXTS = { quiet: 'Come closer to it.' };`],
  ],
  'understudy/no-logic': [
    ['a worker with an if', 'workers/a.ts', `if (self.name) postMessage(1);`],
    ['a worker with a conditional expression', 'workers/a.ts', `postMessage(self.name ? 1 : 2);`],
    ['a worker with a for loop', 'workers/a.ts', `for (const each of all) postMessage(each);`],
    ['a worker with a while loop', 'workers/a.ts', `while (busy()) postMessage(1);`],
    ['a worker with a class', 'workers/a.ts', `class Jobs {}`],
    ['a module of a worker with an if', 'src/workers/a.ts', `if (self.name) postMessage(1);`],
  ],
};

/** Allowed, but similar to a breach. */
const INNOCENT: [string, string, string][] = [
  ['reading exports of mediabunny', 'src/audio/a.ts', `import { Input, type Output } from 'mediabunny';`],
  ['types of mediabunny', 'src/audio/a.ts', `import type { Output } from 'mediabunny';`],
  [
    'names of globals in comments',
    'src/engine/a.ts',
    `const window = periodicHann(8); // the document, no MediaRecorder here`,
  ],
  ['a method named share', 'src/studio/A.svelte', `<button onclick={() => s.share()}>A</button>`],
  ['text on the clipboard', 'src/ui/a.ts', `await navigator.clipboard.writeText(link);`],
  ['text in drag data', 'src/ui/a.ts', `event.dataTransfer.setData('text/plain', name);`],
  ['a method named download', 'src/voices/a.ts', `await shelf.download(row);`],
  ['a fetch by GET', 'src/store/a.ts', `await fetch(url, { signal });`],
  ['a timer of the scope', 'src/learn/a.ts', `scope.timeout(stop, 100);`],
  ['marked samples without a cast', 'src/export/a.ts', `const f = (s: MarkedSamples) => s.slice();`],
  ['a message', 'src/ui/A.svelte', `<button aria-label={m.ui_close()}>{m.ui_close()} · 1</button>`],
  ['names and codes in markup', 'src/ui/A.svelte', `<p class="soft small">{x === 'Stop' ? 1 : 2}</p>`],
  ['an error for developers', 'src/store/a.ts', `throw new RangeError('A PIN has 6 to 12 digits.');`],
  ['a warning on the console', 'src/store/a.ts', `console.warn('This must not happen here.');`],
  ['a text of the harness', 'src/harness/A.svelte', `<p>A script controls this tab.</p>`],
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

  it.each(planted)('by %s reports %s', async (rule, _, path, code) => {
    expect(await noticedBy(path, code)).toEqual([rule]);
  });

  it.each(INNOCENT)('allows %s', async (_, path, code) => {
    expect(await noticedBy(path, code)).toEqual([]);
  });

  it('has these rules enabled for every planted file', async () => {
    for (const [rule, , path] of planted) {
      const { rules } = (await real.calculateConfigForFile(path)) as Linter.Config;
      expect([rule, path, [rules![rule]].flat()[0]]).toEqual([rule, path, 2]);
    }
  });

  it('has no rule of its own without a breach that it reports', () => {
    const rules = restrictions.flatMap((each) => Object.keys(each.rules ?? {}));
    expect([...new Set(rules)].sort()).toEqual(Object.keys(PLANTED).sort());
  });
});
