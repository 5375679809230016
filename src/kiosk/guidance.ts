import { named, type Confidences } from '../engine/analysis/conditions';

/** What the visitor can do about how they are heard. */
export type Advice = 'good' | 'closer' | 'softer' | 'around' | 'silent';

export interface Heard {
  /** Largest magnitude of the last second, 0..1. */
  peak: number;
  /** Level of the speech, dBFS; null before there is any. */
  speechDb: number | null;
  /** Level between the words or before them, dBFS; null while unknown. */
  roomDb: number | null;
  /** What is wrong with what was said so far; null while there is too little of it. */
  conditions: Confidences | null;
  /** Whether the microphone delivers no sound. */
  isSilent: boolean;
}

/** From this magnitude on speech is cut off at times. */
const LOUD_PEAK = 0.95;
/** Speech below this level (dBFS) is too far away for a microphone at a kiosk. */
const FAINT_DB = -45;
/** Speech less than this above the room is hard to tell from it. */
const MIN_ABOVE_ROOM_DB = 12;
/** A room above this level (dBFS) is loud before anybody speaks. */
const LOUD_ROOM_DB = -32;

/** From these confidences on most words are lost, as `python -m evaluate.kiosk` prints. */
const [AMONG_VOICES, IN_ECHO] = [0.65, 0.9];

/** Whether so much is lost in what was said that the visitor is asked to say it again from nearer. */
export function isUnclear({ voices, hall }: Confidences): boolean {
  return voices >= AMONG_VOICES || hall >= IN_ECHO;
}

/** The advice that helps most. */
export function adviceOn({ peak, speechDb, roomDb, conditions, isSilent }: Heard): Advice {
  if (isSilent) return 'silent';
  if (peak >= LOUD_PEAK) return 'softer';
  const names = conditions ? named(conditions) : [];
  const has = (...any: typeof names) => any.some((name) => names.includes(name));
  if (has('voices', 'noise', 'rumble', 'hum')) return 'around';
  if (has('hall', 'far', 'quiet')) return 'closer';
  if (speechDb === null) return roomDb !== null && roomDb > LOUD_ROOM_DB ? 'around' : 'good';
  if (speechDb < FAINT_DB) return 'closer';
  if (roomDb !== null && speechDb - roomDb < MIN_ABOVE_ROOM_DB) return 'around';
  return 'good';
}
