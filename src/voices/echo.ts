/** Decay of a room, in seconds, from which a voice made in it is less clear. */
const LONG_DECAY_SECONDS = 0.6;

/** Warns of a recording from a room that echoes; `decaySeconds` is null where it could not be measured. */
export function echoWarnings(name: string, decaySeconds: number | null): string[] {
  if (decaySeconds === null || decaySeconds <= LONG_DECAY_SECONDS) return [];
  return [
    `${name} was recorded in a room that echoes for about ${decaySeconds.toFixed(1)} seconds. It can be used, but a recording close to the microphone, among curtains and cushions, makes a clearer voice.`,
  ];
}
