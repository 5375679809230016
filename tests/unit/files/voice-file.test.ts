import { zipSync, type Zippable } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADAPTER_SHAPE } from '../../../src/engine/shapes';
import { MAX_VOICE_FILE_BYTES, readVoiceFile, writeVoiceFile } from '../../../src/files/voice-file';
import { floatToHalf } from '../../../src/files/voice-write';
import { halfToFloat } from '../../../src/files/voice-read';
import { readZip } from '../../../src/files/zip';
import { createSigningKey, type SigningKey } from '../../../src/provenance';
import { sealed } from '../provenance/records';
import { fakeVoice } from '../engine/fake-networks';
import { random } from '../engine/helpers';

const ABOUT = { id: 'own-1', name: 'Ada', language: 'en', description: '', createdAt: 1764000000000 };
const TYPED = /^(voice-(corrupt|altered|newer|too-large)|consent-[a-z-]+)$/;

let key: SigningKey;
let good: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  key = await createSigningKey();
  good = await make();
});

function make(changes: Partial<Parameters<typeof writeVoiceFile>[0]> = {}) {
  const next = random(11);
  const voice = fakeVoice({
    embedding: Float32Array.from({ length: 128 }, () => next() - 0.5),
    codebook: Float32Array.from({ length: 16 * 128 }, () => next() - 0.5),
    timbre: Float32Array.from({ length: 16 * 40 }, () => next() - 0.5),
  });
  const preview = new TextEncoder().encode('a preview');
  return writeVoiceFile({ about: ABOUT, voice, sealed: sealed(), preview, ...changes }, key);
}

const read = (bytes: Uint8Array<ArrayBuffer>) => readVoiceFile(new Blob([bytes]));
const refused = (code: RegExp | string) =>
  expect.objectContaining({ code: expect.stringMatching(code) as string }) as Error;

/** The entries of the valid file, for building variants. */
async function entries(): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const found = await readZip(new Blob([good]), { entries: 9, entryBytes: 1e7 });
  const all: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [name, entry] of found) all[name] = new Uint8Array(await entry.read());
  return all;
}
const pack = (files: Zippable, level: 0 | 9 = 0) => zipSync(files, { level });

describe('an .understudy file', () => {
  it('keeps the colour and the adapter of a voice that has them', async () => {
    const colour = Float32Array.from({ length: 80 }, (_, i) => -i / 8);
    const adapter = Float32Array.from(
      { length: ADAPTER_SHAPE[0] * ADAPTER_SHAPE[1] },
      (_, i) => (i % 64) / 64,
    );
    const file = await read(await make({ voice: fakeVoice({ colour, adapter }) }));
    expect(file.voice.colour).toEqual(colour);
    expect(file.voice.adapter).toEqual(adapter);
    const plain = (await read(good)).voice;
    expect(plain.colour).toBeUndefined();
    expect(plain.adapter).toBeUndefined();
  });

  it('keeps what the machine that recorded it did to a voice that has that', async () => {
    const band = Float32Array.from({ length: 80 }, (_, i) => -i / 8);
    const noise = Float32Array.from({ length: 80 }, (_, i) => -4 - i / 16);
    const recorded = { band, noise, wowRateHz: 1.25, wowDepth: 0.005, medianF0Hz: 237 };
    const file = await read(await make({ voice: fakeVoice({ recorded }) }));
    expect(file.voice.recorded).toEqual(recorded);
    expect((await read(good)).voice.recorded).toBeUndefined();
  });

  it('is read as it was written, with its record and its signer', async () => {
    const file = await read(good);
    expect(file.about).toEqual(ABOUT);
    expect(file.sealed).toEqual(sealed());
    expect(file.signer).toBe(Buffer.from(key.publicKey).toString('hex'));
    expect(new TextDecoder().decode(file.preview!)).toBe('a preview');
    const next = random(11);
    const embedding = Float32Array.from({ length: 128 }, () => next() - 0.5);
    expect(file.voice.embedding).toEqual(embedding);
    expect(file.voice.codebook[5]).toBeCloseTo(Array.from({ length: 6 }, () => next() - 0.5)[5]!, 3);
    expect(file.voice.timbre.length).toBe(16 * 40);
    expect(file.voice).toMatchObject({ id: 'own-1', name: 'Ada', medianF0Hz: 200 });
  });

  it('is the same bytes for the same voice', async () => {
    expect(Buffer.from(await make()).equals(Buffer.from(good))).toBe(true);
  });

  it('is rejected if a part is replaced by another valid one', async () => {
    const other = await readZip(new Blob([await make({ sealed: sealed({ uses: ['convert'] }) })]), {
      entries: 9,
      entryBytes: 1e7,
    });
    const otherConsent = new Uint8Array(await other.get('consent.json')!.read());
    await expect(read(pack({ ...(await entries()), 'consent.json': otherConsent }))).rejects.toThrow(
      refused('voice-altered'),
    );
    const list = new Uint8Array(await other.get('manifest.json')!.read());
    await expect(read(pack({ ...(await entries()), 'manifest.json': list }))).rejects.toThrow(
      refused('voice-altered'),
    );
    await expect(read(pack({ ...(await entries()), 'extra.js': list }))).rejects.toThrow(refused(/^voice-/));
    const { signature: _signature, ...unsigned } = await entries();
    await expect(read(pack(unsigned))).rejects.toThrow(refused('voice-corrupt'));
  });

  it('is rejected before any entry is read', async () => {
    const bomb = new Uint8Array(3_000_000);
    const all = await entries();
    const hostile: [Uint8Array<ArrayBuffer>, string][] = [
      [pack({ ...all, 'voice.voice': bomb }, 9), 'voice-corrupt'],
      [pack({ ...all, '../voice.voice': bomb }), 'voice-corrupt'],
      [pack({ ...all, '/etc/passwd': bomb }), 'voice-corrupt'],
      [pack({ ...all, 'a\\b': bomb }), 'voice-corrupt'],
      [
        pack(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, bomb.subarray(0, 1)]))),
        'voice-corrupt',
      ],
      [pack({ ...all, 'voice.voice': new Uint8Array(4_500_000) }), 'voice-corrupt'],
      [new Uint8Array(MAX_VOICE_FILE_BYTES + 1), 'voice-too-large'],
      [new Uint8Array(0), 'voice-corrupt'],
      [good.slice(0, good.length - 1), 'voice-corrupt'],
      [new Uint8Array([...good, 0]), 'voice-corrupt'],
    ];
    for (const [file, code] of hostile) await expect(read(file)).rejects.toThrow(refused(code));
  });

  it('of a newer version is rejected with voice-newer', async () => {
    const list = new TextEncoder().encode('{"format":"understudy-voice","version":2}');
    await expect(read(pack({ ...(await entries()), 'manifest.json': list }))).rejects.toThrow(
      refused('voice-newer'),
    );
  });

  it('is read or rejected with a known code after 1,000 random mutations', async () => {
    const next = random(7);
    let slowestMs = 0;
    for (let round = 0; round < 1000; round++) {
      const bad = good.slice(0, next() < 0.2 ? Math.floor(next() * good.length) : good.length);
      const area = next() < 0.5 ? bad.length : Math.min(bad.length, 1500);
      const from = next() < 0.5 ? 0 : bad.length - area;
      for (let i = 0; i < 1 + next() * 4 && bad.length > 0; i++)
        bad[from + Math.floor(next() * area)]! ^= 1 << Math.floor(next() * 8);
      if (Buffer.from(bad).equals(Buffer.from(good))) continue;
      const startedMs = performance.now();
      const outcome = await read(bad).then(
        () => 'read',
        (error: unknown) => (error as { code?: string }).code ?? String(error),
      );
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      // Zip fields that are not read (times, checksums) may change; signed content must not.
      if (outcome !== 'read') expect(outcome).toMatch(TYPED);
      else expect((await read(bad)).sealed).toEqual(sealed());
    }
    expect(slowestMs).toBeLessThan(2000);
  });
});

describe('half floats', () => {
  it('are rounded to the nearest', () => {
    const next = random(2);
    for (const value of [0, -0, 1, -2, 65504, 1e9, 2 ** -24, 2 ** -15, 0.1, 2047.9])
      expect(Math.abs(halfToFloat(floatToHalf(value)) - Math.min(value, 65504))).toBeLessThanOrEqual(
        Math.max(2 ** -25, Math.abs(Math.min(value, 65504)) * 2 ** -11),
      );
    for (let i = 0; i < 65536; i += 7) {
      const value = halfToFloat(i);
      if (Number.isFinite(value)) expect(halfToFloat(floatToHalf(value))).toBe(value);
    }
    for (let i = 0; i < 1000; i++) {
      const value = (next() - 0.5) * 100;
      expect(halfToFloat(floatToHalf(value))).toBeCloseTo(value, 1);
    }
  });
});
