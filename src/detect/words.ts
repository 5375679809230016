import { m } from '../text/messages';
import { number, percent } from '../text/format';
import type { Detection } from '../watermark/types';

/** How the speed and pitch of a marked recording were changed; null if they were not. */
export function changesInWords({
  speed,
  pitchCents,
}: Pick<Detection, 'speed' | 'pitchCents'>): string | null {
  const change = Math.abs(speed - 1);
  const semitones = Math.abs(pitchCents) / 100;
  const sentences: string[] = [];
  if (Math.round(100 * change) >= 1) {
    const say = speed > 1 ? m.detect_faster : m.detect_slower;
    sentences.push(say({ percent: percent(change) }));
  }
  if (semitones >= 0.2) {
    const say = pitchCents > 0 ? m.detect_higher : m.detect_lower;
    sentences.push(say({ count: semitones, semitones: number(semitones, 1) }));
  }
  return sentences.length > 0 ? sentences.join(' ') : null;
}

/** How the mark that credentials name relates to the one in the sound, `found`; null where none could be read. */
export function bindingInWords(binding: string, found: string | null): string {
  if (found === null) return m.detect_binding_unread();
  return found === binding ? m.detect_binding_same() : m.detect_binding_other();
}
