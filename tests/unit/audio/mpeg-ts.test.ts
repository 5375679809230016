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
let whole: Uint8Array<ArrayBuffer>;

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

beforeAll(async () => {
  whole = await make(false);
});

/** MP3 in MPEG-TS: two packets for each frame. */
async function make(hasPictures: boolean): Promise<Uint8Array<ArrayBuffer>> {
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
      await pictures.add(new EncodedPacket(picture, i === 0 ? 'key' : 'delta', i * SECONDS, 5 * SECONDS), {
        decoderConfig: { codec: 'avc1.42c00a', codedWidth: 16, codedHeight: 16 },
      });
    }
    const packet = new EncodedPacket(Uint8Array.from(mp3([fill])), 'key', i * SECONDS, SECONDS);
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
      `${(lost * SECONDS).toFixed(1)} s in the middle of this file, from ${(frames.indexOf(0) * SECONDS).toFixed(1)} s on, are missing or damaged and were left silent.`,
    ]);
  });
});
