import type { Scope } from '../app/scope';

const BLOB_KEPT_MS = 60_000;

/** Hands a file to the browser to be saved. */
export function hand(scope: Scope, blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  // Some browsers read the blob only after the click has returned.
  scope.timeout(
    scope.own(() => URL.revokeObjectURL(link.href)),
    BLOB_KEPT_MS,
  );
}
