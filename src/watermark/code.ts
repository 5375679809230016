import type { WatermarkPayload } from './types';

const VERSION_BITS = 4;
const ID_BITS = 24;
const CRC_BITS = 16;
/** x^16 + x^12 + x^5 + 1 (ITU-T V.41). */
const CRC_POLYNOMIAL = 0x1021;
/** How sure a payload must be to be given out. */
const SURE = 0.9999;
/** Of so many of the likeliest payloads the checksum is asked. */
const LIST = 8;
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
  /** Whether the checksum holds and the payload is sure. */
  payloadOk: boolean;
  /** Chance of the payload, 0..1. */
  confidence: number;
}

/** The signs up to a step: how well the evidence speaks for them, and the message so far, last bit first. */
interface Path {
  metric: number;
  bit: number;
  before: Path | null;
}

/**
 * Evidence [CODED_BITS], half the log likelihood ratio of every sign -> the likeliest payload whose checksum holds.
 *
 * Viterbi's algorithm over the 64 states (Forney 1973), begun and ended in state 0, that keeps the best eight ways to each (Seshadri &
 * Sundberg 1994, "List Viterbi decoding algorithms"). A payload's share of the likelihood of all payloads is summed over the same states
 * (Bahl et al. 1974); that the checksum holds rules out all but one in 65,536 of the others.
 */
export function decodePayload(evidence: Float64Array): DecodedPayload {
  let paths = noPaths();
  paths[0] = [{ metric: 0, bit: 0, before: null }];
  let totals = new Float64Array(STATES).fill(-Infinity);
  totals[0] = 0;
  for (let step = 0; step < MESSAGE_BITS + MEMORY; step++) {
    const next = noPaths();
    const nextTotals = new Float64Array(STATES).fill(-Infinity);
    paths.forEach((before, state) => {
      for (let bit = 0; bit < (step < MESSAGE_BITS ? 2 : 1); bit++) {
        const register = (bit << MEMORY) | state;
        const gain = GENERATORS.reduce((sum, generator, j) => {
          const value = evidence[3 * step + j]!;
          return sum + (parity(register & generator) ? -value : value);
        }, 0);
        const to = register >> 1;
        next[to]!.push(...before.map((path) => ({ metric: path.metric + gain, bit, before: path })));
        nextTotals[to] = logSum(nextTotals[to]!, totals[state]! + gain);
      }
    });
    paths = next.map((each) => each.sort((a, b) => b.metric - a.metric).slice(0, LIST));
    totals = nextTotals;
  }
  const read = paths[0]!.map((path) => ({ path, message: messageOf(path) }));
  const checked = read.find(({ message }) => isChecked(message));
  const { path, message } = checked ?? read[0]!;
  const share = Math.exp(path.metric - totals[0]!);
  const confidence = checked ? share / (share + (1 - share) / 2 ** CRC_BITS) : 0;
  const payload = {
    version: fromBits(message.slice(0, VERSION_BITS)),
    id24: fromBits(message.slice(VERSION_BITS, VERSION_BITS + ID_BITS)),
  };
  return { payload, payloadOk: confidence >= SURE, confidence };
}

function noPaths(): Path[][] {
  return Array.from({ length: STATES }, () => []);
}

function messageOf(path: Path): number[] {
  const bits: number[] = [];
  for (let at = path; at.before; at = at.before) bits.push(at.bit);
  return bits.reverse().slice(0, MESSAGE_BITS);
}

function isChecked(message: number[]): boolean {
  const said = message.slice(0, VERSION_BITS + ID_BITS);
  return crc(said) === fromBits(message.slice(said.length));
}

function logSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
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
