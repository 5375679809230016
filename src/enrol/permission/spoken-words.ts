import * as v from 'valibot';
import { EngineError } from '../../engine/errors';
import { CODE_SIZE } from '../../engine/shapes';
import { seededRandom } from '../../dsp/random';

const MAGIC = 'UDW1';
const MAX_HEADER_BYTES = 65536;
/** Other sentences of as many words that the one that should have been read is compared with. */
const OTHERS = 999;
const SEED = 20261124;
/** Above this chance other words were said; `python -m evaluate.words` measures how often it errs. */
const HEARD_CHANCE = 0.01;
/** Share of a word's length that the next one cannot end before. */
const LEAST_STEP = 0.6;

const headerSchema = v.object({
  /** Of the integers. */
  factor: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  /** Language -> word -> first code and how many. */
  words: v.record(
    v.string(),
    v.record(v.string(), v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.integer())])),
  ),
});

/** Language -> word -> its content codes [n, 128], each of length 1, the mean of all words taken off. */
export type WordExamples = Map<string, Map<string, Float32Array>>;

/** Reads `words.bin` of models/pipeline/words.py: one reading of every word. Throws `network-corrupt`. */
export function parseWordExamples(bytes: ArrayBuffer): WordExamples {
  try {
    const view = new DataView(bytes);
    const magic = new TextDecoder().decode(bytes.slice(0, 4));
    const size = view.getUint32(4, true);
    if (magic !== MAGIC || size > MAX_HEADER_BYTES) throw new Error('it is no file of words');
    const { factor, words } = v.parse(
      headerSchema,
      JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + size))),
    );
    const codes = Float32Array.from(new Int8Array(bytes, 8 + size), (value) => factor * value);
    const mean = meanCode(codes);
    const rowsOf = ([first, count]: [number, number]) => {
      const rows = codes.slice(first * CODE_SIZE, (first + count) * CODE_SIZE);
      if (count < 2 || rows.length !== count * CODE_SIZE) throw new Error('a word is cut off');
      return directions(rows, mean);
    };
    return new Map(
      Object.entries(words).map(([language, places]) => [
        language,
        new Map(Object.entries(places).map(([word, place]) => [word, rowsOf(place)])),
      ]),
    );
  } catch (cause) {
    throw new EngineError(
      'network-corrupt',
      'The examples of words cannot be used. Your recordings are safe. Reload the page to fetch them again.',
      { cause },
    );
  }
}

/**
 * How probable it is that these `words` fit what was said as well as they do when others were: the share of random
 * sentences of the same list that fit no worse. Small when they were read, in this order; uniform in 0..1 when not.
 *
 * `codes` [n, 128] of the whole sentence. A word fits by dynamic time warping (Sakoe and Chiba 1978, slopes of a half to
 * two) of its example over any place of the sentence.
 */
export function chanceOfWords(
  codes: Float32Array,
  words: readonly string[],
  examples: ReadonlyMap<string, Float32Array>,
): number {
  const said = directions(codes, meanCode(codes));
  const fits = new Map([...examples].map(([word, example]) => [word, fitsOf(example, said)]));
  const steps = new Map(
    [...examples].map(([word, example]) => [word, Math.floor((LEAST_STEP * example.length) / CODE_SIZE)]),
  );
  const misfit = (sentence: readonly string[]) =>
    inOrder(
      sentence.map((word) => fits.get(word)!),
      sentence.map((word) => steps.get(word)!),
    );
  const wanted = misfit(words);
  const random = seededRandom(SEED);
  const names = [...examples.keys()];
  let noWorse = 0;
  for (let i = 0; i < OTHERS; i++) {
    const left = [...names];
    const other = words.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
    if (misfit(other) <= wanted) noWorse++;
  }
  return (1 + noWorse) / (1 + OTHERS);
}

export function areWordsHeard({ chance }: { chance: number }): boolean {
  return chance <= HEARD_CHANCE;
}

/** [m] of a sentence of m codes: the mean distance at which the example ends there, the least of all ways. */
function fitsOf(example: Float32Array, said: Float32Array): Float64Array {
  const [rows, columns] = [example.length / CODE_SIZE, said.length / CODE_SIZE];
  const distance = Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: columns }, (_unused, j) => 1 - dot(example, i, said, j)),
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

/** The least sum of the words' misfits, each ending at least its step after the one before. */
function inOrder(fits: Float64Array[], steps: number[]): number {
  let best = new Float64Array(fits[0]!.length);
  for (const [k, fit] of fits.entries()) {
    const step = steps[k]!;
    let least = Infinity;
    best = fit.map((value, j) => {
      if (j >= step) least = Math.min(least, best[j - step]!);
      return value + least;
    });
  }
  return Math.min(...best);
}

function meanCode(codes: Float32Array): Float64Array {
  const mean = new Float64Array(CODE_SIZE);
  codes.forEach((value, i) => (mean[i % CODE_SIZE]! += (value * CODE_SIZE) / codes.length));
  return mean;
}

/** Every row less the mean, of length 1. */
function directions(codes: Float32Array, mean: Float64Array): Float32Array {
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
