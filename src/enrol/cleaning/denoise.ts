import { throwIfCancelled } from '../../engine/errors';
import { RealFft } from '../../dsp/fft';
import { ANALYSIS_RATE_HZ, periodicHann } from '../../dsp/signal';
import { nextTask } from '../../dsp/task';

const SIZE = 512;
const HOP = 128;
const BINS = SIZE / 2 + 1;
/** The noise is measured anew for every block, on itself and its neighbours. */
const BLOCK_FRAMES = (8 * ANALYSIS_RATE_HZ) / HOP;
/** Share of the frames, the quietest, that are taken for noise alone. */
const QUIET_SHARE = 0.1;
/** The quietest frames of a noise are quieter than its mean. */
const QUIET_BIAS = 1.3;
/** Frames below -90 dBFS are digital silence, and tell nothing of the noise. */
const NOTHING = 1e-9 * SIZE;
/** Decision-directed weight and lowest gain (-16 dB: what is left masks the musical tones). */
const ALPHA = 0.98;
const LOWEST_GAIN = 0.16;
const LOWEST_PRIOR = 0.003;
/** Above this ratio of speech to noise nothing is gained, and nothing is touched. */
const CLEAN_RATIO = 10 ** 3.8;

/**
 * Takes steady noise out of 16 kHz speech, in place: the log-spectral amplitude estimator of Ephraim and
 * Malah (1985) with their decision-directed a priori SNR (1984), noise measured in the quietest frames.
 */
export async function denoise(
  samples: Float32Array,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const frames = Math.ceil(samples.length / HOP) + SIZE / HOP - 1;
  const window = periodicHann(SIZE).map(Math.sqrt);
  const fft = new RealFft(SIZE);
  const spectra = (frame: number, out: Float64Array) => {
    const input = new Float64Array(SIZE);
    const start = (frame + 1) * HOP - SIZE;
    for (let i = 0; i < SIZE; i++) input[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.forward(input, out);
  };
  const output = new Float64Array(samples.length);
  const spectrum = new Float64Array(2 * SIZE);
  const piece = new Float64Array(SIZE);
  const state = { before: new Float64Array(BINS).fill(LOWEST_PRIOR) };
  for (let block = 0; block < frames; block += BLOCK_FRAMES) {
    await nextTask();
    throwIfCancelled(signal);
    const end = Math.min(frames, block + BLOCK_FRAMES);
    const noise = measureNoise(block - BLOCK_FRAMES / 2, end + BLOCK_FRAMES / 2, frames, spectra);
    for (let frame = block; frame < end; frame++) {
      spectra(frame, spectrum);
      if (noise) suppress(spectrum, noise, state);
      fft.inverse(spectrum, piece);
      const start = (frame + 1) * HOP - SIZE;
      for (let i = 0; i < SIZE; i++) {
        const at = start + i;
        // Square roots of Hann windows, twice, overlap to 2 at a quarter.
        if (at >= 0 && at < output.length) output[at]! += (piece[i]! * window[i]!) / 2;
      }
    }
    onProgress?.(end / frames);
  }
  samples.set(output);
}

/** Mean power of each bin in the quietest frames; null where there is no noise worth the harm. */
function measureNoise(
  from: number,
  to: number,
  frames: number,
  spectra: (frame: number, out: Float64Array) => void,
): Float64Array | null {
  const [start, end] = [Math.max(0, from), Math.min(frames, to)];
  const spectrum = new Float64Array(2 * SIZE);
  const found: { energy: number; power: Float32Array }[] = [];
  let total = 0;
  for (let frame = start; frame < end; frame += 2) {
    spectra(frame, spectrum);
    const power = new Float32Array(BINS);
    let energy = 0;
    for (let k = 0; k < BINS; k++) {
      power[k] = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
      energy += power[k]!;
    }
    if (energy < NOTHING) continue;
    total += energy;
    found.push({ energy, power });
  }
  if (found.length < 10) return null;
  found.sort((a, b) => a.energy - b.energy);
  const quiet = found.slice(0, Math.max(5, Math.round(QUIET_SHARE * found.length)));
  const noise = new Float64Array(BINS);
  for (const { power } of quiet)
    for (let k = 0; k < BINS; k++) noise[k]! += (QUIET_BIAS * power[k]!) / quiet.length;
  const noiseEnergy = noise.reduce((sum, power) => sum + power, 0);
  return total / found.length > CLEAN_RATIO * noiseEnergy ? null : noise;
}

function suppress(spectrum: Float64Array, noise: Float64Array, state: { before: Float64Array }): void {
  for (let k = 0; k < BINS; k++) {
    const variance = noise[k]! + 1e-20;
    const posterior = Math.min(1000, (spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2) / variance);
    const prior = Math.max(LOWEST_PRIOR, ALPHA * state.before[k]! + (1 - ALPHA) * Math.max(0, posterior - 1));
    const share = prior / (1 + prior);
    const gain = Math.max(LOWEST_GAIN, Math.min(1, share * Math.exp(0.5 * expIntegral(share * posterior))));
    state.before[k] = gain * gain * posterior;
    spectrum[2 * k]! *= gain;
    spectrum[2 * k + 1]! *= gain;
  }
}

/** E1(x): Abramowitz and Stegun 5.1.53 (cut short; 1e-3) and 5.1.54. */
function expIntegral(x: number): number {
  if (x < 1) return -Math.log(Math.max(x, 1e-6)) - 0.57722 + x * (0.99999 - x * (0.24991 - 0.05519 * x));
  return ((x * (x + 2.334733) + 0.250621) / (x * (x + 3.330657) + 1.681534)) * (Math.exp(-x) / x);
}
