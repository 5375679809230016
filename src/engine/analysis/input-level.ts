import { m } from '../../text/messages';
import { clamp } from '../../dsp/arrays';
import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { EngineError } from '../errors';
import type { SourceProfile } from '../types';
import type { VoiceData } from '../voice';
import { DEFAULT_SPEECH_LEVEL_DB } from './profile';

const MAX_GAIN_DB = 30;
/** Input with a lower speech level (dBFS) is background noise without speech: its gain is 0 dB. */
const MIN_SPEECH_LEVEL_DB = -65;
/** The gain approaches a new target exponentially with a time constant of 50 ms. */
const GAIN_STEP = 1 / (0.05 * ANALYSIS_RATE_HZ);
/** Samples above this after the gain (1 is full scale) are faulty and are clipped. */
const MAX_SAMPLE = 8;

/** Brings 16 kHz input to the speech level of the target voice, with a gain of -30 to 30 dB. */
export class InputLevel {
  private gain: number;
  private targetGain: number;

  constructor(profile: SourceProfile, voice: Pick<VoiceData, 'speechLevelDb'>) {
    this.gain = this.targetGain = gainFor(profile, voice);
  }

  get gainDb(): number {
    return 20 * Math.log10(this.gain);
  }

  setTarget(profile: SourceProfile, voice: Pick<VoiceData, 'speechLevelDb'>): void {
    this.targetGain = gainFor(profile, voice);
  }

  /** The profile with its speech level after the gain. */
  amplified(profile: SourceProfile): SourceProfile {
    return { ...profile, speechLevelDb: profile.speechLevelDb + 20 * Math.log10(this.targetGain) };
  }

  /** Applies the gain to `samples` in place. Throws `input-not-finite`. */
  apply(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      if (this.gain !== this.targetGain) this.gain = approach(this.gain, this.targetGain);
      const x = samples[i]! * this.gain;
      if (!Number.isFinite(x)) throw inputNotFinite();
      samples[i] = clamp(x, -MAX_SAMPLE, MAX_SAMPLE);
    }
  }
}

export function inputNotFinite(): EngineError {
  return new EngineError('input-not-finite', m.engine_not_finite());
}

/** Factor from the profile's speech level to -23 dBFS, as towards a voice of that level. */
export function speechGain(profile: SourceProfile): number {
  return gainFor(profile, { speechLevelDb: DEFAULT_SPEECH_LEVEL_DB });
}

/** Factor from the profile's speech level to the voice's, limited to -30..30 dB; 1 if the input has no speech. */
function gainFor(profile: SourceProfile, voice: Pick<VoiceData, 'speechLevelDb'>): number {
  if (profile.speechLevelDb < MIN_SPEECH_LEVEL_DB) return 1;
  const levelDb = Number.isFinite(voice.speechLevelDb) ? voice.speechLevelDb : DEFAULT_SPEECH_LEVEL_DB;
  return 10 ** (clamp(levelDb - profile.speechLevelDb, -MAX_GAIN_DB, MAX_GAIN_DB) / 20);
}

function approach(gain: number, target: number): number {
  const next = gain + GAIN_STEP * (target - gain);
  return Math.abs(target - next) < 1e-4 * target ? target : next;
}
