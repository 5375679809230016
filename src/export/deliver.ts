import type { Scope } from '../services/scope';
import { looksLikeAudio } from '../audio/sniff';
import { ExportError, isMarked, type ExportedTake } from './export';

/** Some browsers read a file only after the click has returned. */
const KEPT_MS = 60_000;
const HEAD_BYTES = 64;

/** Hands a marked file to the browser's downloads. Nothing else in the app may; throws for a file that export did not make. */
export function download({ blob, fileName }: ExportedTake, scope: Scope): void {
  refuseUnmarked(blob);
  offer(blob, fileName, scope);
}

/** Whether this device shares files with other programs at all. */
export function mayShare(): boolean {
  return canShareFiles([new File([Uint8Array.of(0)], 'a.wav', { type: 'audio/wav' })]);
}

/** Whether it takes this one. */
export function canShare({ blob, fileName }: ExportedTake): boolean {
  return canShareFiles([fileOf(blob, fileName)]);
}

/**
 * Opens the device's own sheet for sharing. Resolves too when the user closes it; with false where the browser
 * wants another click for it, because making the file took long.
 */
export async function share({ blob, fileName }: ExportedTake): Promise<boolean> {
  refuseUnmarked(blob);
  try {
    await navigator.share({ files: [fileOf(blob, fileName)], title: fileName });
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
  const head = new Uint8Array(await document.slice(0, HEAD_BYTES).arrayBuffer());
  if (document.type.startsWith('audio/') || looksLikeAudio(head)) refuseUnmarked(document);
  offer(document, fileName, scope);
}

function refuseUnmarked(file: Blob): void {
  if (isMarked(file)) return;
  throw new ExportError(
    'This file carries no mark, so it was not handed out. Your takes are safe. Download the take from the studio.',
  );
}

function canShareFiles(files: File[]): boolean {
  const { canShare } = navigator as { canShare?: Navigator['canShare'] };
  return canShare?.call(navigator, { files }) ?? false;
}

function fileOf(blob: Blob, fileName: string): File {
  return new File([blob], fileName, { type: blob.type });
}

function offer(file: Blob, fileName: string, scope: Scope): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileName;
  link.click();
  scope.timeout(
    scope.own(() => URL.revokeObjectURL(link.href)),
    KEPT_MS,
  );
}
