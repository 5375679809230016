/**
 * Whether threads can share memory. WebKitGTK 2.50 calls its pages isolated, but has no SharedArrayBuffer.
 */
export function canShareMemory(): boolean {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
}
