import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
} from 'mediabunny';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readParts } from '../../../src/audio/containers/parts';
import { decodeFile } from '../../../src/audio/decode';
import { mp3Frames, OPUS_METADATA, opusPacket } from '../../audio-files';
import { BAD, installFakeDecoder } from '../../fake-audio-decoder';

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

interface Track {
  /** Start of each packet of 20 ms in seconds. */
  times: number[];
  fill?: number;
}

const row = (packets: number, from = 0) => Array.from({ length: packets }, (_, i) => from + 0.02 * i);

async function make(format: OutputFormat, tracks: Track[], picturesAt: number[] = []): Promise<Blob> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const pictures = new EncodedVideoPacketSource('vp8');
  if (picturesAt.length > 0) output.addVideoTrack(pictures);
  const sources = tracks.map(() => new EncodedAudioPacketSource('opus'));
  for (const source of sources) output.addAudioTrack(source);
  await output.start();
  for (const time of picturesAt) {
    await pictures.add(new EncodedPacket(new Uint8Array(20), 'key', time, 0.1), {
      decoderConfig: { codec: 'vp8', codedWidth: 16, codedHeight: 16 },
    });
  }
  for (const [i, { times, fill = 64 }] of tracks.entries()) {
    for (const time of times) {
      await sources[i]!.add(
        new EncodedPacket(Uint8Array.from(opusPacket(fill)), 'key', time, 0.02),
        OPUS_METADATA,
      );
    }
  }
  await output.finalize();
  return new Blob([target.buffer!]);
}

const webm = () => new WebMOutputFormat();
const mp4 = () => new Mp4OutputFormat();

describe('the time of a recording', () => {
  it('is counted from its first sample, not from 0', async () => {
    const late = await make(webm(), [{ times: row(100, 10_800) }]);
    const { seconds, warnings } = await decodeFile(late, 'late.webm');
    expect(seconds).toBeCloseTo(2 - 312 / 48000, 3);
    expect(warnings).toEqual([]);
  });

  it('of an MP4 is that of its sound where its clock begins at an hour', async () => {
    const { seconds, warnings } = await decodeFile(
      await make(mp4(), [{ times: row(100, 3600) }]),
      'late.mp4',
    );
    expect(seconds).toBeCloseTo(2, 1);
    expect(warnings).toEqual([]);
  });

  it('begins with the sound where pictures begin before it', async () => {
    const film = await make(mp4(), [{ times: row(100, 3) }], [0, 1, 2, 3, 4]);
    const { seconds, warnings } = await decodeFile(film, 'film.mp4');
    expect(seconds).toBeCloseTo(2, 1);
    expect(warnings).toEqual([]);
  });

  it('goes on during a gap, which is filled with silence', async () => {
    const gap = await make(webm(), [{ times: [...row(50), ...row(50, 6)] }]);
    const { samples, seconds, warnings } = await decodeFile(gap, 'gap.webm');
    expect(seconds).toBeCloseTo(7, 1);
    expect(samples.subarray(2 * 48000, 5 * 48000).every((x) => x === 0)).toBe(true);
    expect(samples.subarray(6.2 * 48000).every((x) => x !== 0)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('is not stretched by a clock that was set forward by minutes', async () => {
    const set = await make(webm(), [{ times: [...row(50), ...row(50, 1501)] }]);
    const { seconds, warnings } = await decodeFile(set, 'set.webm');
    expect(seconds).toBeCloseTo(2, 1);
    expect(warnings).toEqual([expect.stringMatching(/clock of this file jumps forward by 1,500 seconds/)]);
  });
});

describe('a file of several sound tracks', () => {
  it('is opened at the first that is not silent, which is named', async () => {
    const two = await make(webm(), [{ times: row(100), fill: 0 }, { times: row(50) }]);
    const { seconds, warnings } = await decodeFile(two, 'two.webm');
    expect(seconds).toBeCloseTo(1, 1);
    expect(warnings).toEqual(['This file has 2 sound tracks. Opened: track 2. Track 1 is silent.']);
  });

  it('is opened at the next where the first cannot be decoded', async () => {
    const two = await make(webm(), [{ times: row(60), fill: BAD }, { times: row(50) }]);
    expect((await decodeFile(two, 'two.webm')).warnings).toEqual([
      expect.stringMatching(/Opened: track 2\. Track 1 cannot be decoded by this browser\./),
    ]);
  });

  it('says which was opened where both have sound', async () => {
    const two = await make(webm(), [{ times: row(50) }, { times: row(100) }]);
    expect((await decodeFile(two, 'two.webm')).warnings).toEqual([
      'This file has 2 sound tracks. Opened: track 1.',
    ]);
  });
});

describe('a WebM', () => {
  it('whose sound ends before its pictures is not called cut', async () => {
    const film = await make(
      webm(),
      [{ times: row(50) }],
      row(50, 0).map((time) => 5 * time),
    );
    const { seconds, warnings } = await decodeFile(film, 'film.webm');
    expect(seconds).toBeCloseTo(1, 1);
    expect(warnings).toEqual([]);
  });
});

describe('a cut file', () => {
  it.each([
    ['WebM', webm],
    ['MP4', () => new Mp4OutputFormat({ fastStart: 'in-memory' })],
  ])('of %s is read up to the cut, with one warning', async (_, format) => {
    const whole = await make(format(), [{ times: row(500) }]);
    const { seconds, warnings } = await decodeFile(whole.slice(0, Math.floor(0.7 * whole.size)), 'cut');
    expect(seconds).toBeGreaterThan(6.5);
    expect(seconds).toBeLessThan(7.1);
    expect(warnings).toEqual([
      expect.stringMatching(/end of this file is missing.*at least [23](\.\d)? seconds lost/),
    ]);
  });

  it('of WebM is read to the last packet before the cut', async () => {
    const whole = await make(webm(), [{ times: row(100) }]);
    const { seconds } = await decodeFile(whole.slice(0, Math.floor(0.75 * whole.size)), 'cut.webm');
    expect(seconds).toBeGreaterThan(1.3);
  });
});

describe('a file that states more than an hour', () => {
  it.each([
    ['WebM', webm],
    ['MP4', () => new Mp4OutputFormat({ fastStart: 'in-memory' })],
  ])('is opened where less is there: cut %s', async (_, format) => {
    // Ten seconds, and from 70 minutes on ten seconds more.
    const whole = await make(format(), [{ times: [...row(500), ...row(500, 4200)] }]);
    const { seconds, warnings } = await decodeFile(whole.slice(0, Math.floor(0.4 * whole.size)), 'cut');
    expect(seconds).toBeGreaterThan(7);
    expect(seconds).toBeLessThan(9);
    expect(warnings).toEqual([
      expect.stringMatching(/end of this file is missing.*at least 1\.2 hours lost/),
    ]);
  });

  it('is refused before it is decoded where as much is there', async () => {
    const whole = await make(webm(), [{ times: [...row(500), ...row(10, 3599.9), ...row(500, 4200)] }]);
    const onProgress = vi.fn();
    await expect(decodeFile(whole, 'long.webm', { onProgress })).rejects.toMatchObject({ code: 'too-long' });
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('is opened where its clock was set forward by more than that', async () => {
    const set = await make(webm(), [{ times: [...row(50), ...row(50, 4201)] }]);
    const { seconds, warnings } = await decodeFile(set, 'set.webm');
    expect(seconds).toBeCloseTo(2, 1);
    expect(warnings).toEqual([expect.stringMatching(/clock of this file jumps forward by 1\.2 hours/)]);
  });
});

describe('joined files', () => {
  it.each([
    ['WebM', webm],
    ['MP4', mp4],
    ['MP4, its index first', () => new Mp4OutputFormat({ fastStart: 'in-memory' })],
  ])('of %s are read one after the other', async (_, format) => {
    const [first, second] = [
      await make(format(), [{ times: row(50) }]),
      await make(format(), [{ times: row(100) }]),
    ];
    const { seconds, warnings } = await decodeFile(new Blob([first, second, first]), 'joined');
    expect(seconds).toBeGreaterThan(3.9);
    expect(seconds).toBeLessThan(4.05);
    expect(warnings).toEqual([]);
  });

  it('of WebM of which the first is cut say where', async () => {
    const whole = await make(webm(), [{ times: row(100) }]);
    const joined = new Blob([whole.slice(0, Math.floor(0.75 * whole.size)), whole]);
    const { seconds, warnings } = await decodeFile(joined, 'joined.webm');
    expect(seconds).toBeCloseTo(3.4, 0);
    expect(warnings).toEqual([
      expect.stringMatching(/several recordings.*end of one is missing at 1\.[345] seconds/),
    ]);
  });
});

describe('a hole in a WebM', () => {
  it.each([
    ['of bytes that are missing', 0],
    ['of zeros', 6000],
  ])('%s becomes silence of its length, and is named', async (_, zeros) => {
    const whole = await make(webm(), [{ times: row(500) }]);
    const from = Math.floor(0.45 * whole.size);
    const torn = new Blob([whole.slice(0, from), new Uint8Array(zeros), whole.slice(from + 6000)]);
    const { samples, seconds, warnings } = await decodeFile(torn, 'torn.webm');
    expect(seconds).toBeCloseTo(10, 1);
    expect(samples.subarray(5 * 48000, 5.5 * 48000).every((x) => x === 0)).toBe(true);
    expect(samples.subarray(7 * 48000).every((x) => x !== 0)).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/in the middle of this file, from 4\.\d seconds on: [12]\.\d seconds/),
    ]);
  });
});

describe('a hole in a fragmented MP4', () => {
  it.each([
    ['of bytes that are missing', 0],
    ['of zeros', 6000],
  ])('%s becomes silence of its length, and is named', async (_, zeros) => {
    const format = new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.2 });
    const whole = await make(format, [{ times: row(500) }]);
    const from = Math.floor(0.45 * whole.size);
    const torn = new Blob([whole.slice(0, from), new Uint8Array(zeros), whole.slice(from + 6000)]);
    const { samples, seconds, warnings } = await decodeFile(torn, 'torn.mp4');
    expect(seconds).toBeCloseTo(10, 1);
    expect(samples.subarray(0, 4 * 48000).every((x) => x !== 0)).toBe(true);
    expect(samples.subarray(4.7 * 48000, 5.3 * 48000).every((x) => x === 0)).toBe(true);
    expect(samples.subarray(7 * 48000).every((x) => x !== 0)).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/in the middle of this file, from 4\.\d seconds on: [12]\.\d seconds/),
    ]);
  });
});

describe('the parts of a fragmented MP4', () => {
  it('keep the positions that their samples are counted from', async () => {
    const box = (type: string, ...content: Uint8Array[]) => {
      const body = Buffer.concat([Buffer.from(type), ...content]);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(4 + body.length);
      return Buffer.concat([size, body]);
    };
    let bytes = Buffer.concat([box('ftyp', Buffer.alloc(8)), box('moov', Buffer.alloc(100))]);
    const starts = Array.from({ length: 6 }, () => {
      const at = bytes.length;
      const tfhd = Buffer.alloc(16);
      tfhd[3] = 1;
      tfhd.writeBigUInt64BE(BigInt(at), 8);
      const moof = box('moof', box('mfhd', Buffer.alloc(8)), box('traf', box('tfhd', tfhd)));
      bytes = Buffer.concat([bytes, moof, box('mdat', Buffer.alloc(500, 1))]);
      return at;
    });
    const torn = new Blob([bytes.subarray(0, starts[2]! + 200), bytes.subarray(starts[3]! + 100)]);
    const { parts } = await readParts(torn);
    const second = Buffer.from(await parts[1]!.data.arrayBuffer());
    expect(second.subarray(starts[4])).toEqual(bytes.subarray(starts[4]));
    expect(parts.map(({ before }) => before)).toEqual(['start', 'hole']);
  });
});

describe('joined MP3s', () => {
  it('are split where their rate changes, also behind a tag', async () => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128, 0xff)]);
    const [first, second] = [mp3Frames(100, 44100), mp3Frames(200, 24000)];
    const joined = new Blob([Buffer.concat([tag, first, tag, second, first])] as BlobPart[]);
    const { parts } = await readParts(joined);
    expect(parts.map(({ data }) => data.size)).toEqual([
      tag.length + first.length + tag.length,
      second.length,
      first.length,
    ]);
  });

  it('of one rate are left as they are', async () => {
    const file = new Blob([Buffer.concat([mp3Frames(100, 24000), mp3Frames(100, 24000)])] as BlobPart[]);
    expect((await readParts(file)).parts.map(({ data }) => data)).toEqual([file]);
  });
});

describe('a video without sound', () => {
  it('is called that', async () => {
    const film = await make(mp4(), [], [0, 1, 2]);
    await expect(decodeFile(film, 'film.mp4')).rejects.toMatchObject({
      code: 'no-sound',
      message: expect.stringMatching(/holds no sound, only pictures/) as string,
    });
  });
});
