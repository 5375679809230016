/** 75.3 -> "1:15"; hours only from one hour up. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`;
}

/** "3.1 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
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
