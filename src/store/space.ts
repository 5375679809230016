export interface StorageState {
  usedBytes: number;
  /** What the browser grants this page; null where it does not say. */
  quotaBytes: number | null;
  /** Whether the browser has promised not to throw anything away by itself. */
  persisted: boolean;
}

/** How much is kept here, and how safely. */
export async function storageState(): Promise<StorageState> {
  const { storage } = navigator as { storage?: StorageManager };
  const estimate = await storage?.estimate?.().catch(() => undefined);
  const persisted = (await storage?.persisted?.().catch(() => false)) ?? false;
  return { usedBytes: estimate?.usage ?? 0, quotaBytes: estimate?.quota ?? null, persisted };
}

const KEY = 'understudy-kept-voices';

/**
 * Remembers outside of the database how many voices it holds, and returns how many are gone that nobody
 * deleted: browsers that run short of room empty databases without a word.
 */
export function noticeEviction(voices: number): number {
  try {
    const before = Number(localStorage.getItem(KEY) ?? 0);
    localStorage.setItem(KEY, String(voices));
    return voices === 0 && before > 0 ? before : 0;
  } catch {
    return 0;
  }
}

/** A voice was deleted by the user: that it is gone is no news. */
export function forgetOne(voices: number): void {
  try {
    localStorage.setItem(KEY, String(voices));
  } catch {
    // Then nothing is noticed either.
  }
}
