import type { CDPSession, Page } from 'playwright-core';

/** Samples of at least 0.2 s at 16 kHz; shorter arrays are tables and pictures. */
const MIN_SAMPLES = 3200;

/** Of the visits: four numbers. */
const COUNTERS = 'understudy museum "counters" 4';

/** What the origin keeps beside the counters: every row's key and size by database and store, and the entries of the other storages. */
export async function kept(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const wait = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const sizeOf = (value: unknown): number => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
      if (value instanceof Blob) return value.size;
      if (typeof value === 'string') return value.length;
      if (typeof value !== 'object' || value === null) return 1;
      return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 0);
    };
    const found: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      const db = await wait(indexedDB.open(name!));
      for (const storeName of db.objectStoreNames) {
        const store = db.transaction(storeName).objectStore(storeName);
        const [keys, values] = [wait(store.getAllKeys()), wait(store.getAll())];
        for (const [i, key] of (await keys).entries())
          found.push(`${name} ${storeName} ${JSON.stringify(key)} ${sizeOf((await values)[i])}`);
      }
      db.close();
    }
    for (const storage of [localStorage, sessionStorage])
      for (const [key, value] of Object.entries(storage)) found.push(`${key} ${String(value)}`);
    for (const cache of await caches.keys())
      for (const { url } of await (await caches.open(cache)).keys()) found.push(`${cache} ${url}`);
    for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(`file ${name}`);
    return found;
  });
  return found.filter((each) => each !== COUNTERS);
}

type Send = (method: string, params?: object) => Promise<unknown>;

/** What may be samples on the heaps of the page and of its workers, after garbage collection. */
export class Heaps {
  private readonly workers = new Map<string, Send>();
  private readonly waiting = new Map<number, (result: unknown) => void>();
  /** Of a heap snapshot that is being received, by session. */
  private readonly chunks = new Map<string, string>();
  private nextId = 1;

  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<Heaps> {
    const session = await page.context().newCDPSession(page);
    const heaps = new Heaps(session);
    session.on('Target.attachedToTarget', ({ sessionId }) =>
      heaps.workers.set(sessionId, (method, params) => heaps.send(sessionId, method, params)),
    );
    session.on('Target.detachedFromTarget', ({ sessionId }) => heaps.workers.delete(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      const { id, result, params } = JSON.parse(message) as {
        id?: number;
        result?: unknown;
        params?: { chunk?: string };
      };
      if (id !== undefined) heaps.waiting.get(id)?.(result);
      else if (params?.chunk) heaps.chunks.set(sessionId, (heaps.chunks.get(sessionId) ?? '') + params.chunk);
    });
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return heaps;
  }

  /** Lengths: in the page, of the arrays and audio buffers that are not all zero; in the workers, of all buffers. */
  async samples(): Promise<{ page: number[]; workers: number[] }> {
    const page = await lengths((method, params) => this.session.send(method as never, params as never));
    const workers: number[] = [];
    for (const [sessionId, send] of this.workers) workers.push(...(await this.buffersOf(sessionId, send)));
    return { page, workers };
  }

  /** Runs an expression in all workers of the page. */
  async inWorkers(expression: string): Promise<void> {
    await Promise.all([...this.workers.values()].map((send) => send('Runtime.evaluate', { expression })));
  }

  /** Lengths in samples of the buffers of a worker: the inspector does not reach its objects (Chromium 150), but a snapshot has their sizes. */
  private async buffersOf(sessionId: string, send: Send): Promise<number[]> {
    await collectGarbage(send);
    this.chunks.delete(sessionId);
    await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    const { snapshot, nodes, strings } = JSON.parse(this.chunks.get(sessionId)!) as {
      snapshot: { meta: { node_fields: string[] } };
      nodes: number[];
      strings: string[];
    };
    this.chunks.delete(sessionId);
    const fields = snapshot.meta.node_fields;
    const [nameAt, sizeAt] = [fields.indexOf('name'), fields.indexOf('self_size')];
    const found: number[] = [];
    for (let i = 0; i < nodes.length; i += fields.length) {
      const samples = nodes[i + sizeAt]! / Float32Array.BYTES_PER_ELEMENT;
      if (strings[nodes[i + nameAt]!] === 'system / JSArrayBufferData' && samples >= MIN_SAMPLES)
        found.push(samples);
    }
    return found;
  }

  private send(sessionId: string, method: string, params: object = {}): Promise<unknown> {
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve) => this.waiting.set(id, resolve));
    void this.session.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return answer;
  }
}

async function lengths(send: Send): Promise<number[]> {
  await collectGarbage(send);
  const found: number[] = [];
  for (const [name, read] of [
    ['Float32Array', 'each'],
    ['AudioBuffer', 'each.getChannelData(0)'],
  ]) {
    const { result } = (await send('Runtime.evaluate', {
      expression: `globalThis.${name}?.prototype`,
    })) as { result: { objectId?: string } };
    if (!result.objectId) continue;
    const { objects } = (await send('Runtime.queryObjects', { prototypeObjectId: result.objectId })) as {
      objects: { objectId: string };
    };
    const { result: listed } = (await send('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      returnByValue: true,
      functionDeclaration: `function () {
        return this.map((each) => ${read}).filter((samples) => samples.length >= ${MIN_SAMPLES} && samples.some((x) => x !== 0)).map(({ length }) => length);
      }`,
    })) as { result: { value: number[] } };
    found.push(...listed.value);
  }
  return found;
}

async function collectGarbage(send: Send): Promise<void> {
  await send('HeapProfiler.enable');
  for (let i = 0; i < 3; i++) await send('HeapProfiler.collectGarbage');
}

/** The lengths of `after` that are not in `before`, each as often as it came more often. */
export function added(before: readonly number[], after: readonly number[]): number[] {
  const left = [...before];
  return after.filter((length) => {
    const at = left.indexOf(length);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
