import type { CalibrationResult } from '../realtime/live-types';

/** The gate opens this far above the loudest silence, and at least this far below the level of speech. */
const ABOVE_NOISE_DB = 8;
const BELOW_SPEECH_DB = 12;
/** Lowest level of the gate, dBFS. */
const LOWEST_DB = -75;

/** Level in dBFS at which the gate opens, between the measured silence and speech; null if they are less than BELOW_SPEECH_DB apart. */
export function gateLevel(quiet: CalibrationResult, spoken: CalibrationResult): number | null {
  const highest = spoken.profile.speechLevelDb - BELOW_SPEECH_DB;
  const wanted = Math.max(LOWEST_DB, quiet.loudDb + ABOVE_NOISE_DB);
  return quiet.loudDb < highest ? Math.min(wanted, highest) : null;
}
