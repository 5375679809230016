const TABLE_BITS = 12;
const MANTISSA_BITS = 23;
const EXPONENT_BIAS = 127;
const OCTAVE_DB = 10 * Math.log10(2);
/** Decibels of 1 to 2. */
const TABLE = Float64Array.from(
  { length: 1 << TABLE_BITS },
  (_, i) => 10 * Math.log10(1 + (i + 0.5) / (1 << TABLE_BITS)),
);

/** Powers that become levels in place. */
export class Powers {
  readonly values: Float32Array;
  private readonly bits: Int32Array;

  constructor(count: number) {
    this.values = new Float32Array(count);
    this.bits = new Int32Array(this.values.buffer);
  }

  /**
   * 10 log10 of all, which must be positive, to 0.0006 dB: a search for the mark would spend a third of its time on logarithms.
   *
   * The exponent and the first bits of the mantissa of the single-precision numbers (IEEE 754, binary32) are looked up.
   */
  toDecibels(): void {
    const { values, bits } = this;
    for (let i = 0; i < bits.length; i++) {
      const mantissa = (bits[i]! >> (MANTISSA_BITS - TABLE_BITS)) & ((1 << TABLE_BITS) - 1);
      values[i] = ((bits[i]! >> MANTISSA_BITS) - EXPONENT_BIAS) * OCTAVE_DB + TABLE[mantissa]!;
    }
  }
}
