import { onChanged } from '../../store/changes';
import { isInMemory } from '../../store/memory/open';
import type { Scope } from '../scope';
import type { Work } from '../work.svelte';
import { Update } from './update.svelte';
import { ask, registerWorker, workerInUse } from './worker-link';

/** The networks of a first visit come first; a page that does not load them keeps the app after this long. */
const BEGIN_MS = 15_000;
const AGAIN_MS = 30_000;

/**
 * `unknown`: nothing can be said yet. `unavailable`: this browser keeps no app. `asks`: the connection is metered. `interrupted`: it
 * goes on by itself.
 */
export type Stage = 'unknown' | 'unavailable' | 'asks' | 'keeping' | 'interrupted' | 'kept';

/** What of the app is on this device for use without a network. */
export class Offline {
  stage = $state<Stage>('unknown');
  bytesDone = $state(0);
  bytesTotal = $state(0);
  /** Eight hex digits; '' until it is known. */
  version = $state('');
  /** Whether the networks and voices of a first visit are here; null until it is known. */
  hasNetworks = $state<boolean | null>(null);
  readonly update: Update;
  /** Whether this page may share memory between threads, without which one thread converts. */
  readonly hasThreads = globalThis.crossOriginIsolated;
  private readonly registration: Promise<ServiceWorkerRegistration | undefined>;
  private isKeeping = false;

  constructor(
    private readonly scope: Scope,
    work: Work,
    private readonly baseUrl: string,
  ) {
    this.update = new Update(scope, work);
    this.registration = registerWorker();
    void this.registration.then((registration) => {
      if (registration) this.update.watch(registration);
      else this.stage = 'unavailable';
    });
    // The user has deleted them.
    scope.own(onChanged('networks', () => (this.hasNetworks = false)));
    scope.timeout(() => void this.keep(), BEGIN_MS);
    scope.on(window, 'online', () => void this.keep());
    scope.on(window, 'appinstalled', () => void persist());
    if (matchMedia('(display-mode: standalone)').matches) void persist();
  }

  /** Fetches what is missing, on a metered connection only when the user asks for it. What is here already is not fetched again. */
  async keep(isAsked = false): Promise<void> {
    if (this.isKeeping || this.stage === 'unavailable') return;
    this.isKeeping = true;
    try {
      const registration = await this.registration;
      const worker = registration && (await workerInUse(this.scope, registration));
      if (!worker) return;
      // One tab at a time.
      await navigator.locks.request('understudy-keeping', () => this.keepWith(worker, isAsked));
    } catch (error) {
      console.warn(error);
      // What is missing may be the networks alone.
      if (this.stage !== 'kept') this.stage = 'interrupted';
      this.scope.timeout(() => void this.keep(isAsked), AGAIN_MS);
    } finally {
      this.isKeeping = false;
    }
  }

  private async keepWith(worker: ServiceWorker, isAsked: boolean): Promise<void> {
    const { version, bytesTotal, missing } = await ask(this.scope, worker, { ask: 'state' });
    this.version = version;
    this.bytesTotal = bytesTotal;
    this.bytesDone = bytesTotal - missing.reduce((sum, { bytes }) => sum + bytes, 0);
    if (missing.length > 0 && isMetered() && !isAsked) {
      this.stage = 'asks';
      return;
    }
    if (missing.length > 0) this.stage = 'keeping';
    for (const { path, bytes } of missing) {
      const before = this.bytesDone;
      const onProgress = (done: number) => (this.bytesDone = before + done);
      await ask(this.scope, worker, { ask: 'keep', path }, onProgress);
      this.bytesDone = before + bytes;
    }
    await ask(this.scope, worker, { ask: 'tidy' });
    this.stage = 'kept';
    await this.keepNetworks(isAsked);
  }

  private async keepNetworks(isAsked: boolean): Promise<void> {
    const { missingFiles, restoreFiles } = await import('../../store/device/health');
    const isHere = async () => !isInMemory() && (await missingFiles(this.baseUrl, false)).length === 0;
    this.hasNetworks = await isHere();
    if (this.hasNetworks || isInMemory() || (isMetered() && !isAsked)) return;
    await restoreFiles(this.baseUrl, false);
    this.hasNetworks = await isHere();
  }
}

/** Who installs the app wants it to stay. */
async function persist(): Promise<void> {
  const { askToPersist } = await import('../../store/takes');
  await askToPersist();
}

function isMetered(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean; type?: string } };
  return connection?.saveData === true || connection?.type === 'cellular';
}
