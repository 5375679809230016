import { clamp } from '../../dsp/arrays';
import { FloatQueue } from '../../dsp/float-queue';
import type { SourceProfile } from '../types';

const SHUT_DB = -70;
const OPEN_DB = -64;
/** A gate that is open shuts this far below where it opens, so that it does not flutter. */
const HYSTERESIS_DB = 6;
const HOLD_FRAMES = 25;
const RELEASE_FRAMES = 10;
/** The room is judged by the mean of a frame and so many before and after it. */
const NEIGHBOURS = 2;
/** What is less than this above the room is turned down by twice what it lacks, at most by `MOST_DB`. */
const ABOVE_ROOM_DB = 4.5;
const SLOPE = 2;
const MOST_DB = 12;
/** The room is taken to be at least so far below the speech: in a held note nothing is quieter than the note. */
const BELOW_SPEECH_DB = 15;

/**
 * How open the synthesis is, frame by frame: silence in, silence out.
 *
 * Without a threshold 0 below -70 dB and 1 above -64 dB. With one, it also shuts what the microphone hears between
 * sentences: a quarter of a second after speech, over 100 ms. What is no louder than a room that was measured is turned
 * down in any case: the generator would make breath of it, and words of a babble (docs/decisions/0023-pauses.md).
 */
export class FrameGate {
  /** Input level in dBFS that counts as speech; null for no threshold. */
  thresholdDb: number | null = null;
  /** Input level in dBFS below which a frame is turned down; see `hushBelowDb`. */
  hushBelowDb = -Infinity;
  private readonly loudnessDb = new FloatQueue(256);
  private held = 0;
  private opening = 1;

  /** `loudnessDb` of frames after `gainDb` was added to the input -> 0..1 of the frames up to two before the last. */
  push(loudnessDb: Float32Array, gainDb: number): Float32Array {
    const { loudnessDb: queue } = this;
    const first = Math.max(0, queue.end - NEIGHBOURS);
    queue.push(loudnessDb);
    const end = Math.max(0, queue.end - NEIGHBOURS);
    const gates = Float32Array.from({ length: end - first }, (_, i) => {
      const hushed = this.hushBelowDb + gainDb - this.around(first + i);
      const openDb = -clamp(SLOPE * hushed, 0, MOST_DB);
      return this.next(queue.view()[first + i - queue.start]!, gainDb) * 10 ** (openDb / 20);
    });
    queue.dropBefore(end - NEIGHBOURS);
    return gates;
  }

  private next(loudnessDb: number, gainDb: number): number {
    const audible = clamp((loudnessDb - SHUT_DB) / (OPEN_DB - SHUT_DB), 0, 1);
    if (this.thresholdDb === null) {
      this.opening = 1;
      return audible;
    }
    const above = loudnessDb - gainDb - this.thresholdDb;
    if (above > 0 || (this.held > 0 && above > -HYSTERESIS_DB)) this.held = HOLD_FRAMES;
    else this.held = Math.max(0, this.held - 1);
    this.opening = this.held > 0 ? 1 : Math.max(0, this.opening - 1 / RELEASE_FRAMES);
    return audible * this.opening;
  }

  /** Mean loudness about a frame; before the first there is that frame again. */
  private around(frame: number): number {
    const held = this.loudnessDb.view();
    let sum = 0;
    for (let t = frame - NEIGHBOURS; t <= frame + NEIGHBOURS; t++)
      sum += held[Math.max(0, t) - this.loudnessDb.start]!;
    return sum / (2 * NEIGHBOURS + 1);
  }
}

/** Where a speaker's room ends and their speech begins, dBFS; nothing is turned down where the room was not measured. */
export function hushBelowDb({ noiseDb, speechLevelDb }: SourceProfile): number {
  if (noiseDb === undefined) return -Infinity;
  return Math.min(noiseDb, speechLevelDb - BELOW_SPEECH_DB) + ABOVE_ROOM_DB;
}
