/** What a page lists and another page or tab may change. */
export type Listed = 'takes' | 'voices' | 'enrolments' | 'exhibit';

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
