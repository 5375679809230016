import { clamp } from '../../dsp/arrays';
import { FloatQueue } from '../../dsp/float-queue';
import type { SourceProfile } from '../types';

/** Level in dBFS, after the input gain, up to which a frame is muted, and from which it is not attenuated. */
const SHUT_DB = -70;
const OPEN_DB = -64;
/** The threshold for closing is this far below the one for opening, so that the gate does not flutter. */
const HYSTERESIS_DB = 6;
const HOLD_FRAMES = 25;
const RELEASE_FRAMES = 10;
/** The level compared with the noise is a mean over the frame and this many frames before and after it. */
const NEIGHBOUR_FRAMES = 2;
/** Frames less than 4.5 dB above the noise level are attenuated by twice the shortfall. */
const ABOVE_NOISE_DB = 4.5;
const ATTENUATION_SLOPE = 2;
/**
 * At most by 12 dB where the noise is 20 dB below the speech or more; by less above that and not at all from 8 dB on, because the
 * level then no longer tells noise from soft speech.
 */
const MAX_ATTENUATION_DB = 12;
const TOLD_APART_DB = 8;
/** The noise level is taken to be at least this far below the speech level: during a held note no frame is quieter than the note. */
const NOISE_BELOW_SPEECH_DB = 15;

/**
 * Factor 0..1 on the synthesis of each frame.
 *
 * It is 0 up to -70 dBFS and 1 from -64 dBFS, both after the input gain, so silence stays silent. With `thresholdDb`, a level
 * before that gain, pauses are muted too: the gate closes 250 ms after the last frame of speech, over 100 ms. Frames near the
 * noise level are attenuated in any case, because the generator would turn noise into breath and babble into words
 * (docs/decisions/0023-pauses.md).
 */
export class FrameGate {
  /** Level in dBFS, before the input gain, above which a frame is speech; null for no threshold. */
  thresholdDb: number | null = null;
  /** Level in dBFS, before the input gain, below which a frame is attenuated, and by how many dB at most; see `noiseAttenuation`. */
  attenuateBelowDb = -Infinity;
  maxAttenuationDb = MAX_ATTENUATION_DB;
  private readonly loudnessDb = new FloatQueue(256);
  private holdFramesLeft = 0;
  private openness = 1;

  /**
   * Takes the next frames' `loudnessDb`, measured after a gain of `gainDb`, and returns factors two frames later: those of the
   * last two frames follow with the next push.
   */
  push(loudnessDb: Float32Array, gainDb: number): Float32Array {
    const { loudnessDb: queue } = this;
    const first = Math.max(0, queue.end - NEIGHBOUR_FRAMES);
    queue.push(loudnessDb);
    const end = Math.max(0, queue.end - NEIGHBOUR_FRAMES);
    const gates = Float32Array.from({ length: end - first }, (_, i) => {
      const shortfallDb = this.attenuateBelowDb + gainDb - this.meanLoudnessDb(first + i);
      const attenuationDb = clamp(ATTENUATION_SLOPE * shortfallDb, 0, this.maxAttenuationDb);
      return this.next(queue.view()[first + i - queue.start]!, gainDb) * 10 ** (-attenuationDb / 20);
    });
    queue.dropBefore(end - NEIGHBOUR_FRAMES);
    return gates;
  }

  private next(loudnessDb: number, gainDb: number): number {
    const audible = clamp((loudnessDb - SHUT_DB) / (OPEN_DB - SHUT_DB), 0, 1);
    if (this.thresholdDb === null) {
      this.openness = 1;
      return audible;
    }
    const aboveDb = loudnessDb - gainDb - this.thresholdDb;
    if (aboveDb > 0 || (this.holdFramesLeft > 0 && aboveDb > -HYSTERESIS_DB))
      this.holdFramesLeft = HOLD_FRAMES;
    else this.holdFramesLeft = Math.max(0, this.holdFramesLeft - 1);
    this.openness = this.holdFramesLeft > 0 ? 1 : Math.max(0, this.openness - 1 / RELEASE_FRAMES);
    return audible * this.openness;
  }

  /** Mean loudness of a frame and its neighbours; the first frame is repeated before the start. */
  private meanLoudnessDb(frame: number): number {
    const queued = this.loudnessDb.view();
    let sum = 0;
    for (let t = frame - NEIGHBOUR_FRAMES; t <= frame + NEIGHBOUR_FRAMES; t++)
      sum += queued[Math.max(0, t) - this.loudnessDb.start]!;
    return sum / (2 * NEIGHBOUR_FRAMES + 1);
  }
}

/** What a FrameGate does to the noise behind this speaker; it attenuates nothing if the noise level was not measured. */
export function noiseAttenuation({
  noiseDb = -Infinity,
  speechLevelDb,
}: SourceProfile): Pick<FrameGate, 'attenuateBelowDb' | 'maxAttenuationDb'> {
  return {
    attenuateBelowDb: Math.min(noiseDb, speechLevelDb - NOISE_BELOW_SPEECH_DB) + ABOVE_NOISE_DB,
    maxAttenuationDb: clamp(speechLevelDb - noiseDb - TOLD_APART_DB, 0, MAX_ATTENUATION_DB),
  };
}
