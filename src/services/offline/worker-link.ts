import type { Answers, Question, Reply } from '../../offline/protocol';
import type { Scope } from '../scope';

/** The browser may end a worker in the middle of an answer without a word. */
const SILENCE_MS = 60_000;

/**
 * Registers the service worker; undefined where there is none to be had: without TLS, in some private windows, or where the browser
 * refuses.
 */
export async function registerWorker(): Promise<ServiceWorkerRegistration | undefined> {
  // The other builds have none.
  if (import.meta.env.MODE !== 'production') return undefined;
  try {
    const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
    const url = new URL('service-worker.js', document.baseURI);
    return await serviceWorker?.register(url, { updateViaCache: 'none' });
  } catch (error) {
    console.warn(error);
    return undefined;
  }
}

/** The worker that is in use, as soon as there is one; undefined where its installation fails. */
export async function workerInUse(
  scope: Scope,
  registration: ServiceWorkerRegistration,
): Promise<ServiceWorker | undefined> {
  if (registration.active) return registration.active;
  const worker = registration.installing ?? registration.waiting;
  if (!worker) return undefined;
  return new Promise((resolve) => {
    const stop = scope.on(worker, 'statechange', () => {
      if (worker.state !== 'activated' && worker.state !== 'redundant') return;
      stop();
      resolve(registration.active ?? undefined);
    });
  });
}

/** Rejects with what the worker says, or where it falls silent. */
export function ask<Q extends Question>(
  scope: Scope,
  worker: ServiceWorker,
  question: Q,
  onProgress?: (bytes: number) => void,
): Promise<Answers[Q['ask']]> {
  const asking = scope.child();
  const { port1, port2 } = new MessageChannel();
  asking.own(() => port1.close());
  const answer = new Promise<Answers[Q['ask']]>((resolve, reject) => {
    const fall = () => reject(new Error('The service worker does not answer.'));
    let stop = asking.timeout(fall, SILENCE_MS);
    asking.own(fall);
    port1.onmessage = ({ data }: MessageEvent<Reply>) => {
      stop();
      if (data.kind === 'done') resolve(data.answer as Answers[Q['ask']]);
      else if (data.kind === 'failed') reject(new Error(data.message));
      else {
        onProgress?.(data.bytes);
        stop = asking.timeout(fall, SILENCE_MS);
      }
    };
    worker.postMessage(question, [port2]);
  });
  return answer.finally(() => asking.dispose());
}
