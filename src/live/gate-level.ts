import type { Heard } from '../realtime/live-types';

/** The gate opens this far above what is heard in silence, and stays this far below speech. */
const ABOVE_NOISE_DB = 8;
const BELOW_SPEECH_DB = 12;
const LOWEST_DB = -75;

/** Level of the gate in dBFS between what silence and speech are here; null where they are too near each other. */
export function gateLevel(quiet: Heard, spoken: Heard): number | null {
  const highest = spoken.profile.speechLevelDb - BELOW_SPEECH_DB;
  const wanted = Math.max(LOWEST_DB, quiet.loudDb + ABOVE_NOISE_DB);
  return quiet.loudDb < highest ? Math.min(wanted, highest) : null;
}
