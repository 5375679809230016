import type { WatermarkPayload } from './types';

const VERSION_BITS = 4;
const ID_BITS = 24;
const CRC_BITS = 16;
/** x^16 + x^12 + x^5 + 1 (ITU-T V.41). */
const CRC_POLYNOMIAL = 0x1021;
/** Least probability at which a payload is reported. */
const MIN_CONFIDENCE = 0.9999;
/** Number of the likeliest messages whose checksum is checked. */
const LIST_SIZE = 8;
const MEMORY = 6;
const STATES = 1 << MEMORY;
/** Rate 1/3, constraint length 7 (Proakis, Digital Communications, table 8.3-2): 133, 145, 175 octal. */
const GENERATORS = [0o133, 0o145, 0o175];
const MESSAGE_BITS = VERSION_BITS + ID_BITS + CRC_BITS;

/** Coded bits of one payload: version 4, id 24, CRC 16 and six zero tail bits, times three. */
export const CODED_BITS = (MESSAGE_BITS + MEMORY) * GENERATORS.length;

/** Payload -> [CODED_BITS] of +1 or -1. */
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
  /** Whether the checksum is valid and the confidence at least 0.9999. */
  payloadOk: boolean;
  /** Posterior probability of the payload, 0..1; 0 without a valid checksum. */
  confidence: number;
}

/** A path through the trellis as a linked list, last bit first; `metric` is its log likelihood plus a constant. */
interface Path {
  metric: number;
  bit: number;
  previous: Path | null;
}

/**
 * Soft bits [CODED_BITS], half the log likelihood ratio of each sign -> the likeliest payload with a valid checksum; where
 * none of the list has one, the likeliest of all with confidence 0.
 *
 * Viterbi algorithm over 64 states (Forney 1973), starting and ending in state 0, that keeps the eight best paths to each
 * state (Seshadri & Sundberg 1994, "List Viterbi decoding algorithms"). The likelihood of all payloads together, by which the
 * payload's own is divided, is summed over the same trellis (Bahl et al. 1974). A valid checksum rules out all but one in
 * 65,536 of the others.
 */
export function decodePayload(softBits: Float64Array): DecodedPayload {
  let paths = noPaths();
  paths[0] = [{ metric: 0, bit: 0, previous: null }];
  let totals = new Float64Array(STATES).fill(-Infinity);
  totals[0] = 0;
  for (let step = 0; step < MESSAGE_BITS + MEMORY; step++) {
    const next = noPaths();
    const nextTotals = new Float64Array(STATES).fill(-Infinity);
    paths.forEach((survivors, state) => {
      for (let bit = 0; bit < (step < MESSAGE_BITS ? 2 : 1); bit++) {
        const register = (bit << MEMORY) | state;
        const gain = GENERATORS.reduce((sum, generator, j) => {
          const value = softBits[3 * step + j]!;
          return sum + (parity(register & generator) ? -value : value);
        }, 0);
        const to = register >> 1;
        next[to]!.push(...survivors.map((path) => ({ metric: path.metric + gain, bit, previous: path })));
        nextTotals[to] = logSum(nextTotals[to]!, totals[state]! + gain);
      }
    });
    paths = next.map((each) => each.sort((a, b) => b.metric - a.metric).slice(0, LIST_SIZE));
    totals = nextTotals;
  }
  const list = paths[0]!.map((path) => ({ path, message: messageOf(path) }));
  const valid = list.find(({ message }) => isChecksumValid(message));
  const { path, message } = valid ?? list[0]!;
  const share = Math.exp(path.metric - totals[0]!);
  const confidence = valid ? share / (share + (1 - share) / 2 ** CRC_BITS) : 0;
  const payload = {
    version: fromBits(message.slice(0, VERSION_BITS)),
    id24: fromBits(message.slice(VERSION_BITS, VERSION_BITS + ID_BITS)),
  };
  return { payload, payloadOk: confidence >= MIN_CONFIDENCE, confidence };
}

function noPaths(): Path[][] {
  return Array.from({ length: STATES }, () => []);
}

function messageOf(path: Path): number[] {
  const bits: number[] = [];
  for (let at = path; at.previous; at = at.previous) bits.push(at.bit);
  return bits.reverse().slice(0, MESSAGE_BITS);
}

function isChecksumValid(message: number[]): boolean {
  const payload = message.slice(0, VERSION_BITS + ID_BITS);
  return crc(payload) === fromBits(message.slice(payload.length));
}

/** log(exp a + exp b). */
function logSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
}

/** CRC-16 over bits. The register starts with ones, so that a message of zeros has no valid checksum of zeros. */
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
