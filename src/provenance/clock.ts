let latestMs = 0;

/** Start of the year 3000: later times come from a damaged store, not from a clock. */
const LAST_MS = 32_503_680_000_000;

/**
 * Takes a time that this device has seen, in milliseconds since 1970: `today` is never before it, whatever the clock shows now. Ignores
 * what is no time.
 */
export function noteTime(ms: number): void {
  if (ms < LAST_MS) latestMs = Math.max(latestMs, ms);
}

/** The latest time seen, in milliseconds since 1970. */
export function latestTime(): number {
  noteTime(Date.now());
  return latestMs;
}

/** The calendar day of this place, `YYYY-MM-DD`. */
export function localDay(date = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Today by the calendar of this place, never before a day that this device has seen. */
export function today(): string {
  return localDay(new Date(latestTime()));
}

/** The day that has begun somewhere on Earth (UTC+14), never before one that this device has seen. */
export function latestDay(): string {
  return new Date(latestTime() + 14 * 3_600_000).toISOString().slice(0, 10);
}
