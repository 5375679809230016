import { LiveConditions } from '../../engine/analysis/condition-live';
import { conditionBits } from '../../engine/analysis/conditions';
import { BlockPlan } from './block-plan';
import { FeedbackWatch } from './feedback';
import { CalibrationMeter } from './calibration-meter';
import type { CalibrationResult, LiveLink, RecordedBlock, LiveSettings } from '../live-types';
import type { PitchFrames } from '../../engine/analysis/pitch';
import type { Networks } from '../../engine/backends/network';
import { RunningProfile } from './running-profile';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import { ConversionStream } from '../../engine/stream';
import { CODES_PER_SECOND } from '../../engine/shapes';
import { TakeTap } from './take-tap';
import { TaskYielder } from '../../dsp/task';
import type { SourceProfile } from '../../engine/types';
import type { Voice } from '../../engine/voice';

const WAIT_MS = 20;
/** With more input than this waiting beyond a block, the loop skips to the newest block plus this much. */
const MAX_BEHIND_SECONDS = 0.04;
const FADE_SECONDS = 0.01;
const UNKNOWN: SourceProfile = { medianF0Hz: 0, speechLevelDb: -80 };

/**
 * The block loop of a running conversion: reads microphone samples as they arrive, converts them and writes the output.
 * Changes of settings are smoothed in the running stream.
 */
export class LiveLoop {
  /** Samples of the link read or skipped, and written, including those of earlier loops on the same link. */
  consumed: number;
  written: number;
  private readonly yielder = new TaskYielder();
  private readonly plan: BlockPlan;
  private readonly stream: ConversionStream;
  private readonly running: RunningProfile;
  private readonly watch: FeedbackWatch;
  private readonly conditions = new LiveConditions();
  private calibration: CalibrationMeter | undefined;
  private tap: TakeTap | undefined;
  private failure: Error | undefined;
  private isStopped = false;
  private hasNewProfile = false;
  private lengthMs = 0;
  private slow = { factor: 1, untilMs: 0 };

  /** `before`: the loop on the same link that this one replaces. */
  constructor(
    private readonly link: LiveLink,
    readonly networks: Networks,
    private voice: Voice,
    private settings: LiveSettings,
    before?: LiveLoop,
  ) {
    this.consumed = before?.consumed ?? 0;
    this.written = before?.written ?? 0;
    this.plan = new BlockPlan(settings.blockCodes);
    this.running = new RunningProfile(before?.profile ?? settings.profile);
    this.watch = new FeedbackWatch(link.sampleRateHz);
    this.stream = new ConversionStream({
      networks,
      voice,
      controls: settings.controls,
      profile: this.running.current ?? UNKNOWN,
      use: 'live',
      sampleRateHz: link.sampleRateHz,
      blockCodes: this.plan.codes,
      gateDb: settings.gateDb,
      onFrames: (pitch, loudnessDb) => this.profileFrames(pitch, loudnessDb),
      onSpectra: (...frames) => this.conditions.push(...frames),
    });
    // A calibration that was under way continues.
    this.calibration = before?.calibration;
    if (before) this.reportSkipped();
    else this.skip(link.source.available);
  }

  get profile(): SourceProfile | null {
    return this.running.current;
  }

  /** Runs until `stop`. Rejects with errors of the networks. */
  async run(): Promise<void> {
    try {
      while (!this.isStopped) {
        await this.link.source.wait(WAIT_MS);
        this.applyBlockLength();
        const input = this.take();
        if (input.length > 0) await this.convert(input);
        await this.yielder.next();
        if (this.failure) throw this.failure;
      }
    } finally {
      this.tap?.finish();
      this.stream.dispose();
      this.yielder.close();
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Makes `run` reject. */
  interrupt(failure: Error): void {
    this.failure = failure;
  }

  adjust(settings: LiveSettings, voice: Voice): void {
    this.settings = settings;
    this.voice = voice;
    this.running.restart(settings.profile);
    this.plan.setLeast(settings.blockCodes);
    this.applySettings();
  }

  /** Measures the speaker over the next `seconds` of input. */
  calibrate(seconds: number): Promise<CalibrationResult> {
    return new Promise((resolve) => (this.calibration = new CalibrationMeter(seconds, resolve)));
  }

  /** Records a take from the next block on. */
  record(post: (block: RecordedBlock | null) => void): void {
    this.tap?.finish();
    this.tap = new TakeTap(this.stream.heldSeconds, this.link.sampleRateHz, post);
  }

  endRecording(): void {
    this.tap?.end();
  }

  /** For tests: multiplies the computing time of every block by `factor` for `seconds`. */
  slowDown(factor: number, seconds: number): void {
    this.slow = { factor, untilMs: performance.now() + 1000 * seconds };
  }

  private get blockSeconds(): number {
    return this.plan.codes / CODES_PER_SECOND;
  }

  /** All waiting input, or its newest part where more than a block plus 40 ms are waiting. */
  private take(): Float32Array<ArrayBuffer> {
    const { source, sampleRateHz, meters } = this.link;
    const most = Math.round((this.blockSeconds + MAX_BEHIND_SECONDS) * sampleRateHz);
    const fade = Math.round(FADE_SECONDS * sampleRateHz);
    const available = source.available;
    if (available <= most + fade) return this.read(available);
    // Cross-fade of 10 ms from the oldest waiting sample to the live edge.
    const here = this.read(fade);
    this.skip(available - most - fade);
    const edge = this.read(most);
    for (let i = 0; i < fade; i++) edge[i] = here[i]! + (i / fade) * (edge[i]! - here[i]!);
    meters.add('inputJumps', 1);
    return edge;
  }

  private read(count: number): Float32Array<ArrayBuffer> {
    const samples = new Float32Array(count);
    this.link.source.read(samples);
    this.consumed += count;
    return samples;
  }

  /** Discards input: late samples, and before the first block those that are waiting already. */
  private skip(count: number): void {
    this.link.source.skip(count);
    this.consumed += count;
    this.reportSkipped();
  }

  /** Reports how much input has been skipped, and from which output sample on. */
  private reportSkipped(): void {
    const { meters, sampleRateHz } = this.link;
    const from = this.written + Math.round(this.stream.heldSeconds * SYNTHESIS_RATE_HZ);
    meters.skip(from, this.consumed / sampleRateHz - from / SYNTHESIS_RATE_HZ);
  }

  private async convert(input: Float32Array<ArrayBuffer>): Promise<void> {
    const startedMs = performance.now();
    const output = await this.stream.push(input);
    if (startedMs < this.slow.untilMs) spin(startedMs, this.slow.factor);
    if (output.length > 0) this.link.write(output);
    this.watch.push(input, output);
    if (output.length > 0) this.reportBlock(output.length, performance.now() - startedMs);
    this.tap?.push(input, output as Float32Array<ArrayBuffer>);
    if (this.hasNewProfile) this.applySettings();
  }

  private reportBlock(samples: number, workMs: number): void {
    const { source, sampleRateHz, meters } = this.link;
    this.written += samples;
    this.plan.update(samples / SYNTHESIS_RATE_HZ, workMs / 1000, source.available / sampleRateHz);
    meters.add('blocks', 1);
    meters.set('blockMs', workMs);
    meters.set('load', this.plan.load);
    meters.set('algorithmicMs', 1000 * this.stream.heldSeconds);
    meters.set('feedback', this.watch.score);
    this.conditions.update();
    meters.set('heard', conditionBits(this.conditions.named));
  }

  private applyBlockLength(): void {
    const lengthMs = 1000 * this.blockSeconds;
    if (lengthMs === this.lengthMs) return;
    this.lengthMs = lengthMs;
    this.link.meters.set('blockLengthMs', lengthMs);
    this.stream.adjust({ blockCodes: this.plan.codes });
  }

  private profileFrames(pitch: PitchFrames, loudnessDb: Float32Array): void {
    if (this.calibration?.push(pitch, loudnessDb)) {
      this.calibration = undefined;
      this.conditions.judgeNow();
    }
    if (!this.settings.follows && this.running.current) return;
    if (this.running.push(pitch, loudnessDb)) this.hasNewProfile = true;
  }

  private applySettings(): void {
    this.hasNewProfile = false;
    const { controls, gateDb } = this.settings;
    const { voice, running } = this;
    this.stream.adjust({ voice, controls, gateDb, profile: running.current ?? UNKNOWN });
  }
}

/** Blocks this thread until the time since `startedMs` has grown to `factor` times its present value. */
function spin(startedMs: number, factor: number): void {
  const untilMs = startedMs + factor * (performance.now() - startedMs);
  while (performance.now() < untilMs);
}
