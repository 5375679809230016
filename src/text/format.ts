import { m } from './messages';
import { dateFormat, languageNames, listFormat, numberFormat } from './formatters';

/* Numbers, times and lists in the language shown. A text that counts something is a message with plural variants (CONTRIBUTING.md). */

/** 75.3 -> "1:15"; hours only from one hour up. The same in every language. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`;
}

/** 1234.56, 1 -> "1,234.6", in German "1.234,6"; exactly `digits` places after the point. */
export function number(value: number, digits = 0): string {
  return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** 0.404 -> "40%", in German "40 %". */
export function percent(fraction: number, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat({ style: 'percent', ...options }).format(fraction);
}

/** A count with its unit in words: 8, 'second' -> "8 seconds", in French "8 secondes". */
export function quantity(value: number, unit: 'second' | 'minute' | 'hour' | 'day', digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat({ style: 'unit', unit, unitDisplay: 'long', ...options }).format(value);
}

/** A count with the sign of its unit: 8, 'second' -> "8 sec", in German "8 Sek."; for labels and tables. */
export function shortQuantity(value: number, unit: 'second' | 'millisecond' | 'minute', digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat({ style: 'unit', unit, unitDisplay: 'short', ...options }).format(value);
}

const SIZES = [
  [1e9, 'gigabyte'],
  [1e6, 'megabyte'],
] as const;

/** "10.7 GB", "690 MB", "3.1 MB", "24 kB"; in French "3,1 Mo". */
export function dataSize(bytes: number): string {
  for (const [size, unit] of SIZES) {
    const count = bytes / size;
    // 0.9995 is 1.0 when rounded.
    if (count >= 0.9995) return inUnit(count, unit, count < 99.95 ? 1 : 0);
  }
  return inUnit(bytes / 1e3, 'kilobyte', 0);
}

function inUnit(count: number, unit: 'gigabyte' | 'megabyte' | 'kilobyte', digits: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat({ style: 'unit', unit, unitDisplay: 'short', ...options }).format(count);
}

/** A p-value in words: "1 in 40 million"; "more than 1 in 100" above 0.01. */
export function chanceInWords(pValue: number): string {
  if (pValue > 0.01) return m.text_chance_frequent();
  if (pValue < 1e-15) return m.text_chance_tiny();
  const options = { notation: 'compact', compactDisplay: 'long', maximumFractionDigits: 0 } as const;
  return m.text_chance({ count: numberFormat(options).format(1 / pValue) });
}

/** 5.8e-70 -> "5.8 × 10⁻⁷⁰"; from 0.001 on plain, "0.046". */
export function scientific(value: number): string {
  const digits = { maximumSignificantDigits: 2 };
  if (value === 0 || value >= 1e-3) return numberFormat(digits).format(value);
  const [mantissa, exponent] = value.toExponential(1).split('e');
  const power = exponent!.replace(/./g, (char) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(char)]!);
  return `${number(Number(mantissa), 1)} × 10${power}`;
}

/** Speed of computing in words: "at 12 times real-time speed", "at 0.9 times real-time speed". `rtf`: its inverse. */
export function speedInWords(rtf: number): string {
  const speed = 1 / rtf;
  return m.text_speed({ times: number(speed, speed < 9.95 ? 1 : 0) });
}

/** Time left in words: "less than a second", "8 seconds", "2 minutes". */
export function timeLeft(seconds: number): string {
  if (seconds < 1) return m.text_less_than_a_second();
  return seconds < 90
    ? quantity(Math.round(seconds), 'second')
    : quantity(Math.round(seconds / 60), 'minute');
}

/** "40%, 8 seconds left"; unknown parts are left out. */
export function progressInWords(fraction: number | null, secondsLeft: number | null): string {
  if (fraction === null) return '';
  if (secondsLeft === null) return percent(fraction);
  return m.text_progress({ percent: percent(fraction), time: timeLeft(secondsLeft) });
}

/** "German" for `de`, in the language shown; '' for '', the code itself if it is ill-formed or unknown. */
export function languageName(code: string): string {
  if (!code) return '';
  try {
    return languageNames().of(code) ?? code;
  } catch {
    return code;
  }
}

/** "WAV, MP3 and Opus"; with `or`: "WAV, MP3 or Opus". */
export function list(items: readonly string[], join: 'and' | 'or' = 'and'): string {
  return listFormat({ type: join === 'and' ? 'conjunction' : 'disjunction' }).format(items);
}

/** "3 May 2026". */
export function dateInWords(date: Date): string {
  return dateFormat({ dateStyle: 'long' }).format(date);
}

/** "3 May 2026, 14:05", for the names of takes. */
export function nowInWords(): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date());
}
