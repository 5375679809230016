import { RealFft } from '../../dsp/fft';

const SECONDS = 0.12;
const LOWEST_HZ = 500;
const HIGHEST_HZ = 6000;
const LEVEL = 0.5;
const EDGE_SECONDS = 0.005;
/** Peak of the correlation over its RMS from which a chirp is detected; noise stays below about 6. */
const HEARD_SCORE = 12;

/** An exponential sweep (Farina 2000) of 0.12 s: its autocorrelation has a sharp peak, and it is robust in noise. */
export function makeChirp(sampleRateHz: number): Float32Array<ArrayBuffer> {
  const length = Math.round(SECONDS * sampleRateHz);
  const octaves = Math.log(HIGHEST_HZ / LOWEST_HZ);
  return Float32Array.from({ length }, (_, i) => {
    const t = i / sampleRateHz;
    const phase = ((2 * Math.PI * LOWEST_HZ * SECONDS) / octaves) * (Math.exp((t / SECONDS) * octaves) - 1);
    const edge = Math.min(1, t / EDGE_SECONDS, (SECONDS - t) / EDGE_SECONDS);
    return LEVEL * Math.max(0, edge) * Math.sin(phase);
  });
}

/**
 * Start of the chirp in `recording`, in samples, by cross-correlation; null where none is detected. Both at the same rate.
 */
export function findChirp(recording: Float32Array, chirp: Float32Array): number | null {
  if (recording.length <= chirp.length) return null;
  const fft = new RealFft(2 ** Math.ceil(Math.log2(recording.length + chirp.length)));
  const transform = (samples: Float32Array) => {
    const padded = new Float64Array(fft.size);
    padded.set(samples);
    const spectrum = new Float64Array(2 * fft.size);
    fft.forward(padded, spectrum);
    return spectrum;
  };
  const product = transform(recording);
  const reference = transform(chirp);
  for (let k = 0; k <= fft.size / 2; k++) {
    const [re, im] = [product[2 * k]!, product[2 * k + 1]!];
    product[2 * k] = re * reference[2 * k]! + im * reference[2 * k + 1]!;
    product[2 * k + 1] = im * reference[2 * k]! - re * reference[2 * k + 1]!;
  }
  const correlation = new Float64Array(fft.size);
  fft.inverse(product, correlation);
  const lags = recording.length - chirp.length;
  let best = 0;
  let power = 0;
  for (let lag = 0; lag < lags; lag++) {
    power += correlation[lag]! ** 2;
    if (Math.abs(correlation[lag]!) > Math.abs(correlation[best]!)) best = lag;
  }
  const score = Math.abs(correlation[best]!) / Math.sqrt(power / lags);
  return score >= HEARD_SCORE ? best : null;
}
