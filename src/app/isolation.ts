import { Scope } from '../services/scope';
import { registerWorker, workerInUse } from '../services/offline/worker-link';

const KEY = 'understudy-reloaded-for-threads';
const WAIT_MS = 6_000;

/**
 * On a host that does not send the headers for isolation the service worker adds them, so the first page of a tab is loaded a second
 * time, before anything is shown. Resolves where that is not needed or does not help.
 */
export async function reloadForThreads(): Promise<void> {
  if (globalThis.crossOriginIsolated || !('serviceWorker' in navigator)) return;
  if (navigator.serviceWorker.controller || !isFirstTime()) return;
  const scope = new Scope();
  const worker = await Promise.race([
    registerWorker().then((registration) => registration && workerInUse(scope, registration)),
    new Promise<undefined>((resolve) => scope.timeout(() => resolve(undefined), WAIT_MS)),
  ]);
  scope.dispose();
  if (!worker) return;
  location.reload();
  await new Promise(() => undefined);
}

/** Once per tab. Without storage that cannot be known, so never. */
function isFirstTime(): boolean {
  try {
    const isFirst = sessionStorage.getItem(KEY) === null;
    sessionStorage.setItem(KEY, 'yes');
    return isFirst;
  } catch {
    return false;
  }
}
