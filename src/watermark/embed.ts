import { RealFft } from '../dsp/fft';
import { FloatQueue } from '../dsp/float-queue';
import { nextTask } from '../dsp/task';
import { encodePayload } from './channel-code';
import {
  BAND_EDGES_HZ,
  FRAME_HOP,
  FRAME_SAMPLES,
  MARK_RATE_HZ,
  PERIOD_TILES,
  TILE_BANDS,
  TILE_FRAMES,
} from './tiling';
import { MarkedSamples } from './marked';
import { computeStrengths } from './masking';
import { isSync, PATTERN } from './pattern';
import type { WatermarkPayload } from './types';

/** First bin of every band, then the end of the last band, [TILE_BANDS + 1]. */
const BAND_BINS = BAND_EDGES_HZ.map((hz) => Math.round((hz * FRAME_SAMPLES) / MARK_RATE_HZ));

const CHUNK_SAMPLES = 5 * MARK_RATE_HZ;

export interface EmbedOptions {
  /** Called with the share of the samples that are marked, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Marks mono samples at 24 kHz, the same number as given. Lets other tasks of the thread run after every 5 s of audio.
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
  const append = (chunk: MarkedSamples) => {
    marked.set(chunk.slice(), done);
    done += chunk.length;
  };
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    await nextTask();
    signal?.throwIfAborted();
    append(embedder.push(samples.subarray(at, at + CHUNK_SAMPLES)));
    onProgress?.(done / samples.length);
  }
  append(embedder.end());
  return new MarkedSamples(marked);
}

/** `markSamples`, but synchronous and with a plain array as result, which no encoder accepts: for listening and measuring. */
export function embedWatermark(samples: Float32Array, payload: WatermarkPayload): Float32Array {
  const embedder = new WatermarkEmbedder(payload);
  const marked = new Float32Array(samples.length);
  const first = embedder.push(samples).slice();
  marked.set(first);
  marked.set(embedder.end().slice(), first.length);
  return marked;
}

/**
 * Marks mono samples at 24 kHz as they arrive; the result does not depend on how they are split into chunks.
 *
 * A patchwork on log magnitudes (Yiu et al.; compare Liu et al. 2023, "Timbre watermarking"): a keyed pattern raises or
 * lowers bands of the short-time spectrum by a few dB, and the difference is overlap-added to the samples. Silence stays
 * silence.
 */
export class WatermarkEmbedder {
  /** Most samples that `push` withholds: 42.7 ms. */
  static readonly delaySamples = FRAME_SAMPLES;
  private readonly signs: Int8Array;
  private readonly input = new FloatQueue();
  private readonly fft = new RealFft(FRAME_SAMPLES);
  // Square root of a periodic Hann window, for analysis and synthesis: the products overlap-add to one.
  private readonly window = Float64Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    Math.sin((Math.PI * i) / FRAME_SAMPLES),
  );
  private readonly frame = new Float64Array(FRAME_SAMPLES);
  private readonly spectrum = new Float64Array(2 * FRAME_SAMPLES);
  private readonly levelDb = new Float64Array(TILE_BANDS);
  private readonly strengthDb = new Float64Array(TILE_BANDS);
  /** Overlap-added difference from the queue's start on. */
  private readonly change = new Float64Array(FRAME_SAMPLES);
  private frames = 0;

  constructor(payload: WatermarkPayload) {
    this.signs = tileSigns(payload);
    this.input.push(new Float32Array(FRAME_HOP));
  }

  /** Returns the marked samples that no later input changes. */
  push(samples: Float32Array): MarkedSamples {
    return new MarkedSamples(this.markNext(samples));
  }

  /** Returns the remaining marked samples. The embedder cannot be used afterwards. */
  end(): MarkedSamples {
    const rest = this.input.end - Math.max(FRAME_HOP, this.frames * FRAME_HOP);
    return new MarkedSamples(this.markNext(new Float32Array(2 * FRAME_HOP)).slice(0, rest));
  }

  private markNext(samples: Float32Array): Float32Array {
    this.input.push(samples);
    const count = Math.floor((this.input.end - this.input.start) / FRAME_HOP) - 1;
    const marked = new Float32Array(Math.max(0, count) * FRAME_HOP);
    for (let i = 0; i < count; i++) marked.set(this.markFrame(), i * FRAME_HOP);
    // The first hop is the padding before the first sample.
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

  /** Replaces the spectrum by the difference that the mark adds to it. */
  private applyGains(tile: number): void {
    const { spectrum, levelDb, strengthDb, signs } = this;
    for (let band = 0; band < TILE_BANDS; band++) {
      let power = 0;
      for (let i = 2 * BAND_BINS[band]!; i < 2 * BAND_BINS[band + 1]!; i++) power += spectrum[i]! ** 2;
      levelDb[band] = 10 * Math.log10(power + 1e-12);
    }
    computeStrengths(levelDb, strengthDb);
    spectrum.fill(0, 0, 2 * BAND_BINS[0]!);
    for (let band = 0; band < TILE_BANDS; band++) {
      const gain = 10 ** ((strengthDb[band]! * signs[tile * TILE_BANDS + band]!) / 20) - 1;
      for (let i = 2 * BAND_BINS[band]!; i < 2 * BAND_BINS[band + 1]!; i++) spectrum[i]! *= gain;
    }
    spectrum.fill(0, 2 * BAND_BINS[TILE_BANDS]!, FRAME_SAMPLES + 2);
  }
}

/** Sign of every tile of a period: the chip, times the coded bit where the tile carries one. */
function tileSigns(payload: WatermarkPayload): Int8Array {
  const signs = encodePayload(payload);
  return PATTERN.chips.map((chip, tile) => {
    const bit = PATTERN.bits[tile]!;
    return isSync(bit) ? chip : chip * signs[bit]!;
  });
}
