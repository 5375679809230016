import { describe, expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { Frontend } from '../../../src/engine/analysis/frontend';
import { formatVoice } from '../../../src/files/voice-write';
import { parseVoice } from '../../../src/files/voice-read';
import { cluster } from '../../../src/enrol/cluster';
import { encodeVoice, pieceSamples } from '../../../src/enrol/encode';
import { blendRecord, blendVoices } from '../../../src/enrol/shape';
import { requirePermission } from '../../../src/provenance';
import { fakeNetworks, fakeVoice } from '../engine/fake-networks';
import { random } from '../engine/helpers';
import { sealed } from '../provenance/records';
import { fakeRestorer, fakeSpeakerEncoder, speech } from './mixture';

describe('clustering', () => {
  it('finds the clusters of the rows, and the same ones in a second run', async () => {
    const next = random(5);
    const means = Float32Array.from({ length: 8 * 16 }, () => 10 * next());
    const rows = Float32Array.from({ length: 400 * 16 }, (_, i) => {
      const row = Math.floor(i / 16) % 8;
      return means[row * 16 + (i % 16)]! + 0.1 * next();
    });
    const first = await cluster(rows, 16, 32);
    const second = await cluster(rows, 16, 32);
    expect(second.centres).toEqual(first.centres);
    for (let row = 0; row < 400; row++) {
      const centre = first.centres.subarray(first.nearest[row]! * 16, (first.nearest[row]! + 1) * 16);
      expect(Math.hypot(...centre.map((x, i) => x - rows[row * 16 + i]!))).toBeLessThan(1);
      // No other centre is nearer.
      const distances = Array.from({ length: 32 }, (_, k) =>
        Math.hypot(...rows.subarray(row * 16, (row + 1) * 16).map((x, i) => x - first.centres[k * 16 + i]!)),
      );
      expect(distances[first.nearest[row]!]).toBeCloseTo(Math.min(...distances), 4);
    }
  });

  it('works with fewer rows than centres', async () => {
    const { centres } = await cluster(Float32Array.of(1, 2, 3, 4), 2, 8);
    expect(centres.length).toBe(16);
    expect(centres.every(Number.isFinite)).toBe(true);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(cluster(new Float32Array(64), 8, 8, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('encoding', () => {
  const samples = concat([speech(), speech(), speech()]);
  const pieces = pieceSamples([
    { samples, pieces: [{ startSeconds: 0, endSeconds: samples.length / 16000 }] },
  ]);
  const options = { networks: fakeNetworks(), speaker: fakeSpeakerEncoder(), restorer: fakeRestorer() };

  it('makes a voice from speech that can be written to a voice file and read back', async () => {
    const fractions: number[] = [];
    const vectors = await encodeVoice(pieces, {
      ...options,
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect(vectors.codebook.length).toBe(512 * 128);
    expect(vectors.timbre.length).toBe(512 * 40);
    expect(vectors.medianF0Hz).toBeGreaterThan(80);
    expect(vectors.medianF0Hz).toBeLessThan(300);
    expect(vectors.speechLevelDb).toBeLessThan(-10);
    expect(Math.hypot(...vectors.embedding)).toBeCloseTo(1, 3);
    expect(fractions.at(-1)).toBeCloseTo(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    const file = formatVoice({ ...vectors, id: 'own-x', name: 'X' });
    const read = parseVoice(file.buffer);
    expect(read.embedding).toEqual(vectors.embedding);
    expect(Math.max(...read.timbre.map((x, i) => Math.abs(x - vectors.timbre[i]!)))).toBeLessThan(0.01);
  }, 60_000);

  it('gives each code the mean timbre of the frames nearest to it', async () => {
    const { codebook, timbre } = await encodeVoice(pieces, options);
    // A code of the fake network is the first 128 of the 160 log-mel bands of its two frames.
    const { logMel, loudnessDb } = new Frontend().push(samples);
    const active = loudnessDb.length / 2;
    let [sum, count] = [0, 0];
    for (let n = 0; n < active; n += 37) {
      const code = logMel.subarray(n * 160, n * 160 + 128);
      let [best, distance] = [0, Infinity];
      for (let k = 0; k < 512; k++) {
        const squared = code.reduce((all, x, i) => all + (x - codebook[k * 128 + i]!) ** 2, 0);
        if (squared < distance) [best, distance] = [k, squared];
      }
      if (Math.max(loudnessDb[2 * n]!, loudnessDb[2 * n + 1]!) <= -50) continue;
      for (let b = 0; b < 40; b++) {
        let own = 0;
        for (const t of [2 * n, 2 * n + 1])
          own += (logMel[t * 80 + 2 * b]! + logMel[t * 80 + 2 * b + 1]! - 2 * 0.2302585 * loudnessDb[t]!) / 4;
        sum += Math.abs(own - timbre[best * 40 + b]!);
        count++;
      }
    }
    expect(sum / count).toBeLessThan(1);
  }, 60_000);

  it('computes only the timbre from the restored spectrum', async () => {
    const plain = await encodeVoice(pieces, options);
    const louder = await encodeVoice(pieces, { ...options, restorer: fakeRestorer((x) => x + 1) });
    expect(Math.min(...louder.timbre.map((x, i) => x - plain.timbre[i]!))).toBeCloseTo(1, 3);
    expect(louder).toMatchObject({ ...plain, timbre: louder.timbre });
  }, 60_000);

  it('rejects too little speech', async () => {
    const little = pieceSamples([{ samples, pieces: [{ startSeconds: 0, endSeconds: 5 }] }]);
    await expect(encodeVoice(little, options)).rejects.toMatchObject({ code: 'input-empty' });
  });
});

describe('shaping', () => {
  const a = fakeVoice({
    medianF0Hz: 100,
    embedding: new Float32Array(128).fill(1),
    timbre: new Float32Array(512 * 40),
  });
  const b = fakeVoice({
    medianF0Hz: 400,
    codebook: new Float32Array(512 * 128).fill(2),
    timbre: Float32Array.from({ length: 512 * 40 }, (_, i) => i % 40),
  });

  it('mixes voices by their weight', () => {
    const parts = [
      { voice: a, weight: 3 },
      { voice: b, weight: 1 },
    ];
    const mixed = blendVoices(parts, { pitchSt: 12, size: 0, breath: 0 });
    expect(mixed.embedding[0]).toBeCloseTo(0.75);
    expect(mixed.medianF0Hz).toBeCloseTo(100 * 4 ** 0.25 * 2);
    expect(mixed.codebook.filter((x) => x === 2).length / mixed.codebook.length).toBeCloseTo(0.25, 1);
  });

  it('mixes colours, treating a missing colour as zeros', () => {
    const plain = { voice: a, weight: 1 };
    const horn = { voice: { ...b, colour: new Float32Array(80).fill(-4) }, weight: 3 };
    const shape = { pitchSt: 0, size: 0, breath: 0 };
    expect(blendVoices([plain, horn], shape).colour).toEqual(new Float32Array(80).fill(-3));
    expect(blendVoices([plain], shape).colour).toBeUndefined();
  });

  it('moves the timbre with size and breath', () => {
    const only = [{ voice: b, weight: 1 }];
    const shaped = (size: number, breath: number) => blendVoices(only, { pitchSt: 0, size, breath }).timbre;
    expect(shaped(0, 0)).toEqual(b.timbre);
    // A shorter vocal tract has higher formants: band 20 gets the value of a lower band.
    expect(shaped(1, 0)[20]!).toBeLessThan(20);
    expect(shaped(0, 1)[39]!).toBeGreaterThan(39);
  });

  it('is declared synthetic, with the records of its parents and their strictest terms', () => {
    const strict = sealed({ uses: ['convert', 'blend'], until: '2030-01-01' });
    const made = blendRecord([strict, sealed()], { name: 'M', voiceName: 'Mix', today: '2026-11-24' });
    expect(made.record).toMatchObject({
      person: { status: 'nobody' },
      rightsHolder: { capacity: 'synthetic' },
      uses: ['convert', 'blend'],
      until: '2030-01-01',
      parents: [strict, sealed()],
      // Named once, though both parents name it.
      revocationContact: strict.record.revocationContact,
    });
    expect(() => requirePermission(made, 'live', { revoked: new Set(), data: [] })).toThrow(/live/);
  });
});
