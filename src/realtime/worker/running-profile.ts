import type { PitchFrames } from '../../engine/analysis/pitch';
import { medianF0Hz, noiseLevelDb, speechLevelDb } from '../../engine/analysis/profile';
import type { SourceProfile } from '../../engine/types';

/** Length of the history: 20 s of frames of 10 ms. */
const HISTORY_FRAMES = 2000;
/** Voiced frames before the first profile of an uncalibrated speaker, and between two updates: 0.5 and 1 s. */
const FIRST_FRAMES = 50;
const UPDATE_FRAMES = 100;
export type ProfilePitch = Pick<PitchFrames, 'unbiasedF0Hz' | 'clarity'>;

/** Step of an update: share of the distance from the known profile to the measured one. */
const SHARE = 0.1;

/**
 * The speaker's F0, speech level and noise level while they speak, measured as `profileTake` does for a take: F0 and speech
 * level over the last 20 s of voiced frames, the noise level over the last 20 s of all frames.
 *
 * Starts from a calibration if there is one and adapts slowly; otherwise from the first 0.5 s of voiced speech.
 */
export class RunningProfile {
  private readonly f0Hz = new Float32Array(HISTORY_FRAMES);
  private readonly clarity = new Float32Array(HISTORY_FRAMES);
  private readonly loudnessDb = new Float32Array(HISTORY_FRAMES);
  /** Levels of all frames, voiced or not. */
  private readonly everyDb = new Float32Array(HISTORY_FRAMES);
  private voicedFrames = 0;
  private allFrames = 0;
  private sinceUpdate = 0;

  private known: SourceProfile | null;

  constructor(private calibrated: SourceProfile | null) {
    this.known = usable(calibrated);
  }

  get current(): SourceProfile | null {
    return this.known;
  }

  /** Starts again from another calibration; does nothing if it is the same. */
  restart(calibrated: SourceProfile | null): void {
    const { calibrated: before } = this;
    this.calibrated = calibrated;
    const isSame =
      before?.medianF0Hz === calibrated?.medianF0Hz && before?.speechLevelDb === calibrated?.speechLevelDb;
    if (isSame) return;
    this.known = usable(calibrated);
    this.voicedFrames = 0;
    this.allFrames = 0;
    this.sinceUpdate = 0;
  }

  /** Takes frames, whose pitch and loudness may be different numbers of them. Returns true when the profile has changed. */
  push({ unbiasedF0Hz: f0Hz, clarity }: ProfilePitch, loudnessDb: Float32Array): boolean {
    for (const db of loudnessDb) this.everyDb[this.allFrames++ % HISTORY_FRAMES] = db;
    for (let i = 0; i < f0Hz.length; i++) {
      if (!(f0Hz[i]! > 0)) continue;
      const at = this.voicedFrames++ % HISTORY_FRAMES;
      this.f0Hz[at] = f0Hz[i]!;
      this.clarity[at] = clarity[i]!;
      // The pitch tracker is delayed, so F0 and level are of different frames; over a second that does not matter.
      this.loudnessDb[at] = loudnessDb[Math.min(i, loudnessDb.length - 1)] ?? this.loudnessDb[at]!;
      this.sinceUpdate++;
    }
    const wait = this.known ? UPDATE_FRAMES : FIRST_FRAMES;
    if (this.sinceUpdate < wait) return false;
    this.sinceUpdate = 0;
    this.update();
    return true;
  }

  private update(): void {
    const frames = Math.min(this.voicedFrames, HISTORY_FRAMES);
    const f0Hz = medianF0Hz(this.f0Hz.subarray(0, frames), this.clarity.subarray(0, frames));
    const level = speechLevelDb(this.loudnessDb.subarray(0, frames));
    const noiseDb = noiseLevelDb(this.everyDb.subarray(0, Math.min(this.allFrames, HISTORY_FRAMES)));
    const { known } = this;
    this.known = known
      ? {
          medianF0Hz: known.medianF0Hz * (f0Hz / known.medianF0Hz) ** SHARE,
          speechLevelDb: known.speechLevelDb + SHARE * (level - known.speechLevelDb),
          noiseDb: known.noiseDb === undefined ? noiseDb : known.noiseDb + SHARE * (noiseDb - known.noiseDb),
        }
      : { medianF0Hz: f0Hz, speechLevelDb: level, noiseDb };
  }
}

/** Null for a profile measured without voiced speech. */
function usable(profile: SourceProfile | null): SourceProfile | null {
  return profile && profile.medianF0Hz > 0 ? profile : null;
}
