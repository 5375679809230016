/**
 * What the three threads of the live chain tell each other and the page, as float64 in (shared) memory.
 * Each entry has one writer; seconds and milliseconds as named.
 */
export const LIVE_STATS = {
  /** Capture: context time less seconds captured: constant while none are lost. */
  originSeconds: 0,
  capturedSeconds: 1,
  inputPeak: 2,
  /** Worker. */
  blocks: 3,
  blockMs: 4,
  /** Milliseconds of speech to one block. */
  blockLengthMs: 5,
  load: 6,
  algorithmicMs: 7,
  overruns: 8,
  inputJumps: 9,
  /** Seconds of input left out so far, how much that was before the last time, and the output sample it counts from. */
  skippedSeconds: 10,
  skippedBeforeSeconds: 11,
  skippedFromSample: 12,
  feedback: 13,
  /** Playback. */
  playedSamples: 14,
  underruns: 15,
  outputJumps: 16,
  stretches: 17,
  queueMs: 18,
  targetMs: 19,
  ratio: 20,
  outputPeak: 21,
  delayMs: 22,
  isPlaying: 23,
  /** Context time of the last block that was not silent. */
  lastSoundSeconds: 24,
} as const;

/** Delays of every block of the audio thread, counted by the millisecond. */
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

  /** Seconds of input that are missing before an output sample. */
  skippedAt(sample: number): number {
    return this.get(sample < this.get('skippedFromSample') ? 'skippedBeforeSeconds' : 'skippedSeconds');
  }

  countDelay(ms: number): void {
    this.values[FIRST_BIN + Math.max(0, Math.min(DELAY_BINS - 1, Math.round(ms)))]!++;
  }

  clearDelays(): void {
    this.values.fill(0, FIRST_BIN);
  }

  /** The delay in ms that the share `quantile` of all counted lies at or below; 0 where none was. */
  delayQuantile(quantile: number): number {
    const bins = this.values.subarray(FIRST_BIN);
    let left = quantile * bins.reduce((sum, count) => sum + count, 0);
    if (left === 0) return 0;
    return bins.findIndex((count) => (left -= count) <= 0);
  }

  /** Copies the entries from one to another, as others wrote them. */
  copyFrom(other: Float64Array, from: keyof typeof LIVE_STATS, to: keyof typeof LIVE_STATS): void {
    for (let i = LIVE_STATS[from]; i <= LIVE_STATS[to]; i++) this.values[i] = other[i]!;
  }

  /** A copy of every entry but the counted delays. */
  snapshot(): Float64Array<ArrayBuffer> {
    return this.values.slice(0, FIRST_BIN);
  }
}
