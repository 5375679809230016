import { m } from '../text/messages';

/** An invalid archive; the message is a clause in the language shown, for use in another error message. */
export class ZipError extends Error {}

export interface ZipLimits {
  entries: number;
  /** Maximum size of one entry. */
  entryBytes: number;
}

export interface ZipEntry {
  name: string;
  bytes: number;
  read(): Promise<ArrayBuffer>;
}

const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Flags that do not affect this reader: UTF-8 names, and sizes given in the central directory only. */
const IGNORED_FLAGS = 0x0808;
/** Relative paths whose names do not start with a dot, so that no path leaves its folder. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}$/;

/**
 * The entries of an uncompressed zip archive: without compression, an archive cannot expand to more than its own size. All
 * entries are validated before the content of any is read.
 *
 * Rejects with ZipError for compression, encryption, comments, paths that leave the archive's folder, duplicate names,
 * entries that overlap or extend past the archive, and too many or too large entries.
 */
export async function readZip(file: Blob, limits: ZipLimits): Promise<Map<string, ZipEntry>> {
  if (file.size < END_BYTES) throw new ZipError(m.files_too_short());
  const end = await viewOf(file, file.size - END_BYTES, END_BYTES);
  if (end.getUint32(0, true) !== END || end.getUint16(20, true) !== 0)
    throw new ZipError(m.files_no_archive());
  const count = end.getUint16(10, true);
  const [size, start] = [end.getUint32(12, true), end.getUint32(16, true)];
  if (count === 0 || count > limits.entries) throw new ZipError(m.files_part_count({ count }));
  if (start + size !== file.size - END_BYTES || size > count * (CENTRAL_BYTES + 1024))
    throw new ZipError(m.files_contents());
  const central = await viewOf(file, start, size);
  const entries = new Map<string, ZipEntry>();
  const ends: { from: number; to: number }[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > size || central.getUint32(at, true) !== CENTRAL)
      throw new ZipError(m.files_contents());
    const nameBytes = central.getUint16(at + 28, true);
    const rest = nameBytes + central.getUint16(at + 30, true) + central.getUint16(at + 32, true);
    if (at + CENTRAL_BYTES + rest > size) throw new ZipError(m.files_contents());
    const name = text(central, at + CENTRAL_BYTES, nameBytes);
    if (!NAME.test(name) || name.length > 200) throw new ZipError(m.files_part_name());
    if (entries.has(name)) throw new ZipError(m.files_part_twice({ part: name }));
    const bytes = central.getUint32(at + 24, true);
    const isPlain =
      central.getUint16(at + 10, true) === 0 &&
      central.getUint32(at + 20, true) === bytes &&
      (central.getUint16(at + 8, true) & ~IGNORED_FLAGS) === 0;
    if (!isPlain) throw new ZipError(m.files_part_packed({ part: name }));
    if (bytes > limits.entryBytes) throw new ZipError(m.files_part_large({ part: name }));
    const from = await dataStart(file, central.getUint32(at + 42, true), name, start);
    if (from + bytes > start) throw new ZipError(m.files_part_past_end({ part: name }));
    ends.push({ from: central.getUint32(at + 42, true), to: from + bytes });
    entries.set(name, { name, bytes, read: () => file.slice(from, from + bytes).arrayBuffer() });
    at += CENTRAL_BYTES + rest;
  }
  ends.sort((a, b) => a.from - b.from);
  if (ends.some((each, i) => each.to > (ends[i + 1]?.from ?? start)))
    throw new ZipError(m.files_parts_overlap());
  return entries;
}

/** Offset of an entry's data; checks that its local header agrees with the central directory. */
async function dataStart(file: Blob, header: number, name: string, limit: number): Promise<number> {
  if (header + LOCAL_BYTES > limit) throw new ZipError(m.files_part_past_end({ part: name }));
  const local = await viewOf(file, header, LOCAL_BYTES);
  const nameBytes = local.getUint16(26, true);
  if (local.getUint32(0, true) !== LOCAL || nameBytes > 200)
    throw new ZipError(m.files_part_broken({ part: name }));
  const written = await viewOf(file, header + LOCAL_BYTES, nameBytes);
  if (text(written, 0, nameBytes) !== name) throw new ZipError(m.files_part_broken({ part: name }));
  return header + LOCAL_BYTES + nameBytes + local.getUint16(28, true);
}

async function viewOf(file: Blob, from: number, bytes: number): Promise<DataView> {
  const buffer = await file.slice(from, from + bytes).arrayBuffer();
  if (buffer.byteLength !== bytes) throw new ZipError(m.files_cut_off());
  return new DataView(buffer);
}

function text(view: DataView, at: number, bytes: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, bytes));
}
