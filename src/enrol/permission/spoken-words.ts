import * as v from 'valibot';
import { m } from '../../text/messages';
import { EngineError } from '../../engine/errors';
import { CODE_SIZE } from '../../engine/shapes';
import { seededRandom } from '../../dsp/random';

const MAGIC = 'UDW1';
const MAX_HEADER_BYTES = 65536;
/** Number of random sentences that the expected one is compared with. */
const RANDOM_SENTENCES = 999;
const SEED = 20261124;
/** Above this chance other words were said; `python -m evaluate.words` measures the error rates. */
const MAX_CHANCE = 0.01;
/** A word ends at least this share of its example's length after the end of the previous word. */
const MIN_STEP = 0.6;

const headerSchema = v.object({
  /** Content codes are int8 values times this factor. */
  factor: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  /** Language -> word -> index of its first code, and number of codes. */
  words: v.record(
    v.string(),
    v.record(v.string(), v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.integer())])),
  ),
});

/** Language -> word -> its content codes [n, 128] less the mean code of all words, each normalised to length 1. */
export type WordExamples = Map<string, Map<string, Float32Array>>;

/** Parses `words.bin` of models/pipeline/words.py, which has one example of each word. Throws `network-corrupt`. */
export function parseWordExamples(bytes: ArrayBuffer): WordExamples {
  try {
    const view = new DataView(bytes);
    const magic = new TextDecoder().decode(bytes.slice(0, 4));
    const size = view.getUint32(4, true);
    if (magic !== MAGIC || size > MAX_HEADER_BYTES) throw new Error('it is not a words file');
    const { factor, words } = v.parse(
      headerSchema,
      JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + size))),
    );
    const codes = Float32Array.from(new Int8Array(bytes, 8 + size), (value) => factor * value);
    const mean = meanCode(codes);
    const rowsOf = ([first, count]: [number, number]) => {
      const rows = codes.slice(first * CODE_SIZE, (first + count) * CODE_SIZE);
      if (count < 2 || rows.length !== count * CODE_SIZE) throw new Error('a word is cut off');
      return normaliseCodes(rows, mean);
    };
    return new Map(
      Object.entries(words).map(([language, places]) => [
        language,
        new Map(Object.entries(places).map(([word, place]) => [word, rowsOf(place)])),
      ]),
    );
  } catch (cause) {
    throw new EngineError('network-corrupt', m.enrol_words_broken(), { cause });
  }
}

/**
 * A p-value for "other words were said": the share of random sentences from the same word list that match the recording at
 * least as well as `words`. Small if `words` were read in this order, else uniform in 0..1.
 *
 * `codes` [n, 128] of the whole recording. A word is matched to any position of the recording by dynamic time warping of its
 * example (Sakoe and Chiba 1978, slopes of 0.5 to 2).
 */
export function chanceOfWords(
  codes: Float32Array,
  words: readonly string[],
  examples: ReadonlyMap<string, Float32Array>,
): number {
  const spoken = normaliseCodes(codes, meanCode(codes));
  const distances = new Map(
    [...examples].map(([word, example]) => [word, warpingDistances(example, spoken)]),
  );
  const steps = new Map(
    [...examples].map(([word, example]) => [word, Math.floor((MIN_STEP * example.length) / CODE_SIZE)]),
  );
  const distanceOf = (sentence: readonly string[]) =>
    lowestSumInOrder(
      sentence.map((word) => distances.get(word)!),
      sentence.map((word) => steps.get(word)!),
    );
  const expected = distanceOf(words);
  const random = seededRandom(SEED);
  const list = [...examples.keys()];
  let notWorse = 0;
  for (let i = 0; i < RANDOM_SENTENCES; i++) {
    const left = [...list];
    const sentence = words.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
    if (distanceOf(sentence) <= expected) notWorse++;
  }
  return (1 + notWorse) / (1 + RANDOM_SENTENCES);
}

export function areWordsRecognised({ chance }: { chance: number }): boolean {
  return chance <= MAX_CHANCE;
}

/** [m] for `spoken` [m, 128]: the lowest mean distance along all warping paths of `example` that end at each code. */
function warpingDistances(example: Float32Array, spoken: Float32Array): Float64Array {
  const [rows, columns] = [example.length / CODE_SIZE, spoken.length / CODE_SIZE];
  const distance = Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: columns }, (_unused, j) => 1 - dot(example, i, spoken, j)),
  );
  const sums = [distance[0]!];
  for (let i = 1; i < rows; i++) {
    const [here, above] = [distance[i]!, distance[i - 1]!];
    const [one, two] = [sums[i - 1]!, sums[i - 2]];
    sums.push(
      here.map((d, j) => {
        const straight = j > 0 ? one[j - 1]! + d : Infinity;
        const faster = j > 1 ? one[j - 2]! + 0.5 * (here[j - 1]! + d) : Infinity;
        const slower = two && j > 0 ? two[j - 1]! + above[j]! + d : Infinity;
        return Math.min(straight, faster, slower);
      }),
    );
  }
  return sums.at(-1)!.map((sum) => sum / rows);
}

/** The lowest sum of the words' distances at increasing end positions, each at least the word's step after the previous one. */
function lowestSumInOrder(distances: Float64Array[], steps: number[]): number {
  let best = new Float64Array(distances[0]!.length);
  for (const [k, distance] of distances.entries()) {
    const step = steps[k]!;
    let lowest = Infinity;
    best = distance.map((value, j) => {
      if (j >= step) lowest = Math.min(lowest, best[j - step]!);
      return value + lowest;
    });
  }
  return Math.min(...best);
}

function meanCode(codes: Float32Array): Float64Array {
  const mean = new Float64Array(CODE_SIZE);
  codes.forEach((value, i) => (mean[i % CODE_SIZE]! += (value * CODE_SIZE) / codes.length));
  return mean;
}

/** Each row less `mean` [128], normalised to length 1. */
function normaliseCodes(codes: Float32Array, mean: Float64Array): Float32Array {
  const out = codes.map((value, i) => value - mean[i % CODE_SIZE]!);
  for (let at = 0; at < out.length; at += CODE_SIZE) {
    const row = out.subarray(at, at + CODE_SIZE);
    const length = Math.max(1e-6, Math.hypot(...row));
    row.forEach((value, i) => (row[i] = value / length));
  }
  return out;
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number): number {
  let sum = 0;
  for (let k = 0; k < CODE_SIZE; k++) sum += a[i * CODE_SIZE + k]! * b[j * CODE_SIZE + k]!;
  return sum;
}
