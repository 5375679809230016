import { readFile } from 'node:fs/promises';
import {
  ALL_FORMATS,
  AdtsOutputFormat,
  BlobSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  Output,
} from 'mediabunny';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readParts } from '../../../src/audio/containers/parts';
import { decodeFile } from '../../../src/audio/decode';
import { AAC_BLOCK, adts, mp3, MP3_BLOCK } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

const FRAMES = 150;
const fills = Array.from({ length: FRAMES }, (_, i) => 20 + i);
const FORMATS = [
  ['AAC', { make: adts, block: AAC_BLOCK, name: 'a.aac' }],
  ['MP3', { make: mp3, block: MP3_BLOCK, name: 'a.mp3' }],
] as const;
const NOISE = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i) % 251));
const ID3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128, 0xff)]);

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

function open(name: string, ...parts: Uint8Array[]) {
  return decodeFile(new Blob(parts as BlobPart[]), name);
}

/** The fill of each frame of what was read. */
function framesOf(samples: Float32Array, block: number): number[] {
  return Array.from({ length: samples.length / block }, (_, i) =>
    Math.round(256 * Math.abs(samples[i * block + block / 2]!)),
  );
}

function without(from: number, to: number): number[] {
  return fills.filter((_, i) => i < from || i >= to);
}

describe.each(FORMATS)('%s, whose frames have no clock', (_, { make, block, name }) => {
  const whole = make(fills);
  const at = (frame: number) => make(fills.slice(0, frame)).length;
  /** Of the sound before a frame, as a warning says it. */
  const time = (frame: number) => `${((frame * block) / 48000).toFixed(1)} seconds`;

  it('is left as it is where it is whole', async () => {
    const file = new Blob([whole as BlobPart]);
    expect((await readParts(file)).parts.map(({ data }) => data)).toEqual([file]);
    const { samples, warnings } = await open(name, whole);
    expect(framesOf(samples, block)).toEqual(fills);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['zeros', (bytes: number) => Buffer.alloc(bytes)],
    ['other bytes', (bytes: number) => NOISE.subarray(0, bytes)],
  ])('goes on behind %s, and says where and about how much is missing', async (_, filling) => {
    const [from, to] = [at(70) + 50, at(88) + 50];
    const { samples, warnings } = await open(
      name,
      whole.subarray(0, from),
      filling(to - from),
      whole.subarray(to),
    );
    expect(framesOf(samples, block)).toEqual(without(70, 89));
    expect(warnings).toEqual([
      `Sound in the middle of this file is missing or damaged at ${time(70)}: about ${time(19)}. What follows was joined on directly, so it is earlier than in the original.`,
    ]);
  });

  it('goes on behind bytes that were cut out, and says that it is not known how many', async () => {
    const { samples, warnings } = await open(
      name,
      whole.subarray(0, at(70) + 50),
      whole.subarray(at(90) + 77),
    );
    expect(framesOf(samples, block)).toEqual(without(70, 91));
    expect(warnings).toEqual([
      expect.stringMatching(`missing or damaged at ${time(70)}: how much is not known.`),
    ]);
  });

  it('names several places', async () => {
    const bytes = Buffer.from(whole);
    bytes.fill(0, at(30) + 50, at(40) + 50);
    bytes.fill(0, at(100) + 50, at(110) + 50);
    const { samples, warnings } = await open(name, bytes);
    expect(framesOf(samples, block)).toEqual(without(100, 111).filter((fill) => fill < 50 || fill > 60));
    expect(warnings).toEqual([
      expect.stringMatching(`damaged in 2 places, from ${time(30)} on: about ${time(22)}`),
    ]);
  });

  it('does not take the header of another shape within damage for a frame', async () => {
    const other = make === adts ? adts([1], 24000).subarray(0, 120) : Buffer.from([0xff, 0xf3, 0x14, 0xc0]);
    const bytes = Buffer.from(whole);
    bytes.fill(0, at(70) + 50, at(90) + 50).set(other, at(75));
    expect(framesOf((await open(name, bytes)).samples, block)).toEqual(without(70, 91));
  });

  it('with a tag in it is read behind it, without a warning', async () => {
    const { samples, warnings } = await open(name, ID3, whole, ID3, whole);
    expect(framesOf(samples, block)).toEqual([...fills, ...fills]);
    expect(warnings).toEqual([]);
  });

  it('with a tag or zeros behind it is read to its end, without a warning', async () => {
    for (const end of [Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]), Buffer.alloc(100)]) {
      const { samples, warnings } = await open(name, whole, end);
      expect(framesOf(samples, block)).toEqual(fills);
      expect(warnings).toEqual([]);
    }
  });

  it('that is cut within a frame says so', async () => {
    const { samples, warnings } = await open(name, whole.subarray(0, -30));
    expect(framesOf(samples, block).slice(0, -1)).toEqual(
      fills.slice(0, framesOf(samples, block).length - 1),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^The end of this file is missing or damaged: how much is not known/),
    ]);
  });

  it('of which less than a third of a second is left is refused', async () => {
    for (const bytes of [100, 200, 500, 900]) {
      await expect(open(name, whole.subarray(0, bytes))).rejects.toMatchObject({
        code: 'truncated',
        message: expect.stringMatching(/is cut off/) as string,
      });
    }
  });

  it('with a hole that is cut at its end too says both', async () => {
    const bytes = Buffer.from(whole.subarray(0, -30));
    bytes.fill(0, at(70) + 50, at(90) + 50);
    expect((await open(name, bytes)).warnings).toEqual([
      expect.stringMatching(/^The end of this file is missing/),
      expect.stringMatching(/^Sound in the middle/),
    ]);
  });
});

describe('AAC in ADTS', () => {
  it('is split where its rate changes', async () => {
    const [first, second] = [adts(fills), adts(fills, 24000)];
    const { parts } = await readParts(new Blob([first, second] as BlobPart[]));
    expect(parts.map(({ data }) => data.size)).toEqual([first.length, second.length]);
  });

  it('of speech goes on behind damage', async () => {
    const speech = await speechAdts();
    const whole = await readParts(new Blob([speech]));
    expect(whole.parts).toHaveLength(1);
    const bytes = speech.slice();
    bytes.fill(0, 0.4 * bytes.length, 0.5 * bytes.length);
    const { parts, isCut } = await readParts(new Blob([bytes]));
    expect(isCut).toBe(false);
    expect(parts.map(({ before }) => before)).toEqual(['start', 'loss']);
    expect(parts[1]!.data.size / bytes.length).toBeCloseTo(0.5, 1);
  });
});

describe('an MP3 that states its number of frames', () => {
  it('says how much is missing where bytes were cut out', async () => {
    const speech = await readFile('tests/fixtures/audio/speech.mp3');
    const seconds = 0.1 * (await secondsOf(speech));
    const torn = [speech.subarray(0, 0.4 * speech.length), speech.subarray(0.5 * speech.length)];
    const { parts } = await readParts(new Blob(torn));
    expect(parts.map(({ before }) => before)).toEqual(['start', 'loss']);
    expect(parts[1]!.lossSeconds).toBeGreaterThan(seconds - 0.1);
    expect(parts[1]!.lossSeconds).toBeLessThan(seconds + 0.1);
  });
});

async function secondsOf(bytes: Uint8Array): Promise<number> {
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(new Blob([bytes as BlobPart])) });
  return (await input.getPrimaryAudioTrack())!.computeDuration();
}

/** The M4A of the fixtures without its container. */
async function speechAdts(): Promise<Uint8Array<ArrayBuffer>> {
  const source = new BlobSource(new Blob([await readFile('tests/fixtures/audio/speech.m4a')]));
  const track = (await new Input({ formats: ALL_FORMATS, source }).getPrimaryAudioTrack())!;
  const decoderConfig = (await track.getDecoderConfig())!;
  const target = new BufferTarget();
  const output = new Output({ format: new AdtsOutputFormat(), target });
  const packets = new EncodedAudioPacketSource('aac');
  output.addAudioTrack(packets);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets())
    await packets.add(packet, { decoderConfig });
  await output.finalize();
  return new Uint8Array(target.buffer!);
}
