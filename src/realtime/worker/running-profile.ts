import { medianF0Hz, noiseLevelDb, speechLevelDb } from '../../engine/analysis/profile';
import type { SourceProfile } from '../../engine/types';

/** Frames that the profile remembers: 20 s. */
const MEMORY_FRAMES = 2000;
/** So much is measured before a speaker nobody knows is believed, and between two updates. */
const FIRST_FRAMES = 50;
const UPDATE_FRAMES = 100;
/** How far a known profile moves towards what was heard at an update. */
const SHARE = 0.1;

/**
 * The speaker's register, level and room while they speak, as `profileTake` measures a take: medians over what was
 * voiced in the last 20 s, the level of its active speech, and of what is heard between the words.
 *
 * Starts from a calibration where there is one, and moves slowly from there; without, it takes the first half
 * second of voice for the speaker.
 */
export class RunningProfile {
  private readonly f0Hz = new Float32Array(MEMORY_FRAMES);
  private readonly loudnessDb = new Float32Array(MEMORY_FRAMES);
  /** Of all frames, voiced or not. */
  private readonly everyDb = new Float32Array(MEMORY_FRAMES);
  private heard = 0;
  private passed = 0;
  private sinceUpdate = 0;

  private known: SourceProfile | null;

  constructor(private calibrated: SourceProfile | null) {
    this.known = usable(calibrated);
  }

  get current(): SourceProfile | null {
    return this.known;
  }

  /** Begins again from another calibration; goes on from what is known if it is the same. */
  restart(calibrated: SourceProfile | null): void {
    const { calibrated: before } = this;
    this.calibrated = calibrated;
    const isSame =
      before?.medianF0Hz === calibrated?.medianF0Hz && before?.speechLevelDb === calibrated?.speechLevelDb;
    if (isSame) return;
    this.known = usable(calibrated);
    this.heard = 0;
    this.passed = 0;
    this.sinceUpdate = 0;
  }

  /** Takes note of frames; unequal numbers of both are fine. True when the profile has changed. */
  push(f0Hz: Float32Array, loudnessDb: Float32Array): boolean {
    for (const db of loudnessDb) this.everyDb[this.passed++ % MEMORY_FRAMES] = db;
    for (let i = 0; i < f0Hz.length; i++) {
      if (!(f0Hz[i]! > 0)) continue;
      const at = this.heard++ % MEMORY_FRAMES;
      this.f0Hz[at] = f0Hz[i]!;
      // The tracker runs late, so these are not the same frames; over a second it is the same speech.
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
    const frames = Math.min(this.heard, MEMORY_FRAMES);
    const f0Hz = medianF0Hz(this.f0Hz.subarray(0, frames));
    const level = speechLevelDb(this.loudnessDb.subarray(0, frames));
    const noiseDb = noiseLevelDb(this.everyDb.subarray(0, Math.min(this.passed, MEMORY_FRAMES)));
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

/** One that heard no voice says nothing. */
function usable(profile: SourceProfile | null): SourceProfile | null {
  return profile && profile.medianF0Hz > 0 ? profile : null;
}
