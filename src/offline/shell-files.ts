/** A file of the app as scripts/offline.mjs lists it. */
export interface ShellFile {
  /** Relative to the app's address. */
  url: string;
  bytes: number;
  /** In hex. */
  sha256: string;
  /** What a page needs to start: index.html and what it names. */
  isCore?: boolean;
  /** Used only where there is a graphics processor. */
  isGpu?: boolean;
}

const INDEX = 'index.html';

/** The files of one version of the app. */
export class ShellFiles {
  private readonly byPath: Map<string, ShellFile>;

  constructor(
    private readonly scope: string,
    readonly files: readonly ShellFile[],
  ) {
    this.byPath = new Map(files.map((file) => [file.url, file]));
  }

  get core(): readonly ShellFile[] {
    return this.files.filter(({ isCore }) => isCore);
  }

  get index(): ShellFile {
    return this.byPath.get(INDEX)!;
  }

  /** The file at an address, whatever its query; undefined for one that is not of this version, or lies elsewhere. */
  at(address: string): ShellFile | undefined {
    const path = this.pathOf(address);
    return path === undefined ? undefined : this.byPath.get(path || INDEX);
  }

  /** Relative to the app's address; undefined outside of it. */
  pathOf(address: string): string | undefined {
    const url = new URL(address);
    const whole = url.origin + url.pathname;
    return whole.startsWith(this.scope) ? decodeURI(whole.slice(this.scope.length)) : undefined;
  }

  addressOf(file: ShellFile): string {
    return new URL(file.url, this.scope).href;
  }

  /** Key of a file in the cache: the same in two versions only if its content is. */
  keyOf(file: ShellFile): string {
    return `${this.addressOf(file)}?kept=${file.sha256.slice(0, 16)}`;
  }
}

/** Eight hex digits that name a list of files. */
export async function versionOf(files: readonly ShellFile[]): Promise<string> {
  const text = files.map(({ url, sha256 }) => `${url} ${sha256}`).sort();
  return (await sha256Of(new TextEncoder().encode(text.join('\n')))).slice(0, 8);
}

export async function sha256Of(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
