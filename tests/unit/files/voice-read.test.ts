import { describe, expect, it } from 'vitest';
import { random } from '../engine/helpers';
import { ADAPTER_SHAPE } from '../../../src/engine/shapes';
import { halfToFloat, parseVoice } from '../../../src/files/voice-read';

const HEADER = {
  id: 'kathleen',
  name: 'Kathleen',
  medianF0Hz: 190,
  f0StdSt: 3,
  speechLevelDb: -22,
  retrievalBlend: 0.3,
  textureBlend: 0.2,
  arrays: [
    { name: 'embedding', dtype: 'float32', shape: [128], offset: 0 },
    { name: 'codebook', dtype: 'float16', shape: [512, 128], offset: 512 },
    { name: 'timbre', dtype: 'float16', shape: [512, 40], offset: 512 + 512 * 128 * 2 },
  ],
};
const DATA_BYTES = 512 + 512 * (128 + 40) * 2;

function voiceFile(header: unknown = HEADER, dataBytes = DATA_BYTES): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  file.set(new TextEncoder().encode('UDV1'));
  new DataView(file.buffer).setUint32(4, text.length, true);
  file.set(text, 8);
  const data = new DataView(file.buffer, 8 + text.length);
  if (dataBytes >= DATA_BYTES) {
    data.setFloat32(4, 0.25, true);
    data.setUint16(512 + 2 * 129, 0x3c00, true);
  }
  return file.buffer;
}

describe('a voice file', () => {
  it('is read as it was written', () => {
    const voice = parseVoice(voiceFile());
    expect(voice).toMatchObject({
      id: 'kathleen',
      medianF0Hz: 190,
      retrievalBlend: 0.3,
      textureBlend: 0.2,
    });
    expect(voice.embedding[1]).toBe(0.25);
    expect(voice.codebook[129]).toBe(1);
    expect(voice.codebook.length).toBe(512 * 128);
  });

  it('without textureBlend, from an earlier version, gets 0', () => {
    const { textureBlend: _, ...older } = HEADER;
    expect(parseVoice(voiceFile(older)).textureBlend).toBe(0);
  });

  it('may have a colour, which must have one value per band', () => {
    const colour = (shape: number[]) => ({
      ...HEADER,
      arrays: [...HEADER.arrays, { name: 'colour', dtype: 'float32', shape, offset: DATA_BYTES - 320 }],
    });
    expect(parseVoice(voiceFile()).colour).toBeUndefined();
    expect(parseVoice(voiceFile(colour([80]))).colour).toEqual(new Float32Array(80));
    for (const shape of [[79], [1, 80], [8000]])
      expect(() => parseVoice(voiceFile(colour(shape)))).toThrow(/colour/);
  });

  it('may have an adapter, which must fit the generator', () => {
    const adapter = (shape: number[]) => ({
      ...HEADER,
      arrays: [...HEADER.arrays, { name: 'adapter', dtype: 'float16', shape, offset: DATA_BYTES }],
    });
    const [rank, width] = ADAPTER_SHAPE;
    const bytes = DATA_BYTES + 2 * rank * width;
    expect(parseVoice(voiceFile()).adapter).toBeUndefined();
    expect(parseVoice(voiceFile(adapter([rank, width]), bytes)).adapter).toHaveLength(rank * width);
    for (const shape of [[width, rank], [rank, width - 1], [rank], [16385]])
      expect(() => parseVoice(voiceFile(adapter(shape), bytes))).toThrow(/cannot be read/);
    expect(() => parseVoice(voiceFile(adapter([rank, width])))).toThrow(/“adapter” extends past the end/);
  });

  it('decodes half floats', () => {
    for (const [bits, value] of [
      [0x3c00, 1],
      [0xc000, -2],
      [0x0001, 2 ** -24],
      [0x7bff, 65504],
      [0x7c00, Infinity],
    ] as const) {
      expect(halfToFloat(bits)).toBe(value);
    }
  });

  it('is rejected with voice-corrupt if it is invalid', () => {
    const array = (changes: object) => ({
      ...HEADER,
      arrays: [HEADER.arrays[0], { ...HEADER.arrays[1], ...changes }, HEADER.arrays[2]],
    });
    const notANumber = voiceFile();
    new DataView(notANumber).setUint32(notANumber.byteLength - DATA_BYTES, 0x7fc00000, true);
    const badMagic = voiceFile();
    new Uint8Array(badMagic)[0] = 0;
    const longHeader = voiceFile();
    new DataView(longHeader).setUint32(4, 0xffffffff, true);
    const hostile = [
      new ArrayBuffer(0),
      new ArrayBuffer(7),
      badMagic,
      longHeader,
      notANumber,
      voiceFile('{'),
      voiceFile('null'),
      voiceFile({ ...HEADER, medianF0Hz: 1e9 }),
      voiceFile({ ...HEADER, id: '../x' }),
      voiceFile({ ...HEADER, arrays: [] }),
      voiceFile(HEADER, 100),
      voiceFile(array({ offset: -4 })),
      voiceFile(array({ offset: 2 ** 50 })),
      voiceFile(array({ shape: [1e9, 128] })),
      voiceFile(array({ shape: [128, 512] })),
      voiceFile(array({ dtype: 'int8' })),
      voiceFile({ ...HEADER, arrays: HEADER.arrays.slice(0, 2) }),
      voiceFile(array({ shape: [256, 128] })),
    ];
    for (const file of hostile)
      expect(() => parseVoice(file)).toThrowError(expect.objectContaining({ code: 'voice-corrupt' }));
  });

  it('is read or rejected with voice-corrupt after random mutations', () => {
    const next = random(5);
    const good = new Uint8Array(voiceFile());
    for (let round = 0; round < 300; round++) {
      const bad = good.slice(0, next() < 0.3 ? Math.floor(next() * good.length) : good.length);
      for (let i = 0; i < 4; i++)
        bad[Math.floor(next() * Math.min(bad.length, 500))] = Math.floor(next() * 256);
      try {
        const voice = parseVoice(bad.buffer);
        expect(voice.codebook.every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: 'voice-corrupt' });
      }
    }
  });
});
