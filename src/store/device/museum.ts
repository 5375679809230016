import * as v from 'valibot';
import { keep } from '../chunks';
import { database, type MuseumKey } from '../db';

/** A value of the kiosk; undefined where there is none, it is damaged, or a full device could not make the store yet. */
export async function readMuseum<T>(
  key: MuseumKey,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const db = await database();
  if (!db.objectStoreNames.contains('museum')) return undefined;
  const parsed = v.safeParse(schema, await db.get('museum', key));
  return parsed.success ? parsed.output : undefined;
}

/** Stores values, or deletes those that are undefined, all or none. Rejects with `quota`. */
export async function writeMuseum(values: Partial<Record<MuseumKey, unknown>>): Promise<void> {
  const db = await database();
  await keep(db, 'exhibit', async () => {
    const { store, done } = db.transaction('museum', 'readwrite');
    const writes = Object.entries(values).map(([key, value]) =>
      value === undefined ? store.delete(key as MuseumKey) : store.put(value, key as MuseumKey),
    );
    await Promise.all([...writes, done]);
  });
}

/** Replaces a value by what `change` makes of it, in one transaction, so that no other tab's change is lost. */
export async function changeMuseum<T>(
  key: MuseumKey,
  schema: v.GenericSchema<unknown, T>,
  change: (value: T | undefined) => T | undefined,
): Promise<T | undefined> {
  const { store, done } = (await database()).transaction('museum', 'readwrite');
  const parsed = v.safeParse(schema, await store.get(key));
  const changed = change(parsed.success ? parsed.output : undefined);
  if (changed === undefined) await store.delete(key);
  else await store.put(changed, key);
  await done;
  return changed;
}
