import { resample } from '../dsp/resample';
import { m } from '../text/messages';
import { number, percent } from '../text/format';

export type TreatmentId = 'noise' | 'lowPass' | 'speed' | 'echo' | 'cut';

export interface Treatment {
  id: TreatmentId;
  name: () => string;
  /** Range of the slider; the treatment has no effect at `off`. */
  min: number;
  max: number;
  step: number;
  off: number;
  /** The value in words. */
  text: (value: number) => string;
}

/** What pupils can do to a marked recording. */
export const TREATMENTS: readonly Treatment[] = [
  {
    id: 'noise',
    name: m.learn_treat_noise,
    min: 0,
    max: 50,
    step: 5,
    off: 0,
    text: (x) => (x === 0 ? m.learn_treat_off() : m.learn_treat_noise_value({ db: number(50 - x) })),
  },
  {
    id: 'lowPass',
    name: m.learn_treat_muffle,
    min: 1000,
    max: 12000,
    step: 500,
    off: 12000,
    text: (x) =>
      x === 12000
        ? m.learn_treat_off()
        : m.learn_treat_muffle_value({ khz: number(x / 1000, x % 1000 === 0 ? 0 : 1) }),
  },
  {
    id: 'speed',
    name: m.learn_treat_speed,
    min: 75,
    max: 125,
    step: 1,
    off: 100,
    text: (x) => percent(x / 100),
  },
  {
    id: 'echo',
    name: m.learn_treat_echo,
    min: 0,
    max: 90,
    step: 10,
    off: 0,
    text: (x) => (x === 0 ? m.learn_treat_off() : m.learn_treat_echo_value({ percent: percent(x / 100) })),
  },
  {
    id: 'cut',
    name: m.learn_treat_cut,
    min: 0,
    max: 80,
    step: 10,
    off: 0,
    text: (x) => (x === 0 ? m.learn_treat_off() : m.learn_treat_cut_value({ percent: percent(x / 100) })),
  },
];

export type TreatmentValues = Record<TreatmentId, number>;

export const UNTREATED: TreatmentValues = { noise: 0, lowPass: 12000, speed: 100, echo: 0, cut: 0 };

const PIECE_SECONDS = 0.5;
const ECHO_SECONDS = 0.11;
const ECHOES = 6;

/** Applies all treatments; `samples` is not changed. */
export function treat(samples: Float32Array, sampleRateHz: number, values: TreatmentValues): Float32Array {
  let sound: Float32Array = samples.slice();
  if (values.cut > 0) sound = cut(sound, sampleRateHz, values.cut / 100);
  // As tape at another speed: the pitch changes too.
  if (values.speed !== 100)
    sound = resample(sound, Math.round(sampleRateHz * (values.speed / 100)), sampleRateHz);
  if (values.echo > 0) sound = echo(sound, sampleRateHz, values.echo / 100);
  if (values.lowPass < 12000) sound = lowPass(sound, sampleRateHz, values.lowPass);
  if (values.noise > 0) addNoise(sound, 50 - values.noise);
  return sound;
}

/** Removes the last `share` of every half second. */
function cut(samples: Float32Array, sampleRateHz: number, share: number): Float32Array<ArrayBuffer> {
  const piece = Math.round(PIECE_SECONDS * sampleRateHz);
  const kept = Math.round((1 - share) * piece);
  const out = new Float32Array(samples.length);
  let length = 0;
  for (let at = 0; at < samples.length; at += piece) {
    const part = samples.subarray(at, Math.min(samples.length, at + kept));
    out.set(part, length);
    length += part.length;
  }
  return out.slice(0, length);
}

function echo(samples: Float32Array, sampleRateHz: number, strength: number): Float32Array<ArrayBuffer> {
  const delay = Math.round(ECHO_SECONDS * sampleRateHz);
  const out = new Float32Array(samples.length + ECHOES * delay);
  for (let n = 0; n <= ECHOES; n++) {
    const gain = strength ** n;
    for (let i = 0; i < samples.length; i++) out[i + n * delay]! += gain * samples[i]!;
  }
  return out;
}

/** Fourth-order Butterworth low-pass as two biquads (Smith, "Introduction to digital filters", appendix I.2): 24 dB per octave. */
function lowPass(samples: Float32Array, sampleRateHz: number, hz: number): Float32Array<ArrayBuffer> {
  let out = samples.slice();
  for (const q of [0.541, 1.307]) {
    const k = Math.tan((Math.PI * hz) / sampleRateHz);
    const norm = 1 / (1 + k / q + k * k);
    const gain = k * k * norm;
    const [a1, a2] = [2 * (k * k - 1) * norm, (1 - k / q + k * k) * norm];
    let [x1, x2, y1, y2] = [0, 0, 0, 0];
    out = out.map((x) => {
      const y = gain * (x + 2 * x1 + x2) - a1 * y1 - a2 * y2;
      [x2, x1, y2, y1] = [x1, x, y1, y];
      return y;
    });
  }
  return out;
}

function addNoise(samples: Float32Array, snrDb: number): void {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / Math.max(1, samples.length);
  // The variance of uniform noise in -1..1 is 1/3.
  const amplitude = Math.sqrt(3 * power * 10 ** (-snrDb / 10));
  for (let i = 0; i < samples.length; i++) samples[i]! += amplitude * (2 * Math.random() - 1);
}
