/** 75.3 -> "1:15"; hours only from one hour up. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`;
}

const SIZES = [
  [1e9, 'GB'],
  [1e6, 'MB'],
] as const;

/** "10.7 GB", "690 MB", "3.1 MB", "24 kB". */
export function dataSize(bytes: number): string {
  for (const [size, unit] of SIZES) {
    const count = bytes / size;
    // 0.9995 is 1.0 when rounded.
    if (count >= 0.9995) return `${count.toFixed(count < 99.95 ? 1 : 0)} ${unit}`;
  }
  return `${Math.round(bytes / 1e3)} kB`;
}

const THOUSANDS = ['', 'thousand', 'million', 'billion', 'trillion'];

/** A p-value in words: "1 in 40 million"; "more than 1 in 100" above 0.01. */
export function chanceInWords(pValue: number): string {
  if (pValue > 0.01) return 'more than 1 in 100: this happens by chance';
  if (pValue < 1e-15) return 'less than 1 in a million billion';
  const count = 1 / pValue;
  const step = Math.min(THOUSANDS.length - 1, Math.floor(Math.log10(count) / 3));
  return `1 in ${Math.round(count / 1000 ** step)} ${THOUSANDS[step]}`.trim();
}

/** 5.8e-70 -> "5.8 × 10⁻⁷⁰"; from 0.001 on plain, "0.046". */
export function scientific(value: number): string {
  if (value === 0 || value >= 1e-3) return String(Number(value.toPrecision(2)));
  const [mantissa, exponent] = value.toExponential(1).split('e');
  return `${mantissa} × 10${exponent!.replace(/./g, (char) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(char)]!)}`;
}

/** Speed of computing in words: "at 12 times real-time speed", "at 0.9 times real-time speed". `rtf`: its inverse. */
export function speedInWords(rtf: number): string {
  const speed = 1 / rtf;
  return `at ${speed.toFixed(speed < 9.95 ? 1 : 0)} times real-time speed`;
}

/** Time left in words: "less than a second", "8 seconds", "2 minutes". */
export function timeLeft(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return plural(Math.round(seconds), 'second');
  return plural(Math.round(seconds / 60), 'minute');
}

/** "40 %, 8 seconds left"; unknown parts are left out. */
export function progressInWords(fraction: number | null, secondsLeft: number | null): string {
  if (fraction === null) return '';
  return `${Math.round(100 * fraction)} %${secondsLeft === null ? '' : `, ${timeLeft(secondsLeft)} left`}`;
}

const languages = new Intl.DisplayNames(undefined, { type: 'language' });

/** "German" for `de`, in the user's language; '' for '', the code itself if it is ill-formed or unknown. */
export function languageName(code: string): string {
  if (!code) return '';
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "3 May 2026, 14:05" in the user's locale, for the names of takes. */
export function nowInWords(): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date());
}
