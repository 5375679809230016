import { RealFft } from '../dsp/fft';
import { FloatQueue } from '../dsp/float-queue';
import { nextTask } from '../dsp/task';
import { encodePayload } from './code';
import {
  BAND_EDGES_HZ,
  FRAME_HOP,
  FRAME_SAMPLES,
  MARK_RATE_HZ,
  PERIOD_TILES,
  TILE_BANDS,
  TILE_FRAMES,
} from './grid';
import { MarkedSamples } from './marked';
import { strengths } from './mask';
import { isSync, PATTERN } from './pattern';
import type { WatermarkPayload } from './types';

/** First bins of the bands, and the end of the last. */
const BAND_BINS = BAND_EDGES_HZ.map((hz) => Math.round((hz * FRAME_SAMPLES) / MARK_RATE_HZ));

const PIECE_SAMPLES = 5 * MARK_RATE_HZ;

export interface EmbedOptions {
  /** Share of the samples that are marked, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Marks mono samples at 24 kHz; as many come out. Lets other tasks of the thread run every five seconds of sound.
 *
 * Rejects with the signal's AbortError.
 */
export async function markSamples(
  samples: Float32Array,
  payload: WatermarkPayload,
  { onProgress, signal }: EmbedOptions = {},
): Promise<MarkedSamples> {
  const embedder = new WatermarkEmbedder(payload);
  const marked = new Float32Array(samples.length);
  let done = 0;
  const keep = (piece: MarkedSamples) => {
    marked.set(piece.slice(), done);
    done += piece.length;
  };
  for (let at = 0; at < samples.length; at += PIECE_SAMPLES) {
    await nextTask();
    signal?.throwIfAborted();
    keep(embedder.push(samples.subarray(at, at + PIECE_SAMPLES)));
    onProgress?.(done / samples.length);
  }
  keep(embedder.end());
  return new MarkedSamples(marked);
}

/** As `markSamples`, at once and as a plain array, which nothing exports: for listening and measuring. */
export function embedWatermark(samples: Float32Array, payload: WatermarkPayload): Float32Array {
  const embedder = new WatermarkEmbedder(payload);
  const marked = new Float32Array(samples.length);
  const first = embedder.push(samples).slice();
  marked.set(first);
  marked.set(embedder.end().slice(), first.length);
  return marked;
}

/**
 * Marks mono samples at 24 kHz as they come; how they are cut into pieces changes nothing.
 *
 * A patchwork on log magnitudes (Yiu et al.; compare Liu et al. 2023, "Timbre watermarking"): short-time spectra in
 * bands are turned up or down a little by a keyed pattern, and the change is overlap-added to the samples. What is
 * silent stays silent.
 */
export class WatermarkEmbedder {
  /** `push` never holds back more than this: 42.7 ms. */
  static readonly delaySamples = FRAME_SAMPLES;
  private readonly signs: Int8Array;
  private readonly input = new FloatQueue();
  private readonly fft = new RealFft(FRAME_SAMPLES);
  // The square root of a Hann window, before and after: their product adds up to one.
  private readonly window = Float64Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    Math.sin((Math.PI * i) / FRAME_SAMPLES),
  );
  private readonly frame = new Float64Array(FRAME_SAMPLES);
  private readonly spectrum = new Float64Array(2 * FRAME_SAMPLES);
  private readonly levelDb = new Float64Array(TILE_BANDS);
  private readonly strengthDb = new Float64Array(TILE_BANDS);
  /** What the frames so far add to the samples from the queue's start on. */
  private readonly change = new Float64Array(FRAME_SAMPLES);
  private frames = 0;

  constructor(payload: WatermarkPayload) {
    this.signs = tileSigns(payload);
    this.input.push(new Float32Array(FRAME_HOP));
  }

  /** Returns the samples that these complete, marked, in order. */
  push(samples: Float32Array): MarkedSamples {
    return new MarkedSamples(this.markNext(samples));
  }

  /** Returns the rest. The embedder is done then. */
  end(): MarkedSamples {
    const rest = this.input.end - Math.max(FRAME_HOP, this.frames * FRAME_HOP);
    return new MarkedSamples(this.markNext(new Float32Array(2 * FRAME_HOP)).slice(0, rest));
  }

  private markNext(samples: Float32Array): Float32Array {
    this.input.push(samples);
    const count = Math.floor((this.input.end - this.input.start) / FRAME_HOP) - 1;
    const marked = new Float32Array(Math.max(0, count) * FRAME_HOP);
    for (let i = 0; i < count; i++) marked.set(this.markFrame(), i * FRAME_HOP);
    // The first hop lies before the first sample.
    return this.frames > 0 && this.frames === count ? marked.subarray(FRAME_HOP) : marked;
  }

  private markFrame(): Float32Array {
    const { frame, window, spectrum, change } = this;
    const samples = this.input.view().subarray(0, FRAME_SAMPLES);
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = samples[i]! * window[i]!;
    this.fft.forward(frame, spectrum);
    this.applyGains(Math.floor(this.frames / TILE_FRAMES) % PERIOD_TILES);
    this.fft.inverse(spectrum, frame);
    for (let i = 0; i < FRAME_SAMPLES; i++) change[i]! += frame[i]! * window[i]!;
    const marked = Float32Array.from({ length: FRAME_HOP }, (_, i) => samples[i]! + change[i]!);
    change.copyWithin(0, FRAME_HOP);
    change.fill(0, FRAME_HOP);
    this.frames++;
    this.input.dropBefore(this.frames * FRAME_HOP);
    return marked;
  }

  /** Replaces the spectrum by what is to be added to it. */
  private applyGains(tile: number): void {
    const { spectrum, levelDb, strengthDb, signs } = this;
    for (let band = 0; band < TILE_BANDS; band++) {
      let power = 0;
      for (let i = 2 * BAND_BINS[band]!; i < 2 * BAND_BINS[band + 1]!; i++) power += spectrum[i]! ** 2;
      levelDb[band] = 10 * Math.log10(power + 1e-12);
    }
    strengths(levelDb, strengthDb);
    spectrum.fill(0, 0, 2 * BAND_BINS[0]!);
    for (let band = 0; band < TILE_BANDS; band++) {
      const gain = 10 ** ((strengthDb[band]! * signs[tile * TILE_BANDS + band]!) / 20) - 1;
      for (let i = 2 * BAND_BINS[band]!; i < 2 * BAND_BINS[band + 1]!; i++) spectrum[i]! *= gain;
    }
    spectrum.fill(0, 2 * BAND_BINS[TILE_BANDS]!, FRAME_SAMPLES + 2);
  }
}

/** Up or down for every tile of a period: the pattern, turned over where its bit says so. */
function tileSigns(payload: WatermarkPayload): Int8Array {
  const signs = encodePayload(payload);
  return PATTERN.chips.map((chip, tile) => {
    const bit = PATTERN.bits[tile]!;
    return isSync(bit) ? chip : chip * signs[bit]!;
  });
}
