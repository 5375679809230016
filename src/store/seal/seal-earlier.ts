import type { IDBPDatabase } from 'idb';
import { isTakeRow } from '../rows';
import type { Schema } from '../schema';
import { sealOf, storedOutput } from './take-seal';

/** Seals, as they are, the conversions in `unsealed`, which the upgrade from a version without seals has listed, and empties the list. */
export async function sealListed(db: IDBPDatabase<Schema>): Promise<void> {
  for (const id of await db.getAllKeys('unsealed')) {
    const row: unknown = await db.get('takes', id);
    // What is damaged cannot be loaded, and so not exported either.
    const stored = isTakeRow(row) ? await storedOutput(db, row).catch(() => undefined) : undefined;
    const seal = stored && (await sealOf(db, stored));
    const transaction = db.transaction(['takes', 'unsealed'], 'readwrite');
    const current = await transaction.objectStore('takes').get(id);
    // Another thread may have sealed it in the meantime.
    if (seal && current?.output && current.output.seal === undefined)
      await transaction.objectStore('takes').put({ ...current, output: { ...current.output, seal } });
    await transaction.objectStore('unsealed').delete(id);
    await transaction.done;
  }
}
