import { createHash } from 'node:crypto';
import type { FileCache } from '../../../src/offline/keeper';
import { ShellFiles, type ShellFile } from '../../../src/offline/shell-files';

export const SCOPE = 'https://example.test/a/b/';

export function shellFile(url: string, content: string, more: Partial<ShellFile> = {}): ShellFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { url, bytes: content.length, sha256, ...more };
}

export const INDEX = shellFile('index.html', '<html>', { isCore: true });
export const ENTRY = shellFile('assets/index-1.js', 'start()', { isCore: true });
export const SOUND = shellFile('sample/sample.wav', 'abcdefghij');
export const SHELL = new ShellFiles(SCOPE, [INDEX, ENTRY, SOUND]);

/** A cache in memory. */
export class MemoryCache implements FileCache {
  readonly rows = new Map<string, Response>();

  async match(key: string): Promise<Response | undefined> {
    return this.rows.get(key)?.clone();
  }

  async put(key: string, response: Response): Promise<void> {
    this.rows.set(key, response);
  }

  async delete(key: string): Promise<boolean> {
    return this.rows.delete(key);
  }

  async keys(): Promise<{ url: string }[]> {
    return [...this.rows.keys()].map((url) => ({ url }));
  }
}

/** A host of these files by their path; `asked` lists what was requested of it. */
export function host(files: Record<string, string>) {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const path = url.pathname.replace('/a/b/', '');
    asked.push(path);
    const content = files[path];
    if (content === undefined) return new Response('none', { status: 404 });
    return new Response(content, { headers: { 'content-encoding': 'br', 'content-type': 'text/plain' } });
  };
  return { asked, fetch };
}

export const WHOLE = {
  'index.html': '<html>',
  'assets/index-1.js': 'start()',
  'sample/sample.wav': 'abcdefghij',
};
