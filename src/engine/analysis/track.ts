import { concat } from '../../dsp/arrays';
import { ANALYSIS_HOP } from '../../dsp/signal';
import type { SourceProfile } from '../types';
import { PitchTracker, type PitchFrames } from './pitch';

const CHUNK_FRAMES = 200;

/** F0 (Hz, 0 if unvoiced) and voicing (0 or 1) of a whole 16 kHz recording, both [frames], as many as in its `loudnessDb`. */
export function trackPitch(
  samples: Float32Array,
  loudnessDb: Float32Array,
  speaker?: SourceProfile,
): { f0Hz: Float32Array; voiced: Float32Array } {
  const tracker = new PitchTracker(speaker);
  const [first, rest] = [tracker.push(samples, loudnessDb), tracker.end()];
  return { f0Hz: concat([first.f0Hz, rest.f0Hz]), voiced: concat([first.voiced, rest.voiced]) };
}

export interface UnbiasedPitch {
  /** [frames] Hz, 0 if unvoiced, as in `trackPitch` for an unknown speaker. */
  f0Hz: Float32Array;
  /** [frames], weights for its median; see PitchFrames. */
  clarity: Float32Array;
  /** See SourceProfile. */
  periodicity: number | undefined;
}

/** Pitch of an unknown speaker; awaits `pause` before every two seconds of the recording. */
export async function trackPitchInChunks(
  samples: Float32Array,
  loudnessDb: Float32Array,
  pause: () => Promise<void>,
): Promise<UnbiasedPitch> {
  const tracker = new PitchTracker();
  const f0Hz = new Float32Array(loudnessDb.length);
  const clarity = new Float32Array(loudnessDb.length);
  let done = 0;
  const append = (part: PitchFrames) => {
    f0Hz.set(part.f0Hz, done);
    clarity.set(part.clarity, done);
    done += part.f0Hz.length;
  };
  for (let at = 0; at < loudnessDb.length; at += CHUNK_FRAMES) {
    await pause();
    const end = at + CHUNK_FRAMES;
    const chunk = samples.subarray(at * ANALYSIS_HOP, end * ANALYSIS_HOP);
    append(tracker.push(chunk, loudnessDb.subarray(at, end)));
  }
  append(tracker.end());
  return { f0Hz, clarity, periodicity: tracker.meanPeriodicity };
}
