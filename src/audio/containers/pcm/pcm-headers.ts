import { asciiOf, viewOf, type BlobReader } from '../blob-reader';
import { isPcm } from './pcm';
import type { SoundHeader } from './sound-header';

/** Names of codecs by their four-character code. */
const NAMES: Record<string, string> = {
  ima4: 'IMA ADPCM',
  MAC3: 'MACE 3:1',
  MAC6: 'MACE 6:1',
  'GSM ': 'GSM 6.10',
  agsm: 'GSM 6.10',
  'aac ': 'AAC',
  alac: 'Apple Lossless',
  '.mp3': 'MP3',
  opus: 'Opus',
  QDM2: 'QDesign Music 2',
};

/** In place of a size that is not known. */
const OPEN_SIZE = 0xffffffff;

/** AIFF 1.3 (Apple 1989) and AIFF-C (Apple 1991). */
export async function aiffHeader(reader: BlobReader): Promise<SoundHeader | null> {
  let common: Pick<SoundHeader, 'codec' | 'channels' | 'sampleRateHz'> | undefined;
  let sound: { at: number; bytes: number | null } | undefined;
  for (let at = 12; at + 8 <= reader.size && !(common && sound);) {
    const head = await reader.read(at, 8);
    const id = asciiOf(head.subarray(0, 4));
    const size = viewOf(head).getUint32(4);
    const body = await reader.read(at + 8, Math.min(size, 22));
    if (id === 'COMM' && body.length >= 18) {
      const view = viewOf(body);
      const bits = 8 * Math.ceil(view.getInt16(6) / 8);
      const codec = aiffCodec(size >= 22 ? asciiOf(body.subarray(18, 22)) : 'NONE', bits);
      common = { codec, channels: view.getInt16(0), sampleRateHz: extended(view, 8) };
    }
    if (id === 'SSND') {
      const start = await reader.read(at + 8, 8);
      if (start.length < 8) return null;
      const offset = viewOf(start).getUint32(0);
      sound = { at: at + 16 + offset, bytes: size === OPEN_SIZE ? null : size - 8 - offset };
    }
    at += 8 + size + (size % 2);
  }
  if (!common || !sound) return null;
  const isUnfinished = sound.bytes !== null && sound.bytes <= 0 && reader.size > sound.at;
  const size = viewOf(await reader.read(4, 4)).getUint32(0);
  const end = 8 + size + (size % 2);
  const bytes = sound.bytes && Math.max(0, sound.bytes);
  return { ...common, at: sound.at, bytes, isUnfinished, ...(isUnfinished || bytes === null ? {} : { end }) };
}

function aiffCodec(type: string, bits: number): string {
  const integer = (order: string) => (bits === 8 ? 'pcm-s8' : `pcm-s${bits}${order}`);
  if (type === 'NONE' || type === 'twos') return integer('be');
  if (type === 'sowt') return integer('');
  if (type === 'raw ') return 'pcm-u8';
  const number = /^(fl|in)(\d\d)$/i.exec(type);
  if (number) return `pcm-${number[1]!.toLowerCase() === 'fl' ? 'f' : 's'}${number[2]}be`;
  return /^[ua]law$/i.test(type) ? type.toLowerCase() : named(type);
}

/** 80-bit float of AIFF: 15 bits of exponent, 64 of mantissa. */
function extended(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16383 - 31;
  return view.getUint32(at + 2) * 2 ** exponent + view.getUint32(at + 6) * 2 ** (exponent - 32);
}

/** From encoding 1 on. */
const AU_CODECS = ['ulaw', 'pcm-s8', 'pcm-s16be', 'pcm-s24be', 'pcm-s32be', 'pcm-f32be', 'pcm-f64be'];
const AU_ALAW = 27;

/** Sun and NeXT's AU. */
export async function auHeader(reader: BlobReader): Promise<SoundHeader | null> {
  const head = await reader.read(0, 24);
  if (head.length < 24) return null;
  const [at, bytes, encoding, sampleRateHz, channels] = [4, 8, 12, 16, 20].map((i) =>
    viewOf(head).getUint32(i),
  ) as [number, number, number, number, number];
  const codec = encoding === AU_ALAW ? 'alaw' : (AU_CODECS[encoding - 1] ?? `AU ${encoding}`);
  const isUnfinished = bytes === 0 && reader.size > at;
  return { codec, channels, sampleRateHz, at, bytes: bytes === OPEN_SIZE ? null : bytes, isUnfinished };
}

/** Apple Core Audio Format 1.0. */
export async function cafHeader(reader: BlobReader): Promise<SoundHeader | null> {
  let description: Pick<SoundHeader, 'codec' | 'channels' | 'sampleRateHz'> | undefined;
  for (let at = 8; at + 12 <= reader.size;) {
    const head = await reader.read(at, 12);
    const id = asciiOf(head.subarray(0, 4));
    const size = Number(viewOf(head).getBigInt64(4));
    if (id === 'desc') {
      const body = await reader.read(at + 12, 32);
      if (body.length < 32) return null;
      description = cafDescription(body);
    }
    if (id === 'data' && description) {
      // The samples follow a count of edits; -1 is the size of data that goes to the end of the file.
      const isUnfinished = size === 0 && reader.size > at + 16;
      return { ...description, at: at + 16, bytes: size < 0 ? null : Math.max(0, size - 4), isUnfinished };
    }
    if (size < 0) return null;
    at += 12 + size;
  }
  return null;
}

function cafDescription(body: Uint8Array) {
  const view = viewOf(body);
  const type = asciiOf(body.subarray(8, 12));
  const flags = view.getUint32(12);
  const channels = view.getUint32(24);
  const bits = (8 * view.getUint32(16)) / channels;
  const isLittle = Boolean(flags & 2);
  const pcm = bits === 8 ? 'pcm-s8' : `pcm-${flags & 1 ? 'f' : 's'}${bits}${isLittle ? '' : 'be'}`;
  const codec = type === 'lpcm' ? pcm : isPcm(type) ? type : named(type);
  return { codec, channels, sampleRateHz: view.getFloat64(0) };
}

function named(code: string): string {
  return NAMES[code] ?? `"${code.trim()}"`;
}
