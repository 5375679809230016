import { existsSync, readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { findNetwork, listVoices, parsePublishedManifest, type Manifest } from '../../../src/files/manifest';
import { RunQueue, type LoadedNetwork, type Networks } from '../../../src/engine/backends/network';
import { convertTake } from '../../../src/engine/offline';
import { profileTake } from '../../../src/engine/analysis/profile';
import { ConversionStream } from '../../../src/engine/stream';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import type { Voice } from '../../../src/engine/voice';
import { parseVoice } from '../../../src/files/voice-read';
import { inChunks, random, rms } from './helpers';

/** Samples per call of an AudioWorklet. */
const QUANTUM = 128;
const FOLDER = new URL(`file://${process.env['UNDERSTUDY_MODELS'] ?? `${process.cwd()}/models/published`}/`);

function speech(): Float32Array {
  const { samples } = JSON.parse(
    readFileSync(new URL('../../fixtures/frontend.json', import.meta.url), 'utf8'),
  ) as { samples: string };
  return Float32Array.from(
    new Int16Array(Uint8Array.from(Buffer.from(samples, 'base64')).buffer),
    (v) => v / 32768,
  );
}

describe.skipIf(!existsSync(new URL('manifest.json', FOLDER)))('the published networks', () => {
  const read = (file: string) => Uint8Array.from(readFileSync(new URL(file, FOLDER)));
  let manifest: Manifest;
  let networks: Networks;

  beforeAll(async () => {
    manifest = parsePublishedManifest(JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')));
    ort.env.wasm.numThreads = 1;
    const load = async (role: 'content' | 'generator'): Promise<LoadedNetwork> => {
      const entry = findNetwork(manifest, role)!;
      const { stateShapes, lookAheadFrames } = entry;
      return { session: await ort.InferenceSession.create(read(entry.file)), stateShapes, lookAheadFrames };
    };
    networks = {
      content: await load('content'),
      generator: await load('generator'),
      makeTensor: (data, dims) => new ort.Tensor('float32', data, dims),
      queue: new RunQueue(),
    };
  });

  function firstVoice(): Voice {
    const [entry] = listVoices(manifest);
    const permission = { sealed: entry!.consent, revoked: new Set<string>(), data: [] };
    return { ...parseVoice(read(entry!.file).buffer), permission };
  }

  async function open(
    blockCodes: number,
    sampleRateHz: number,
    voice = firstVoice(),
  ): Promise<ConversionStream> {
    return new ConversionStream({
      networks,
      voice,
      controls: DEFAULT_CONTROLS,
      profile: await profileTake(speech(), 16000),
      sampleRateHz,
      blockCodes,
    });
  }

  async function convert(chunks: Float32Array[], blockCodes: number, voice?: Voice): Promise<Float32Array> {
    const stream = await open(blockCodes, 16000, voice);
    const parts: Float32Array[] = [];
    for (const chunk of chunks) parts.push(await stream.push(chunk));
    return concat([...parts, await stream.end()]);
  }

  it.each([-75, -68])('convert background hiss at %i dBFS to silence', async (levelDb) => {
    const next = random(1);
    const hiss = Float32Array.from(
      { length: 32000 },
      () => Math.sqrt(12) * 10 ** (levelDb / 20) * (next() - 0.5),
    );
    const { samples } = await convertTake({
      networks,
      voice: firstVoice(),
      controls: DEFAULT_CONTROLS,
      samples: hiss,
      sampleRateHz: 16000,
    });
    for (let at = 0; at < samples.length; at += 1200)
      expect(rms(samples.subarray(at, at + 1200))).toBeLessThan(1e-3);
  });

  it('give the same output for any split of the input and any block size', async () => {
    const samples = speech();
    const whole = await convert([samples], 50);
    expect(whole.length).toBe(samples.length * 1.5);
    expect(whole.every(Number.isFinite)).toBe(true);
    expect(rms(whole)).toBeGreaterThan(1e-4);
    const scale = Math.max(1, ...whole.map(Math.abs));
    for (const [seed, block] of [
      [1, 50],
      [2, 7],
      [3, 2],
    ] as const) {
      const other = await convert(inChunks(samples, seed, 3000), block);
      const worst = other.reduce((most, x, i) => Math.max(most, Math.abs(x - whole[i]!)), 0);
      expect(worst / scale).toBeLessThanOrEqual(1e-4);
    }
  }, 60000);

  it('are changed a little by the adapter of the first voice', async () => {
    const { adapter, ...others } = firstVoice();
    expect(adapter).toBeDefined();
    const own = await convert([speech()], 50);
    const shared = await convert([speech()], 50, others);
    const difference = rms(own.map((x, i) => x - shared[i]!)) / rms(shared);
    expect(difference).toBeGreaterThan(0.01);
    expect(difference).toBeLessThan(0.7);
  }, 60000);

  it('have a delay of at most 60 ms when a block is returned', async () => {
    const samples = speech();
    const stream = await open(1, 48000);
    let longestMs = 0;
    for (let at = 0; at + QUANTUM <= samples.length; at += QUANTUM) {
      const output = await stream.push(samples.subarray(at, at + QUANTUM));
      if (output.length > 0) longestMs = Math.max(longestMs, 1000 * stream.heldSeconds);
    }
    stream.dispose();
    expect(longestMs).toBeGreaterThan(30);
    expect(longestMs).toBeLessThanOrEqual(60);
  }, 60000);

  it('look ahead by no more than that delay and the synthesis', async () => {
    const samples = speech();
    const whole = await convert([samples], 1);
    let furthestMs = 0;
    for (let at = 8000; at < 8640; at += 40) {
      const other = samples.slice();
      for (let i = at; i < other.length; i++) other[i]! *= -0.3;
      const first = (await convert([other], 1)).findIndex((x, i) => Math.abs(x - whole[i]!) > 1e-9);
      furthestMs = Math.max(furthestMs, at / 16 - first / 24);
    }
    expect(furthestMs).toBeGreaterThan(30);
    expect(furthestMs).toBeLessThanOrEqual(65);
  }, 60000);
});
