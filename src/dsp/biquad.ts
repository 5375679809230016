import { ANALYSIS_RATE_HZ } from './signal';

/** Second-order filter of a stream at 16 kHz, direct form II transposed: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
export class Biquad {
  private first = 0;
  private second = 0;

  constructor(
    private readonly b: readonly [number, number, number],
    private readonly a: readonly [number, number],
  ) {}

  /** Butterworth high-pass of second order, by the bilinear transform. */
  static highPass(hz: number): Biquad {
    const k = Math.tan((Math.PI * hz) / ANALYSIS_RATE_HZ);
    const scale = 1 / (1 + Math.SQRT2 * k + k * k);
    return new Biquad(
      [scale, -2 * scale, scale],
      [2 * (k * k - 1) * scale, (1 - Math.SQRT2 * k + k * k) * scale],
    );
  }

  /** Butterworth low-pass of first order. */
  static lowPass(hz: number): Biquad {
    const k = Math.tan((Math.PI * hz) / ANALYSIS_RATE_HZ);
    const gain = k / (1 + k);
    return new Biquad([gain, gain, 0], [(k - 1) / (k + 1), 0]);
  }

  next(x: number): number {
    const { a, b } = this;
    const y = b[0] * x + this.first;
    this.first = b[1] * x - a[0] * y + this.second;
    this.second = b[2] * x - a[1] * y;
    return y;
  }
}
