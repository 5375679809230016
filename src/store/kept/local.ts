import type { Held } from './held';

/** A text in localStorage. */
export function textHeld(key: string): Held {
  const text = storage()?.getItem(key);
  return { count: text ? 1 : 0, bytes: new Blob([text ?? '']).size };
}

export function forgetText(key: string): void {
  storage()?.removeItem(key);
}

/** Undefined where the browser refuses it: then nothing is in it. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
