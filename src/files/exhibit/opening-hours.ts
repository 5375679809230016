import type { Exhibit, OpeningHours } from './types';

const DAY_MINUTES = 24 * 60;

/**
 * Whether an exhibit is open at a time, by the clock on the wall: `date` is read by this machine's time zone. On the day when summer time
 * begins a period that begins in the missing hour begins after it; on the day when it ends, the hour that comes twice counts twice.
 */
export function isOpen({ openingHours = [] }: Pick<Exhibit, 'openingHours'>, date: Date): boolean {
  if (openingHours.length === 0) return true;
  const day = date.getDay();
  const minute = 60 * date.getHours() + date.getMinutes();
  return openingHours.some((period) => isWithin(period, day, minute));
}

function isWithin({ days, from, to }: OpeningHours, day: number, minute: number): boolean {
  const [first, last] = [minutesOf(from), minutesOf(to)];
  // A period that ends after midnight belongs to the day on which it begins.
  const end = last > first ? last : last + DAY_MINUTES;
  const isNow = (since: number) => first <= since && since < end;
  return (
    (days.includes(day) && isNow(minute)) || (days.includes((day + 6) % 7) && isNow(minute + DAY_MINUTES))
  );
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return 60 * hours! + minutes!;
}
