import type { Held } from './held';

/** Where answers of a class are in localStorage. */
export const CLASS_KEY = 'understudy-class';

/** Texts in localStorage. */
export function textsHeld(...keys: readonly string[]): Held {
  const texts = keys.map((key) => storage()?.getItem(key) ?? '').filter(Boolean);
  return { count: texts.length, bytes: new Blob(texts).size };
}

export function forgetTexts(...keys: readonly string[]): void {
  for (const key of keys) storage()?.removeItem(key);
}

/** Undefined where the browser refuses it: then nothing is in it. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
