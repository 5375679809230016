import type { IDBPDatabase } from 'idb';
import type { DeviceKeys, Schema } from './schema';

/** The key of this name, made with `make` unless there is one. */
export async function deviceKey<Name extends keyof DeviceKeys>(
  db: IDBPDatabase<Schema>,
  name: Name,
  make: () => Promise<DeviceKeys[Name]>,
): Promise<DeviceKeys[Name]> {
  const kept = await db.get('keys', name);
  if (kept) return kept as DeviceKeys[Name];
  const made = await make();
  // Another tab may have been faster.
  const transaction = db.transaction('keys', 'readwrite');
  const first = await transaction.store.get(name);
  if (!first) await transaction.store.put(made, name);
  await transaction.done;
  return (first as DeviceKeys[Name] | undefined) ?? made;
}
