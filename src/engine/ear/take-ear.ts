import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { speechGain } from '../analysis/input-level';
import { StreamingNetwork, type EarNetworks } from '../backends/network';
import { CODE_SIZE, FEATURES } from '../shapes';
import type { CodeJoiner } from '../stream';
import type { SourceProfile } from '../types';
import { fadeIn, measuredWindows, OVERLAP_CODES, ownCodes, planWindows, type EarWindow } from './plan';
import { measureStatistics, type EarStatistics, type Heard } from './statistics';
import { codesOf, windowSamples, type TakeSamples } from './take-window';

/** A run takes 200 samples before its first code, half a window, and 40 after its last one. */
const BEFORE = 200;
const BEYOND = 40;

/**
 * Hears a whole take with the ear, in windows at fixed places, and joins what it hears with the content network's codes.
 * The joined codes do not depend on how the codes are split into pushes.
 *
 * Features of at most 30 windows are kept; those of the others are computed when the codes come to them.
 */
export class TakeEar implements CodeJoiner {
  readonly windows: readonly EarWindow[];
  /** Indices of the windows that `measure` hears. */
  readonly measured: readonly number[];
  private readonly ear: StreamingNetwork;
  private readonly join: StreamingNetwork;
  /** Codes that the joining network needs on each side of those it answers for. */
  private readonly context: number;
  private readonly codes: number;
  private readonly gain: number;
  private readonly kept = new Map<number, Heard>();
  private statistics: EarStatistics | undefined;
  private readonly features = new FloatQueue(64 * FEATURES);
  /** The weighted features of an overlap, whose other part the next window adds. */
  private fading = new Float32Array(0);
  private nextWindow = 0;
  private readonly received = new FloatQueue(64 * CODE_SIZE);
  private joined = 0;

  constructor(
    { ear, earJoin, makeTensor, queue }: EarNetworks,
    private readonly take: TakeSamples,
    profile: SourceProfile,
  ) {
    this.ear = new StreamingNetwork(ear, makeTensor, queue);
    this.join = new StreamingNetwork(earJoin, makeTensor, queue);
    this.context = earJoin.lookAheadFrames;
    this.gain = speechGain(profile);
    this.codes = codesOf(take);
    this.windows = planWindows(this.codes);
    this.measured = measuredWindows(this.windows.length);
  }

  /** Hears the windows that the statistics are measured in; awaits `pause` before each, with the number of windows done. */
  async measure(pause: (done: number) => Promise<void>): Promise<void> {
    for (const [done, i] of this.measured.entries()) {
      await pause(done);
      this.kept.set(i, await this.hear(this.windows[i]!));
    }
    this.statistics = measureStatistics(
      [...this.kept].map(([i, heard]) => {
        const { from, to } = ownCodes(this.windows, i);
        return {
          features: heard.features.subarray(from * FEATURES, to * FEATURES),
          loudnessDb: heard.loudnessDb.subarray(from, to),
        };
      }),
    );
  }

  /** Codes after the end of the take are returned as they are. */
  async push(codes: Float32Array): Promise<Float32Array> {
    this.received.push(codes);
    const received = this.received.end / CODE_SIZE;
    const from = this.joined;
    const ready = received >= this.codes ? this.codes : Math.max(from, received - this.context);
    this.joined = Math.max(ready, received >= this.codes ? received : 0);
    const output = new Float32Array((this.joined - from) * CODE_SIZE);
    if (ready > from) output.set(await this.joinCodes(from, ready));
    const after = Math.max(from, ready);
    output.set(
      this.received.slice(after * CODE_SIZE, (this.joined - after) * CODE_SIZE),
      (after - from) * CODE_SIZE,
    );
    this.received.dropBefore((this.joined - this.context) * CODE_SIZE);
    return output;
  }

  private async joinCodes(from: number, to: number): Promise<Float32Array> {
    const first = Math.max(0, from - this.context);
    const end = Math.min(this.codes, to + this.context);
    const { mean, deviation, activeFrames } = this.statistics!;
    const [codes] = await this.join.run(
      {
        features: [await this.featuresOf(first, end), [1, end - first, FEATURES]],
        mean: [mean, [1, FEATURES]],
        deviation: [deviation, [1, FEATURES]],
        activeFrames: [Float32Array.of(activeFrames), [1]],
        contentCodes: [
          this.received.slice(first * CODE_SIZE, (end - first) * CODE_SIZE),
          [1, end - first, CODE_SIZE],
        ],
      },
      ['joinedCodes'],
    );
    return codes!.subarray((from - first) * CODE_SIZE, (to - first) * CODE_SIZE);
  }

  /** Features [end - first, 512]; earlier ones are forgotten. */
  private async featuresOf(first: number, end: number): Promise<Float32Array> {
    while (this.features.end < end * FEATURES) await this.appendWindow();
    this.features.dropBefore(first * FEATURES);
    return this.features.slice(first * FEATURES, (end - first) * FEATURES);
  }

  /** Queues the features of the next window up to its overlap with the one after it. */
  private async appendWindow(): Promise<void> {
    const i = this.nextWindow++;
    const { features } = this.kept.get(i) ?? (await this.hear(this.windows[i]!));
    this.kept.delete(i);
    const overlap = OVERLAP_CODES * FEATURES;
    if (i > 0) {
      for (let k = 0; k < overlap; k++) {
        features[k] = this.fading[k]! + fadeIn(Math.floor(k / FEATURES)) * features[k]!;
      }
    }
    const isLast = i === this.windows.length - 1;
    const whole = features.length - (isLast ? 0 : overlap);
    this.features.push(features.subarray(0, whole));
    this.fading = features.slice(whole).map((x, k) => (1 - fadeIn(Math.floor(k / FEATURES))) * x);
  }

  private async hear(window: EarWindow): Promise<Heard> {
    const samples = windowSamples(this.take, window, ANALYSIS_RATE_HZ, BEFORE, BEYOND).map(
      (x) => this.gain * x,
    );
    const [features, loudnessDb] = await this.ear.run({ samples: [samples, [1, samples.length]] }, [
      'features',
      'loudnessDb',
    ]);
    return { features: features!, loudnessDb: loudnessDb! };
  }
}
