import { notifyChanged } from '../changes';
import { database, inTransaction, type MuseumKey } from '../db';
import { writeMuseum } from '../device/museum';
import { isInMemory } from '../memory/open';
import { shareMemory } from '../memory/share';
import { ModelStore } from '../models';
import { SCORES_KEY } from '../quiz';
import { SETTINGS_KEY } from '../settings';
import { forgetOne } from '../space';
import type { Held } from './held';
import { CLASS_KEY, forgetTexts, textsHeld } from './local';
import { deleteTakes, deleteUnfinished, takesHeld, unfinishedHeld } from './samples';

interface Kind {
  held: (modelsUrl: string) => Promise<Held>;
  /** Deletes all of it. */
  remove: (modelsUrl: string) => Promise<void>;
}

/** What the app keeps on this device and the user may delete. */
export const KINDS = {
  /** The published networks and voices, and what interrupted downloads left of them. */
  networks: { held: networksHeld, remove: removeNetworks },
  takes: { held: takesHeld, remove: deleteTakes },
  voices: { held: voicesHeld, remove: removeVoices },
  unfinished: { held: unfinishedHeld, remove: deleteUnfinished },
  /** Exhibit, PIN, volume, counters and problems of a kiosk. */
  kiosk: { held: kioskHeld, remove: removeKiosk },
  /** Of the lessons, and of the pages for a class. */
  scores: {
    held: async () => textsHeld(SCORES_KEY, CLASS_KEY),
    remove: async () => forgetTexts(SCORES_KEY, CLASS_KEY),
  },
  settings: { held: async () => textsHeld(SETTINGS_KEY), remove: async () => forgetTexts(SETTINGS_KEY) },
} satisfies Record<string, Kind>;

export type KeptKind = keyof typeof KINDS;

async function networksHeld(baseUrl: string): Promise<Held> {
  // The worker has its own memory then.
  if (isInMemory()) return { count: 0, bytes: 0 };
  const states = await eachFile(baseUrl, (models, file) => models.storedState(file));
  const here = states.filter(({ bytes }) => bytes > 0);
  return { count: here.length, bytes: here.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function removeNetworks(baseUrl: string): Promise<void> {
  await eachFile(baseUrl, (models, file) => models.forget(file));
  notifyChanged('networks');
}

type File = Parameters<ModelStore['forget']>[0];

async function eachFile<T>(
  baseUrl: string,
  task: (models: ModelStore, file: File) => Promise<T>,
): Promise<T[]> {
  const models = await ModelStore.open();
  try {
    const { files } = await models.loadManifest({ baseUrl });
    return await Promise.all(files.map((file) => task(models, file)));
  } finally {
    models.close();
  }
}

async function voicesHeld(): Promise<Held> {
  const db = await database();
  const ids = await db.getAllKeys('voices');
  const files = await Promise.all(ids.map((id) => db.get('voiceFiles', id)));
  return { count: ids.length, bytes: files.reduce((sum, file) => sum + (file?.byteLength ?? 0), 0) };
}

/** Revocations and first signers stay, so that a voice whose permission was withdrawn is refused again. */
async function removeVoices(): Promise<void> {
  const ids = await inTransaction(await database(), ['voices', 'voiceFiles'], async (transaction) => {
    const voices = transaction.objectStore('voices');
    const all = await voices.getAllKeys();
    for (const id of all) await transaction.objectStore('voiceFiles').delete(id);
    await voices.clear();
    return all;
  });
  for (const _id of ids) forgetOne();
  await shareMemory({ voices: ids });
  notifyChanged('voices');
}

async function kioskHeld(): Promise<Held> {
  const db = await database();
  const values = await Promise.all((await kioskKeys()).map((key) => db.get('museum', key)));
  return {
    count: values.length,
    bytes: values.reduce<number>((sum, value) => sum + new Blob([JSON.stringify(value)]).size, 0),
  };
}

async function removeKiosk(): Promise<void> {
  await writeMuseum(Object.fromEntries((await kioskKeys()).map((key) => [key, undefined])));
  notifyChanged('exhibit');
}

/** Without the files that have set a new PIN: each of them works once. */
async function kioskKeys(): Promise<MuseumKey[]> {
  const db = await database();
  if (!db.objectStoreNames.contains('museum')) return [];
  return (await db.getAllKeys('museum')).filter((key) => key !== 'pin-resets');
}
