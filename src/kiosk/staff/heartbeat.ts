import { readCounters, type Counters } from '../../store/device/counters';
import type { Scope } from '../../services/scope';

const MINUTE_MS = 60_000;

export interface Heartbeat {
  /** The screen that is shown, or why none is: `out-of-order`. */
  screen: () => string;
  /** Whether visitors can use the kiosk; while they cannot, nothing is requested, so that a monitor notices. */
  isWorking: () => boolean;
  /** Same-origin path to request; undefined for none. */
  path: () => string | undefined;
}

/** One line for a log: times in UTC, counters since their last reset. */
export function heartbeatLine(screen: string, counters: Counters, uptimeMs: number, now: Date): string {
  const errors = Object.values(counters.errors).reduce((sum, count) => sum + count, 0);
  const facts = {
    screen,
    uptime: `${Math.floor(uptimeMs / 1000)}s`,
    visits: counters.visits,
    conversions: counters.conversions,
    aborts: counters.aborts,
    errors,
  };
  const words = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  return `understudy heartbeat ${now.toISOString()} ${words.join(' ')}`;
}

/** Writes a line to the console every minute, and requests the path where there is one. */
export function startHeartbeat(scope: Scope, heartbeat: Heartbeat): void {
  const beat = async () => {
    const counters = await readCounters();
    // eslint-disable-next-line no-console -- the log that a monitor reads
    console.info(heartbeatLine(heartbeat.screen(), counters, performance.now(), new Date()));
    const path = heartbeat.path();
    if (path !== undefined && heartbeat.isWorking())
      await fetch(path, { cache: 'no-store', credentials: 'omit', redirect: 'error' });
  };
  // A server that does not answer is the monitor's to notice.
  scope.interval(() => void beat().catch((error: unknown) => console.warn(error)), MINUTE_MS);
}
