import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOgg } from '../../../src/audio/containers/ogg';
import { decodeFile } from '../../../src/audio/decode';
import { ogg, oggChecksum, oggOpus, opusPacket, type OggPage } from '../../audio-files';
import { BAD, installFakeDecoder } from '../../fake-audio-decoder';

/** Samples that Opus puts in front, as `oggOpus` states them. */
const PRE_SKIP = 312;
const seconds = (packets: number) => (960 * packets - PRE_SKIP) / 48000;
const file = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]);

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

async function packetsIn(part: Blob): Promise<number> {
  const track = await new Input({
    formats: ALL_FORMATS,
    source: new BlobSource(part),
  }).getPrimaryAudioTrack();
  const sink = new EncodedPacketSink(track!);
  let count = 0;
  for (let packet = await sink.getFirstPacket(); packet; packet = await sink.getNextPacket(packet)) count++;
  return count;
}

describe('an Ogg file', () => {
  it('that is whole opens without a warning, to its last sample', async () => {
    const pages = oggOpus([50, 50, 50]);
    pages.at(-1)!.granule -= 100;
    const { samples, warnings } = await decodeFile(file(ogg(pages)), 'whole.ogg');
    expect(samples.length).toBe(150 * 960 - 100 - PRE_SKIP);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['one byte short', 1],
    ['cut in the middle of its last page', 1500],
  ])('%s keeps all pages before the cut, the same each time', async (_, missing) => {
    const cut = file(ogg(oggOpus([50, 50, 50])).subarray(0, -missing));
    for (let run = 0; run < 3; run++) {
      const { seconds: read, warnings } = await decodeFile(cut, 'cut.ogg');
      expect(read).toBeCloseTo(seconds(100), 2);
      expect(warnings).toEqual([
        expect.stringMatching(
          /end of this file is missing.*at least 1\.0 s are lost.*2\.0 s that could be read/,
        ),
      ]);
    }
  });

  it('of several links in a row is read to the end of the last', async () => {
    const chain = ogg([...oggOpus([50], { serial: 1 }), ...oggOpus([50, 50], { serial: 2, fill: 32 })]);
    const { seconds: read, warnings } = await decodeFile(file(chain), 'chain.ogg');
    expect(read).toBeCloseTo(seconds(50) + seconds(100), 2);
    expect(warnings).toEqual([]);
  });

  it('with an end mark before its last page, or on a page without a packet, keeps its last page', async () => {
    const early = oggOpus([50, 50, 50]);
    early.at(-2)!.flags = 4;
    const empty: OggPage[] = [
      ...oggOpus([50, 50, 50], { isEnded: false }),
      { packets: [], granule: 143900, flags: 4 },
    ];
    for (const pages of [early, empty]) {
      const { links } = (await readOgg(file(ogg(pages))))!;
      expect(links).toHaveLength(1);
      expect(await packetsIn(links[0]!)).toBe(150);
    }
  });

  it('has right checksums after a repair', async () => {
    const early = oggOpus([50, 50]);
    early.at(-2)!.flags = 4;
    const { links } = (await readOgg(file(ogg(early))))!;
    const bytes = Buffer.from(await links[0]!.arrayBuffer());
    for (let at = 0; at >= 0; at = bytes.indexOf('OggS', at + 1)) {
      const next = bytes.indexOf('OggS', at + 1);
      const page = Buffer.from(bytes.subarray(at, next < 0 ? undefined : next));
      const stated = page.readUInt32LE(22);
      page.writeUInt32LE(0, 22);
      expect(oggChecksum(page)).toBe(stated);
      if (next < 0) break;
    }
  });

  it('with other bytes between its pages is read across them', async () => {
    const pages = oggOpus([50, 50]);
    const bytes = Buffer.concat([ogg(pages.slice(0, 3)), Buffer.alloc(3000, 7), ogg(pages.slice(3))]);
    const { seconds: read } = await decodeFile(file(bytes), 'torn.ogg');
    expect(read).toBeCloseTo(seconds(100), 2);
  });

  it('with packets that cannot be decoded keeps the time, and says how long they are', async () => {
    const pages = oggOpus([50, 50, 50]);
    pages[3]!.packets = pages[3]!.packets.map((packet, i) => (i >= 10 && i < 30 ? opusPacket(BAD) : packet));
    const { samples, sampleRateHz, warnings } = await decodeFile(file(ogg(pages)), 'damaged.ogg');
    expect(samples.length / sampleRateHz).toBeCloseTo(seconds(150), 1);
    expect(samples.subarray(1.3 * 48000, 1.5 * 48000).every((x) => x === 0)).toBe(true);
    expect(warnings).toEqual(['0.4 s of this file are damaged and were left silent.']);
  });

  it('of Speex names the codec', async () => {
    const head = Buffer.concat([Buffer.from('Speex   1.2.1'), Buffer.alloc(67, 1)]);
    const speex = ogg([
      { packets: [head], granule: 0, flags: 2 },
      { packets: [opusPacket(1)], granule: 320, flags: 4 },
    ]);
    await expect(decodeFile(file(speex), 'a.spx')).rejects.toMatchObject({
      code: 'codec',
      message: expect.stringMatching(/encoded as Speex.*Save it as WAV/) as string,
    });
  });
});
