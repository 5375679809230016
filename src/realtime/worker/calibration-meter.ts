import { quantile } from '../../dsp/arrays';
import { medianF0Hz, noiseLevelDb, speechLevelDb } from '../../engine/analysis/profile';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ } from '../../dsp/signal';
import type { CalibrationResult } from '../live-types';
import type { ProfilePitch } from './running-profile';

/** Gathers the frames of a calibration and reports the speaker's pitch, level and noise. */
export class CalibrationMeter {
  private readonly f0Hz = new FloatQueue(1024);
  private readonly clarity = new FloatQueue(1024);
  private readonly loudnessDb = new FloatQueue(1024);
  private readonly frames: number;

  constructor(
    seconds: number,
    private readonly done: (result: CalibrationResult) => void,
  ) {
    this.frames = Math.round((seconds * ANALYSIS_RATE_HZ) / ANALYSIS_HOP);
  }

  /** Returns true once the time is over and `done` has been called. */
  push({ unbiasedF0Hz, clarity }: ProfilePitch, loudnessDb: Float32Array): boolean {
    this.f0Hz.push(unbiasedF0Hz);
    this.clarity.push(clarity);
    this.loudnessDb.push(loudnessDb);
    if (this.loudnessDb.end < this.frames) return false;
    this.done({
      profile: {
        medianF0Hz: medianF0Hz(this.f0Hz.view(), this.clarity.view()),
        speechLevelDb: speechLevelDb(this.loudnessDb.view()),
        noiseDb: noiseLevelDb(this.loudnessDb.view()),
      },
      loudDb: quantile(this.loudnessDb.view(), 0.95)!,
    });
    return true;
  }
}
