import { latestTime, noteTime } from '../../provenance';
import { database } from '../db';

/** Reads the latest time that this device has seen, which `today` then knows: workers are started without it. */
export async function recallTime(): Promise<void> {
  const seen: unknown = await (await database()).get('clock', 'latest');
  if (typeof seen === 'number') noteTime(seen);
}

/**
 * Reads the latest time that this device has seen, and stores the present one if it is later: a clock that is set back does not make an
 * expired permission valid again.
 */
export async function rememberTime(): Promise<void> {
  const transaction = (await database()).transaction('clock', 'readwrite');
  const seen: unknown = await transaction.store.get('latest');
  if (typeof seen === 'number') noteTime(seen);
  await transaction.store.put(latestTime(), 'latest');
  await transaction.done;
}
