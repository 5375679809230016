import { describe, expect, it } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { aiff, au, caf, pcm16, riff, w64, withoutSize } from '../../audio-files';
import { makeWav } from '../../browser/wav';

const samples = Int16Array.from({ length: 16000 }, (_, i) => Math.round(9000 * Math.sin(i / 7)));
const expected = Float32Array.from(samples, (sample) => sample / 32768);
const [little, big] = [pcm16(samples, false), pcm16(samples, true)];
const float = (write: 'writeFloatBE' | 'writeFloatLE' | 'writeDoubleBE', bytes: number) => {
  const data = Buffer.alloc(expected.length * bytes);
  expected.forEach((sample, i) => data[write](sample, i * bytes));
  return data;
};
/** 16-bit samples with zeros below. */
const wider = (bytes: number) =>
  Buffer.concat(
    Array.from(samples, (sample) => Buffer.concat([pcm16([sample], true), Buffer.alloc(bytes - 2)])),
  );

async function open(bytes: Uint8Array) {
  return decodeFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), 'a file');
}

describe('uncompressed files', () => {
  it.each([
    ['WAV', riff(little, 1, 16)],
    ['WAV of 32-bit floats', riff(float('writeFloatLE', 4), 3, 32)],
    ['RIFX, a big-endian WAV', riff(big, 1, 16, { big: true })],
    ['W64', w64(little, 16)],
    ['AIFF', aiff(big, 16)],
    ['AIFF of 24 bits', aiff(wider(3), 24)],
    ['AIFF of 32 bits', aiff(wider(4), 32)],
    ['little-endian AIFF-C', aiff(little, 16, 'sowt')],
    ['AIFF-C of floats', aiff(float('writeFloatBE', 4), 32, 'fl32')],
    ['AU', au(big, 3)],
    ['AU of 64-bit floats', au(float('writeDoubleBE', 8), 7)],
    ['CAF', caf(big, 16, 0)],
    ['little-endian CAF', caf(little, 16, 2)],
    ['CAF of floats', caf(float('writeFloatBE', 4), 32, 1)],
  ])('are read: %s', async (_, bytes) => {
    const { samples: read, sampleRateHz, warnings } = await open(bytes);
    expect(sampleRateHz).toBe(16000);
    expect(warnings).toEqual([]);
    expect(read).toEqual(expected);
  });

  it('are read in mu-law and A-law', async () => {
    // ITU-T G.711: the codes of the largest and of the smallest positive value.
    const ulaw = await open(riff(Buffer.alloc(16000, Buffer.from([0x80, 0x00, 0xff, 0x7f])), 7, 8));
    expect(Array.from(ulaw.samples.subarray(0, 2), (x) => Math.round(x * 32768))).toEqual([32124, -32124]);
    const alaw = await open(riff(Buffer.alloc(16000, Buffer.from([0xaa, 0x2a, 0xd5, 0x55])), 6, 8));
    expect(Array.from(alaw.samples.subarray(0, 4), (x) => Math.round(x * 32768))).toEqual([
      32256, -32256, 8, -8,
    ]);
  });

  it('are read to their end where the recorder died before it wrote the size, with a warning', async () => {
    const wav = makeWav(expected);
    const stale = Buffer.from(wav);
    stale.writeUInt32LE(2000, 40);
    for (const bytes of [withoutSize(wav), stale]) {
      const { seconds, warnings } = await open(bytes);
      expect(seconds).toBe(1);
      expect(warnings).toEqual([expect.stringMatching(/recorded this file ended before.*All of the sound/)]);
    }
  });

  it('of AIFF are read to their end too where the recorder died before it wrote any size', async () => {
    const whole = aiff(big, 16);
    for (const [size, frames] of [
      [0, 0],
      [0, 16000],
      [8, 0],
    ] as const) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32BE(0, 4);
      bytes.writeUInt32BE(frames, bytes.indexOf('COMM') + 10);
      bytes.writeUInt32BE(size, bytes.indexOf('SSND') + 4);
      const { samples: read, warnings } = await open(bytes);
      expect(read).toEqual(expected);
      expect(warnings).toEqual([expect.stringMatching(/recorded this file ended before.*All of the sound/)]);
    }
  });

  it.each([
    ['WAV', riff(little, 1, 16)],
    ['AIFF', aiff(big, 16)],
    ['W64', w64(little, 16)],
  ])('behind an ID3v2 tag are read as without it: %s', async (_, bytes) => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128, 0xff)]);
    for (const tags of [[tag], [tag, tag]]) {
      const { samples: read, warnings } = await open(Buffer.concat([...tags, bytes]));
      expect(read).toEqual(expected);
      expect(warnings).toEqual([]);
    }
  });

  it('with a chunk after the samples are not taken for unfinished', async () => {
    const after = Buffer.concat([Buffer.from('LIST'), Buffer.from([0x40, 0x9c, 0, 0]), Buffer.alloc(40000)]);
    const { seconds, warnings } = await open(Buffer.concat([riff(little, 1, 16), after]));
    expect([seconds, warnings]).toEqual([1, []]);
  });

  it.each([
    ['zeros', Buffer.alloc(40_000)],
    ['ID3v1', Buffer.from('TAG'.padEnd(128, 'x'))],
    ['zeros and ID3v1', Buffer.concat([Buffer.alloc(20_000), Buffer.from('TAG'.padEnd(128, 'x'))])],
    [
      'ID3v2',
      Buffer.concat([Buffer.from('ID3\x03\0\0\0\x02\x38\0', 'latin1'), Buffer.alloc(40_000, 'picture')]),
    ],
    ['an APE tag', Buffer.concat([Buffer.from('APETAGEX'), Buffer.alloc(40_000, 'picture')])],
    ['a chunk and zeros', Buffer.concat([Buffer.from('LIST\x04\0\0\0INFO', 'latin1'), Buffer.alloc(40_000)])],
  ])('that are whole with %s behind the samples end with the samples', async (_, after) => {
    for (const odd of [0, 1]) {
      // 8 bits, so that the samples can be odd in number.
      const bytes = riff(little.subarray(odd), 1, 8);
      const { seconds, warnings } = await open(Buffer.concat([bytes, Buffer.alloc(odd), after]));
      expect([seconds, warnings]).toEqual([(little.length - odd) / 16000, []]);
    }
  });

  it('that begin with zeros are read to their end where the recorder died', async () => {
    const late = Float32Array.from(expected, (sample, i) => (i < 8000 ? 0 : sample));
    const { seconds, warnings } = await open(withoutSize(makeWav(late)));
    expect(seconds).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/recorded this file ended before/)]);
  });

  it.each([
    ['WAV', riff(little, 1, 16), riff(big, 1, 16, { big: true })],
    ['WAV of two rates', riff(little, 1, 16), riff(little, 1, 16, { rateHz: 8000 })],
    ['W64', w64(little, 16), w64(little, 16)],
    ['AIFF', aiff(big, 16), aiff(wider(3), 24)],
    ['AU', au(big, 3), au(big, 3)],
    ['CAF', caf(big, 16, 0), caf(little, 16, 2)],
  ])('that are joined are read one after the other: %s', async (name, first, second) => {
    const { samples: read, sampleRateHz, warnings } = await open(Buffer.concat([first, second, second]));
    const secondLength = name.includes('rates') ? 32_000 : 16_000;
    expect(sampleRateHz).toBe(16_000);
    expect(read).toHaveLength(16_000 + 2 * secondLength);
    expect(read.subarray(0, 16_000)).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it('that are joined are read up to one that cannot be decoded, which is named', async () => {
    const { seconds, warnings } = await open(Buffer.concat([riff(little, 1, 16), riff(little, 0x11, 8)]));
    expect(seconds).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/Another recording.*left out.*: IMA ADPCM\./)]);
  });

  it('that are cut are opened whatever length they state', async () => {
    const long = riff(little, 1, 16);
    long.writeUInt32LE(2 * 16000 * 5 * 3600, 40);
    const { seconds, warnings } = await open(long);
    expect(seconds).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/end of this file is missing.*at least 5\.0 hours lost/),
    ]);
  });

  it('that are cut say how many seconds are missing', async () => {
    for (const bytes of [riff(little, 1, 16), aiff(big, 16), w64(little, 16)]) {
      const { seconds, warnings } = await open(bytes.subarray(0, -16000));
      expect(seconds).toBeCloseTo(0.5, 2);
      expect(warnings).toEqual([
        expect.stringMatching(/end of this file is missing.*at least 0\.5 seconds lost/),
      ]);
    }
  });

  it('lose an offset before they are judged', async () => {
    const { samples: read } = await open(
      riff(
        pcm16(
          samples.map((x) => x + 983),
          false,
        ),
        1,
        16,
      ),
    );
    expect(read.reduce((sum, x) => sum + x, 0) / read.length).toBeCloseTo(0, 6);
    const flat = riff(pcm16(new Int16Array(16000).fill(983), false), 1, 16);
    await expect(open(flat)).rejects.toMatchObject({ code: 'silence' });
  });

  it('of a muted input are called almost silent', async () => {
    const noise = pcm16(
      samples.map((_, i) => (i % 2 === 0 ? 23 : -23)),
      false,
    );
    expect((await open(riff(noise, 1, 16))).warnings).toEqual([
      expect.stringMatching(/almost silent: its peak is -63 dBFS/),
    ]);
  });
});
