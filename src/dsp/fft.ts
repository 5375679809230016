import FFT from 'fft.js';

/** Real FFT of a power-of-two `size` in float64. Spectra hold re, im of bins 0..size/2, interleaved. */
export class RealFft {
  readonly size: number;
  readonly bins: number;
  private readonly fft: FFT;
  private readonly full: Float64Array;
  private readonly output: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.bins = size / 2 + 1;
    this.fft = new FFT(size);
    this.full = new Float64Array(2 * size);
    this.output = new Float64Array(2 * size);
  }

  /** `input` [size] -> `spectrum` [2 size]; only the first 2 (size / 2 + 1) numbers are valid. */
  forward(input: Float64Array, spectrum: Float64Array): void {
    this.fft.realTransform(spectrum, input);
  }

  /** First 2 (size / 2 + 1) numbers of `spectrum` -> `output` [size], scaled by 1 / size. */
  inverse(spectrum: Float64Array, output: Float64Array): void {
    const { full, size } = this;
    full.set(spectrum.subarray(0, size + 2));
    // The upper half is the complex conjugate of the lower one, mirrored.
    for (let k = 1; k < size / 2; k++) {
      full[2 * (size - k)] = full[2 * k]!;
      full[2 * (size - k) + 1] = -full[2 * k + 1]!;
    }
    this.fft.inverseTransform(this.output, full);
    for (let i = 0; i < size; i++) output[i] = this.output[2 * i]!;
  }
}
