import type { EarFiles } from '../engine/backends/network';
import { earFilesOf, type Manifest } from '../files/manifest';
import { PublishedFiles } from '../files/published';
import { isInMemory } from './memory/open';
import { ModelStore, type LoadOptions } from './models';

/** Progress is reported, and an interrupted download goes on, from chunk to chunk. */
const CHUNK_BYTES = 1024 * 1024;

export interface EarState {
  bytesTotal: number;
  /** Less than `bytesTotal` after an interrupted download. */
  bytesHere: number;
  isComplete: boolean;
}

/** How much of the ear is on this device; undefined if none is published, or where nothing can be stored that workers would read. Rejects as `ModelStore.load` does. */
export function earState(options: LoadOptions): Promise<EarState | undefined> {
  return withStore(async (models) => {
    const files = earFilesOf(await models.loadManifest(options));
    if (!files || isInMemory()) return undefined;
    const states = await Promise.all(files.map((file) => models.storedState(file)));
    return {
      bytesTotal: files.reduce((sum, { bytes }) => sum + bytes, 0),
      bytesHere: states.reduce((sum, { bytes }) => sum + bytes, 0),
      isComplete: states.every(({ isComplete }) => isComplete),
    };
  });
}

/** Downloads what is missing of the ear, from where an earlier download ended. Rejects as `ModelStore.load` does. */
export function prefetchEar(options: LoadOptions): Promise<void> {
  return withStore(async (models) => {
    const files = earFilesOf(await models.loadManifest(options));
    if (files) await models.loadFiles(files, { chunkBytes: CHUNK_BYTES, ...options });
  });
}

/** Deletes the ear, and what an interrupted download left of it. */
export function forgetEar(options: LoadOptions): Promise<void> {
  return withStore(async (models) => {
    for (const file of earFilesOf(await models.loadManifest(options)) ?? []) await models.forget(file);
  });
}

/** The networks of the ear if all of them are on this device. */
export async function readEar(models: ModelStore, manifest: Manifest): Promise<EarFiles | undefined> {
  const files = earFilesOf(manifest);
  const content = files && (await models.readFiles(files));
  if (!content) return undefined;
  const published = new PublishedFiles(manifest, content);
  return {
    ear: published.network('ear'),
    earJoin: published.network('earJoin'),
    denoiser: published.network('denoiser'),
  };
}

async function withStore<T>(task: (models: ModelStore) => Promise<T>): Promise<T> {
  const models = await ModelStore.open();
  try {
    return await task(models);
  } finally {
    models.close();
  }
}
