import type { ConditionFeatures } from './condition-features';
import weights from './condition-weights.json';

/** What can be wrong with a recording of speech, that which costs most words first (docs/decisions/0028-conditions.md). */
export const CONDITIONS = ['voices', 'hall', 'noise', 'far', 'rumble', 'whisper', 'hum', 'quiet'] as const;

export type Condition = (typeof CONDITIONS)[number];

/** 0..1 for each condition; from 0.5 on it is named. */
export type Confidences = Record<Condition, number>;

/** A judgement needs this many seconds of loud frames. */
const MIN_LOUD_SECONDS = 1;
/** Between the quietest and the loudest frames; less is a steady sound without speech. */
const MIN_RANGE_DB = 4;
/** A recording below this level (dBFS) is silent. */
const SILENT_DB = -75;
/** Speech at this level (dBFS) is too quiet with a confidence of 0.5, which changes by 0.1 per dB. */
const QUIET_DB = -52;
const PER_DB = 0.1;
/** Features count up to this many standard deviations from their mean. */
const MAX_DEVIATION = 4;
/** From these confidences on a take keeps its noise: music looks like voices to some extent, and distance is to be ruled out. */
const [AMONG_VOICES, FROM_AFAR] = [0.65, 0.15];
/** From this confidence on a condition is named while a session runs, and below OFF no longer. */
const [ON, OFF] = [0.6, 0.4];

/**
 * A logistic regression on the features per condition. Its bias is shifted so that 0.5 is the threshold that
 * `python -m evaluate.judgements --fit` has chosen. Null where there is too little speech to judge.
 *
 * `gainDb`: gain that had been applied to the samples.
 */
export function confidences(features: ConditionFeatures, gainDb: number): Confidences | null {
  const levelDb = features.levelDb - gainDb;
  if (levelDb < SILENT_DB || features.loudSeconds < MIN_LOUD_SECONDS || features.rangeDb < MIN_RANGE_DB)
    return null;
  const deviations = features.values.map((value, i) => {
    const deviation = (value - weights.means[i]!) / weights.scales[i]!;
    return Math.max(-MAX_DEVIATION, Math.min(MAX_DEVIATION, deviation));
  });
  const fitted = Object.entries(weights.conditions).map(([name, { factors, bias }]) => {
    const sum = deviations.reduce((total, deviation, i) => total + factors[i]! * deviation, bias);
    return [name, 1 / (1 + Math.exp(-sum))];
  });
  const quiet = Math.max(0, Math.min(1, 0.5 + PER_DB * (QUIET_DB - levelDb)));
  return { ...(Object.fromEntries(fitted) as Confidences), quiet };
}

/** The conditions with a confidence of at least `threshold`, that which costs most words first. */
export function named(found: Confidences, threshold = 0.5): Condition[] {
  return specific(CONDITIONS.filter((name) => found[name] >= threshold));
}

/**
 * Whether the denoiser makes a take easier to understand: it does in music, wind and noise, but among other voices, from afar and in
 * halls it takes away the speech (docs/decisions/0029-denoiser.md).
 */
export function isDenoisable(found: Confidences): boolean {
  const isNoisy = Math.max(found.noise, found.rumble, found.hum) >= 0.5;
  return isNoisy && found.voices < AMONG_VOICES && found.far < FROM_AFAR && found.hall < 0.5;
}

/** The conditions as one number for shared memory: bit i is that of `CONDITIONS[i]`. */
export function conditionBits(names: Condition[]): number {
  return names.reduce((bits, name) => bits | (1 << CONDITIONS.indexOf(name)), 0);
}

/** Inverse of `conditionBits`, that which costs most words first. */
export function conditionsOf(bits: number): Condition[] {
  return CONDITIONS.filter((_, i) => bits & (1 << i));
}

/** Steadies the judgements of a running session: two in a row must agree before a condition is named or no longer named. */
export class ConditionWatch {
  private current: Condition[] = [];
  private before: Confidences | null = null;

  get named(): Condition[] {
    return specific(this.current);
  }

  /** `found`: the next judgement; null, where there was too little speech, changes nothing. */
  push(found: Confidences | null): void {
    if (!found) return;
    const { before } = this;
    this.before = found;
    if (!before) return;
    this.current = CONDITIONS.filter((name) =>
      this.current.includes(name)
        ? Math.max(found[name], before[name]) >= OFF
        : Math.min(found[name], before[name]) >= ON,
    );
  }

  /** Takes over one judgement at once, as after a calibration. */
  set(found: Confidences | null): void {
    if (!found) return;
    this.before = found;
    this.current = CONDITIONS.filter((name) => found[name] >= 0.5);
  }
}

/** In a hall the advice against echo is also that against distance; and other voices are a noise too. */
function specific(names: Condition[]): Condition[] {
  const isCovered = (name: Condition) =>
    (name === 'far' && names.includes('hall')) || (name === 'noise' && names.includes('voices'));
  return names.filter((name) => !isCovered(name));
}
