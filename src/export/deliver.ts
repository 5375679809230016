import type { Scope } from '../services/scope';
import { looksLikeAudio } from '../audio/sniff';
import { m } from '../text/messages';
import { ExportError, isMarked } from './export';
import type { MarkedFile } from './marked-file';

/** Time before an object URL is revoked: some browsers read the file only after the click has returned. */
const KEPT_MS = 60_000;
const HEAD_BYTES = 64;

interface NamedFile {
  blob: Blob;
  fileName: string;
}

declare const plain: unique symbol;
/** A file that `requireDocument` has found not to be audio. */
type PlainDocument = Blob & { readonly [plain]: true };

/** Downloads a marked file. No other code in the app may start downloads. Throws for a file that was not made by `exportTake`. */
export function download({ blob, fileName }: NamedFile, scope: Scope): void {
  offer(requireMarked(blob), fileName, scope);
}

/** Whether this device can share audio files with other programs. */
export function mayShare(): boolean {
  return canShareFiles([new File([Uint8Array.of(0)], 'a.wav', { type: 'audio/wav' })]);
}

/** Whether it can share this file. */
export function canShare({ blob, fileName }: NamedFile): boolean {
  return canShareFiles([new File([blob], fileName, { type: blob.type })]);
}

/**
 * Opens the device's share sheet. Resolves with true even if the user closes it, and with false where the browser requires
 * another click because making the file took too long.
 */
export async function share({ blob, fileName }: NamedFile): Promise<boolean> {
  const file = fileOf(requireMarked(blob), fileName);
  try {
    await navigator.share({ files: [file], title: fileName });
    return true;
  } catch (cause) {
    const { name } = (cause ?? {}) as { name?: string };
    if (name === 'AbortError') return true;
    if (name === 'NotAllowedError') return false;
    throw new ExportError(m.export_not_shared(), { cause });
  }
}

/** Downloads a file that is not audio, such as a consent record. Rejects for unmarked audio. */
export async function downloadDocument(document: Blob, fileName: string, scope: Scope): Promise<void> {
  offer(await requireDocument(document), fileName, scope);
}

async function requireDocument(file: Blob): Promise<PlainDocument | MarkedFile> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const isAudio = file.type.startsWith('audio/') || looksLikeAudio(head);
  return isAudio ? requireMarked(file) : (file as PlainDocument);
}

function requireMarked(file: Blob): MarkedFile {
  if (isMarked(file)) return file;
  throw new ExportError(m.export_unmarked());
}

function canShareFiles(files: File[]): boolean {
  const { canShare } = navigator as { canShare?: Navigator['canShare'] };
  return canShare?.call(navigator, { files }) ?? false;
}

function fileOf(blob: MarkedFile, fileName: string): File {
  return new File([blob], fileName, { type: blob.type });
}

function offer(file: PlainDocument | MarkedFile, fileName: string, scope: Scope): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileName;
  link.click();
  scope.timeout(
    scope.own(() => URL.revokeObjectURL(link.href)),
    KEPT_MS,
  );
}
