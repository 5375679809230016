import type { IDBPDatabase } from 'idb';

/** What workers read of what the page writes. */
const STORES = ['voices', 'voiceFiles', 'revocations'] as const;
const ANSWER_MS = 500;

type Rows = { store: (typeof STORES)[number]; keys: string[]; values: unknown[] }[];

let joined: { channel: BroadcastChannel; db: IDBPDatabase } | undefined;

/**
 * Where each thread keeps its databases in its own memory: takes over the voices and revocations of the threads that are running, and answers
 * those that start later. Resolves once one has answered, or after half a second.
 */
export async function joinMemory(db: IDBPDatabase): Promise<void> {
  let channel: BroadcastChannel;
  try {
    channel = new BroadcastChannel('understudy-memory');
  } catch {
    // Refused like the storage: then workers know the published voices alone.
    return;
  }
  joined = { channel, db };
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<'join' | Rows>) => {
      if (data === 'join') void answer();
      else void adopt(db, data).then(resolve);
    };
    channel.postMessage('join');
  });
}

/** Sends the voices and revocations of this thread to the others. Does nothing where the browser stores them. */
export async function shareMemory(): Promise<void> {
  if (joined) joined.channel.postMessage(await rowsOf(joined.db));
}

/** A thread that has nothing may itself have been started a moment ago. */
async function answer(): Promise<void> {
  if (!joined) return;
  const rows = await rowsOf(joined.db);
  if (rows.some(({ keys }) => keys.length > 0)) joined.channel.postMessage(rows);
}

async function rowsOf(db: IDBPDatabase): Promise<Rows> {
  const rows: Rows = [];
  for (const store of STORES)
    rows.push({ store, keys: (await db.getAllKeys(store)) as string[], values: await db.getAll(store) });
  return rows;
}

async function adopt(db: IDBPDatabase, rows: Rows): Promise<void> {
  const transaction = db.transaction(STORES, 'readwrite');
  for (const { store, keys, values } of rows) {
    const objects = transaction.objectStore(store);
    void objects.clear();
    for (const [i, key] of keys.entries())
      void (store === 'voiceFiles' ? objects.put(values[i], key) : objects.put(values[i]));
  }
  await transaction.done;
}
