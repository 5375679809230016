import type { DBSchema, IDBPDatabase } from 'idb';
import { describeCause, EngineError, throwIfCancelled } from '../engine/errors';
import { sha256Of } from '../files/hash';
import {
  firstFilesOf,
  manifestCorrupt,
  parsePublishedManifest,
  type Manifest,
  type PublishedFile,
} from '../files/manifest';
import type { LoadProgress } from '../engine/types';
import { m } from '../text/messages';
import { number } from '../text/format';
import { oneAtATime } from './changes';
import { ChunkCollector, joinChunks } from './chunk-collector';
import { openDatabase } from './memory/open';

const NAME = 'understudy-networks';
const CHUNK_BYTES = 4 * 1024 * 1024;
const RETRY_DELAYS_MS = [500, 2000];

interface Schema extends DBSchema {
  /** Chunks of files in the order they came, keyed by the file's sha256 and the chunk's first byte. */
  chunks: { key: [string, number]; value: ArrayBuffer };
  /** The row of a file is written last, once it is complete; keyed by sha256. */
  files: { key: string; value: { file: string; bytes: number } };
  /** The last manifest by its address, for a start without a network; and benchmark results of this device. */
  notes: { key: string; value: unknown };
}

export interface LoadOptions {
  /** Address of the folder that holds manifest.json. */
  baseUrl: string;
  onProgress?: (progress: LoadProgress) => void;
  fetch?: typeof globalThis.fetch;
  chunkBytes?: number;
  /** Pauses before each further attempt after a network failure. */
  retryDelaysMs?: readonly number[];
  signal?: AbortSignal;
}

type Report = (from: LoadProgress['from'], bytesDone: number) => void;

export interface PublishedModels {
  manifest: Manifest;
  /** Bytes of every published file but those of the ear, checked, by its `file`. */
  files: Map<string, ArrayBuffer>;
}

/** The published networks and voices, kept on this device: downloaded once, resumed after a cut, checked at every start. */
export class ModelStore {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(name = NAME): Promise<ModelStore> {
    const db = await openDatabase<Schema>(name, 1, {
      upgrade(database) {
        database.createObjectStore('chunks');
        database.createObjectStore('files');
        database.createObjectStore('notes');
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new ModelStore(db);
  }

  /**
   * Reads the stored files of a first visit and downloads the missing ones.
   *
   * Rejects with `download-failed`, `manifest-corrupt`, `network-corrupt` or `voice-corrupt` (wrong sha256; the bytes are
   * deleted), `quota`, `cancelled`.
   */
  async load(options: LoadOptions): Promise<PublishedModels> {
    const manifest = await this.loadManifest(options);
    await this.purgeOrphans(new Set(manifest.files.map((file) => file.sha256)));
    return { manifest, files: await this.loadFiles(firstFilesOf(manifest), options) };
  }

  /** The content of files of the manifest by their `file`, stored or downloaded. Rejects as `load` does. */
  async loadFiles(wanted: readonly PublishedFile[], options: LoadOptions): Promise<Map<string, ArrayBuffer>> {
    const files = new Map<string, ArrayBuffer>();
    const allBytesTotal = wanted.reduce((sum, file) => sum + file.bytes, 0);
    let before = 0;
    for (const file of wanted) {
      throwIfCancelled(options.signal);
      const report = (from: LoadProgress['from'], bytesDone: number) =>
        options.onProgress?.({
          from,
          file: file.file,
          bytesDone,
          bytesTotal: file.bytes,
          allBytesDone: before + bytesDone,
          allBytesTotal,
        });
      // Another thread or tab may be downloading it.
      const bytes = await oneAtATime(`${NAME} ${file.sha256}`, options.signal, async () => {
        return (await this.readStored(file, report)) ?? this.download(file, options, report);
      });
      files.set(file.file, bytes);
      before += file.bytes;
    }
    return files;
  }

  /** The content of files that are stored, by their `file`; undefined unless all of them are. */
  async readFiles(wanted: readonly PublishedFile[]): Promise<Map<string, ArrayBuffer> | undefined> {
    const files = new Map<string, ArrayBuffer>();
    for (const file of wanted) {
      const bytes = await this.readStored(file, () => undefined);
      if (!bytes) return undefined;
      files.set(file.file, bytes);
    }
    return files;
  }

  /** Bytes of a file that are on this device, and whether it is complete. */
  async storedState(file: PublishedFile): Promise<{ bytes: number; isComplete: boolean }> {
    const isComplete = (await this.db.getKey('files', file.sha256)) !== undefined;
    return { bytes: isComplete ? file.bytes : await this.storedBytes(file), isComplete };
  }

  async readNote(key: string): Promise<unknown> {
    return this.db.get('notes', key);
  }

  async writeNote(key: string, value: unknown): Promise<void> {
    await this.guardQuota(() => this.db.put('notes', value, key));
  }

  close(): void {
    this.db.close();
  }

  /** The list of published files; the one of the last visit where the server cannot be reached. */
  async loadManifest({ baseUrl, fetch = globalThis.fetch, signal }: LoadOptions): Promise<Manifest> {
    const url = address(baseUrl, 'manifest.json');
    const key = `manifest ${url}`;
    let raw: unknown;
    try {
      const response = await fetch(url, { cache: 'no-cache', ...(signal && { signal }) });
      if (!response.ok) throw new Error(m.store_server_answered({ status: response.status }));
      raw = await response.json().catch((cause: unknown) => Promise.reject(manifestCorrupt(cause)));
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throwIfCancelled(signal);
      const stored = await this.readNote(key);
      if (stored === undefined) throw downloadFailed(null, cause);
      return parsePublishedManifest(stored);
    }
    const manifest = parsePublishedManifest(raw);
    await this.writeNote(key, raw);
    return manifest;
  }

  /** Deletes files and chunks that the manifest no longer names. Chunks of an incomplete file that it names are kept. */
  private async purgeOrphans(wanted: ReadonlySet<string>): Promise<void> {
    const transaction = this.db.transaction(['chunks', 'files'], 'readwrite');
    const chunks = transaction.objectStore('chunks');
    const files = transaction.objectStore('files');
    for (const key of await chunks.getAllKeys()) if (!wanted.has(key[0])) void chunks.delete(key);
    for (const key of await files.getAllKeys()) if (!wanted.has(key)) void files.delete(key);
    await transaction.done;
  }

  /** Deletes what is stored of a file. */
  async forget(file: PublishedFile): Promise<void> {
    const transaction = this.db.transaction(['chunks', 'files'], 'readwrite');
    void transaction.objectStore('files').delete(file.sha256);
    void transaction.objectStore('chunks').delete(chunksOf(file));
    await transaction.done;
  }

  private async readStored(file: PublishedFile, report: Report): Promise<ArrayBuffer | undefined> {
    if (!(await this.db.get('files', file.sha256))) return undefined;
    const bytes = joinChunks(await this.db.getAll('chunks', chunksOf(file)));
    if ((await sha256Of(bytes)) !== file.sha256) {
      await this.forget(file);
      return undefined;
    }
    report('device', file.bytes);
    return bytes;
  }

  private async download(file: PublishedFile, options: LoadOptions, report: Report): Promise<ArrayBuffer> {
    const delays = options.retryDelaysMs ?? RETRY_DELAYS_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.fetchRest(file, options, report);
        break;
      } catch (cause) {
        if (cause instanceof EngineError) throw cause;
        throwIfCancelled(options.signal);
        const delay = delays[attempt];
        if (delay === undefined) throw downloadFailed(file, cause);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
    const bytes = joinChunks(await this.db.getAll('chunks', chunksOf(file)));
    if ((await sha256Of(bytes)) !== file.sha256) {
      await this.forget(file);
      throw fileCorrupt(file);
    }
    await this.guardQuota(() => this.db.put('files', { file: file.file, bytes: file.bytes }, file.sha256));
    return bytes;
  }

  /** Fetches from the first missing byte. All rejections other than EngineError may be retried. */
  private async fetchRest(file: PublishedFile, options: LoadOptions, report: Report): Promise<void> {
    const { baseUrl, fetch = globalThis.fetch, signal } = options;
    let done = await this.storedBytes(file);
    if (done === file.bytes) return;
    const response = await fetch(address(baseUrl, file.file), {
      // IndexedDB is the cache; the HTTP cache could return an older file.
      cache: 'no-store',
      ...(done > 0 && { headers: { Range: `bytes=${done}-` } }),
      ...(signal && { signal }),
    });
    const resumes =
      response.status === 206 && response.headers.get('Content-Range')?.startsWith(`bytes ${done}-`);
    if (done > 0 && !resumes) {
      await this.forget(file);
      done = 0;
    }
    if (!(resumes || response.status === 200) || !response.body)
      throw new Error(m.store_server_answered({ status: response.status }));
    const collector = new ChunkCollector(options.chunkBytes ?? CHUNK_BYTES);
    const keep = async (chunk: ArrayBuffer) => {
      if (done + chunk.byteLength > file.bytes) {
        await this.forget(file);
        throw fileCorrupt(file);
      }
      await this.guardQuota(() => this.db.put('chunks', chunk, [file.sha256, done]));
      done += chunk.byteLength;
      report('network', done);
    };
    report('network', done);
    const reader = response.body.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        for (const chunk of collector.add(part.value)) await keep(chunk);
      }
    } finally {
      // The incomplete chunk before a failure is kept too, or a poor connection would never get past one chunk.
      const rest = collector.rest();
      if (rest.byteLength > 0) await keep(rest);
      await reader.cancel().catch(() => undefined);
    }
    if (done < file.bytes)
      throw new Error(m.store_bytes_arrived({ done: number(done), total: number(file.bytes) }));
  }

  /** Number of contiguous bytes stored from the start. */
  private async storedBytes(file: PublishedFile): Promise<number> {
    let end = 0;
    let cursor = await this.db.transaction('chunks').store.openCursor(chunksOf(file));
    while (cursor && cursor.key[1] === end) {
      end += cursor.value.byteLength;
      cursor = await cursor.continue();
    }
    return end;
  }

  private async guardQuota<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (cause) {
      if ((cause as { name?: unknown } | null)?.name !== 'QuotaExceededError') throw cause;
      throw new EngineError('quota', m.store_networks_full(), { cause });
    }
  }
}

function chunksOf(file: PublishedFile): IDBKeyRange {
  return IDBKeyRange.bound([file.sha256, 0], [file.sha256, Infinity]);
}

function address(baseUrl: string, file: string): string {
  return baseUrl.endsWith('/') ? baseUrl + file : `${baseUrl}/${file}`;
}

/** `file`: null for the list of files. */
function downloadFailed(file: PublishedFile | null, cause: unknown): EngineError {
  const why = describeCause(cause);
  const message = file
    ? m.store_file_interrupted({ file: file.file, why })
    : m.store_list_interrupted({ why });
  return new EngineError('download-failed', message, { cause });
}

function fileCorrupt(file: PublishedFile): EngineError {
  return new EngineError(
    file.kind === 'voice' ? 'voice-corrupt' : 'network-corrupt',
    m.store_file_damaged({ file: file.file }),
  );
}
