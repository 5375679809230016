/** Samples of at least 0.2 s at 16 kHz; shorter arrays are tables and pictures. */
const MIN_SAMPLES = 3200;

/** Rows that change with every visit or fault, and hold counts, codes and times alone. */
export const OF_STAFF = /^understudy museum "(counters|problems)"|^understudy clock "latest"/;

/** @typedef {(method: string, params?: object) => Promise<any>} Send sends a command of the inspector */

/**
 * What the origin keeps: every row's key and size by database and store, and the entries of the other storages.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export function kept(page) {
  return page.evaluate(async () => {
    /**
     * @template T
     * @param {IDBRequest<T>} request
     * @returns {Promise<T>}
     */
    const wait = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('The request failed.'));
      });
    /**
     * @param {unknown} value
     * @returns {number}
     */
    const sizeOf = (value) => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
      if (value instanceof Blob) return value.size;
      if (typeof value === 'string') return value.length;
      if (typeof value !== 'object' || value === null) return 1;
      return Object.values(value).reduce((sum, part) => sum + sizeOf(part), 0);
    };
    const found = [];
    for (const { name } of await indexedDB.databases()) {
      const db = await wait(indexedDB.open(String(name)));
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
    for (const cache of await caches.keys()) {
      // The app itself, which is fetched while visits go on.
      if (cache === 'understudy-shell') continue;
      for (const { url } of await (await caches.open(cache)).keys()) found.push(`${cache} ${url}`);
    }
    /** @type {any} */
    const files = await navigator.storage.getDirectory();
    for await (const name of files.keys()) found.push(`file ${name}`);
    return found;
  });
}

/** What may be samples on the heaps of the page and of its workers, after garbage collection. */
export class Heaps {
  /** @type {Map<string, Send>} */
  workers = new Map();
  /** @type {Map<number, (result: any) => void>} */
  waiting = new Map();
  /** Of a heap snapshot that is being received, by session. @type {Map<string, string>} */
  chunks = new Map();
  nextId = 1;

  /** @param {import('playwright-core').CDPSession} session */
  constructor(session) {
    this.session = session;
  }

  /** @param {import('playwright-core').Page} page */
  static async of(page) {
    const session = await page.context().newCDPSession(page);
    const heaps = new Heaps(session);
    session.on('Target.attachedToTarget', ({ sessionId }) =>
      heaps.workers.set(sessionId, (method, params) => heaps.send(sessionId, method, params)),
    );
    session.on('Target.detachedFromTarget', ({ sessionId }) => heaps.workers.delete(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      const { id, result, params } = JSON.parse(message);
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
  async samples() {
    const page = await this.inPage();
    /** @type {number[]} */
    const workers = [];
    for (const [sessionId, send] of this.workers) workers.push(...(await this.buffersOf(sessionId, send)));
    return { page, workers };
  }

  /** Those of the page alone, which takes less time. */
  inPage() {
    return lengths((method, params) =>
      this.session.send(/** @type {any} */ (method), /** @type {any} */ (params)),
    );
  }

  /** Runs an expression in all workers of the page. @param {string} expression */
  async inWorkers(expression) {
    await Promise.all([...this.workers.values()].map((send) => send('Runtime.evaluate', { expression })));
  }

  /**
   * Lengths in samples of the buffers of a worker: the inspector does not reach its objects (Chromium 150), but a snapshot has their sizes.
   *
   * @param {string} sessionId
   * @param {Send} send
   */
  async buffersOf(sessionId, send) {
    await collectGarbage(send);
    this.chunks.delete(sessionId);
    await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    /** @type {{ snapshot: { meta: { node_fields: string[] } }, nodes: number[], strings: string[] }} */
    const { snapshot, nodes, strings } = JSON.parse(this.chunks.get(sessionId) ?? '');
    this.chunks.delete(sessionId);
    const fields = snapshot.meta.node_fields;
    const [nameAt, sizeAt] = [fields.indexOf('name'), fields.indexOf('self_size')];
    const found = [];
    for (let i = 0; i < nodes.length; i += fields.length) {
      const samples = Number(nodes[i + sizeAt]) / Float32Array.BYTES_PER_ELEMENT;
      if (strings[Number(nodes[i + nameAt])] === 'system / JSArrayBufferData' && samples >= MIN_SAMPLES)
        found.push(samples);
    }
    return found;
  }

  /**
   * @param {string} sessionId
   * @param {string} method
   * @returns {Promise<any>}
   */
  send(sessionId, method, params = {}) {
    const id = this.nextId++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    void this.session.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return answer;
  }
}

/**
 * @param {Send} send
 * @returns {Promise<number[]>}
 */
async function lengths(send) {
  await collectGarbage(send);
  /** @type {number[]} */
  const found = [];
  for (const [name, read] of [
    ['Float32Array', 'each'],
    ['AudioBuffer', 'each.getChannelData(0)'],
  ]) {
    const { result } = await send('Runtime.evaluate', { expression: `globalThis.${name}?.prototype` });
    if (!result.objectId) continue;
    const { objects } = await send('Runtime.queryObjects', { prototypeObjectId: result.objectId });
    const { result: listed } = await send('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      returnByValue: true,
      functionDeclaration: `function () {
        return this.map((each) => ${read}).filter((samples) => samples.length >= ${MIN_SAMPLES} && samples.some((x) => x !== 0)).map(({ length }) => length);
      }`,
    });
    await send('Runtime.releaseObject', { objectId: objects.objectId });
    found.push(...listed.value);
  }
  return found;
}

/** @param {Send} send */
async function collectGarbage(send) {
  await send('HeapProfiler.enable');
  for (let i = 0; i < 3; i++) await send('HeapProfiler.collectGarbage');
}

/**
 * The lengths of `after` that are not in `before`, each as often as it came more often.
 *
 * @param {readonly number[]} before
 * @param {readonly number[]} after
 */
export function added(before, after) {
  const left = [...before];
  return after.filter((length) => {
    const at = left.indexOf(length);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
