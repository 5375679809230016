import { ANALYSIS_HOP } from '../dsp/signal';

/** Order of the prediction, for the formants up to 8 kHz (Markel & Gray 1976: two per kHz of bandwidth plus two). */
const ORDER = 18;
/** 40 ms at 16 kHz. */
const FRAME_SAMPLES = 640;

/**
 * Median kurtosis of the linear-prediction residual of voiced frames of 40 ms: 3 for noise, higher the sharper the one pulse
 * per period. `samples` at 16 kHz, `f0Hz` every 10 ms; null without steady voiced frames.
 */
export function pulseSharpness(samples: Float32Array, f0Hz: Float32Array): number | null {
  const found: number[] = [];
  const residual = new Float64Array(FRAME_SAMPLES);
  for (let t = 2; t + 2 < f0Hz.length; t += 2) {
    const start = t * ANALYSIS_HOP - FRAME_SAMPLES / 2;
    const isSteady = f0Hz[t - 2]! > 0 && f0Hz[t]! > 0 && f0Hz[t + 2]! > 0;
    if (!isSteady || start < ORDER || start + FRAME_SAMPLES > samples.length) continue;
    const filter = predictionFilter(samples.subarray(start, start + FRAME_SAMPLES));
    if (!filter) continue;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      let sum = 0;
      for (let k = 0; k <= ORDER; k++) sum += filter[k]! * samples[start + i - k]!;
      residual[i] = sum;
    }
    found.push(kurtosis(residual));
  }
  return found.sort((a, b) => a - b)[found.length >> 1] ?? null;
}

/** Prediction error filter [ORDER + 1] by the autocorrelation method and the Levinson-Durbin recursion (Makhoul 1975, eq. 38); null for silence. */
function predictionFilter(frame: Float32Array): Float64Array | null {
  const windowed = frame.map((x, i) => x * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME_SAMPLES)));
  const r = Float64Array.from({ length: ORDER + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < FRAME_SAMPLES; i++) sum += windowed[i]! * windowed[i - lag]!;
    return sum;
  });
  if (r[0]! < 1e-9) return null;
  // White noise 60 dB below the signal keeps the recursion stable.
  r[0]! *= 1 + 1e-6;
  const filter = new Float64Array(ORDER + 1);
  filter[0] = 1;
  let error = r[0]!;
  for (let order = 1; order <= ORDER; order++) {
    let sum = 0;
    for (let k = 0; k < order; k++) sum += filter[k]! * r[order - k]!;
    const reflection = -sum / error;
    const before = filter.slice();
    for (let k = 1; k <= order; k++) filter[k] = before[k]! + reflection * before[order - k]!;
    error *= 1 - reflection * reflection;
  }
  return filter;
}

function kurtosis(values: Float64Array): number {
  let second = 0;
  let fourth = 0;
  for (const x of values) {
    second += x * x;
    fourth += x ** 4;
  }
  return (values.length * fourth) / (second * second);
}
