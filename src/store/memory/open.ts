import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb';

let hasOpened = false;
let replacing: Promise<void> | undefined;
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
    await (replacing ??= replaceIndexedDb());
    return openDB<S>(name, version, callbacks);
  }
}

/** Replaces `indexedDB` and its classes, none of which has been used yet. */
async function replaceIndexedDb(): Promise<void> {
  const fake = await import('fake-indexeddb');
  const classes = Object.entries(fake).filter(([name]) => name.startsWith('IDB'));
  for (const [name, value] of [...classes, ['indexedDB', new fake.IDBFactory()] as const])
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  isReplaced = true;
}

/** Chromium and Firefox throw SecurityError, or report UnknownError or InvalidStateError; `indexedDB` may be missing altogether. */
function isRefusal(cause: unknown): boolean {
  const { name } = cause as { name?: unknown };
  return ['SecurityError', 'UnknownError', 'InvalidStateError', 'TypeError', 'ReferenceError'].includes(
    String(name),
  );
}
