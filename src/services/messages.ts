import { m } from '../text/messages';
import { plainText } from '../provenance';

/** A text for the user; of a function, in the language that is shown when it is read. */
export type Words = string | (() => string);

/** `words` as they can be shown: they may name files and voices of others. */
export function inWords(words: Words): string {
  return plainText(typeof words === 'string' ? words : words());
}

/** Errors whose message is written for the user: their `name` is one of these or a code like `gpu-lost`. */
const WRITTEN_FOR_USERS = new Set([
  'AudioError',
  'StoreError',
  'ExportError',
  'EngineError',
  'WorkerLostError',
]);
const CODE = /^[a-z]+(-[a-z]+)*$/;

/** Message for the user about any thrown value: what went wrong, what is safe and what to do next. */
export function messageOf(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : '';
  if (typeof name === 'string' && text && (WRITTEN_FOR_USERS.has(name) || CODE.test(name))) return text;
  return m.services_unexpected({ what: text || String(error) });
}

/** Whether the error is a cancellation by the user, which is not shown. */
export function isCancelled(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === 'cancelled' || code === 'cancelled' || name === 'AbortError';
}
