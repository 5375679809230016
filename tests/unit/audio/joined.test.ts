import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  MpegTsOutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
} from 'mediabunny';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { dataSize } from '../../../src/text/format';
import {
  adts,
  aiff,
  caf,
  flac,
  mp3,
  ogg,
  oggOpus,
  OPUS_METADATA,
  opusPacket,
  pcm16,
  riff,
} from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

const MP3: EncodedAudioChunkMetadata = {
  decoderConfig: { codec: 'mp3', sampleRate: 48000, numberOfChannels: 1 },
};

/** 50 packets: 1 s of Opus, or 1.2 s of MP3. */
async function make(format: OutputFormat, codec: 'opus' | 'mp3' = 'opus'): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  const seconds = codec === 'opus' ? 0.02 : 0.024;
  const data = codec === 'opus' ? opusPacket(64) : mp3([64]);
  for (let i = 0; i < 50; i++) {
    const packet = new EncodedPacket(Uint8Array.from(data), 'key', i * seconds, seconds);
    await source.add(packet, codec === 'opus' ? OPUS_METADATA : MP3);
  }
  await output.finalize();
  return Buffer.from(target.buffer!);
}

const tone = Int16Array.from({ length: 16000 }, (_, i) => Math.round(9000 * Math.sin(i / 7)));
const fills = Array.from({ length: 60 }, (_, i) => 20 + i);
const first = fills.map((fill) => 100 * fill);
const FILES: Record<string, Buffer> = {
  AAC: adts(fills),
  MP3: mp3(fills),
  FLAC: flac(first),
  WAV: riff(pcm16(tone, false), 1, 16),
  AIFF: aiff(pcm16(tone, true), 16),
  CAF: caf(pcm16(tone, true), 16, 0),
  Ogg: ogg(oggOpus([10, 10, 30])),
};
const ID3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128, 0xff)]);

beforeAll(async () => {
  FILES['M4A'] = await make(new Mp4OutputFormat());
  FILES['M4A, its index first'] = await make(new Mp4OutputFormat({ fastStart: 'in-memory' }));
  FILES['fragmented MP4'] = await make(
    new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.2 }),
  );
  FILES['WebM'] = await make(new WebMOutputFormat());
  FILES['MPEG-TS'] = await make(new MpegTsOutputFormat(), 'mp3');
});

function open(...parts: Uint8Array[]) {
  return decodeFile(new Blob(parts as BlobPart[]), 'a file');
}

const NAMES = [...Object.keys(FILES), 'M4A', 'M4A, its index first', 'fragmented MP4', 'WebM', 'MPEG-TS'];
const PAIRS = [
  ['AAC', 'MP3'],
  ['FLAC', 'MP3'],
  ['MP3', 'FLAC'],
  ['WAV', 'MP3'],
  ['WAV', 'Ogg'],
  ['AIFF', 'MP3'],
  ['CAF', 'MP3'],
  ['Ogg', 'MP3'],
  ['M4A', 'MP3'],
  ['M4A, its index first', 'MP3'],
  ['fragmented MP4', 'AAC'],
  ['WebM', 'MP3'],
  ['MPEG-TS', 'WAV'],
  ['MP3', 'AAC'],
  ['MP3', 'WAV'],
] as const;

describe('joined files of two formats', () => {
  it.each(PAIRS)('are read up to the second, whose size is said: %s and %s', async (one, other) => {
    const alone = await open(FILES[one]!);
    for (const between of [Buffer.alloc(0), ID3, Buffer.alloc(300)]) {
      const { seconds, warnings } = await open(FILES[one]!, between, FILES[other]!);
      expect(seconds).toBeCloseTo(alone.seconds, 1);
      expect(warnings).toEqual([
        `Something else follows in this file, about ${dataSize(FILES[other]!.length)}, that is not part of this recording and was left out. If it is another recording, for example because two files were joined, open it from a file of its own.`,
      ]);
    }
  });

  it('go on with frames of the first behind the second', async () => {
    const { seconds, warnings } = await open(FILES['AAC']!, FILES['FLAC']!, FILES['AAC']!);
    expect(seconds).toBeCloseTo((120 * 1024) / 48000, 5);
    expect(warnings).toEqual([expect.stringMatching(/^Something else follows in this file, about/)]);
  });

  it('of Opus and FLAC, both in Ogg, do not call FLAC undecodable', async () => {
    const head = Buffer.concat([Buffer.from('\x7fFLAC\x01\0\0\x01', 'latin1'), flac(first).subarray(0, 42)]);
    const second = ogg([
      { packets: [head], granule: 0, flags: 2, serial: 7 },
      { packets: [Buffer.alloc(40)], granule: 0, serial: 7 },
      { packets: [Buffer.alloc(3000, 5)], granule: 576, flags: 4, serial: 7 },
    ]);
    const { seconds, warnings } = await open(FILES['Ogg']!, second);
    expect(seconds).toBeCloseTo(1, 1);
    expect(warnings).toEqual([
      expect.stringMatching(/^Something else follows in this file, about 3 kB, that is not part/),
    ]);
  });
});

describe('what may end a whole file', () => {
  it.each(NAMES)('is not called something else: zeros and tags behind %s', async (name) => {
    const alone = await open(FILES[name]!);
    const ape = Buffer.concat([Buffer.from('APETAGEX\xd0\x07\0\0', 'latin1'), Buffer.alloc(20)]);
    ape.writeUInt32LE(40, 12);
    for (const after of [
      Buffer.alloc(900),
      Buffer.from('TAG'.padEnd(128, 'x')),
      ID3,
      Buffer.concat([ape, Buffer.alloc(40, 'x')]),
    ]) {
      const { seconds, warnings } = await open(FILES[name]!, after);
      expect(seconds).toBeCloseTo(alone.seconds, 5);
      expect(warnings).toEqual([]);
    }
  });

  it('is not called something else: free boxes behind an M4A', async () => {
    const box = Buffer.concat([Buffer.from('\0\0\x03\xe8free', 'latin1'), Buffer.alloc(992, 9)]);
    for (const name of ['M4A', 'M4A, its index first', 'fragmented MP4'])
      expect((await open(FILES[name]!, box)).warnings).toEqual([]);
  });
});
