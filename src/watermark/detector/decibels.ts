const TABLE_BITS = 12;
const MANTISSA_BITS = 23;
const EXPONENT_BIAS = 127;
const OCTAVE_DB = 10 * Math.log10(2);
/** 10 log10 of mantissas 1..2. */
const TABLE = Float64Array.from(
  { length: 1 << TABLE_BITS },
  (_, i) => 10 * Math.log10(1 + (i + 0.5) / (1 << TABLE_BITS)),
);

/** An array of powers that can be replaced by their decibels in place. */
export class Powers {
  readonly values: Float32Array;
  private readonly bits: Int32Array;

  constructor(count: number) {
    this.values = new Float32Array(count);
    this.bits = new Int32Array(this.values.buffer);
  }

  /**
   * 10 log10 of all values, which must be positive, with an error of at most 0.0006 dB. With `Math.log10` a third of the search
   * time would go into logarithms.
   *
   * Exponent, and a table over the first 12 bits of the mantissa, of single-precision numbers (IEEE 754, binary32).
   */
  toDecibels(): void {
    const { values, bits } = this;
    for (let i = 0; i < bits.length; i++) {
      const mantissa = (bits[i]! >> (MANTISSA_BITS - TABLE_BITS)) & ((1 << TABLE_BITS) - 1);
      values[i] = ((bits[i]! >> MANTISSA_BITS) - EXPONENT_BIAS) * OCTAVE_DB + TABLE[mantissa]!;
    }
  }
}
