import { describeCause } from '../engine/errors';
import { sha256Of } from '../files/hash';
import { readZip, ZipError, type ZipEntry } from '../files/zip';
import { m } from '../text/messages';
import { dataSize } from '../text/format';
import { ArchiveError, corrupt } from './errors';
import {
  LIMITS,
  MANIFEST,
  MAX_ARCHIVE_BYTES,
  MAX_MANIFEST_BYTES,
  parseArchiveManifest,
  partsOf,
  type Manifest,
  type Part,
} from './format';

/** An archive whose manifest agrees with its entries; the hash of each part is checked when it is read. */
export interface Archive {
  bytes: number;
  manifest: Manifest;
  /** Rejects with `archive-corrupt` where the part does not match its hash. */
  read(part: Part): Promise<ArrayBuffer>;
}

/**
 * Opens a file of `writeArchive` and reads its manifest.
 *
 * Rejects with `archive-too-large`, `archive-corrupt`, `archive-newer`.
 */
export async function openArchive(file: Blob): Promise<Archive> {
  if (file.size > MAX_ARCHIVE_BYTES) {
    throw new ArchiveError('archive-too-large', m.archive_too_large({ size: dataSize(MAX_ARCHIVE_BYTES) }));
  }
  const entries = await readZip(file, LIMITS).catch((cause: unknown) => {
    throw corrupt(cause instanceof ZipError ? cause.message : describeCause(cause), cause);
  });
  const list = entries.get(MANIFEST);
  if (!list || list.bytes > MAX_MANIFEST_BYTES) throw corrupt(m.archive_why_no_list());
  const manifest = parseArchiveManifest(await list.read());
  checkParts(entries, partsOf(manifest));
  return {
    bytes: file.size,
    manifest,
    async read({ name, sha256 }) {
      const content = await entries.get(name)!.read();
      if ((await sha256Of(content)) !== sha256) throw corrupt(m.archive_why_damaged({ name }));
      return content;
    },
  };
}

function checkParts(entries: Map<string, ZipEntry>, parts: Part[]): void {
  const named = new Set([MANIFEST, ...parts.map(({ name }) => name)]);
  if (named.size < parts.length + 1) throw corrupt(m.archive_why_twice());
  for (const { name, bytes } of parts)
    if (entries.get(name)?.bytes !== bytes) throw corrupt(m.archive_why_missing({ name }));
  for (const name of entries.keys()) if (!named.has(name)) throw corrupt(m.archive_why_unlisted({ name }));
}
