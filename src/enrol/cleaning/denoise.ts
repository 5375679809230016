import { throwIfCancelled } from '../../engine/errors';
import { RealFft } from '../../dsp/fft';
import { ANALYSIS_RATE_HZ, periodicHann } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';

const SIZE = 512;
const HOP = 128;
const BINS = SIZE / 2 + 1;
/** The noise is measured for each block of 8 s, over the block and 4 s before and after it. */
const BLOCK_FRAMES = (8 * ANALYSIS_RATE_HZ) / HOP;
/** The quietest 10 % of the frames are taken for noise. */
const QUIET_SHARE = 0.1;
/** Factor from the power of the quietest frames of a noise to its mean power. */
const QUIET_BIAS = 1.3;
/** Frames below -90 dBFS are digital silence and are not measured. */
const SILENT_ENERGY = 1e-9 * SIZE;
/** Weight of the decision-directed estimate. */
const ALPHA = 0.98;
/** Lowest gain, -16 dB: the residual noise masks musical tones. */
const MIN_GAIN = 0.16;
/** Lowest a priori SNR. */
const MIN_PRIOR = 0.003;
/** Blocks with a higher ratio of speech to noise power (38 dB) are not changed. */
const CLEAN_SNR = 10 ** 3.8;

/**
 * Reduces steady noise in 16 kHz speech, in place, by up to 16 dB: the log-spectral amplitude estimator of Ephraim and
 * Malah (1985) with their decision-directed a priori SNR (1984); the noise is measured in the quietest frames.
 *
 * Rejects with `cancelled`.
 */
export async function denoise(
  samples: Float32Array,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const frames = Math.ceil(samples.length / HOP) + SIZE / HOP - 1;
  const window = periodicHann(SIZE).map(Math.sqrt);
  const fft = new RealFft(SIZE);
  const readSpectrum = (frame: number, out: Float64Array) => {
    const input = new Float64Array(SIZE);
    const start = (frame + 1) * HOP - SIZE;
    for (let i = 0; i < SIZE; i++) input[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.forward(input, out);
  };
  const output = new Float64Array(samples.length);
  const spectrum = new Float64Array(2 * SIZE);
  const filtered = new Float64Array(SIZE);
  const previous = new Float64Array(BINS).fill(MIN_PRIOR);
  for (let block = 0; block < frames; block += BLOCK_FRAMES) {
    await nextTask();
    throwIfCancelled(signal);
    const end = Math.min(frames, block + BLOCK_FRAMES);
    const noise = measureNoise(block - BLOCK_FRAMES / 2, end + BLOCK_FRAMES / 2, frames, readSpectrum);
    for (let frame = block; frame < end; frame++) {
      readSpectrum(frame, spectrum);
      if (noise) suppress(spectrum, noise, previous);
      fft.inverse(spectrum, filtered);
      const start = (frame + 1) * HOP - SIZE;
      for (let i = 0; i < SIZE; i++) {
        const at = start + i;
        // The square root of a Hann window, applied twice, overlap-adds to 2 with a hop of a quarter window.
        if (at >= 0 && at < output.length) output[at]! += (filtered[i]! * window[i]!) / 2;
      }
    }
    onProgress?.(end / frames);
  }
  samples.set(output);
}

/** Mean noise power [257] in the quietest of the frames `from` to `to`; null if there is too little noise to reduce. */
function measureNoise(
  from: number,
  to: number,
  frames: number,
  readSpectrum: (frame: number, out: Float64Array) => void,
): Float64Array | null {
  const [start, end] = [Math.max(0, from), Math.min(frames, to)];
  const spectrum = new Float64Array(2 * SIZE);
  const audible: { energy: number; power: Float32Array }[] = [];
  let total = 0;
  for (let frame = start; frame < end; frame += 2) {
    readSpectrum(frame, spectrum);
    const power = new Float32Array(BINS);
    let energy = 0;
    for (let k = 0; k < BINS; k++) {
      power[k] = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
      energy += power[k]!;
    }
    if (energy < SILENT_ENERGY) continue;
    total += energy;
    audible.push({ energy, power });
  }
  if (audible.length < 10) return null;
  audible.sort((a, b) => a.energy - b.energy);
  const quiet = audible.slice(0, Math.max(5, Math.round(QUIET_SHARE * audible.length)));
  const noise = new Float64Array(BINS);
  for (const { power } of quiet)
    for (let k = 0; k < BINS; k++) noise[k]! += (QUIET_BIAS * power[k]!) / quiet.length;
  const noiseEnergy = noise.reduce((sum, power) => sum + power, 0);
  return total / audible.length > CLEAN_SNR * noiseEnergy ? null : noise;
}

/** Applies the gains to `spectrum` in place. `previous` [257]: a posteriori SNR after the gain, of the previous frame; updated. */
function suppress(spectrum: Float64Array, noise: Float64Array, previous: Float64Array): void {
  for (let k = 0; k < BINS; k++) {
    const variance = noise[k]! + 1e-20;
    const posterior = Math.min(1000, (spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2) / variance);
    const prior = Math.max(MIN_PRIOR, ALPHA * previous[k]! + (1 - ALPHA) * Math.max(0, posterior - 1));
    const wiener = prior / (1 + prior);
    const gain = Math.max(MIN_GAIN, Math.min(1, wiener * Math.exp(0.5 * expIntegral(wiener * posterior))));
    previous[k] = gain * gain * posterior;
    spectrum[2 * k]! *= gain;
    spectrum[2 * k + 1]! *= gain;
  }
}

/** The exponential integral E1(x): Abramowitz and Stegun 5.1.53 (truncated; error 1e-3) and 5.1.54. */
function expIntegral(x: number): number {
  if (x < 1) return -Math.log(Math.max(x, 1e-6)) - 0.57722 + x * (0.99999 - x * (0.24991 - 0.05519 * x));
  return ((x * (x + 2.334733) + 0.250621) / (x * (x + 3.330657) + 1.681534)) * (Math.exp(-x) / x);
}
