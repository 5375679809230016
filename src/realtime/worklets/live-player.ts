import { kernel } from '../../dsp/resample';
import type { LiveStats } from '../live-stats';
import { Ring } from '../ring';
import { Servo } from './servo';

/** Kernel half width in zero crossings: 0.7 ms at 24 kHz. */
const HALF_WIDTH = 16;
const CUTOFF = 0.92;
const PHASES = 256;
const FADE_SECONDS = 0.01;
/** A queue that has run dry fades away over this long. */
const DRY_FADE_SECONDS = 0.005;
/** Speech that would be heard later than this is left out as far as the queue allows, in cuts no smaller than `LEAST_CUT_MS`. */
const MAX_DELAY_MS = 280;
const LEAST_CUT_MS = 5;
/** So long a start waits for speech that is not late; a device that has none by then is heard late. */
const PATIENCE_SECONDS = 0.5;
const KNEE = 0.9;
const AUDIBLE = 1e-4;

/**
 * Plays a ring of converted speech at the rate of the speakers, block by block of the audio thread.
 *
 * Silent until the queue holds enough, and again after it has run dry. No call of `render` allocates.
 */
export class LivePlayer {
  readonly servo: Servo;
  private readonly half: number;
  private readonly table: Float64Array[];
  private readonly step: number;
  private readonly fadeSamples: number;
  private readonly dryFadeSamples: number;
  private isPlaying = false;
  /** Place between two samples of the ring, 0..1. */
  private phase = 0;
  private gain = 0;
  /** Cross-fade in progress: how far the other place is away, and output samples left. */
  private offset = 0;
  private fadeLeft = 0;
  private blockLengthMs = 0;
  /** When a start was first put off. */
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
    this.dryFadeSamples = Math.round(DRY_FADE_SECONDS * outputRateHz);
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
    this.noteDelay(timeSeconds);
    this.makeRoomForLongerBlocks();
    let peak = 0;
    for (let i = 0; i < out.length; i++) {
      const x = this.isPlaying ? limit(this.nextSample()) : 0;
      out[i] = x;
      if (x > peak) peak = x;
      else if (-x > peak) peak = -x;
    }
    stats.set('outputPeak', Math.max(peak, 0.9 * stats.get('outputPeak')));
    if (peak > AUDIBLE) stats.set('lastSoundSeconds', timeSeconds);
    if (this.isPlaying) this.steer(out.length / this.outputRateHz, timeSeconds);
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
    const leaveOutMs = Math.max(surplusMs, this.lateMs(timeSeconds));
    this.waitingSince = Math.min(this.waitingSince, timeSeconds);
    const isPatient = timeSeconds - this.waitingSince < PATIENCE_SECONDS;
    if (isPatient && this.delayMs(timeSeconds) - leaveOutMs > MAX_DELAY_MS) return;
    this.waitingSince = Infinity;
    this.move(Math.floor((leaveOutMs * this.ringRateHz) / 1000));
    this.isPlaying = true;
    this.gain = 0;
    this.fadeLeft = 0;
    this.servo.restart();
  }

  private nextSample(): number {
    const { fadeSamples } = this;
    const isDry = this.ring.available < this.taps;
    if (isDry) {
      // What was played last, backwards, is a sound that goes on without a step.
      this.gain -= 1 / this.dryFadeSamples;
      if (this.gain <= 0) return this.runDry();
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

  /** The sound `offset` samples of the ring away from here, mirrored where it is not there yet. */
  private read(offset: number): number {
    const { ring, half } = this;
    const place = this.phase * PHASES;
    const row = Math.floor(place);
    const mix = place - row;
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

  private runDry(): number {
    this.isPlaying = false;
    this.gain = 0;
    this.stats.add('underruns', 1);
    this.servo.underran();
    // The start may lie past the end; a reader must not.
    if (this.ring.available < 0) this.move(this.ring.available);
    return 0;
  }

  /** After a block of `seconds` that began at `timeSeconds`. */
  private steer(seconds: number, timeSeconds: number): void {
    const { stats, servo, queueMs } = this;
    stats.set('queueMs', queueMs);
    const surplusMs = servo.update(queueMs, seconds);
    const leaveOutMs = Math.max(surplusMs, this.lateMs(timeSeconds + seconds));
    stats.set('targetMs', servo.targetMs);
    stats.set('ratio', servo.speed);
    if (leaveOutMs > 0 && this.fadeLeft === 0) {
      this.fadeTo(Math.floor((leaveOutMs * this.ringRateHz) / 1000));
      stats.add('outputJumps', 1);
    }
  }

  /** Longer blocks come less often: plays a little again, so that the queue lasts until the first of them. */
  private makeRoomForLongerBlocks(): void {
    const length = this.stats.get('blockLengthMs');
    const longerMs = Math.min(length - this.blockLengthMs, MAX_DELAY_MS - this.stats.get('delayMs'));
    this.blockLengthMs = length;
    if (longerMs <= 0 || this.fadeLeft > 0) return;
    const most = Ring.RESERVE - this.taps - this.step * this.fadeSamples;
    this.fadeTo(-Math.floor(Math.min(most, (longerMs * this.ringRateHz) / 1000)));
    this.stats.add('stretches', 1);
  }

  /** What to leave out so that no delay runs away: no more than lies beyond a block and the margin. */
  private lateMs(timeSeconds: number): number {
    const roomMs = this.queueMs - this.blockLengthMs - this.servo.marginMs;
    const lateMs = Math.min(roomMs, this.delayMs(timeSeconds) - MAX_DELAY_MS);
    return lateMs < LEAST_CUT_MS ? 0 : lateMs;
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

  private noteDelay(timeSeconds: number): void {
    const delayMs = this.delayMs(timeSeconds);
    this.stats.set('delayMs', delayMs);
    this.stats.countDelay(delayMs);
  }

  /** How long ago the sample that is next was spoken. */
  private delayMs(timeSeconds: number): number {
    const { stats } = this;
    const played = stats.get('playedSamples') + this.half + this.phase;
    const heardAt = stats.get('originSeconds') + played / this.ringRateHz + stats.skippedAt(played);
    return 1000 * (timeSeconds - heardAt);
  }
}

/** Straight up to 0.9, then bent so that nothing passes 1. */
function limit(x: number): number {
  const size = Math.abs(x);
  return size <= KNEE ? x : Math.sign(x) * (KNEE + (1 - KNEE) * Math.tanh((size - KNEE) / (1 - KNEE)));
}
