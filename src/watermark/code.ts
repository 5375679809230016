import type { WatermarkPayload } from './types';

const VERSION_BITS = 4;
const ID_BITS = 24;
const CRC_BITS = 16;
/** x^16 + x^12 + x^5 + 1 (ITU-T V.41). */
const CRC_POLYNOMIAL = 0x1021;
/** A checksum alone would let one wrong payload in 65,536 pass; the payload must also be this sure. */
const SURE = 0.99;
const MEMORY = 6;
const STATES = 1 << MEMORY;
/** Rate 1/3, constraint length 7 (Proakis, Digital Communications, table 8.3-2): 133, 145, 175 octal. */
const GENERATORS = [0o133, 0o145, 0o175];
const MESSAGE_BITS = VERSION_BITS + ID_BITS + CRC_BITS;

/** Bits on air for one payload: 4 + 24 + CRC 16, six zeros to end the code, three bits for each. */
export const CODED_BITS = (MESSAGE_BITS + MEMORY) * GENERATORS.length;

/** Payload -> CODED_BITS signs, +1 or -1. */
export function encodePayload({ version, id24 }: WatermarkPayload): Int8Array {
  const message = [...toBits(version, VERSION_BITS), ...toBits(id24, ID_BITS)];
  const bits = [...message, ...toBits(crc(message), CRC_BITS), ...Array.from({ length: MEMORY }, () => 0)];
  const signs = new Int8Array(CODED_BITS);
  let state = 0;
  bits.forEach((bit, i) => {
    const register = (bit << MEMORY) | state;
    GENERATORS.forEach((generator, j) => (signs[3 * i + j] = parity(register & generator) ? -1 : 1));
    state = register >> 1;
  });
  return signs;
}

export interface DecodedPayload {
  payload: WatermarkPayload;
  /** Whether the checksum holds and no other payload comes near. */
  payloadOk: boolean;
  /** Chance of the payload against the next likely one, 0.5..1. */
  confidence: number;
}

/**
 * Soft signs [CODED_BITS], each with a deviation of 1, -> the most likely payload.
 *
 * Viterbi's algorithm over the 64 states (Forney 1973), begun and ended in state 0. How far the runner-up stays behind
 * is the least lead along the way (Hagenauer & Hoeher 1989, "A Viterbi algorithm with soft-decision outputs").
 */
export function decodePayload(soft: Float64Array): DecodedPayload {
  const steps = MESSAGE_BITS + MEMORY;
  let metric = new Float64Array(STATES).fill(-Infinity);
  metric[0] = 0;
  const from = new Uint8Array(steps * STATES);
  const leads = new Float64Array(steps * STATES).fill(Infinity);
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(STATES).fill(-Infinity);
    for (let state = 0; state < STATES; state++) {
      if (metric[state] === -Infinity) continue;
      for (let bit = 0; bit < (step < MESSAGE_BITS ? 2 : 1); bit++) {
        const register = (bit << MEMORY) | state;
        let gain = metric[state]!;
        for (let j = 0; j < GENERATORS.length; j++) {
          gain += parity(register & GENERATORS[j]!) ? -soft[3 * step + j]! : soft[3 * step + j]!;
        }
        const to = register >> 1;
        const at = step * STATES + to;
        leads[at] = Math.abs(gain - next[to]!);
        if (gain > next[to]!) {
          next[to] = gain;
          from[at] = state;
        }
      }
    }
    metric = next;
  }
  const bits = new Array<number>(steps);
  let state = 0;
  let lead = Infinity;
  for (let step = steps - 1; step >= 0; step--) {
    bits[step] = state >> (MEMORY - 1);
    lead = Math.min(lead, leads[step * STATES + state]!);
    state = from[step * STATES + state]!;
  }
  // A sign of mean m and deviation 1 is worth 2 m times itself in log likelihood.
  const mean = Math.max(0, metric[0]!) / CODED_BITS;
  const confidence = 1 / (1 + Math.exp(-mean * lead));
  const message = bits.slice(0, VERSION_BITS + ID_BITS);
  const payload = {
    version: fromBits(message.slice(0, VERSION_BITS)),
    id24: fromBits(message.slice(VERSION_BITS)),
  };
  const checked = crc(message) === fromBits(bits.slice(message.length, MESSAGE_BITS));
  return { payload, payloadOk: checked && confidence >= SURE, confidence };
}

/** Cyclic redundancy check over bits, begun with ones so that zeros do not pass. */
function crc(bits: number[]): number {
  const top = 1 << (CRC_BITS - 1);
  let register = (1 << CRC_BITS) - 1;
  for (const bit of bits) {
    const feedback = ((register & top) !== 0 ? 1 : 0) ^ bit;
    register = (register << 1) & ((1 << CRC_BITS) - 1);
    if (feedback) register ^= CRC_POLYNOMIAL;
  }
  return register;
}

function parity(value: number): number {
  let rest = value;
  rest ^= rest >> 4;
  rest ^= rest >> 2;
  rest ^= rest >> 1;
  return rest & 1;
}

function toBits(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);
}

function fromBits(bits: number[]): number {
  return bits.reduce((value, bit) => 2 * value + bit, 0);
}
