/**
 * Indices of the statistics that the three threads of the live chain share, float64 in (shared) memory. Each entry has one
 * writer; units as in the names.
 */
export const LIVE_STATS = {
  /** Written by the capture worklet. Context time minus seconds captured: constant while no samples are lost. */
  originSeconds: 0,
  capturedSeconds: 1,
  inputPeak: 2,
  /** Written by the worker, down to `heard`. */
  blocks: 3,
  /** Computing time of the last block. */
  blockMs: 4,
  /** Duration of a block of speech. */
  blockLengthMs: 5,
  load: 6,
  algorithmicMs: 7,
  overruns: 8,
  inputJumps: 9,
  /** Total duration of the input skipped, including the last skip. */
  skippedSeconds: 10,
  /** `skippedSeconds` before the last skip. */
  skippedBeforeSeconds: 11,
  /** First output sample to which `skippedSeconds` applies; to earlier ones `skippedBeforeSeconds` does. */
  skippedFromSample: 12,
  feedback: 13,
  /** The named conditions, as `conditionBits` writes them. */
  heard: 14,
  /** Written by the playback worklet, to the end. */
  playedSamples: 15,
  underruns: 16,
  outputJumps: 17,
  stretches: 18,
  queueMs: 19,
  targetMs: 20,
  ratio: 21,
  outputPeak: 22,
  delayMs: 23,
  isPlaying: 24,
  /** Context time of the last block that was not silent. */
  lastSoundSeconds: 25,
} as const;

/** Bins of 1 ms of the histogram of delays, one count per block of the audio thread. */
export const DELAY_BINS = 1000;
const FIRST_BIN = 32;

export class LiveStats {
  private readonly values: Float64Array;

  constructor(readonly buffer: SharedArrayBuffer | ArrayBuffer = LiveStats.memory(false)) {
    this.values = new Float64Array(buffer);
  }

  static memory(isShared: boolean): SharedArrayBuffer | ArrayBuffer {
    const bytes = 8 * (FIRST_BIN + DELAY_BINS);
    return isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  }

  get(name: keyof typeof LIVE_STATS): number {
    return this.values[LIVE_STATS[name]]!;
  }

  set(name: keyof typeof LIVE_STATS, value: number): void {
    this.values[LIVE_STATS[name]] = value;
  }

  add(name: keyof typeof LIVE_STATS, value: number): void {
    this.values[LIVE_STATS[name]]! += value;
  }

  skip(fromSample: number, seconds: number): void {
    this.set('skippedBeforeSeconds', this.get('skippedSeconds'));
    this.set('skippedFromSample', fromSample);
    this.set('skippedSeconds', seconds);
  }

  /** Seconds of input skipped in all before an output sample. */
  skippedAt(sample: number): number {
    return this.get(sample < this.get('skippedFromSample') ? 'skippedBeforeSeconds' : 'skippedSeconds');
  }

  countDelay(ms: number): void {
    this.values[FIRST_BIN + Math.max(0, Math.min(DELAY_BINS - 1, Math.round(ms)))]!++;
  }

  clearDelays(): void {
    this.values.fill(0, FIRST_BIN);
  }

  /** A quantile, 0..1, of the counted delays, in ms; 0 if none was counted. */
  delayQuantile(quantile: number): number {
    const bins = this.values.subarray(FIRST_BIN);
    let left = quantile * bins.reduce((sum, count) => sum + count, 0);
    if (left === 0) return 0;
    return bins.findIndex((count) => (left -= count) <= 0);
  }

  /** Copies the entries `from` to `to`, inclusive, of another snapshot. */
  copyFrom(other: Float64Array, from: keyof typeof LIVE_STATS, to: keyof typeof LIVE_STATS): void {
    for (let i = LIVE_STATS[from]; i <= LIVE_STATS[to]; i++) this.values[i] = other[i]!;
  }

  /** A copy of all entries without the histogram of delays. */
  snapshot(): Float64Array<ArrayBuffer> {
    return this.values.slice(0, FIRST_BIN);
  }
}
