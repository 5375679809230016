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
          /end of this file is missing.*at least 1\.0 seconds lost.*read was opened: 2\.0 seconds/,
        ),
      ]);
    }
  });

  it.each([
    ['at the end of a page', 0],
    ['in the header of a page', 26],
  ])('cut %s says that its end mark is missing', async (_, more) => {
    const whole = ogg(oggOpus([50, 50, 50]));
    const end = whole.lastIndexOf('OggS');
    const { seconds: read, warnings } = await decodeFile(file(whole.subarray(0, end + more)), 'cut.ogg');
    expect(read).toBeCloseTo(seconds(100), 2);
    expect(warnings).toEqual([
      expect.stringMatching(
        /lacks the entry with which it should end.*opened: 2\.0 seconds\. How much.*not known/,
      ),
    ]);
  });

  it('with a tag behind its end mark opens without a warning', async () => {
    const tagged = Buffer.concat([ogg(oggOpus([50])), Buffer.from('TAG'.padEnd(128))]);
    expect((await decodeFile(file(tagged), 'tagged.ogg')).warnings).toEqual([]);
  });

  it('of several links in a row of which one is cut says where', async () => {
    const [first, second] = [ogg(oggOpus([50, 50])), ogg(oggOpus([50], { serial: 2 }))];
    for (const end of [first.lastIndexOf('OggS'), first.length - 1000]) {
      const joined = Buffer.concat([first.subarray(0, end), second]);
      const { seconds: read, warnings } = await decodeFile(file(joined), 'joined.ogg');
      expect(read).toBeCloseTo(2 * seconds(50), 2);
      expect(warnings).toEqual([
        expect.stringMatching(/several recordings.*end of one is missing at 1\.0 seconds/),
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
      const { parts } = (await readOgg(file(ogg(pages))))!;
      expect(parts).toHaveLength(1);
      expect(await packetsIn(parts[0]!.data)).toBe(150);
    }
  });

  it('has right checksums after a repair', async () => {
    const early = oggOpus([50, 50]);
    early.at(-2)!.flags = 4;
    const { parts } = (await readOgg(file(ogg(early))))!;
    const bytes = Buffer.from(await parts[0]!.data.arrayBuffer());
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
    expect(warnings).toEqual(['Part of this file is damaged and was left silent: 0.4 seconds.']);
  });

  it('with many packets in a row that cannot be decoded is read behind them', async () => {
    const pages = oggOpus([50, 50, 50, 50]);
    for (const page of pages.slice(3, 5)) page.packets = page.packets.map(() => opusPacket(BAD));
    const { seconds: read, warnings } = await decodeFile(file(ogg(pages)), 'damaged.ogg');
    expect(read).toBeCloseTo(seconds(200), 1);
    expect(warnings).toEqual(['Part of this file is damaged and was left silent: 2.0 seconds.']);
  });

  it('of Speex names the codec', async () => {
    const head = Buffer.concat([Buffer.from('Speex   1.2.1'), Buffer.alloc(67, 1)]);
    const speex = ogg([
      { packets: [head], granule: 0, flags: 2 },
      { packets: [opusPacket(1)], granule: 320, flags: 4 },
    ]);
    await expect(decodeFile(file(speex), 'a.spx')).rejects.toMatchObject({
      code: 'codec',
      message: expect.stringMatching(/cannot be decoded here: Speex.*Save it as WAV/) as string,
    });
  });
});

describe('a hole in an Ogg file', () => {
  /** Pages of a second, the last three louder; those from 2 s to 5 s are where the holes are. */
  const pages = oggOpus([50, 50, 50, 50, 50, 50, 50, 50]);
  for (const page of pages.slice(-3)) page.packets = page.packets.map(() => opusPacket(128));
  const bytes = ogg(pages);
  const at = (page: number) => ogg(pages.slice(0, page)).length;
  const inside = at(4) + 500;
  const noise = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i) % 251));
  const holes: [string, Buffer, number, number][] = [
    ['of whole pages', Buffer.concat([bytes.subarray(0, at(4)), bytes.subarray(at(7))]), 2, 5],
    ['across pages', Buffer.concat([bytes.subarray(0, inside), bytes.subarray(at(6) + 99)]), 2, 5],
    [
      'of zeros',
      Buffer.concat([bytes.subarray(0, inside), Buffer.alloc(4000), bytes.subarray(inside + 4000)]),
      2,
      4,
    ],
    [
      'of other bytes',
      Buffer.concat([bytes.subarray(0, inside), noise, bytes.subarray(inside + 4000)]),
      2,
      4,
    ],
    [
      'in one page',
      Buffer.concat([bytes.subarray(0, inside), Buffer.alloc(900), bytes.subarray(inside + 900)]),
      2,
      3,
    ],
  ];
  const isSilent = (samples: Float32Array, from: number, to: number) =>
    samples.subarray(from * 48000, to * 48000).every((x) => x === 0);

  it.each(holes)('%s becomes silence of its length, and is named', async (_, torn, from, to) => {
    const { samples, warnings } = await decodeFile(file(torn), 'torn.ogg');
    expect(samples.length / 48000).toBeCloseTo(seconds(400), 3);
    expect(isSilent(samples, from, to)).toBe(true);
    expect(Math.abs(samples[(from - 0.1) * 48000]!)).toBeCloseTo(0.25, 2);
    // What comes after it is at its time, to the packet.
    const loud = samples.findIndex((x) => Math.abs(x) > 0.4);
    expect(loud).toBe(5 * 48000 - (to === 5 ? 0 : PRE_SKIP));
    expect(warnings).toEqual([
      `Sound is missing or damaged in the middle of this file, from ${from}.0 seconds on: ${to - from}.0 seconds. That part was left silent.`,
    ]);
  });

  it.each(holes)(
    '%s becomes silence of its length where the browser decodes whole files',
    async (_, torn, from, to) => {
      vi.stubGlobal('navigator', { vendor: 'Apple Computer, Inc.', userAgent: 'X11; Linux' });
      vi.stubGlobal(
        'OfflineAudioContext',
        class {
          decodeAudioData = async (data: ArrayBuffer) => {
            const length = 960 * (await packetsIn(new Blob([data]))) - PRE_SKIP;
            const samples = Float32Array.from({ length }, (__, i) => (i % 48 < 24 ? 0.25 : -0.25));
            return {
              numberOfChannels: 1,
              sampleRate: 48000,
              duration: length / 48000,
              getChannelData: () => samples,
            };
          };
        },
      );
      const { samples, warnings } = await decodeFile(file(torn), 'torn.ogg');
      expect(samples.length / 48000).toBeCloseTo(seconds(400), 3);
      expect(isSilent(samples, from, to)).toBe(true);
      expect(warnings).toEqual([
        expect.stringMatching(/in the middle of this file, from 2\.0 seconds on: \d\.0 seconds\./),
      ]);
    },
  );

  it('loses nothing of a page in which single bits are wrong', async () => {
    const flipped = Buffer.from(bytes);
    flipped[at(5) - 5]! ^= 1;
    const { samples, warnings } = await decodeFile(file(flipped), 'flipped.ogg');
    expect(samples.length / 48000).toBeCloseTo(seconds(400), 5);
    expect(samples.every((x) => x !== 0)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('leaves out the end of a packet whose beginning is lost', async () => {
    const continued = oggOpus([50, 50, 50]);
    continued[4]!.flags = 1 | 4;
    continued[4]!.packets[0] = Buffer.alloc(400, 0xff);
    continued[4]!.granule += 960;
    const all = ogg(continued);
    const without = Buffer.concat([
      all.subarray(0, ogg(continued.slice(0, 3)).length),
      ogg([...continued]).subarray(ogg(continued.slice(0, 4)).length),
    ]);
    const { parts } = (await readOgg(file(without)))!;
    expect(await Promise.all(parts.map(({ data }) => packetsIn(data)))).toEqual([50, 49]);
  });

  it('at the beginning is named', async () => {
    const torn = Buffer.concat([bytes.subarray(0, at(2)), Buffer.alloc(99), bytes.subarray(at(4))]);
    const { samples, warnings } = await decodeFile(file(torn), 'torn.ogg');
    expect(samples.length / 48000).toBeCloseTo(seconds(400), 2);
    expect(warnings).toEqual([
      'Sound is missing or damaged at the beginning of this file: 2.0 seconds. That part was left silent.',
    ]);
  });

  it('is a pause where no page is missing', async () => {
    const paused = oggOpus([50, 50, 50]);
    for (const page of paused.slice(-2)) page.granule += 10 * 48000;
    const { samples, warnings } = await decodeFile(file(ogg(paused)), 'paused.ogg');
    expect(samples.length / 48000).toBeCloseTo(seconds(150) + 10, 2);
    expect(isSilent(samples, 1, 10.9)).toBe(true);
    expect(warnings).toEqual([]);
  });
});
