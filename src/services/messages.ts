/** Errors whose message was written for the user: their `name` is a class below or a code like `gpu-lost`. */
const WRITTEN_FOR_USERS = new Set([
  'AudioError',
  'StoreError',
  'ExportError',
  'EngineError',
  'WorkerLostError',
]);
const CODE = /^[a-z]+(-[a-z]+)*$/;

/** What went wrong, what is safe and what to do next, for any thrown value. */
export function messageOf(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : '';
  if (typeof name === 'string' && text && (WRITTEN_FOR_USERS.has(name) || CODE.test(name))) return text;
  return `Something failed that should not have (${text || String(error)}). The takes kept on this device are safe. Reload the page and try again.`;
}

/** Whether the user asked for it: no error to show. */
export function isCancelled(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === 'cancelled' || code === 'cancelled' || name === 'AbortError';
}
