import { RealFft } from '../../dsp/fft';
import { hzToMel, melToHz, periodicHann } from '../../dsp/signal';

const FFT_SIZE = 1024;
const TOP_HZ = 8000;
/** Levels this far below the loudest point are drawn as silence. */
const RANGE_DB = 70;

/**
 * A spectrogram as brightness 0..1, [rows, columns]: row 0 at 8 kHz, rows equally spaced in mel.
 *
 * One spectrum per column, so the cost does not depend on the length of the recording.
 */
export function spectrogramImage(
  samples: Float32Array,
  sampleRateHz: number,
  columns: number,
  rows: number,
): Float32Array {
  const fft = new RealFft(FFT_SIZE);
  const window = periodicHann(FFT_SIZE);
  const input = new Float64Array(FFT_SIZE);
  const spectrum = new Float64Array(2 * FFT_SIZE);
  const image = new Float32Array(rows * columns);
  const bins = Array.from({ length: rows }, (_, row) => {
    const hz = melToHz(hzToMel(TOP_HZ) * (1 - row / (rows - 1)));
    return Math.min(FFT_SIZE / 2, Math.round((hz / sampleRateHz) * FFT_SIZE));
  });
  let loudest = -Infinity;
  for (let column = 0; column < columns; column++) {
    const start = Math.round(((column + 0.5) / columns) * samples.length) - FFT_SIZE / 2;
    for (let i = 0; i < FFT_SIZE; i++) input[i] = (samples[start + i] ?? 0) * window[i]!;
    fft.forward(input, spectrum);
    bins.forEach((bin, row) => {
      const power = spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2;
      const db = 10 * Math.log10(power + 1e-12);
      image[row * columns + column] = db;
      if (db > loudest) loudest = db;
    });
  }
  for (let i = 0; i < image.length; i++) image[i] = Math.max(0, 1 + (image[i]! - loudest) / RANGE_DB);
  return image;
}

/** Largest magnitude in each of `columns` equal parts, [columns]. */
export function peaksOf(samples: Float32Array, columns: number): Float32Array {
  const peaks = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    const end = Math.floor(((column + 1) * samples.length) / columns);
    for (let i = Math.floor((column * samples.length) / columns); i < end; i++) {
      const magnitude = Math.abs(samples[i]!);
      if (magnitude > peaks[column]!) peaks[column] = magnitude;
    }
  }
  return peaks;
}
