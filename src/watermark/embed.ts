import { RealFft } from '../engine/fft';
import { encodePayload } from './code';
import { BAND_EDGES, FRAME_HOP, FRAME_SAMPLES, PERIOD_FRAMES, TILE_BANDS } from './grid';
import { isSync, PATTERN } from './pattern';
import type { WatermarkPayload } from './types';

/** How far a tile is raised or lowered. */
export const STRENGTH_DB = 2;

/**
 * Marks mono samples at 24 kHz; returns a new array of the same length.
 *
 * A patchwork on log magnitudes (Yiu et al.; compare Liu et al. 2023, "Timbre watermarking"): short-time spectra in
 * bands are turned up or down a little by a keyed pattern, and the change is overlap-added to the samples. What is
 * silent stays silent.
 */
export function embedWatermark(samples: Float32Array, payload: WatermarkPayload): Float32Array {
  const gains = tileGains(payload);
  const marked = samples.slice();
  const fft = new RealFft(FRAME_SAMPLES);
  // The square root of a Hann window, before and after: their product adds up to one.
  const window = Float64Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    Math.sin((Math.PI * i) / FRAME_SAMPLES),
  );
  const frame = new Float64Array(FRAME_SAMPLES);
  const spectrum = new Float64Array(2 * FRAME_SAMPLES);
  const frames = Math.ceil(samples.length / FRAME_HOP) + 1;
  for (let t = 0; t < frames; t++) {
    const start = (t - 1) * FRAME_HOP;
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.forward(frame, spectrum);
    applyGains(spectrum, gains, t % PERIOD_FRAMES);
    fft.inverse(spectrum, frame);
    const end = Math.min(FRAME_SAMPLES, samples.length - start);
    for (let i = Math.max(0, -start); i < end; i++) marked[start + i]! += frame[i]! * window[i]!;
  }
  return marked;
}

/** Replaces a spectrum by what is to be added to it. */
function applyGains(spectrum: Float64Array, gains: Float64Array, position: number): void {
  spectrum.fill(0, 0, 2 * BAND_EDGES[0]!);
  for (let band = 0; band < TILE_BANDS; band++) {
    const gain = gains[position * TILE_BANDS + band]!;
    for (let i = 2 * BAND_EDGES[band]!; i < 2 * BAND_EDGES[band + 1]!; i++) spectrum[i]! *= gain;
  }
  spectrum.fill(0, 2 * BAND_EDGES[TILE_BANDS]!, FRAME_SAMPLES + 2);
}

/** Gain - 1 of every tile of a period. */
function tileGains(payload: WatermarkPayload): Float64Array {
  const signs = encodePayload(payload);
  return Float64Array.from(PATTERN.chips, (chip, tile) => {
    const bit = PATTERN.bits[tile]!;
    return 10 ** ((STRENGTH_DB * chip * (isSync(bit) ? 1 : signs[bit]!)) / 20) - 1;
  });
}
