import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../../src/engine/types';
import { earFilesOf } from '../../../src/files/manifest';
import { readEar } from '../../../src/store/ear';
import { ModelStore } from '../../../src/store/models';

const CONTENT = new Uint8Array(1000).map((_, i) => (i * 7) % 251);
const GENERATOR = new Uint8Array(300).map((_, i) => (i * 11) % 241);
const VOICE = new Uint8Array(50).fill(5);
const addressOf = (input: RequestInfo | URL) => (input instanceof Request ? input.url : input.toString());
const BASE = 'https://example.test/models';
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function manifest(content = CONTENT) {
  const common = { licence: 'MIT', origin: 'here' };
  const network = { ...common, kind: 'network', lookAheadFrames: 4, stateShapes: [[1, 2, 3]] };
  return {
    version: 2,
    sampleRateHz: 24000,
    analysisRateHz: 16000,
    hopSamples: 240,
    files: [
      { ...network, file: 'content.onnx', role: 'content', bytes: content.length, sha256: sha(content) },
      {
        ...network,
        file: 'generator.onnx',
        role: 'generator',
        bytes: GENERATOR.length,
        sha256: sha(GENERATOR),
      },
      {
        ...common,
        file: 'a.voice',
        kind: 'voice',
        id: 'a',
        name: 'A',
        language: 'en',
        description: '',
        preview: 'a.opus',
        bytes: VOICE.length,
        sha256: sha(VOICE),
      },
    ],
  };
}

interface ServerOptions {
  listing?: unknown;
  files?: Record<string, Uint8Array>;
  ranges?: boolean;
  /** Bytes of content.onnx after which the connection breaks, for each request in turn. */
  cuts?: number[];
}

function server({ listing = manifest(), files = {}, ranges = true, cuts = [] }: ServerOptions = {}) {
  const all: Record<string, Uint8Array> = {
    'content.onnx': CONTENT,
    'generator.onnx': GENERATOR,
    'a.voice': VOICE,
    ...files,
  };
  const left = [...cuts];
  return vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => {
    const name = addressOf(input).slice(BASE.length + 1);
    if (name === 'manifest.json') return new Response(JSON.stringify(listing));
    const range = new Headers(init?.headers).get('Range');
    const from = range && ranges ? Number(/bytes=(\d+)-/.exec(range)![1]) : 0;
    const bytes = all[name]!.slice(from);
    const cut = name === 'content.onnx' ? left.shift() : undefined;
    let sent = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (!sent) {
          sent = true;
          controller.enqueue(bytes.slice(0, cut));
        } else if (cut === undefined) controller.close();
        else controller.error(new TypeError('network error'));
      },
    });
    const status = range && ranges ? 206 : 200;
    return new Response(body, {
      status,
      ...(status === 206 && {
        headers: { 'Content-Range': `bytes ${from}-${all[name]!.length - 1}/${all[name]!.length}` },
      }),
    });
  });
}

let store: ModelStore;
let opened = 0;
beforeEach(async () => {
  store = await ModelStore.open(`test-${opened++}`);
});

const load = (fetch: ReturnType<typeof server>, more = {}) =>
  store.load({ baseUrl: BASE, fetch, chunkBytes: 64, retryDelaysMs: [0, 0], ...more });
const asked = (fetch: ReturnType<typeof server>, name: string) =>
  fetch.mock.calls
    .filter(([url]) => addressOf(url).endsWith(name))
    .map(([, init]) => new Headers(init?.headers).get('Range'));

describe('the store of networks', () => {
  it('downloads once, then reads from the device', async () => {
    const first = server();
    const progress: LoadProgress[] = [];
    const { files } = await load(first, { onProgress: (p: LoadProgress) => progress.push(p) });
    expect(new Uint8Array(files.get('content.onnx')!)).toEqual(CONTENT);
    expect(progress.every((p) => p.from === 'network')).toBe(true);
    expect(progress.filter((p) => p.file === 'content.onnx').at(-1)).toMatchObject({
      bytesDone: 1000,
      bytesTotal: 1000,
    });
    const second = server();
    const again: LoadProgress[] = [];
    const result = await load(second, { onProgress: (p: LoadProgress) => again.push(p) });
    expect(new Uint8Array(result.files.get('a.voice')!)).toEqual(VOICE);
    expect(second.mock.calls.map(([url]) => addressOf(url))).toEqual([`${BASE}/manifest.json`]);
    expect(again.map((p) => p.from)).toEqual(['device', 'device', 'device']);
  });

  it('starts offline from the stored files', async () => {
    await load(server());
    const offline = vi.fn(async () => Promise.reject(new TypeError('offline'))) as unknown as ReturnType<
      typeof server
    >;
    expect((await load(offline)).files.size).toBe(3);
  });

  it('resumes an interrupted download', async () => {
    const fetch = server({ cuts: [200, 300] });
    const { files } = await load(fetch);
    expect(new Uint8Array(files.get('content.onnx')!)).toEqual(CONTENT);
    expect(asked(fetch, 'content.onnx')).toEqual([null, 'bytes=200-', 'bytes=500-']);
  });

  it('resumes it in a later session', async () => {
    const failing = server({ cuts: [200, 0, 0] });
    await expect(load(failing)).rejects.toMatchObject({ code: 'download-failed' });
    const fetch = server();
    const { files } = await load(fetch);
    expect(asked(fetch, 'content.onnx')).toEqual(['bytes=200-']);
    expect(new Uint8Array(files.get('content.onnx')!)).toEqual(CONTENT);
  });

  it('starts over where the server does not support ranges', async () => {
    const fetch = server({ cuts: [500], ranges: false });
    const { files } = await load(fetch);
    expect(new Uint8Array(files.get('content.onnx')!)).toEqual(CONTENT);
  });

  it('deletes files whose hash or length is wrong', async () => {
    const wrong = CONTENT.slice();
    wrong[10]! ^= 1;
    await expect(load(server({ files: { 'content.onnx': wrong } }))).rejects.toMatchObject({
      code: 'network-corrupt',
    });
    const longer = new Uint8Array(60).fill(5);
    await expect(load(server({ files: { 'a.voice': longer } }))).rejects.toMatchObject({
      code: 'voice-corrupt',
    });
    expect((await load(server())).files.size).toBe(3);
  });

  it('deletes files that the manifest no longer names', async () => {
    await load(server());
    const newer = CONTENT.slice(0, 900);
    await load(server({ listing: manifest(newer), files: { 'content.onnx': newer } }));
    const back = server();
    await load(back);
    expect(asked(back, 'content.onnx')).toEqual([null]);
    expect(asked(back, 'generator.onnx')).toEqual([]);
  });

  it('leaves out the ear, but keeps what was stored of it', async () => {
    const EAR = new Uint8Array(400).map((_, i) => (i * 3) % 239);
    const files = { 'ear.onnx': EAR, 'ear-join.onnx': VOICE, 'denoiser.onnx': VOICE };
    const entry = { ...manifest().files[0]!, lookAheadFrames: 0, stateShapes: [] };
    const listing = {
      ...manifest(),
      files: [
        ...manifest().files,
        { ...entry, file: 'ear.onnx', role: 'ear', bytes: EAR.length, sha256: sha(EAR) },
        { ...entry, file: 'ear-join.onnx', role: 'earJoin', bytes: VOICE.length, sha256: sha(VOICE) },
        { ...entry, file: 'denoiser.onnx', role: 'denoiser', bytes: VOICE.length, sha256: sha(VOICE) },
      ],
    };
    const first = server({ listing, files });
    const { manifest: listed, files: loaded } = await load(first);
    expect([...loaded.keys()]).toEqual(['content.onnx', 'generator.onnx', 'a.voice']);
    expect(asked(first, 'ear.onnx')).toEqual([]);
    const ear = earFilesOf(listed)!;
    expect(await readEar(store, listed)).toBeUndefined();

    const options = { baseUrl: BASE, fetch: server({ listing, files }), chunkBytes: 64 };
    const stopped = new AbortController();
    const interrupted = store.loadFiles(ear, {
      ...options,
      signal: stopped.signal,
      onProgress: ({ allBytesDone }) => allBytesDone >= 128 && stopped.abort(),
    });
    await interrupted.catch(() => undefined);
    await load(server({ listing, files }));
    await store.loadFiles(ear, options);
    const states = await Promise.all(ear.map((file) => store.storedState(file)));
    expect(states).toEqual([
      { bytes: 400, isComplete: true },
      { bytes: 50, isComplete: true },
      { bytes: 50, isComplete: true },
    ]);
    expect(new Uint8Array((await readEar(store, listed))!.ear.bytes)).toEqual(EAR);
    await store.forget(ear[0]!);
    expect(await readEar(store, listed)).toBeUndefined();
  });

  it('rejects an invalid manifest', async () => {
    for (const listing of [null, {}, { ...manifest(), version: 1 }, { ...manifest(), files: [] }]) {
      await expect(load(server({ listing }))).rejects.toMatchObject({ code: 'manifest-corrupt' });
    }
    const escaping = manifest();
    escaping.files[0]!.file = '../../secret';
    await expect(load(server({ listing: escaping }))).rejects.toMatchObject({ code: 'manifest-corrupt' });
  });

  it('reports a full device', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    try {
      await expect(load(server())).rejects.toMatchObject({ code: 'quota' });
    } finally {
      put.mockRestore();
    }
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(load(server(), { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
