import { describe, expect, it, vi } from 'vitest';
import { Converter, type Library } from '../../../src/engine/converter';
import { EngineError } from '../../../src/engine/errors';
import type { Manifest } from '../../../src/files/manifest';
import { PublishedFiles } from '../../../src/files/published';
import { VoiceCatalogue, type OwnVoices } from '../../../src/files/voice-catalogue';
import type { Networks, OpenedBackend } from '../../../src/engine/backends/network';
import type { Openers } from '../../../src/engine/backends/runtime';
import { DEFAULT_CONTROLS, type Backend } from '../../../src/engine/types';
import { fakeEar } from './ear/fake-ear';
import { fakeNetworks } from './fake-networks';
import { rms } from './helpers';
import { sealed } from '../provenance/records';

vi.mock('../../../src/engine/backends/ort', () => ({}));

const common = { bytes: 1, licence: 'MIT', origin: 'here' };
const network = { ...common, kind: 'network' as const, lookAheadFrames: 1, stateShapes: [] };
const MANIFEST: Manifest = {
  version: 2,
  sampleRateHz: 24000,
  analysisRateHz: 16000,
  hopSamples: 240,
  files: [
    { ...network, role: 'content', file: 'content.onnx', sha256: 'a' },
    { ...network, role: 'generator', file: 'generator.onnx', sha256: 'b' },
    {
      ...common,
      kind: 'voice',
      id: 'v',
      name: 'V',
      language: 'en',
      description: '',
      preview: 'v.opus',
      file: 'v.voice',
      sha256: 'c',
      consent: sealed(),
    },
  ],
};

function voiceBytes(): ArrayBuffer {
  const header = JSON.stringify({
    id: 'v',
    name: 'V',
    medianF0Hz: 200,
    f0StdSt: 3,
    speechLevelDb: -23,
    retrievalBlend: 0,
    textureBlend: 0,
    arrays: [
      { name: 'embedding', dtype: 'float32', shape: [128], offset: 0 },
      { name: 'codebook', dtype: 'float16', shape: [4, 128], offset: 512 },
      { name: 'timbre', dtype: 'float16', shape: [4, 40], offset: 1536 },
    ],
  });
  const file = new Uint8Array(8 + header.length + 1536 + 320);
  file.set(new TextEncoder().encode(`UDV1    ${header}`));
  new DataView(file.buffer).setUint32(4, header.length, true);
  return file.buffer;
}

const NO_OWN_VOICES: OwnVoices = {
  list: async () => [],
  read: async () => undefined,
  has: async () => false,
  revoked: async () => new Set(),
  onChange: () => () => undefined,
};

function library(): Library & { notes: Map<string, unknown> } {
  const notes = new Map<string, unknown>();
  const empty = new ArrayBuffer(0);
  return {
    notes,
    async load({ baseUrl }) {
      const files = new Map([
        ['content.onnx', empty],
        ['generator.onnx', empty],
        ['v.voice', voiceBytes()],
      ]);
      const published = new PublishedFiles(MANIFEST, files);
      return {
        networks: { content: published.network('content'), generator: published.network('generator') },
        voices: new VoiceCatalogue(baseUrl, published, NO_OWN_VOICES),
      };
    },
    readNote: async (key) => notes.get(key),
    writeNote: async (key, value) => void notes.set(key, value),
  };
}

type OpenEar = ConstructorParameters<typeof Converter>[2];

/** A backend that takes `ms` per run and loses its device at run number `losesAt`. */
function backend(
  name: Backend,
  ms: number,
  losesAt = Infinity,
): OpenedBackend & { disposed: boolean; runs: number } {
  const inner = fakeNetworks();
  const slow = (networks: Networks['content']): Networks['content'] => ({
    ...networks,
    session: {
      ...networks.session,
      async run(feeds) {
        if (++opened.runs >= losesAt) throw new EngineError('gpu-lost', 'gone');
        await new Promise((resolve) => setTimeout(resolve, ms));
        return networks.session.run(feeds);
      },
    },
  });
  const opened = {
    backend: name,
    networks: { ...inner, content: slow(inner.content), generator: slow(inner.generator) },
    disposed: false,
    runs: 0,
    async dispose() {
      opened.disposed = true;
    },
  };
  return opened;
}

function setUp(
  openers: Openers,
  opened: ReturnType<typeof library> & Library = library(),
  openEar?: OpenEar,
) {
  return {
    converter: new Converter(
      async () => opened,
      () => openers,
      openEar,
    ),
    library: opened,
  };
}

const OPTIONS = { baseUrl: 'https://example.test/models/', backend: 'auto' as const };
const TONE = Float32Array.from({ length: 24000 }, (_, i) => {
  let x = 0;
  for (let k = 1; k < 10; k++) x += Math.cos((2 * Math.PI * 120 * k * i) / 16000);
  return 0.03 * x;
});
const convert = (converter: Converter, job = 'j', voice = 'v') =>
  converter.convert(job, TONE, 16000, voice, DEFAULT_CONTROLS, () => undefined);

describe('the converter', () => {
  it('measures both backends once and uses the faster', async () => {
    const wasm = backend('wasm', 8);
    const gpu = backend('webgpu', 1);
    const { converter, library } = setUp({ wasm: async () => wasm, webgpu: async () => gpu });
    const status = await converter.load(OPTIONS, () => undefined);
    expect(status.backend).toBe('webgpu');
    expect(status.rtf.wasm).toBeGreaterThan(status.rtf.webgpu!);
    expect(status.voices).toEqual([
      expect.objectContaining({ id: 'v', preview: 'https://example.test/models/v.opus' }),
    ]);
    expect(wasm.disposed).toBe(true);

    const untouched = vi.fn(async () => backend('wasm', 8));
    const next = setUp({ wasm: untouched, webgpu: async () => backend('webgpu', 1) }, library);
    expect((await next.converter.load(OPTIONS, () => undefined)).backend).toBe('webgpu');
    expect(untouched).not.toHaveBeenCalled();
  });

  it('stops measuring a slow backend after two seconds', async () => {
    const gpu = backend('webgpu', 300);
    const { converter } = setUp({ wasm: async () => backend('wasm', 0), webgpu: async () => gpu });
    const status = await converter.load({ ...OPTIONS, backend: 'webgpu' }, () => undefined);
    expect(status.rtf.webgpu).toBeGreaterThan(1);
    expect(gpu.runs).toBeLessThanOrEqual(10);
  });

  it('uses WebAssembly if the GPU is missing, fails to open, or fails when measured', async () => {
    for (const webgpu of [
      async () => undefined,
      async () => Promise.reject(new Error('no')),
      async () => backend('webgpu', 0, 2),
    ]) {
      const { converter } = setUp({ wasm: async () => backend('wasm', 0), webgpu });
      const status = await converter.load({ ...OPTIONS, backend: 'webgpu' }, () => undefined);
      expect(status.backend).toBe('wasm');
      expect(status.rtf.webgpu).toBeUndefined();
    }
  });

  it('restarts a take whose GPU is lost: on a new device the first time, then in WebAssembly', async () => {
    const reference = setUp({ wasm: async () => backend('wasm', 0), webgpu: async () => undefined });
    await reference.converter.load(OPTIONS, () => undefined);
    const expected = await convert(reference.converter);
    // The benchmark makes 26 runs; the take starts with the 27th and 28th.
    const devices = [backend('webgpu', 0, 28), backend('webgpu', 0, 2)];
    const opened = [...devices];
    const { converter } = setUp({ wasm: async () => backend('wasm', 0), webgpu: async () => opened.shift() });
    expect((await converter.load({ ...OPTIONS, backend: 'webgpu' }, () => undefined)).backend).toBe('webgpu');
    const result = await convert(converter);
    expect(opened.length).toBe(0);
    expect(devices.every((device) => device.disposed)).toBe(true);
    expect(result.backend).toBe('wasm');
    expect(rms(result.samples)).toBeGreaterThan(0);
    expect(result.samples).toEqual(expected.samples);
    expect(result.samples.length).toBe(36000);
  });

  it('cancels one job and completes the other', async () => {
    const { converter } = setUp({ wasm: async () => backend('wasm', 5), webgpu: async () => undefined });
    await converter.load(OPTIONS, () => undefined);
    const [a, b] = [convert(converter, 'a'), convert(converter, 'b')];
    await converter.cancel('a');
    await expect(a).rejects.toMatchObject({ name: 'cancelled' });
    expect((await b).samples.length).toBe(36000);
    await converter.cancel('unknown');
  });

  it('hears with the ear when asked to and once it is on the device, and opens it once', async () => {
    const file = { bytes: new ArrayBuffer(0), sha256: '', stateShapes: [], lookAheadFrames: 0 };
    let stored = false;
    const opened = {
      ...library(),
      readEar: async () => (stored ? { ear: file, earJoin: file, denoiser: file } : undefined),
    };
    const openEar = vi.fn(async () => fakeEar());
    const openers = { wasm: async () => backend('wasm', 0), webgpu: async () => undefined };
    const { converter } = setUp(openers, opened, openEar);
    await converter.load({ ...OPTIONS, backend: 'wasm' }, () => undefined);
    const hear = async (ear: 'auto' | 'small') =>
      converter.convert('j', TONE, 16000, 'v', DEFAULT_CONTROLS, () => undefined, { ear });
    const small = await hear('auto');
    expect(small.ear).toBe('small');
    stored = true;
    const joined = [await hear('auto'), await hear('auto')];
    expect(joined.map(({ ear }) => ear)).toEqual(['ear', 'ear']);
    expect(joined[0]!.samples).not.toEqual(small.samples);
    expect(joined[1]!.samples).toEqual(joined[0]!.samples);
    expect(openEar).toHaveBeenCalledOnce();
    expect((await hear('small')).samples).toEqual(small.samples);
    expect((await convert(converter)).ear).toBe('small');
  });

  it('converts without the ear where it cannot be opened', async () => {
    const file = { bytes: new ArrayBuffer(0), sha256: '', stateShapes: [], lookAheadFrames: 0 };
    const opened = { ...library(), readEar: async () => ({ ear: file, earJoin: file, denoiser: file }) };
    const openers = { wasm: async () => backend('wasm', 0), webgpu: async () => undefined };
    const { converter } = setUp(openers, opened, async () => {
      throw new EngineError('network-corrupt', 'no memory');
    });
    await converter.load({ ...OPTIONS, backend: 'wasm' }, () => undefined);
    const result = await converter.convert('j', TONE, 16000, 'v', DEFAULT_CONTROLS, () => undefined, {
      ear: 'auto',
    });
    expect(result.ear).toBe('small');
  });

  it('rejects when it is not loaded, and when the voice does not exist', async () => {
    const { converter } = setUp({ wasm: async () => backend('wasm', 0), webgpu: async () => undefined });
    await expect(convert(converter)).rejects.toMatchObject({ name: 'not-loaded' });
    await converter.load(OPTIONS, () => undefined);
    await expect(convert(converter, 'j', 'unknown')).rejects.toMatchObject({ name: 'no-voice' });
  });
});
