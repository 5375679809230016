import { ask } from './worker-link';
import type { Scope } from '../scope';
import type { Work } from '../work.svelte';

const CHECK_MS = 3_600_000;
/** A tab that comes back to the front asks too, but not each time. */
const AGAIN_MS = 600_000;
const LATER_MS = 60_000;

/** `replaced`: another tab uses the new version already. */
export type UpdateStage = 'none' | 'offered' | 'agreed' | 'replaced';

/** A new version of the app: fetched beside the one in use, offered, and used once the user agrees and nothing goes on in this tab. */
export class Update {
  stage = $state<UpdateStage>('none');
  private registration: ServiceWorkerRegistration | undefined;
  private checkedAt = performance.now();
  private isReloading = false;

  constructor(
    private readonly scope: Scope,
    private readonly work: Work,
  ) {}

  watch(registration: ServiceWorkerRegistration): void {
    const { scope } = this;
    const { serviceWorker } = navigator;
    this.registration = registration;
    if (registration.waiting && registration.active) this.offer();
    scope.on(registration, 'updatefound', () => {
      const worker = registration.installing;
      if (!worker || !registration.active) return;
      scope.on(worker, 'statechange', () => worker.state === 'installed' && this.offer());
    });
    // The first worker of all takes over a page that had none.
    let hasWorker = Boolean(serviceWorker.controller);
    scope.on(serviceWorker, 'controllerchange', () => {
      if (hasWorker && !this.isReloading) this.stage = 'replaced';
      hasWorker = true;
    });
    scope.interval(() => this.check(), CHECK_MS);
    scope.on(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible' && performance.now() - this.checkedAt > AGAIN_MS)
        this.check();
    });
  }

  /** Asks the server for a new version, once nothing goes on: a visit of a kiosk requests nothing. */
  check(): void {
    if (this.work.isInSession) {
      this.scope.timeout(() => this.check(), LATER_MS);
      return;
    }
    this.checkedAt = performance.now();
    // Without a network there is none.
    this.registration?.update().catch(() => undefined);
  }

  agree(): void {
    this.stage = 'agreed';
    this.settle();
  }

  /** Uses a version that was agreed to, or that nobody is there to agree to, unless something goes on. */
  settle(): void {
    if (this.stage === 'none' || this.work.isInSession) return;
    if (this.stage === 'agreed' || this.work.isUnattended) void this.use();
  }

  private offer(): void {
    if (this.stage !== 'agreed') this.stage = 'offered';
  }

  private async use(): Promise<void> {
    if (this.isReloading) return;
    this.isReloading = true;
    const waiting = this.registration?.waiting;
    if (waiting) {
      const taken = new Promise<void>((resolve) =>
        this.scope.on(navigator.serviceWorker, 'controllerchange', () => resolve()),
      );
      await ask(this.scope, waiting, { ask: 'take' }).then(
        () => taken,
        (error: unknown) => console.warn(error),
      );
    }
    location.reload();
  }
}
