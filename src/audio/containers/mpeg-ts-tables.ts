import { asciiOf, type BlobReader } from './blob-reader';

/** Bytes from one packet to the next, and those before the sync byte. */
export interface Layout {
  stride: number;
  offset: number;
}

export interface Tables {
  /** The packets that say what the stream holds, without its pictures. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of the packets with sound. */
  soundPid: number | undefined;
  /** Codecs of sound that demuxers pass over, where there is no other. */
  unread: string[];
}

export const SYNC = 0x47;
const PACKET_BYTES = 188;
const CRC_BYTES = 4;
/** Stream types: AVC and HEVC; MP3, AAC, AC-3, E-AC-3 and DTS; private data, which may be sound. */
const PICTURES = [0x1b, 0x24];
const SOUND = [0x03, 0x04, 0x0f, 0x81, 0x87, 0x82, 0x8a];
const PRIVATE = 0x06;
/** Sound that demuxers pass over, by stream type, and of private data by the identifier of its registration. */
const UNREAD: Record<number, string> = {
  0x11: 'AAC (LATM)',
  0x1c: 'AAC (ISO 14496-3)',
  0x2d: 'MPEG-H',
  0x2e: 'MPEG-H',
  0x83: 'Dolby TrueHD',
};
const REGISTERED: Record<string, string> = {
  Opus: 'Opus (MPEG-TS)',
  BSSD: 'SMPTE 302M',
  'AC-4': 'Dolby AC-4',
};
const REGISTRATION = 0x05;
const SCANNED_PACKETS = 5000;

/** The first program (ISO/IEC 13818-1, sections 2.4.4.3 and 2.4.4.8); null where its tables do not fit one packet each. */
export async function readTables(reader: BlobReader, layout: Layout): Promise<Tables | null> {
  const programs = await packetOf(reader, layout, 0);
  const table = programs && sectionOf(programs, layout);
  if (!table) return null;
  let mapPid: number | undefined;
  for (let at = table.start + 8; at + 4 <= table.end; at += 4)
    if (numberAt(programs, at) !== 0) mapPid ??= pidAt(programs, at + 2);
  const map = mapPid === undefined ? null : await packetOf(reader, layout, mapPid);
  const streams = map && sectionOf(map, layout);
  if (!streams) return null;
  const pids: number[] = [];
  const others: number[] = [];
  const unread: string[] = [];
  const first = streams.start + 12 + lengthAt(map, streams.start + 10);
  for (let at = first; at + 5 <= streams.end; at += 5 + lengthAt(map, at + 3)) {
    const name = UNREAD[map[at]!] ?? (map[at] === PRIVATE ? registeredAt(map, at + 5) : undefined);
    if (name) unread.push(name);
    else if (SOUND.includes(map[at]!)) pids.push(pidAt(map, at + 1));
    else if (map[at] === PRIVATE) others.push(pidAt(map, at + 1));
    // 0 is reserved, so that demuxers pass it over.
    if (PICTURES.includes(map[at]!)) map[at] = 0;
  }
  const [soundPid] = [...pids, ...others];
  if (soundPid === undefined && unread.length === 0) return null;
  const bytes = new Uint8Array(2 * layout.stride);
  bytes.set(programs);
  bytes.set(map, layout.stride);
  return { bytes, soundPid, unread: pids.length > 0 ? [] : unread };
}

/** A copy of the first packet of this number in which a section begins. */
async function packetOf(reader: BlobReader, layout: Layout, pid: number): Promise<Uint8Array | null> {
  const { stride, offset } = layout;
  for (let i = 0; i < SCANNED_PACKETS; i++) {
    const packet = await reader.read(i * stride, stride);
    if (packet.length < stride || packet[offset] !== SYNC) return null;
    if (packet[offset + 1]! & 0x40 && pidAt(packet, offset + 1) === pid) return packet.slice();
  }
  return null;
}

/** Where the section begins in a packet, and where its entries end; null where it goes on in another packet. */
function sectionOf(packet: Uint8Array, { offset }: Layout): { start: number; end: number } | null {
  const hasField = (packet[offset + 3]! & 0x20) > 0;
  const payload = offset + 4 + (hasField ? 1 + packet[offset + 4]! : 0);
  const start = payload + 1 + (packet[payload] ?? 0);
  const end = start + 3 + lengthAt(packet, start + 1);
  return end <= offset + PACKET_BYTES ? { start, end: end - CRC_BYTES } : null;
}

/** Name of the codec that the first descriptor at `at` registers. */
function registeredAt(map: Uint8Array, at: number): string | undefined {
  return map[at] === REGISTRATION ? REGISTERED[asciiOf(map.subarray(at + 2, at + 6))] : undefined;
}

function numberAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function pidAt(bytes: Uint8Array, at: number): number {
  return numberAt(bytes, at) & 0x1fff;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return numberAt(bytes, at) & 0xfff;
}
