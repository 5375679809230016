import type { Keeper } from './keeper';
import { isolated, partOf } from './responses';
import type { ShellFile, ShellFiles } from './shell-files';

/** Answers the requests of pages. `network` is asked for what is not of this version. */
export class Answerer {
  constructor(
    private readonly shell: ShellFiles,
    private readonly keeper: Keeper,
    private readonly network: (request: Request) => Promise<Response>,
    /** A file under `assets/` of an earlier version, for tabs that still show that. */
    private readonly earlier: (address: string) => Promise<Response | undefined>,
  ) {}

  /** Undefined for what the browser is to fetch by itself: the networks, which are kept elsewhere, an exhibit, and other origins. */
  answer(request: Request): Promise<Response> | undefined {
    if (request.method !== 'GET') return undefined;
    const path = this.shell.pathOf(request.url);
    if (path === undefined) return undefined;
    const file = this.shell.at(request.url);
    if (request.mode === 'navigate')
      return file === this.shell.index || !file ? this.page(request, path) : this.file(file, request);
    if (file) return this.file(file, request);
    return path.startsWith('assets/') ? this.old(request) : undefined;
  }

  /**
   * The page of this version if it can start. Else the one of the network, whose files are then not of this version either: a cache
   * of which parts are lost does not keep anybody out.
   */
  private async page(request: Request, path: string): Promise<Response> {
    if (path !== '' && path !== this.shell.index.url) return isolated(await this.network(request));
    try {
      for (const file of this.shell.core) await this.keeper.provide(file);
      return isolated(await this.keeper.provide(this.shell.index));
    } catch {
      return isolated(await this.network(request));
    }
  }

  private async file(file: ShellFile, request: Request): Promise<Response> {
    const whole = await this.keeper.provide(file).catch(() => this.network(request));
    if (whole.status !== 200) return isolated(whole);
    return isolated(await partOf(whole, request.headers.get('range')));
  }

  private async old(request: Request): Promise<Response> {
    return isolated((await this.earlier(request.url)) ?? (await this.network(request)));
  }
}
