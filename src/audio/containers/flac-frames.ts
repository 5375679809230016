import { startsWith } from '../sniff';
import { viewOf, type BlobReader } from './blob-reader';

/** STREAMINFO (RFC 9639, section 8.2). */
export interface FlacInfo {
  /** Samples of each frame but the last, where all have as many. */
  blockSamples: number;
  /** Bytes of a frame at most. */
  frameBytes: number;
  sampleRateHz: number;
  /** 0 where it is not known. */
  samples: number;
  /** The 34 bytes. */
  bytes: Uint8Array;
}

/** A frame whose checksum is right. */
export interface FlacFrame {
  at: number;
  end: number;
  /** Number of its first sample, and of that after its last one. */
  from: number;
  to: number;
}

interface FrameHeader {
  from: number;
  to: number;
}

const MAX_HEADER_BYTES = 16;
const MIN_FRAME_BYTES = 10;
const CHECKSUM_BYTES = 2;
/** As many as can be read at once, less those of a header. */
const MAX_FRAME_BYTES = 1_000_000;
/** Samples of a frame by its code; 6 and 7 stand for a number of 8 or 16 bits. */
const BLOCKS = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
const CRC8 = crcTable(8, 0x07);
const CRC16 = crcTable(16, 0x8005);

export function readFlacInfo(bytes: Uint8Array): FlacInfo {
  const view = viewOf(bytes);
  const [blockSamples, channels] = [view.getUint16(2), ((bytes[12]! >> 1) & 7) + 1];
  return {
    blockSamples,
    frameBytes: Math.min(MAX_FRAME_BYTES, blockSamples * channels * 4 + MAX_HEADER_BYTES + 2),
    sampleRateHz: view.getUint32(10) >> 12,
    samples: (bytes[13]! & 15) * 2 ** 32 + view.getUint32(14),
    bytes,
  };
}

/**
 * The frame that begins at `at`, up to the next header, the end of the file, a tag or the "fLaC" of another file; null where there is
 * none or its checksum is wrong. Where other bytes follow it, it ends where its checksum is right for the first time.
 */
export async function flacFrameAt(reader: BlobReader, at: number, info: FlacInfo): Promise<FlacFrame | null> {
  const bytes = await reader.read(at, info.frameBytes + MAX_HEADER_BYTES);
  const header = headerAt(bytes, 0, info);
  if (!header) return null;
  let crc = 0;
  let firstRight: number | undefined;
  /** Where the last zeros began that leave the checksum as it is. */
  let zeros = 0;
  for (let i = 0; i <= bytes.length && i <= info.frameBytes; i++) {
    const next = i > 0 && bytes[i] === 0xff ? headerAt(bytes, i, info) : null;
    if (crc === 0 && i >= MIN_FRAME_BYTES) {
      const end = at + (i - zeros > CHECKSUM_BYTES ? zeros : i);
      if (next || at + i === reader.size || isOther(bytes, i)) return { ...header, at, end };
      firstRight ??= i;
    } else {
      zeros = i + 1;
    }
    if (next && next.from === header.to) return null;
    if (next && next.from > header.to) break;
    crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  }
  return firstRight === undefined ? null : { ...header, at, end: at + firstRight };
}

/** Position of the next frame header or of the "fLaC" of another file; the end of the file without one. */
export function nextFlacStart(reader: BlobReader, from: number, info: FlacInfo): Promise<number> {
  return reader.find(from, MAX_HEADER_BYTES, (bytes, i) =>
    bytes[i] === 0xff ? headerAt(bytes, i, info) !== null : isFlacStart(bytes, i),
  );
}

function isOther(bytes: Uint8Array, at: number): boolean {
  return isFlacStart(bytes, at) || ['ID3', 'TAG'].some((tag) => startsWith(bytes.subarray(at, at + 3), tag));
}

/** Whether "fLaC" and a STREAMINFO begin here. */
export function isFlacStart(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x66 || !startsWith(bytes.subarray(at, at + 4), 'fLaC')) return false;
  return at + 4 < bytes.length && (bytes[at + 4]! & 0x7f) === 0;
}

/** RFC 9639, section 9.1; null where there is no header with a right checksum and the rate of STREAMINFO. */
export function headerAt(bytes: Uint8Array, at: number, info: FlacInfo): FrameHeader | null {
  const [sync, second = 0, third = 0, fourth = 0, fifth = 0] = bytes.subarray(at, at + 5);
  if (sync !== 0xff || second >> 1 !== 0x7c || fourth & 1) return null;
  const isVariable = Boolean(second & 1);
  let next = at + 4;
  const ones = Math.clz32(~(fifth << 24));
  if (ones === 1 || ones > 7) return null;
  let number = ones === 0 ? fifth : fifth & (0x7f >> ones);
  for (next++; next < at + 4 + Math.max(1, ones); next++) number = number * 64 + (bytes[next]! & 63);
  const numberOf = (length: number) => {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (bytes[next++] ?? 0);
    return value;
  };
  const [block, rate] = [third >> 4, third & 15];
  const samples = block === 6 || block === 7 ? numberOf(block - 5) + 1 : BLOCKS[block]!;
  numberOf(rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0);
  if (samples === 0 || rate === 15 || next >= bytes.length) return null;
  if (crcOf(bytes.subarray(at, next)) !== bytes[next]) return null;
  const from = isVariable ? number : number * info.blockSamples;
  return { from, to: from + samples };
}

function crcOf(bytes: Uint8Array): number {
  return bytes.reduce((crc, byte) => CRC8[crc ^ byte]!, 0);
}

/** CRC of each byte, not reflected. */
function crcTable(bits: number, polynomial: number): Uint16Array {
  const top = 1 << (bits - 1);
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc & top ? (crc << 1) ^ polynomial : crc << 1) & (2 * top - 1);
    return crc;
  });
}
