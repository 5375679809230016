import { kernel } from '../../dsp/resample';
import type { LiveStats } from '../live-stats';
import { Ring } from '../ring';
import { Servo } from './servo';

/** Kernel half width in zero crossings: 0.7 ms at 24 kHz. */
const HALF_WIDTH = 16;
const CUTOFF = 0.92;
const PHASES = 256;
const FADE_SECONDS = 0.01;
/** Fade-out when the queue has run empty. */
const UNDERRUN_FADE_SECONDS = 0.005;
/** Speech with a longer delay is cut out as far as the queue allows, in cuts of at least `MIN_CUT_MS`. */
const MAX_DELAY_MS = 280;
const MIN_CUT_MS = 5;
/** Longest time that a start waits for speech within MAX_DELAY_MS; afterwards it starts with a longer delay. */
const PATIENCE_SECONDS = 0.5;
/** Magnitude from which the soft limiter compresses. */
const KNEE = 0.9;
/** Peak of a block above which it counts as sound (-80 dBFS). */
const AUDIBLE_PEAK = 1e-4;

/**
 * Plays a ring of converted speech at the rate of the speakers, one block of the audio thread at a time.
 *
 * Silent until the queue holds the servo's target plus a block, and again after it has run empty. `render` does not allocate.
 */
export class LivePlayer {
  readonly servo: Servo;
  private readonly half: number;
  private readonly table: Float64Array[];
  private readonly step: number;
  private readonly fadeSamples: number;
  private readonly underrunFadeSamples: number;
  private isPlaying = false;
  /** Fractional position between two samples of the ring, 0..1. */
  private phase = 0;
  private gain = 0;
  /** Cross-fade in progress: distance to the other position in samples of the ring, and output samples left. */
  private offset = 0;
  private fadeLeft = 0;
  private blockLengthMs = 0;
  /** Context time at which a start was first postponed. */
  private waitingSince = Infinity;

  constructor(
    private readonly ring: Ring,
    private readonly stats: LiveStats,
    private readonly ringRateHz: number,
    private readonly outputRateHz: number,
    marginMs: number,
  ) {
    this.servo = new Servo(marginMs);
    const cutoff = CUTOFF * Math.min(1, outputRateHz / ringRateHz);
    this.half = Math.ceil(HALF_WIDTH / cutoff);
    this.table = Array.from({ length: PHASES + 1 }, (_, p) => kernel(p / PHASES, this.half, cutoff));
    this.step = ringRateHz / outputRateHz;
    this.fadeSamples = Math.round(FADE_SECONDS * outputRateHz);
    this.underrunFadeSamples = Math.round(UNDERRUN_FADE_SECONDS * outputRateHz);
  }

  /** Fills `out`; `timeSeconds` is the context's time at its first sample. */
  render(out: Float32Array, timeSeconds: number): void {
    const { stats } = this;
    if (!this.isPlaying) this.tryToStart(timeSeconds);
    if (!this.isPlaying) {
      out.fill(0);
      stats.set('isPlaying', 0);
      stats.set('outputPeak', 0.9 * stats.get('outputPeak'));
      return;
    }
    this.recordDelay(timeSeconds);
    this.stretchForLongerBlocks();
    let peak = 0;
    for (let i = 0; i < out.length; i++) {
      const x = this.isPlaying ? limit(this.nextSample()) : 0;
      out[i] = x;
      if (x > peak) peak = x;
      else if (-x > peak) peak = -x;
    }
    stats.set('outputPeak', Math.max(peak, 0.9 * stats.get('outputPeak')));
    if (peak > AUDIBLE_PEAK) stats.set('lastSoundSeconds', timeSeconds);
    if (this.isPlaying) this.regulate(out.length / this.outputRateHz, timeSeconds);
    stats.set('isPlaying', Number(this.isPlaying));
  }

  private get queueMs(): number {
    return (1000 * (this.ring.available - this.taps)) / this.ringRateHz;
  }

  private get taps(): number {
    return 2 * this.half + 1;
  }

  private tryToStart(timeSeconds: number): void {
    this.blockLengthMs = this.stats.get('blockLengthMs');
    const surplusMs = this.queueMs - this.servo.targetMs - this.blockLengthMs;
    if (this.blockLengthMs === 0 || surplusMs < 0) return;
    this.phase = 0;
    const cutMs = Math.max(surplusMs, this.excessDelayMs(timeSeconds));
    this.waitingSince = Math.min(this.waitingSince, timeSeconds);
    const mayWait = timeSeconds - this.waitingSince < PATIENCE_SECONDS;
    if (mayWait && this.delayMs(timeSeconds) - cutMs > MAX_DELAY_MS) return;
    this.waitingSince = Infinity;
    this.move(Math.floor((cutMs * this.ringRateHz) / 1000));
    this.isPlaying = true;
    this.gain = 0;
    this.fadeLeft = 0;
    this.servo.restart();
  }

  private nextSample(): number {
    const { fadeSamples } = this;
    const isEmpty = this.ring.available < this.taps;
    if (isEmpty) {
      // `read` mirrors the last samples, so the signal has no discontinuity while it fades out.
      this.gain -= 1 / this.underrunFadeSamples;
      if (this.gain <= 0) return this.underrun();
    } else if (this.gain < 1) {
      this.gain = Math.min(1, this.gain + 1 / fadeSamples);
    }
    let value = this.read(0);
    if (this.fadeLeft > 0) {
      value += (1 - this.fadeLeft / fadeSamples) * (this.read(this.offset) - value);
      if (--this.fadeLeft === 0) this.move(this.offset);
    }
    this.phase += this.step * this.servo.speed;
    const whole = Math.floor(this.phase);
    this.phase -= whole;
    this.move(whole);
    return this.gain * value;
  }

  /** The interpolated sample at `offset` samples of the ring from the read position, mirrored beyond the end. */
  private read(offset: number): number {
    const { ring, half } = this;
    const position = this.phase * PHASES;
    const row = Math.floor(position);
    const mix = position - row;
    const low = this.table[row]!;
    const high = this.table[row + 1]!;
    const first = ring.start + offset;
    const last = ring.end - 1;
    let sum = 0;
    for (let k = 0; k <= 2 * half; k++) {
      const beyond = (first + k - last) | 0;
      const sample = ring.at(beyond > 0 ? last - beyond : first + k);
      sum += (low[k]! + mix * (high[k]! - low[k]!)) * sample;
    }
    return sum;
  }

  private underrun(): number {
    this.isPlaying = false;
    this.gain = 0;
    this.stats.add('underruns', 1);
    this.servo.recordUnderrun();
    // The read position may have passed the end of the ring: step back to it.
    if (this.ring.available < 0) this.move(this.ring.available);
    return 0;
  }

  /** Regulates the queue after a block of `seconds` that began at `timeSeconds`. */
  private regulate(seconds: number, timeSeconds: number): void {
    const { stats, servo, queueMs } = this;
    stats.set('queueMs', queueMs);
    const surplusMs = servo.update(queueMs, seconds);
    const cutMs = Math.max(surplusMs, this.excessDelayMs(timeSeconds + seconds));
    stats.set('targetMs', servo.targetMs);
    stats.set('ratio', servo.speed);
    if (cutMs > 0 && this.fadeLeft === 0) {
      this.fadeTo(Math.floor((cutMs * this.ringRateHz) / 1000));
      stats.add('outputJumps', 1);
    }
  }

  /**
   * When the block length grows, repeats speech of the same duration as the increase, as far as MAX_DELAY_MS and the ring's
   * reserve allow, so that the queue does not run empty before the first longer block arrives.
   */
  private stretchForLongerBlocks(): void {
    const length = this.stats.get('blockLengthMs');
    const longerMs = Math.min(length - this.blockLengthMs, MAX_DELAY_MS - this.stats.get('delayMs'));
    this.blockLengthMs = length;
    if (longerMs <= 0 || this.fadeLeft > 0) return;
    const most = Ring.RESERVE - this.taps - this.step * this.fadeSamples;
    this.fadeTo(-Math.floor(Math.min(most, (longerMs * this.ringRateHz) / 1000)));
    this.stats.add('stretches', 1);
  }

  /** Milliseconds to cut out so that the delay stays below MAX_DELAY_MS; a block and the margin stay in the queue. */
  private excessDelayMs(timeSeconds: number): number {
    const availableMs = this.queueMs - this.blockLengthMs - this.servo.marginMs;
    const excessMs = Math.min(availableMs, this.delayMs(timeSeconds) - MAX_DELAY_MS);
    return excessMs < MIN_CUT_MS ? 0 : excessMs;
  }

  private fadeTo(offset: number): void {
    this.offset = offset;
    this.fadeLeft = this.fadeSamples;
    this.servo.restart();
  }

  private move(count: number): void {
    this.ring.skip(count);
    this.stats.add('playedSamples', count);
  }

  private recordDelay(timeSeconds: number): void {
    const delayMs = this.delayMs(timeSeconds);
    this.stats.set('delayMs', delayMs);
    this.stats.countDelay(delayMs);
  }

  /** Time in ms since the next sample was captured. */
  private delayMs(timeSeconds: number): number {
    const { stats } = this;
    const played = stats.get('playedSamples') + this.half + this.phase;
    const capturedAt = stats.get('originSeconds') + played / this.ringRateHz + stats.skippedAt(played);
    return 1000 * (timeSeconds - capturedAt);
  }
}

/** Soft limiter: linear up to 0.9, then a tanh curve that stays below 1. */
function limit(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= KNEE) return x;
  return Math.sign(x) * (KNEE + (1 - KNEE) * Math.tanh((magnitude - KNEE) / (1 - KNEE)));
}
