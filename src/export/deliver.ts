import type { Scope } from '../services/scope';
import { looksLikeAudio } from '../audio/sniff';
import { ExportError, isMarked } from './export';
import type { MarkedFile } from './marked-file';

/** Some browsers read a file only after the click has returned. */
const KEPT_MS = 60_000;
const HEAD_BYTES = 64;

interface NamedFile {
  blob: Blob;
  fileName: string;
}

declare const plain: unique symbol;
/** A file that `requireDocument` found to be no recording. */
type PlainDocument = Blob & { readonly [plain]: true };

/** Hands a marked file to the browser's downloads. Nothing else in the app may; throws for a file that export did not make. */
export function download({ blob, fileName }: NamedFile, scope: Scope): void {
  offer(requireMarked(blob), fileName, scope);
}

/** Whether this device shares files with other programs at all. */
export function mayShare(): boolean {
  return canShareFiles([new File([Uint8Array.of(0)], 'a.wav', { type: 'audio/wav' })]);
}

/** Whether it takes this one. */
export function canShare({ blob, fileName }: NamedFile): boolean {
  return canShareFiles([new File([blob], fileName, { type: blob.type })]);
}

/**
 * Opens the device's own sheet for sharing. Resolves too when the user closes it; with false where the browser
 * wants another click for it, because making the file took long.
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
    throw new ExportError(
      'This device did not take the file for sharing. The take is safe. Download it instead and share the file.',
      { cause },
    );
  }
}

/** Hands over what is no recording, such as a record of consent; rejects for bytes that are one. */
export async function downloadDocument(document: Blob, fileName: string, scope: Scope): Promise<void> {
  offer(await requireDocument(document), fileName, scope);
}

async function requireDocument(file: Blob): Promise<PlainDocument | MarkedFile> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const isSound = file.type.startsWith('audio/') || looksLikeAudio(head);
  return isSound ? requireMarked(file) : (file as PlainDocument);
}

function requireMarked(file: Blob): MarkedFile {
  if (isMarked(file)) return file;
  throw new ExportError(
    'This file carries no mark, so it was not handed out. Your takes are safe. Download the take from the studio.',
  );
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
