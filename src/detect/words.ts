import type { Detection } from '../watermark/types';

/** How the speed and pitch of a marked recording were changed; null if they were not. */
export function changesInWords({
  speed,
  pitchCents,
}: Pick<Detection, 'speed' | 'pitchCents'>): string | null {
  const percent = Math.round(100 * Math.abs(speed - 1));
  const semitones = Math.abs(pitchCents) / 100;
  const parts = [
    percent >= 1 && `${percent} % ${speed > 1 ? 'faster' : 'slower'}`,
    semitones >= 0.2 && `${semitones.toFixed(1)} semitones ${pitchCents > 0 ? 'higher' : 'lower'}`,
  ].filter(Boolean);
  return parts.length > 0 ? `It plays ${parts.join(' and ')} than the original.` : null;
}

/** How the mark that credentials name relates to the one in the sound, `found`; null where none could be read. */
export function bindingInWords(binding: string, found: string | null): string {
  if (found === null) return 'One that could not be read in the sound';
  return found === binding
    ? 'The one in the sound'
    : 'Another one than in the sound: the credentials may come from another file';
}
