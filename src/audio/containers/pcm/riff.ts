import { readAfterSound } from './after-sound';
import { asciiOf, viewOf, type BlobReader } from '../blob-reader';
import { isPcm, sampleBytes } from './pcm';
import type { SoundHeader } from './sound-header';

const PCM = 0x0001;
const FLOAT = 0x0003;
const ALAW = 0x0006;
const ULAW = 0x0007;
const EXTENSIBLE = 0xfffe;
/** Codecs by their format tag in WAVEFORMATEX. */
const TAGS: Record<number, string> = {
  0x02: 'Microsoft ADPCM',
  0x11: 'IMA ADPCM',
  0x22: 'TrueSpeech',
  0x31: 'GSM 6.10',
  0x40: 'G.721 ADPCM',
  0x45: 'G.726 ADPCM',
  0x50: 'MPEG',
  0x55: 'MP3',
  0x160: 'WMA',
  0x161: 'WMA',
  0xff: 'AAC',
  0xa109: 'Speex',
};
/** Programs that cannot seek back leave all ones, or just below 2 GB (sox), as the size. */
const OPEN_BYTES = 0x7fff0000;
/** Unknown bytes after the samples that are shorter than this are padding. */
const PADDING_SECONDS = 0.3;

/** WAV: RIFF, its big-endian form RIFX, and RF64 (EBU Tech 3306). */
export async function riffHeader(reader: BlobReader): Promise<SoundHeader | null> {
  const little = asciiOf(await reader.read(0, 4)) !== 'RIFX';
  let format: Format | undefined;
  let longBytes: number | undefined;
  for (let at = 12; at + 8 <= reader.size;) {
    const head = await reader.read(at, 8);
    const id = asciiOf(head.subarray(0, 4));
    const size = viewOf(head).getUint32(4, little);
    const body = await reader.read(at + 8, Math.min(size, 40));
    if (id === 'fmt ' && body.length >= 14) format = readFormat(body, little);
    if (id === 'ds64' && body.length >= 16) longBytes = Number(viewOf(body).getBigUint64(8, true));
    if (id === 'data' && format) {
      const stated = longBytes ?? size;
      const bytes = longBytes === undefined && isOpen(size, reader.size - at) ? null : stated;
      const sound = { ...format, at: at + 8, bytes };
      return bytes === null ? sound : { ...sound, ...(await following(reader, sound, bytes, little)) };
    }
    at += 8 + size + (size % 2);
  }
  return null;
}

/** Sony Wave64: RIFF with 16-byte ids and 64-bit sizes that include the 24 bytes of their header. */
export async function w64Header(reader: BlobReader): Promise<SoundHeader | null> {
  let format: Format | undefined;
  const end = eighth(Number(viewOf(await reader.read(0, 24)).getBigUint64(16, true)));
  for (let at = 40; at + 24 <= reader.size;) {
    const head = await reader.read(at, 24);
    const id = asciiOf(head.subarray(0, 4));
    const size = Number(viewOf(head).getBigUint64(16, true));
    const body = await reader.read(at + 24, 40);
    if (id === 'fmt ' && body.length >= 14) format = readFormat(body, true);
    if (id === 'data' && format) {
      const bytes = size - 24;
      const isUnfinished = bytes <= 0 && reader.size > at + 24;
      return { ...format, at: at + 24, bytes: Math.max(0, bytes), isUnfinished, end };
    }
    if (size < 24) return null;
    at += eighth(size);
  }
  return null;
}

/** Chunks begin at multiples of 8 bytes. */
function eighth(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

interface Format {
  codec: string;
  channels: number;
  sampleRateHz: number;
}

/** WAVEFORMATEX; bits that do not fill their bytes are left-justified, so the bytes decide. */
function readFormat(body: Uint8Array, little: boolean): Format {
  const view = viewOf(body);
  const channels = view.getUint16(2, little);
  const bytes = view.getUint16(12, little) / channels;
  let tag = view.getUint16(0, little);
  if (tag === EXTENSIBLE && body.length >= 26) tag = view.getUint16(24, little);
  return { codec: codecOf(tag, bytes, little), channels, sampleRateHz: view.getUint32(4, little) };
}

function codecOf(tag: number, bytes: number, little: boolean): string {
  const order = little ? '' : 'be';
  const pcm = bytes === 1 ? 'pcm-u8' : `pcm-s${8 * bytes}${order}`;
  const float = `pcm-f${8 * bytes}${order}`;
  if (tag === ALAW) return 'alaw';
  if (tag === ULAW) return 'ulaw';
  if (tag === PCM && isPcm(pcm)) return pcm;
  if (tag === FLOAT && isPcm(float)) return float;
  return TAGS[tag] ?? `WAV 0x${tag.toString(16).padStart(4, '0')}`;
}

function isOpen(size: number, left: number): boolean {
  return size >= OPEN_BYTES && size > left;
}

/**
 * Whether samples go on after their stated end, because a recorder that died has not written the size, or an earlier one; else where
 * the file ends.
 */
async function following(
  reader: BlobReader,
  { codec, channels, sampleRateHz, at }: SoundHeader,
  bytes: number,
  little: boolean,
) {
  const end = at + bytes;
  const after = await readAfterSound(reader, end, little);
  const isUnfinished =
    isPcm(codec) &&
    reader.size - end >= PADDING_SECONDS * sampleRateHz * channels * sampleBytes(codec) &&
    !after.isNamed &&
    !after.isOther &&
    // Zeros alone are padding, unless they are all of the sound.
    (bytes === 0 || after.at < reader.size);
  return { isUnfinished, end: isUnfinished ? reader.size : after.at };
}
