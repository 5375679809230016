import { m } from '../text/messages';
import { quantity } from '../text/format';

/** Decay of a room, in seconds, from which a voice made in it is less clear. */
const LONG_DECAY_SECONDS = 0.6;

/** Warns of a recording from a room that echoes; `decaySeconds` is null where it could not be measured. */
export function echoWarnings(name: string, decaySeconds: number | null): string[] {
  if (decaySeconds === null || decaySeconds <= LONG_DECAY_SECONDS) return [];
  return [m.voices_echo({ name, time: quantity(decaySeconds, 'second', 1) })];
}
