export interface StorageState {
  usedBytes: number;
  /** Storage granted to this page; null where the browser does not report it. */
  quotaBytes: number | null;
  /** Whether the browser has promised not to evict data by itself. */
  persisted: boolean;
}

/** Used and granted storage of this page, and whether it is persistent. */
export async function storageState(): Promise<StorageState> {
  const { storage } = navigator as { storage?: StorageManager };
  const estimate = await storage?.estimate?.().catch(() => undefined);
  const persisted = (await storage?.persisted?.().catch(() => false)) ?? false;
  return { usedBytes: estimate?.usage ?? 0, quotaBytes: estimate?.quota ?? null, persisted };
}

const KEY = 'understudy-kept-voices';

/**
 * Stores the number of voices outside of the database, and returns how many have disappeared without being deleted: browsers
 * that run short of space evict databases without notice.
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

/** Lowers the stored number before the user deletes a voice, so that no tab counts it as evicted. */
export function forgetOne(): void {
  try {
    localStorage.setItem(KEY, String(Math.max(0, Number(localStorage.getItem(KEY) ?? 0) - 1)));
  } catch {
    // Without localStorage no eviction is noticed either.
  }
}
