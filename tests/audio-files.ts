/* Small writers of files as odd programs leave them, for tests: `samples` are 16-bit integers. */

export interface Shape {
  rateHz?: number;
  channels?: number;
}

/** A WAV whose recorder ended before it had written the sizes. */
export function withoutSize(wav: Buffer): Buffer {
  const bytes = Buffer.from(wav);
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(0, bytes.indexOf('data') + 4);
  return bytes;
}

/** A WAV, or with `big` a RIFX, of any format tag. */
export function riff(
  data: Buffer,
  tag: number,
  bits: number,
  { rateHz = 16000, channels = 1, big = false } = {},
): Buffer {
  const n = numbers(big);
  const block = (channels * bits) / 8;
  const format = [
    n.u16(tag),
    n.u16(channels),
    n.u32(rateHz),
    n.u32(rateHz * block),
    n.u16(block),
    n.u16(bits),
  ];
  const body = [text('WAVEfmt '), n.u32(16), ...format, text('data'), n.u32(data.length), data];
  return Buffer.concat([text(big ? 'RIFX' : 'RIFF'), n.u32(36 + data.length), ...body]);
}

export function w64(data: Buffer, bits: number, { rateHz = 16000, channels = 1 }: Shape = {}): Buffer {
  const n = numbers(false);
  const block = (channels * bits) / 8;
  const id = (name: string) => Buffer.concat([text(name), Buffer.from('f3acd3118cd100c04f8edb8a', 'hex')]);
  const format = [n.u16(1), n.u16(channels), n.u32(rateHz), n.u32(rateHz * block), n.u16(block), n.u16(bits)];
  const chunks = [id('fmt '), n.u64(40), ...format, id('data'), n.u64(24 + data.length), data];
  const riffId = Buffer.concat([text('riff'), Buffer.from('2e91cf11a5d628db04c10000', 'hex')]);
  return Buffer.concat([riffId, n.u64(104 + data.length), id('wave'), ...chunks]);
}

/** AIFF, or AIFF-C with a compression `type`. */
export function aiff(
  data: Buffer,
  bits: number,
  type?: string,
  { rateHz = 16000, channels = 1 }: Shape = {},
): Buffer {
  const n = numbers(true);
  const exponent = Math.floor(Math.log2(rateHz));
  const rate = [n.u16(16383 + exponent), n.u32(rateHz * 2 ** (31 - exponent)), n.u32(0)];
  const frames = data.length / ((channels * bits) / 8);
  const common = [
    n.u16(channels),
    n.u32(frames),
    n.u16(bits),
    ...rate,
    ...(type ? [text(type), n.u16(0)] : []),
  ];
  const chunks = [...chunk('COMM', Buffer.concat(common)), ...chunk('SSND', Buffer.concat([n.u64(0), data]))];
  const body = Buffer.concat([text(type ? 'AIFC' : 'AIFF'), ...chunks]);
  return Buffer.concat(chunk('FORM', body));
}

/** `encoding`: 3 is 16-bit PCM. */
export function au(data: Buffer, encoding: number, { rateHz = 16000, channels = 1 }: Shape = {}): Buffer {
  const head = [24, data.length, encoding, rateHz, channels].map((value) => numbers(true).u32(value));
  return Buffer.concat([text('.snd'), ...head, data]);
}

/** `flags`: 1 for floats, 2 for little-endian. */
export function caf(
  data: Buffer,
  bits: number,
  flags: number,
  type = 'lpcm',
  { rateHz = 16000, channels = 1 }: Shape = {},
): Buffer {
  const n = numbers(true);
  const rate = Buffer.alloc(8);
  rate.writeDoubleBE(rateHz);
  const block = (channels * bits) / 8;
  const about = Buffer.concat([
    rate,
    text(type),
    n.u32(flags),
    n.u32(block),
    n.u32(1),
    n.u32(channels),
    n.u32(bits),
  ]);
  const description = [text('desc'), n.u64(about.length), about];
  return Buffer.concat([
    text('caff'),
    n.u32(0x10000),
    ...description,
    text('data'),
    n.u64(4 + data.length),
    n.u32(0),
    data,
  ]);
}

/** 16-bit samples in either byte order. */
export function pcm16(samples: ArrayLike<number>, big: boolean): Buffer {
  return Buffer.concat(Array.from(samples, (sample) => numbers(big).u16(sample & 0xffff)));
}

export interface OggPage {
  packets: Buffer[];
  /** Samples until its end. */
  granule: number;
  /** 2 for the first page of a link, 4 for the last. */
  flags?: number;
  serial?: number;
}

/** Pages of whole packets. */
export function ogg(pages: OggPage[]): Buffer {
  return Buffer.concat(
    pages.map(({ packets, granule, flags = 0, serial = 1 }, sequence) => {
      const n = numbers(false);
      const lacing = packets.flatMap(({ length }) => [
        ...Array<number>(Math.floor(length / 255)).fill(255),
        length % 255,
      ]);
      const start = [text('OggS'), Buffer.from([0, flags]), n.u64(granule), n.u32(serial), n.u32(sequence)];
      const page = Buffer.concat([...start, n.u32(0), Buffer.from([lacing.length, ...lacing]), ...packets]);
      page.writeUInt32LE(oggChecksum(page), 22);
      return page;
    }),
  );
}

/** Opus: the head, the tags and pages of `packets` packets of 20 ms each, with a `fill` as their content. */
export function oggOpus(pagesOf: number[], { serial = 1, isEnded = true, fill = 64 } = {}): OggPage[] {
  const head = Buffer.concat([text('OpusHead'), Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])]);
  const tags = Buffer.concat([text('OpusTags'), numbers(false).u64(0)]);
  let granule = 0;
  const pages = pagesOf.map((count, i): OggPage => {
    granule += 960 * count;
    const flags = isEnded && i === pagesOf.length - 1 ? 4 : 0;
    return { packets: Array.from({ length: count }, () => opusPacket(fill)), granule, flags, serial };
  });
  return [
    { packets: [head], granule: 0, flags: 2, serial },
    { packets: [tags], granule: 0, serial },
    ...pages,
  ];
}

/** What a muxer is told with packets of Opus. */
export const OPUS_METADATA: EncodedAudioChunkMetadata = {
  decoderConfig: {
    codec: 'opus',
    sampleRate: 48000,
    numberOfChannels: 1,
    description: Uint8Array.from(oggOpus([])[0]!.packets[0]!),
  },
};

/** 20 ms of CELT, one frame, mono. */
export function opusPacket(fill: number): Buffer {
  return Buffer.concat([Buffer.from([31 << 3]), Buffer.alloc(60, fill)]);
}

/** Frames of MPEG-2 or MPEG-1, layer 3, mono, at the lowest bit rate, without content. */
export function mp3Frames(count: number, rateHz: 24000 | 44100): Buffer {
  const [version, rate, bytes] = rateHz === 24000 ? [0xf3, 1, 24] : [0xfb, 0, 104];
  const frame = Buffer.alloc(bytes);
  frame.set([0xff, version, (1 << 4) | (rate << 2), 0xc0]);
  return Buffer.concat(Array<Buffer>(count).fill(frame));
}

/** Samples of a frame of `mp3` and of `adts`. */
export const MP3_BLOCK = 1152;
export const AAC_BLOCK = 1024;

/** MPEG-1, layer 3, 48 kHz, mono, 64 kbit/s: a frame of 192 bytes filled with each of these. */
export function mp3(fills: number[]): Buffer {
  return Buffer.concat(
    fills.map((fill) => Buffer.concat([Buffer.from([0xff, 0xfb, 0x54, 0xc0]), Buffer.alloc(188, fill)])),
  );
}

/** AAC-LC, mono: a frame of 120 to 159 bytes filled with each of these. */
export function adts(fills: number[], rateHz: 24000 | 48000 = 48000): Buffer {
  const rate = rateHz === 48000 ? 3 : 6;
  const frames = fills.map((fill) => {
    const frame = Buffer.alloc(120 + ((7 * fill) % 40), fill);
    const { length } = frame;
    frame.set([
      0xff,
      0xf1,
      0x40 | (rate << 2),
      0x40 | (length >> 11),
      (length >> 3) & 0xff,
      ((length & 7) << 5) | 31,
      0xfc,
    ]);
    return frame;
  });
  return Buffer.concat(frames);
}

/** Samples of a frame of `flac`. */
export const FLAC_BLOCK = 576;

/** FLAC, 16 bits, mono: frames of 576 uncompressed samples of these magnitudes. `first`: number of the first frame. */
export function flac(magnitudes: number[], { rateHz = 48000, first = 0, isVariable = false } = {}): Buffer {
  const n = numbers(true);
  const samples = FLAC_BLOCK * magnitudes.length;
  const shape = [n.u32(rateHz * 2 ** 12 + (15 << 4)), n.u32(samples)];
  const info = [n.u16(FLAC_BLOCK), n.u16(FLAC_BLOCK), Buffer.alloc(6), ...shape, Buffer.alloc(16)];
  const frames = magnitudes.map((magnitude, i) => flacFrame(first + i, magnitude, isVariable));
  return Buffer.concat([text('fLaC'), Buffer.from([0x80, 0, 0, 34]), ...info, ...frames]);
}

function flacFrame(number: number, magnitude: number, isVariable: boolean): Buffer {
  const header = Buffer.from([0xff, isVariable ? 0xf9 : 0xf8, 2 << 4, 4 << 1]);
  const start = Buffer.concat([header, codedNumber(isVariable ? FLAC_BLOCK * number : number)]);
  const tone = Buffer.alloc(2 * FLAC_BLOCK);
  for (let i = 0; i < FLAC_BLOCK; i++) tone.writeInt16BE(i % 48 < 24 ? magnitude : -magnitude, 2 * i);
  // A subframe without prediction.
  const body = Buffer.concat([start, Buffer.from([crc(start, 8, 0x07), 1 << 1]), tone]);
  return Buffer.concat([body, numbers(true).u16(crc(body, 16, 0x8005))]);
}

/** RFC 9639, section 9.1.5: as UTF-8. */
function codedNumber(value: number): Buffer {
  if (value < 0x80) return Buffer.from([value]);
  const length = [0x800, 0x10000, 0x200000].findIndex((limit) => value < limit) + 2;
  const bits = (i: number) => value >> (6 * (length - 1 - i));
  return Buffer.from(
    Array.from({ length }, (_, i) =>
      i === 0 ? ((0xf00 >> length) & 0xff) | bits(0) : 0x80 | (bits(i) & 63),
    ),
  );
}

function crc(bytes: Uint8Array, bits: number, polynomial: number): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++)
      value = (value & (1 << (bits - 1)) ? (value << 1) ^ polynomial : value << 1) & ((1 << bits) - 1);
  }
  return value;
}

function chunk(id: string, body: Buffer): Buffer[] {
  return [text(id), numbers(true).u32(body.length), body, Buffer.alloc(body.length % 2)];
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function numbers(big: boolean) {
  const inOrder = (bytes: Buffer) => (big ? bytes.reverse() : bytes);
  const write = (value: bigint, length: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    return inOrder(Buffer.from(bytes.subarray(0, length)));
  };
  return {
    u16: (value: number) => write(BigInt(value), 2),
    u32: (value: number) => write(BigInt(value), 4),
    u64: (value: number) => write(BigInt(value), 8),
  };
}

/** RFC 3533, section 6. */
export function oggChecksum(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
