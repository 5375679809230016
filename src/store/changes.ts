/** What a page lists and another page or tab may change. */
export type Listed = 'takes' | 'voices';

const channelOf = (listed: Listed) => `understudy-${listed}`;

/** Calls `handler` when rows were changed by another page or tab; returns a function that unsubscribes. */
export function onChanged(listed: Listed, handler: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined;
  const channel = new BroadcastChannel(channelOf(listed));
  channel.onmessage = handler;
  return () => channel.close();
}

export function notifyChanged(listed: Listed): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(channelOf(listed));
  channel.postMessage('changed');
  channel.close();
}
