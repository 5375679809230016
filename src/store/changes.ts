import { throwIfCancelled } from '../engine/errors';
/** What a page lists and another page or tab may change. */
export type Listed = 'takes' | 'voices' | 'enrolments' | 'exhibit' | 'networks';

const channelOf = (listed: Listed) => `understudy-${listed}`;
/** Changes by this thread, which a browser without storage tells no channel about. */
const here = new EventTarget();

/** Calls `handler` when rows were changed by another page or tab; returns a function that unsubscribes. */
export function onChanged(listed: Listed, handler: () => void): () => void {
  const channel = openChannel(listed);
  if (channel) channel.onmessage = handler;
  else here.addEventListener(listed, handler);
  return () => {
    channel?.close();
    here.removeEventListener(listed, handler);
  };
}

export function notifyChanged(listed: Listed): void {
  const channel = openChannel(listed);
  channel?.postMessage('changed');
  channel?.close();
  here.dispatchEvent(new Event(listed));
}

/** Undefined where the browser lacks channels, or refuses them together with storage. */
function openChannel(listed: Listed): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(channelOf(listed));
  } catch {
    return undefined;
  }
}

/** Runs `task` while no other thread or tab of this app runs one of the same name. Rejects as `task` does, or with `cancelled`. */
export async function oneAtATime<T>(
  name: string,
  signal: AbortSignal | undefined,
  task: () => Promise<T>,
): Promise<T> {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: LockManager };
  if (!locks) return task();
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return task();
  };
  try {
    return await locks.request(name, signal ? { signal } : {}, begin);
  } catch (error) {
    throwIfCancelled(signal);
    if (hasBegun) throw error;
    // A browser that stores nothing gives no locks either.
    return task();
  }
}
