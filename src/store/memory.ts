import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';

let hasOpened = false;
let replacing: Promise<unknown> | undefined;
let isReplaced = false;

/** Whether the browser refuses storage, so that what is stored lasts no longer than this tab. */
export function isInMemory(): boolean {
  return isReplaced;
}

/**
 * Opens a database of the browser. Where the browser refuses all storage, as with cookies blocked, the databases of this thread are kept
 * in its memory instead. Rejects if only this database cannot be opened.
 */
export async function openDatabase<S extends DBSchema>(
  name: string,
  version: number,
  callbacks: OpenDBCallbacks<S>,
): Promise<IDBPDatabase<S>> {
  try {
    const db = await openDB<S>(name, version, callbacks);
    hasOpened = true;
    return db;
  } catch (cause) {
    if (hasOpened || !isRefusal(cause)) throw cause;
    // Replaces `indexedDB` and its classes, which nothing uses yet.
    await (replacing ??= import('fake-indexeddb/auto'));
    isReplaced = true;
    return openDB<S>(name, version, callbacks);
  }
}

/** Chromium and Firefox throw SecurityError, or report UnknownError or InvalidStateError; `indexedDB` may be missing altogether. */
function isRefusal(cause: unknown): boolean {
  const { name } = cause as { name?: unknown };
  return ['SecurityError', 'UnknownError', 'InvalidStateError', 'TypeError', 'ReferenceError'].includes(
    String(name),
  );
}
