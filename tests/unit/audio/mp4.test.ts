import { BufferTarget, EncodedAudioPacketSource, EncodedPacket, Mp4OutputFormat, Output } from 'mediabunny';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { OPUS_METADATA, opusPacket } from '../../audio-files';
import { BAD, installFakeDecoder } from '../../fake-audio-decoder';

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

const PACKETS = 500;
const END = /^The end of this file is missing or damaged/;

/** 10 s of Opus in packets that cannot be decoded once they are read from another position. */
async function make(fastStart: 'in-memory' | 'fragmented'): Promise<Buffer> {
  const target = new BufferTarget();
  const format = new Mp4OutputFormat({ fastStart, minimumFragmentDuration: 1 });
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(source);
  await output.start();
  const data = Uint8Array.from(opusPacket(BAD));
  data[1] = 64;
  for (let i = 0; i < PACKETS; i++)
    await source.add(new EncodedPacket(data, 'key', 0.02 * i, 0.02), OPUS_METADATA);
  await output.finalize();
  return Buffer.from(target.buffer!);
}

function open(...parts: Uint8Array[]) {
  return decodeFile(new Blob(parts as BlobPart[]), 'a.m4a');
}

describe('an M4A whose samples are not where its index says', () => {
  it.each([
    ['removed', (from: number, bytes: Buffer) => [bytes.subarray(0, from), bytes.subarray(from + 10)]],
    [
      'inserted',
      (from: number, bytes: Buffer) => [bytes.subarray(0, from), Buffer.alloc(10, BAD), bytes.subarray(from)],
    ],
  ])('because bytes were %s says once how much is lost', async (_, change) => {
    const bytes = await make('in-memory');
    const from = bytes.indexOf('mdat') + 4 + 250 * 61 + 30;
    const { seconds, warnings } = await open(...change(from, bytes));
    expect(seconds).toBeCloseTo(5, 1);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The end of this file is missing or damaged: at least 5\.0 seconds lost\..*opened: 5\.0 seconds/,
      ),
    ]);
  });
});

describe('a fragmented MP4', () => {
  let bytes: Buffer;
  /** Where the fragments begin. */
  let starts: number[];

  beforeAll(async () => {
    bytes = await make('fragmented');
    starts = [];
    for (let at = bytes.indexOf('moof'); at > 0; at = bytes.indexOf('moof', at + 1)) starts.push(at - 4);
  });

  it('that is whole gives no warning, with zeros behind it neither', async () => {
    for (const after of [Buffer.alloc(0), Buffer.alloc(5), Buffer.alloc(500)]) {
      const { seconds, warnings } = await open(bytes, after);
      expect(seconds).toBeCloseTo(10, 1);
      expect(warnings).toEqual([]);
    }
  });

  it.each([
    ['within the head of a fragment', 50],
    ['within the first bytes of a box', 5],
    ['before the samples of a fragment', 0],
    ['within the samples', 2000],
  ])('that is cut %s says that its end is missing', async (where, length) => {
    const start = starts[6]!;
    const end = where.startsWith('before') ? bytes.indexOf('mdat', start) - 4 : start + length;
    const { seconds, warnings } = await open(bytes.subarray(0, end));
    expect(seconds).toBeGreaterThan(5.9);
    expect(seconds).toBeLessThan(7);
    expect(warnings).toEqual([expect.stringMatching(END)]);
  });

  it('that is cut between fragments says how much of its index is missing', async () => {
    const n = (value: number) => {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(value);
      return number;
    };
    const sizes = starts.slice(0, -1).map((start, i) => starts[i + 1]! - start);
    const entries = sizes.flatMap((size) => [n(size), n(1000), n(0x90000000)]);
    const body = [n(0), n(1), n(1000), n(0), n(0), n(sizes.length), ...entries];
    const sidx = Buffer.concat([n(32 + 12 * sizes.length), Buffer.from('sidx'), ...body]);
    const indexed = (end: number) => open(bytes.subarray(0, starts[0]), sidx, bytes.subarray(starts[0], end));
    expect((await indexed(bytes.length)).warnings).toEqual([]);
    const { seconds, warnings } = await indexed(starts[6]!);
    expect(seconds).toBeCloseTo(6, 0);
    const missing = `${sizes.length - 6}.0 seconds`;
    expect(warnings).toEqual([expect.stringContaining(`damaged: at least ${missing} lost`)]);
  });
});
