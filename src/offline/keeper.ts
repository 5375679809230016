import { kept } from './responses';
import { sha256Of, type ShellFile, type ShellFiles } from './shell-files';

/** As much of `CacheStorage` and `Cache` as is used, so that tests can do without a browser. */
export interface FileCache {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly { url: string }[]>;
}

type Progress = (bytes: number) => void;

/** Keeps the files of a version in a cache that several versions share, and repairs what is missing or damaged there. */
export class Keeper {
  /** Keys whose content was found intact since this worker started. */
  private readonly checked = new Set<string>();
  private readonly fetching = new Map<string, Promise<Response>>();

  constructor(
    private readonly shell: ShellFiles,
    private readonly open: () => Promise<FileCache>,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** Files of `wanted` that are not kept. */
  async missing(wanted: readonly ShellFile[]): Promise<ShellFile[]> {
    const cache = await this.open();
    const here = new Set((await cache.keys()).map(({ url }) => url));
    return wanted.filter((file) => !here.has(this.shell.keyOf(file)));
  }

  /** The kept file if it is intact; a damaged one is forgotten. */
  async read(file: ShellFile): Promise<Response | undefined> {
    const cache = await this.open();
    const key = this.shell.keyOf(file);
    const found = await cache.match(key);
    if (!found || this.checked.has(key)) return found;
    const content = await found
      .clone()
      .arrayBuffer()
      .catch(() => undefined);
    if (content && (await sha256Of(content)) === file.sha256) {
      this.checked.add(key);
      return found;
    }
    await cache.delete(key);
    return undefined;
  }

  /** The kept file, or the one of the network, which is then kept. Rejects where that is of another version or cannot be had. */
  async provide(file: ShellFile, onProgress?: Progress): Promise<Response> {
    return (await this.read(file)) ?? (await this.download(file, onProgress)).clone();
  }

  /** Rejects at the first file that cannot be had; those before it are kept. */
  async keepAll(wanted: readonly ShellFile[]): Promise<void> {
    for (const file of await this.missing(wanted)) await this.download(file);
  }

  /** Forgets everything that is not of this version. */
  async tidy(): Promise<void> {
    const cache = await this.open();
    const wanted = new Set(this.shell.files.map((file) => this.shell.keyOf(file)));
    for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  }

  private download(file: ShellFile, onProgress?: Progress): Promise<Response> {
    const key = this.shell.keyOf(file);
    const running = this.fetching.get(key);
    if (running) return running;
    const fetching = this.fetchOnce(file, key, onProgress).finally(() => this.fetching.delete(key));
    this.fetching.set(key, fetching);
    return fetching;
  }

  private async fetchOnce(file: ShellFile, key: string, onProgress?: Progress): Promise<Response> {
    const response = await this.request(file);
    const bytes = await readAll(response, onProgress);
    if ((await sha256Of(bytes)) !== file.sha256) throw new Error(`${file.url} is of another version`);
    const whole = kept(bytes, response);
    await (await this.open()).put(key, whole.clone());
    this.checked.add(key);
    return whole;
  }

  private async request(file: ShellFile): Promise<Response> {
    // What has its hash in its name is as good from the cache of the browser.
    const cache = file.url.startsWith('assets/') ? 'default' : 'no-cache';
    const response = await this.fetch(this.shell.addressOf(file), { cache, credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${file.url}: the server answered ${response.status}`);
    return response;
  }
}

async function readAll(response: Response, onProgress?: Progress): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    onProgress?.(size);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
