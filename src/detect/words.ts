import type { Detection } from '../watermark/types';

const THOUSANDS = ['', 'thousand', 'million', 'billion', 'trillion'];

/** A p-value in words: "1 in 40 million"; "more than 1 in 100" above 0.01. */
export function chanceInWords(pValue: number): string {
  if (pValue > 0.01) return 'more than 1 in 100: this happens by chance';
  if (pValue < 1e-15) return 'less than 1 in a million billion';
  const count = 1 / pValue;
  const step = Math.min(THOUSANDS.length - 1, Math.floor(Math.log10(count) / 3));
  return `1 in ${Math.round(count / 1000 ** step)} ${THOUSANDS[step]}`.trim();
}

/** How the speed and pitch of a marked recording were changed; null if they were not. */
export function changesInWords({ speed, pitchCents }: Detection): string | null {
  const percent = Math.round(100 * Math.abs(speed - 1));
  const cents = Math.round(Math.abs(pitchCents));
  const parts = [
    percent >= 1 && `${percent} % ${speed > 1 ? 'faster' : 'slower'}`,
    cents >= 20 && `${cents} cents (hundredths of a semitone) ${pitchCents > 0 ? 'higher' : 'lower'}`,
  ].filter(Boolean);
  return parts.length > 0 ? `It plays ${parts.join(' and ')} than the original.` : null;
}
