import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MpegTsOutputFormat,
  Output,
} from 'mediabunny';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readParts } from '../../../src/audio/containers/parts';
import { decodeFile } from '../../../src/audio/decode';
import { mp3, MP3_BLOCK } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

const SECONDS = MP3_BLOCK / 48000;
const fills = Array.from({ length: 150 }, (_, i) => 20 + i);
const AVC = 'AAAAAWdCwArZCbARAAADAAEAAAMAMg8SJkgAAAABaMuDyyAAAAFliIQ=';
/** 33 bits at 90 kHz, in seconds. */
const WRAP = 2 ** 33 / 90000;
let whole: Uint8Array<ArrayBuffer>;

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

beforeAll(async () => {
  whole = await make(false);
});

/** MP3 in MPEG-TS: two packets for each frame. `from`: time of the first, in seconds. */
async function make(hasPictures: boolean, from = 0): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const output = new Output({ format: new MpegTsOutputFormat(), target });
  const pictures = new EncodedVideoPacketSource('avc');
  if (hasPictures) output.addVideoTrack(pictures);
  const sound = new EncodedAudioPacketSource('mp3');
  output.addAudioTrack(sound);
  await output.start();
  const decoderConfig = { codec: 'mp3', sampleRate: 48000, numberOfChannels: 1 };
  for (const [i, fill] of fills.entries()) {
    if (hasPictures && i % 5 === 0) {
      const picture = Buffer.concat([Buffer.from(AVC, 'base64'), Buffer.alloc(300, 0x55)]);
      await pictures.add(
        new EncodedPacket(picture, i === 0 ? 'key' : 'delta', from + i * SECONDS, 5 * SECONDS),
        {
          decoderConfig: { codec: 'avc1.42c00a', codedWidth: 16, codedHeight: 16 },
        },
      );
    }
    const packet = new EncodedPacket(Uint8Array.from(mp3([fill])), 'key', from + i * SECONDS, SECONDS);
    await sound.add(packet, { decoderConfig });
  }
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

function framesOf(samples: Float32Array): number[] {
  return Array.from({ length: samples.length / MP3_BLOCK }, (_, i) =>
    Math.round(256 * Math.abs(samples[i * MP3_BLOCK + MP3_BLOCK / 2]!)),
  );
}

describe('an MPEG-TS', () => {
  it('that is whole is left as it is', async () => {
    const file = new Blob([whole]);
    expect((await readParts(file)).parts.map(({ data }) => data)).toEqual([file]);
    const { samples, warnings } = await decodeFile(file, 'a.ts');
    expect(framesOf(samples)).toEqual(fills);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['zeros', false, 9000],
    ['bytes that are missing', false, 0],
    ['zeros, beside pictures', true, 9000],
  ])('goes on behind damage, with silence of its length: %s', async (_, hasPictures, zeros) => {
    const bytes = hasPictures ? await make(true) : whole;
    const from = Math.floor(0.4 * bytes.length);
    const torn = new Blob([bytes.subarray(0, from), new Uint8Array(zeros), bytes.subarray(from + 9000)]);
    const { samples, warnings } = await decodeFile(torn, 'a.ts');
    const frames = framesOf(samples);
    const lost = frames.filter((fill) => fill === 0).length;
    expect(frames).toEqual(fills.map((fill, i) => (frames[i] === 0 ? 0 : fill)));
    expect(lost).toBeGreaterThan(10);
    expect(lost).toBeLessThan(30);
    expect(frames.slice(100)).toEqual(fills.slice(100));
    expect(warnings).toEqual([
      `Sound is missing or damaged in the middle of this file, from ${(frames.indexOf(0) * SECONDS).toFixed(1)} seconds on: ${(lost * SECONDS).toFixed(1)} seconds. That part was left silent.`,
    ]);
  });

  it.each([
    ['sound alone', false],
    ['sound beside pictures', true],
  ])('whose clock begins again is read from its first sample on: %s', async (_, hasPictures) => {
    for (const before of [1, 59, 61]) {
      const { samples, warnings } = await decodeFile(
        new Blob([await make(hasPictures, WRAP - before)]),
        'a.ts',
      );
      expect(framesOf(samples)).toEqual(fills);
      expect(warnings).toEqual([]);
    }
  });

  it('whose clock begins again goes on behind damage, with silence of its length', async () => {
    // Of a part that begins less than 60 s before it, the demuxer counts down to 0.
    for (const before of [0.5, 1.8, 3, 61]) {
      const bytes = await make(false, WRAP - before);
      const from = Math.floor(0.4 * bytes.length);
      const torn = new Blob([bytes.subarray(0, from), bytes.subarray(from + 9000)]);
      const frames = framesOf((await decodeFile(torn, 'a.ts')).samples);
      expect(frames).toEqual(fills.map((fill, i) => (frames[i] === 0 ? 0 : fill)));
      expect(frames.slice(100)).toEqual(fills.slice(100));
    }
  });

  it.each([
    ['within a packet', 100],
    ['within a piece of sound, between packets', 188],
  ])('that is cut %s says that its end is missing, and that it is not known how much', async (_, bytes) => {
    for (const file of [whole, await make(true)]) {
      const { samples, warnings } = await decodeFile(
        new Blob([file.subarray(0, file.length - bytes)]),
        'a.ts',
      );
      expect(framesOf(samples).slice(0, 148)).toEqual(fills.slice(0, 148));
      expect(warnings).toEqual([
        expect.stringMatching(/^The end of this file is missing or damaged: how much is not known/),
      ]);
    }
  });

  it('with zeros or a tag behind it is read to its end, without a warning', async () => {
    for (const after of [Buffer.alloc(500), Buffer.from('TAG'.padEnd(128, 'x'))]) {
      const { samples, warnings } = await decodeFile(new Blob([whole, after]), 'a.ts');
      expect(framesOf(samples)).toEqual(fills);
      expect(warnings).toEqual([]);
    }
  });

  it.each([
    ['AAC (LATM)', 0x11, ''],
    ['Opus (MPEG-TS)', 0x06, 'Opus'],
    ['Dolby TrueHD', 0x83, ''],
  ])('with sound that cannot be read names its codec: %s', async (name, type, registered) => {
    await expect(decodeFile(new Blob([transport(type, registered)]), 'a.ts')).rejects.toMatchObject({
      code: 'codec',
      message: expect.stringContaining(`that cannot be decoded here: ${name}.`) as string,
    });
  });
});

/** An MPEG-TS of one stream of this type, with an identifier that its descriptor registers. */
function transport(type: number, registered: string): Uint8Array<ArrayBuffer> {
  const packet = (pid: number, payload: Buffer) =>
    Buffer.concat([
      Buffer.from([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x10]),
      payload,
      Buffer.alloc(184, 0xff),
    ]).subarray(0, 188);
  const section = (id: number, ...body: number[]) =>
    Buffer.from([0, id, 0xb0, 5 + body.length + 4, 0, 1, 0xc1, 0, 0, ...body, 0, 0, 0, 0]);
  const descriptor = registered ? [5, 4, ...Buffer.from(registered)] : [];
  const streams = [0xe1, 0x01, 0xf0, 0, type, 0xe1, 0x01, 0xf0, descriptor.length, ...descriptor];
  const sound = packet(0x101, Buffer.from([0, 0, 1, 0xbd, 0, 160, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1, 1, 2, 3]));
  return Uint8Array.from(
    Buffer.concat([
      packet(0, section(0, 0, 1, 0xf0, 0)),
      packet(0x1000, section(2, ...streams)),
      ...Array<Buffer>(50).fill(sound),
    ]),
  );
}
