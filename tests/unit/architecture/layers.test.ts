import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import config from '../../../.dependency-cruiser.mjs';
import { findBreaches } from '../../../scripts/layers.mjs';

/** [rule, planted file, its text]. Files of src that it imports are created too, empty unless they are in OTHERS. */
const PLANTED: [rule: string, path: string, source: string][] = [
  ['no-cycles', 'src/audio/a-loop.ts', `import type { B } from './b-loop'; export type A = B[];`],
  ['layer-paraglide', 'src/paraglide/a.ts', `import '../dsp/fft';`],
  ['layer-offline', 'src/offline/a.ts', `import type { Scope } from '../services/scope';`],
  ['layer-text', 'src/text/a.ts', `import '../files/exhibit';`],
  ['layer-kiosk', 'src/kiosk/a.ts', `import '../studio/studio.svelte';`],
  ['layer-help', 'src/help/a.ts', `import '../curator/edit';`],
  ['layer-curator', 'src/curator/a.ts', `import '../kiosk/visit.svelte';`],
  ['layer-dsp', 'src/dsp/a.ts', `import '../engine/errors';`],
  ['layer-provenance', 'src/provenance/a.ts', `import '../dsp/fft';`],
  ['layer-watermark', 'src/watermark/a.ts', `import { Converter } from '../engine/converter';`],
  ['layer-engine', 'src/engine/a.ts', `import '../files/voice-file';`],
  ['layer-files', 'src/files/a.ts', `import '../enrol/encode';`],
  ['layer-enrol', 'src/enrol/a.ts', `import '../store/takes';`],
  ['layer-audio', 'src/audio/a.ts', `import '../studio/studio.svelte';`],
  ['layer-store', 'src/store/a.ts', `import type { Notices } from '../services/notices.svelte';`],
  ['layer-realtime', 'src/realtime/session/a.ts', `import '../../live/live.svelte';`],
  ['layer-export', 'src/export/a.ts', `import '../app/routes.svelte';`],
  ['layer-archive', 'src/archive/a.ts', `import '../ui/format';`],
  ['layer-services', 'src/services/a.ts', `import '../ui/format';`],
  ['layer-ui', 'src/ui/A.svelte', `<script lang="ts">import type { A } from '../learn/cases';</script>`],
  ['layer-studio', 'src/studio/a.ts', `import '../live/live.svelte';`],
  ['layer-live', 'src/live/a.ts', `await import('../studio/studio.svelte');`],
  ['layer-voices', 'src/voices/A.svelte', `{#await import('../learn/Learn.svelte')}{/await}`],
  [
    'layer-detect',
    'src/detect/A.svelte',
    `<script lang="ts">import Studio from '../studio/Studio.svelte';</script><Studio />`,
  ],
  ['layer-learn', 'src/learn/a.ts', `import '../app/routes.svelte';`],
  ['layer-app', 'src/app/a.ts', `import W from '../../workers/detection?worker';`],
  ['layer-harness', 'src/harness/a.ts', `import '../live/live.svelte';`],
  ['known-folder', 'src/main-2.ts', `import './elsewhere/a';`],
  ['layer-workers', 'src/workers/a.ts', `import '../learn/cases';`],
  ['worker-entries', 'workers/a.ts', `import '../src/engine/a2';`],
  ['harness-is-lazy', 'src/app/b.ts', `import '../harness/harness';`],
  ['computing-libraries', 'src/engine/b.ts', `import { wrap } from 'comlink';`],
  ['markup-libraries', 'src/store/b.ts', `import { mount } from 'svelte';`],
  ['idb-in-store', 'src/studio/b.ts', `import { openDB } from 'idb';`],
  ['mediabunny-in-audio-and-encoder', 'src/studio/c.ts', `import { Output } from 'mediabunny';`],
  ['encoders-in-encode', 'src/app/c.ts', `await import('@mediabunny/mp3-encoder');`],
  ['encode-behind-export', 'src/export/index.ts', `export * from './encode';`],
  ['watermark-behind-index', 'src/export/b.ts', `import { MarkedSamples } from '../watermark/marked';`],
  ['credentials-in-export', 'src/detect/b.ts', `await import('@contentauth/c2pa-web');`],
  ['zips-in-files', 'src/live/b.ts', `import { zipSync } from 'fflate';`],
  ['zip-writer-for-archive', 'src/archive/b.ts', `import { ZipWriter } from '../files/zip-write';`],
  ['no-orphans', 'src/learn/forgotten.ts', `import '../dsp/fft';`],
  ['no-dev-dependencies', 'src/services/b.ts', `import 'playwright-core';`],
  ['no-unresolvable', 'src/services/c.ts', `import './nowhere';`],
];

/** Further breaches of the same rules: other paths, other kinds of import. */
const MORE: typeof PLANTED = [
  ['mediabunny-in-audio-and-encoder', 'src/ui/b.ts', `import * as all from 'mediabunny';`],
  ['mediabunny-in-audio-and-encoder', 'src/ui/c.ts', `const all = await import('mediabunny');`],
  ['encode-behind-export', 'src/app/d.ts', `import { encode } from '../export/encode';`],
  ['encode-behind-export', 'src/app/e.ts', `const { encode } = await import('../export/encode');`],
  ['layer-live', 'src/live/c.ts', `import url from '../learn/a-worklet?worker&url';`],
  ['idb-in-store', 'src/ui/D.svelte', `<script>import { openDB } from 'idb'; openDB('a');</script>`],
];

const OTHERS: Record<string, string> = {
  'src/audio/b-loop.ts': `import type { A } from './a-loop'; export type B = A[];`,
  'src/app/App.svelte': `<script>import('../harness/harness');</script>`,
};

/** Allowed, but similar to a breach. */
const INNOCENT: Record<string, string> = {
  'src/audio/read.ts': `import { Input } from 'mediabunny';`,
  'src/detect/Own.svelte': `<script lang="ts">import type { A } from '../ui/format'; let a: A;</script>{a}`,
  'src/engine/address.ts': `import url from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';`,
  'src/services/client.ts': `import W from '../../workers/enrolment?worker';`,
};

describe('the layers', () => {
  let folder = '';
  let breaches: Awaited<ReturnType<typeof findBreaches>> = [];
  const all = [...PLANTED, ...MORE];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'planted-'));
    for (const name of ['package.json', 'tsconfig.json']) await cp(name, join(folder, name));
    const planted = {
      ...OTHERS,
      ...INNOCENT,
      ...Object.fromEntries(all.map(([, path, text]) => [path, text])),
    };
    const files = new Map(Object.entries(planted));
    for (const [path, source] of Object.entries(planted)) {
      for (const target of targetsOf(path, source)) if (!files.has(target)) files.set(target, '');
    }
    // src/main.ts imports all of them, so that none is unreachable; its own imports break no rule.
    const reached = Object.keys(planted).filter((path) => !path.includes('forgotten'));
    files.set('src/main.ts', reached.map((path) => `import '../${path.replace(/\.ts$/, '')}';`).join('\n'));
    for (const [path, source] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), source);
    }
    breaches = await findBreaches(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(all)('%s reports %s', (rule, path) => {
    expect(breaches.filter(({ from }) => from === path).map((each) => each.rule)).toEqual([rule]);
  });

  it('have no rule without a breach that it reports', () => {
    expect(PLANTED.map(([rule]) => rule).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  it('report nothing that is allowed', () => {
    expect(breaches.filter(({ from }) => from in INNOCENT)).toEqual([]);
  });
});

/** Paths, with extensions, of the files of src that `source` imports. */
function targetsOf(path: string, source: string): string[] {
  return Array.from(source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^'?]+)/g), ([, to]) => {
    const target = join(dirname(path), to!);
    return target.endsWith('.svelte') && /\/[A-Z]/.test(target) ? target : `${target}.ts`;
  }).filter((target) => !target.includes('nowhere'));
}
