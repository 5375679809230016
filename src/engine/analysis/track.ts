import { concat } from '../../dsp/arrays';
import { ANALYSIS_HOP } from '../../dsp/signal';
import type { SourceProfile } from '../types';
import { PitchTracker } from './pitch';

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

/** F0 as in `trackPitch` for an unknown speaker; awaits `pause` before every two seconds of the recording. */
export async function trackPitchInChunks(
  samples: Float32Array,
  loudnessDb: Float32Array,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const tracker = new PitchTracker();
  const f0Hz = new Float32Array(loudnessDb.length);
  let done = 0;
  const append = (part: Float32Array) => {
    f0Hz.set(part, done);
    done += part.length;
  };
  for (let at = 0; at < loudnessDb.length; at += CHUNK_FRAMES) {
    await pause();
    const end = at + CHUNK_FRAMES;
    const chunk = samples.subarray(at * ANALYSIS_HOP, end * ANALYSIS_HOP);
    append(tracker.push(chunk, loudnessDb.subarray(at, end)).f0Hz);
  }
  append(tracker.end().f0Hz);
  return f0Hz;
}
