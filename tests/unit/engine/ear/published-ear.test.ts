import { existsSync, readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { RunQueue, type EarNetworks, type LoadedNetwork } from '../../../../src/engine/backends/network';
import { TakeDenoiser } from '../../../../src/engine/ear/take-denoiser';
import { TakeEar } from '../../../../src/engine/ear/take-ear';
import { random, rms } from '../helpers';
import { findNetwork, parsePublishedManifest } from '../../../../src/files/manifest';

const FOLDER = 'models/published';
const read = (path: string) => readFileSync(path);
const json = (path: string) => JSON.parse(read(path).toString()) as unknown;

async function publishedEar(): Promise<EarNetworks> {
  const manifest = parsePublishedManifest(json(`${FOLDER}/manifest.json`));
  ort.env.wasm.numThreads = 1;
  const load = async (role: 'ear' | 'earJoin' | 'denoiser'): Promise<LoadedNetwork> => {
    const { file, stateShapes, lookAheadFrames } = findNetwork(manifest, role)!;
    const bytes = Uint8Array.from(read(`${FOLDER}/${file}`));
    return { session: await ort.InferenceSession.create(bytes), stateShapes, lookAheadFrames };
  };
  return {
    ear: await load('ear'),
    earJoin: await load('earJoin'),
    denoiser: await load('denoiser'),
    makeTensor: (data, dims) => new ort.Tensor('float32', data, dims),
    queue: new RunQueue(),
  };
}

/** Two seconds at 16 kHz. */
function speech(): Float32Array {
  const { samples: encoded } = json('tests/fixtures/frontend.json') as { samples: string };
  return Float32Array.from(
    new Int16Array(Uint8Array.from(Buffer.from(encoded, 'base64')).buffer),
    (v) => v / 32768,
  );
}

describe.skipIf(!existsSync(`${FOLDER}/ear.onnx`))('the published ear', () => {
  it('joins the codes that Python joins', async () => {
    const { every, codes: expected } = json('tests/fixtures/ear.json') as {
      every: number;
      codes: number[][];
    };
    const samples = speech();
    const count = samples.length / 320;
    const take = new TakeEar(
      await publishedEar(),
      { samples, sampleRateHz: 16000 },
      { medianF0Hz: 0, speechLevelDb: -23 },
    );
    await take.measure(async () => undefined);
    const content = Float32Array.from({ length: count * 128 }, (_, i) =>
      Math.sin(Math.floor(i / 128) * (i % 128)),
    );
    const joined = await take.push(content);
    expect(joined.length).toBe(count * 128);
    expect(expected.length).toBe(Math.ceil(count / every));
    for (const [row, code] of expected.entries()) {
      const own = joined.subarray(row * every * 128, (row * every + 1) * 128);
      let [dot, a, b] = [0, 0, 0];
      for (let i = 0; i < 128; i++) {
        dot += own[i]! * code[i]!;
        a += own[i]! ** 2;
        b += code[i]! ** 2;
      }
      // Activations that two processors round to different int8 values move the codes as far as quantising them does.
      expect(dot / Math.sqrt(a * b)).toBeGreaterThan(0.99);
      expect(Math.abs(a / b - 1)).toBeLessThan(0.02);
    }
  });

  it('takes noise from speech, and leaves speech', async () => {
    const ear = await publishedEar();
    const clean = speech();
    const next = random(3);
    const noisy = clean.map((x) => x + 0.3 * (next() - 0.5));
    const denoise = (samples: Float32Array) =>
      new TakeDenoiser(ear, { samples, sampleRateHz: 16000 }).run(async () => undefined);
    const snrDb = (samples: Float32Array) => {
      const error = samples.map((x, i) => x - clean[i]!);
      return 20 * Math.log10(rms(clean) / rms(error));
    };
    expect(snrDb(await denoise(noisy))).toBeGreaterThan(snrDb(noisy) + 5);
    expect(snrDb(await denoise(clean))).toBeGreaterThan(15);
  });
});
