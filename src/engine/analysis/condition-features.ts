import { RealFft } from '../../dsp/fft';
import { clamp } from '../../dsp/arrays';
import { periodicHann } from '../../dsp/signal';
import {
  FINE_BIN_HZ,
  FRAMES_PER_PERIODICITY,
  FRAMES_PER_SECOND,
  GROUPS,
  type ConditionFrames,
} from './condition-frames';
import { findHum } from './hum-lines';
import { PERIODICITY_RATE_HZ } from './periodicity';

/** Levels further than this below the speech level are taken to be this far below it. */
const DEEPEST_DB = 50;
/** Frames less than this below the speech level are loud; down to QUIET_DB they are soft, and quiet below that. */
const LOUD_DB = 15;
const QUIET_DB = 30;
/** Slopes count where the level is at least this far above the floor of its group, dB. */
const ABOVE_FLOOR_DB = 10;
/** Frames over which a slope is measured: the decay of a syllable, and that of a hall. */
const SLOPES = [6, 20] as const;
const SLOPE_SHARES = [0.03, 0.1, 0.25, 0.75, 0.9, 0.97] as const;
const MODULATION_SIZE = 256;
/** Edges in Hz of the bands of modulation frequency. */
const MODULATION_HZ = [0.8, 2, 4, 8, 16, 32] as const;
const MODULATION = { fft: new RealFft(MODULATION_SIZE), window: periodicHann(MODULATION_SIZE) };
/** The median F0 is measured in octaves from here. */
const REFERENCE_HZ = 150;
/** Windows whose autocorrelation at the period is at least this are voiced. */
const VOICED = 0.7;
const [SUB_LOW_HZ, SUB_HIGH_HZ] = [15, 60];

export interface ConditionFeatures {
  /** 95th percentile of the loudness, dBFS. */
  levelDb: number;
  /** From the 5th to the 95th percentile. */
  rangeDb: number;
  /** Seconds with loud frames. */
  loudSeconds: number;
  /** As named by `FEATURES`. */
  values: Float64Array;
}

const group = (name: string) => Array.from({ length: GROUPS }, (_, g) => `${name}${g}`);

/** The features by name. Levels are in dB relative to the speech level, slopes in dB per 10 ms. */
export const FEATURES: readonly string[] = [
  'floor5',
  'floor10',
  'floor25',
  'floor50',
  'floorSpread',
  ...SLOPES.flatMap((frames) => SLOPE_SHARES.map((share) => `slope${frames}-${share}`)),
  'asymmetry6',
  'asymmetry20',
  ...MODULATION_HZ.slice(1).map((hz) => `modulation${hz}`),
  'loudPeriodicity',
  'loudPeriodicity25',
  'loudPeriodicity75',
  'softPeriodicity',
  'quietPeriodicity',
  'loudVoiced',
  'softVoiced',
  'quietVoiced',
  'f0Octaves',
  'f0Range',
  'f0Away',
  'f0Jumps',
  'second',
  'secondPower',
  'second90',
  'steady',
  ...group('speech'),
  ...group('rest'),
  'low10',
  'low50',
  'low90',
  'sub',
  'humLines',
  'humLevel',
];

/** Computes the features of a window; null where it holds no sound. */
export function conditionFeatures(frames: ConditionFrames): ConditionFeatures | null {
  const steps = featureSteps(frames);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** As `conditionFeatures`, in steps of about a millisecond for ten seconds of sound. */
export function* featureSteps(frames: ConditionFrames): Generator<void, ConditionFeatures | null> {
  const { loudnessDb } = frames;
  if (loudnessDb.length === 0) return null;
  const sorted = loudnessDb.slice().sort();
  const levelDb = at(sorted, 0.95);
  const below = (db: number) => Math.max(-DEEPEST_DB, db - levelDb);
  const quietest = at(sorted, 0.15);
  const loud: number[] = [];
  const rest: number[] = [];
  for (let t = 0; t < loudnessDb.length; t++) {
    if (loudnessDb[t]! > levelDb - LOUD_DB) loud.push(t);
    if (loudnessDb[t]! <= quietest) rest.push(t);
  }
  yield;
  const values = [
    ...[0.05, 0.1, 0.25, 0.5].map((share) => below(at(sorted, share))),
    below(at(sorted, 0.25)) - below(at(sorted, 0.05)),
  ];
  const parts = [
    () => slopeFeatures(frames),
    () => modulation(frames),
    () => periodicity(frames, levelDb),
    () => [mean(loud.map((t) => frames.steady[t]!))],
    () => [...groupLevels(frames, loud, levelDb), ...groupLevels(frames, rest, levelDb)],
    () => lowLevels(frames, loud),
  ];
  for (const part of parts) {
    values.push(...part());
    yield;
  }
  return {
    levelDb,
    rangeDb: levelDb - at(sorted, 0.05),
    loudSeconds: loud.length / FRAMES_PER_SECOND,
    values: Float64Array.from(values),
  };
}

/**
 * Quantiles of the slopes of the level of each group: reverberation limits how fast a level falls, not how fast it rises
 * (Wen, Habets & Naylor 2008, "Blind estimation of reverberation time based on the distribution of signal decay rates").
 */
function slopeFeatures({ groupsDb }: ConditionFrames): number[] {
  const all = SLOPES.map((span) => {
    const slopes = new Float32Array(groupsDb.length * groupsDb[0]!.length);
    let count = 0;
    for (const levels of groupsDb) {
      const floor = at(levels.slice().sort(), 0.05) + ABOVE_FLOOR_DB;
      for (let t = 0; t + span < levels.length; t += 2) {
        if (Math.max(levels[t]!, levels[t + span]!) < floor) continue;
        slopes[count++] = (levels[t + span]! - levels[t]!) / span;
      }
    }
    const sorted = slopes.subarray(0, count).sort();
    return SLOPE_SHARES.map((share) => (sorted.length > 0 ? at(sorted, share) : 0));
  });
  const asymmetry = all.map((q) => Math.log((q[4]! + 0.05) / (-q[1]! + 0.05)));
  return [...all.flat(), ...asymmetry.map((value) => (Number.isFinite(value) ? value : 0))];
}

/**
 * Shares in dB of the modulation spectrum of the groups' envelopes: echo attenuates fast modulations (Falk, Zheng & Chan 2010,
 * "A non-intrusive quality and intelligibility measure of reverberant and dereverberated speech").
 */
function modulation({ groupsDb }: ConditionFrames): number[] {
  const { fft, window } = MODULATION;
  const input = new Float64Array(MODULATION_SIZE);
  const spectrum = new Float64Array(2 * MODULATION_SIZE);
  const bands = MODULATION_HZ.length - 1;
  const sums = new Float64Array(bands);
  const bin = (hz: number) => (hz * MODULATION_SIZE) / FRAMES_PER_SECOND;
  for (const levels of groupsDb) {
    const found = new Float64Array(bands);
    for (let from = 0; from + MODULATION_SIZE <= levels.length; from += MODULATION_SIZE / 2) {
      let average = 0;
      for (let i = 0; i < MODULATION_SIZE; i++) {
        input[i] = 10 ** (levels[from + i]! / 20);
        average += input[i]! / MODULATION_SIZE;
      }
      for (let i = 0; i < MODULATION_SIZE; i++) input[i] = (input[i]! - average) * window[i]!;
      fft.forward(input, spectrum);
      for (let band = 0; band < bands; band++) {
        const end = bin(MODULATION_HZ[band + 1]!);
        for (let k = Math.ceil(bin(MODULATION_HZ[band]!)); k < end; k++)
          found[band]! += spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
      }
    }
    const total = found.reduce((sum, power) => sum + power, 0);
    if (total > 0) found.forEach((power, band) => (sums[band]! += power / total / GROUPS));
  }
  return [...sums].map((share) => 10 * Math.log10(share + 1e-3));
}

function periodicity({ loudnessDb, periodicity, lag, second }: ConditionFrames, levelDb: number): number[] {
  const classes: number[][] = [[], [], []];
  const octaves: number[] = [];
  const seconds: number[] = [];
  const powers: number[] = [];
  let [jumps, steps] = [0, 0];
  for (let i = 0; i < periodicity.length; i++) {
    const under = levelDb - loudnessDb[Math.min(loudnessDb.length - 1, FRAMES_PER_PERIODICITY * i + 3)]!;
    const level = under < LOUD_DB ? 0 : under < QUIET_DB ? 1 : 2;
    const r = periodicity[i]!;
    classes[level]!.push(r);
    if (r >= VOICED && level < 2) {
      octaves.push(Math.log2(PERIODICITY_RATE_HZ / lag[i]! / REFERENCE_HZ));
      if (i > 0 && periodicity[i - 1]! >= VOICED) {
        steps++;
        if (Math.abs(Math.log2(lag[i]! / lag[i - 1]!)) > 0.25) jumps++;
      }
    }
    if (level === 0 && r >= 0.5) {
      seconds.push(second[i]!);
      powers.push(second[i]! * (1 - r));
    }
  }
  const sorted = classes.map((values) => Float32Array.from(values).sort());
  const share = (values: Float32Array) =>
    values.filter((r) => r >= VOICED).length / Math.max(1, values.length);
  const register = Float32Array.from(octaves).sort();
  const median = register.length > 0 ? at(register, 0.5) : 0;
  const secondSorted = Float32Array.from(seconds).sort();
  return [
    mean(sorted[0]!),
    ...[0.25, 0.75].map((q) => (sorted[0]!.length > 0 ? at(sorted[0]!, q) : 0)),
    mean(sorted[1]!),
    mean(sorted[2]!),
    ...sorted.map(share),
    median,
    register.length > 0 ? at(register, 0.9) - at(register, 0.1) : 0,
    register.filter((value) => Math.abs(value - median) > 0.5).length / Math.max(1, register.length),
    jumps / Math.max(1, steps),
    mean(secondSorted),
    Math.log10(mean(powers) + 1e-3),
    secondSorted.length > 0 ? at(secondSorted, 0.9) : 0,
  ];
}

/** Mean level of each group over some frames, relative to the speech level of that group's own average where it is loud. */
function groupLevels({ groupsDb }: ConditionFrames, times: number[], levelDb: number): number[] {
  return groupsDb.map((levels) => Math.max(-80, mean(times.map((t) => levels[t]!)) - levelDb));
}

function lowLevels({ groupsDb, lowDb, fineSpectra }: ConditionFrames, loud: number[]): number[] {
  const speech = mean(loud.map((t) => Math.max(...[1, 2, 3].map((g) => groupsDb[g]![t]!))));
  const low = lowDb.slice().sort();
  const quiet = quietSpectrum(fineSpectra);
  // Power of a 64-fold longer window, in the units of logMel.
  const level = (power: number) => clamp(10 * Math.log10(power + 1e-12) - speech, -60, 40);
  const lines = fineSpectra.length > 0 ? findHum(quiet, FINE_BIN_HZ) : [];
  let sub = 0;
  for (let k = Math.round(SUB_LOW_HZ / FINE_BIN_HZ); k < SUB_HIGH_HZ / FINE_BIN_HZ; k++) sub += quiet[k] ?? 0;
  return [
    ...[0.1, 0.5, 0.9].map((share) => clamp(at(low, share) - speech, -60, 40)),
    level(sub),
    Math.min(8, lines.length),
    lines.length > 0 ? level(lines.reduce((sum, { power }) => sum + power, 0)) : -60,
  ];
}

/** Lower quartile over time of each bin: the sound that is there between words too. */
function quietSpectrum(spectra: Float32Array[]): Float64Array {
  const rank = Math.floor(spectra.length / 4);
  const lowest = new Float32Array(rank + 1);
  return Float64Array.from({ length: spectra[0]?.length ?? 0 }, (_, k) => {
    lowest.fill(Infinity);
    for (const spectrum of spectra) {
      let place = rank;
      if (spectrum[k]! >= lowest[place]!) continue;
      for (; place > 0 && lowest[place - 1]! > spectrum[k]!; place--) lowest[place] = lowest[place - 1]!;
      lowest[place] = spectrum[k]!;
    }
    return lowest[rank]!;
  });
}

function at(sorted: Float32Array, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))]!;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length > 0 ? sum / values.length : 0;
}
