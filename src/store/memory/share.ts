import type { IDBPDatabase } from 'idb';

/** What workers read of what the page writes. */
const STORES = ['voices', 'voiceFiles', 'revocations'] as const;
const ANSWER_MS = 500;

type StoreName = (typeof STORES)[number];
/** Without a value the row was deleted. */
type Entry = { store: StoreName; key: string; value?: unknown };
type Message = 'join' | { kind: 'answer' | 'change'; entries: Entry[] };

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
  let isAnswered = false;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data === 'join') return void answer();
      // Answers to others may be older than what is here.
      if (data.kind === 'answer' && isAnswered) return;
      isAnswered ||= data.kind === 'answer';
      void adopt(db, data.entries).then(() => (data.kind === 'answer' ? resolve() : undefined));
    };
    channel.postMessage('join');
  });
}

/** Sends the rows that were written or deleted to the other threads. Does nothing where the browser stores them. */
export async function shareMemory(changed: {
  voices?: readonly string[];
  revocations?: readonly string[];
}): Promise<void> {
  if (!joined) return;
  const { voices = [], revocations = [] } = changed;
  const keys = { voices, voiceFiles: voices, revocations };
  const entries: Entry[] = [];
  for (const store of STORES)
    for (const key of keys[store]) entries.push({ store, key, value: await joined.db.get(store, key) });
  send({ kind: 'change', entries });
}

/** A thread that has nothing may itself have been started a moment ago. */
async function answer(): Promise<void> {
  if (!joined) return;
  const entries: Entry[] = [];
  for (const store of STORES) {
    const [keys, values] = await Promise.all([joined.db.getAllKeys(store), joined.db.getAll(store)]);
    for (const [i, key] of keys.entries()) entries.push({ store, key: key as string, value: values[i] });
  }
  if (entries.length > 0) send({ kind: 'answer', entries });
}

function send(message: Message): void {
  joined?.channel.postMessage(message);
}

async function adopt(db: IDBPDatabase, entries: Entry[]): Promise<void> {
  const transaction = db.transaction(STORES, 'readwrite');
  for (const { store, key, value } of entries) {
    const objects = transaction.objectStore(store);
    if (value === undefined) void objects.delete(key);
    else void (store === 'voiceFiles' ? objects.put(value, key) : objects.put(value));
  }
  await transaction.done;
}
