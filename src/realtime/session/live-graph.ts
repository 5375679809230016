import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import captureUrl from '../worklets/live-capture-worklet?worker&url';
import type { LiveEnds, LiveOpening } from '../live-link';
import playbackUrl from '../worklets/live-playback-worklet?worker&url';
import { LiveStats } from '../live-stats';
import { startContext } from '../../audio/audio-context';
import { AudioError } from '../../audio/errors';
import { canShareMemory } from '../../dsp/shared-memory';
import { m } from '../../text/messages';
import { Ring } from '../ring';

const RING_SECONDS = 1;
/** Ramp of gain changes: long enough to avoid clicks. */
const RAMP_SECONDS = 0.01;
const ENDING_MS = 100;

/** Of errors of microphone and speakers. */
export interface LiveGraphOptions {
  /** Speakers to play to; default: the system's. */
  outputId?: string;
  /** Default: the device's rate. */
  sampleRateHz?: number;
  marginMs: number;
  /** Whether threads may share memory; default: whether this browser lets them. */
  isShared?: boolean;
}

/**
 * The page's part of the live chain: microphone -> capture worklet, playback worklet -> speakers. The worker between them
 * gets the ends of `link`.
 *
 * The unconverted microphone reaches the speakers only between `setBypass(true)` and `setBypass(false)`.
 */
export class LiveGraph {
  readonly context: AudioContext;
  private readonly capture: AudioWorkletNode;
  private readonly playback: AudioWorkletNode;
  private readonly converted: GainNode;
  private readonly dry: GainNode;
  private microphone: MediaStreamAudioSourceNode | undefined;
  private current = new LiveStats();

  private constructor(
    context: AudioContext,
    private readonly isShared: boolean,
    private marginMs: number,
  ) {
    this.context = context;
    this.capture = new AudioWorkletNode(context, 'live-capture', { numberOfOutputs: 1 });
    this.playback = new AudioWorkletNode(context, 'live-playback', { outputChannelCount: [1] });
    this.converted = context.createGain();
    this.dry = context.createGain();
    this.dry.gain.value = 0;
    this.playback.connect(this.converted).connect(context.destination);
    // Some browsers do not run a node that is not connected to the destination; its output is silence.
    this.capture.connect(context.destination);
    this.playback.port.onmessage = ({ data }: MessageEvent<Float64Array<ArrayBuffer>>) =>
      (this.current = new LiveStats(data.buffer));
  }

  /** Rejects with AudioError `no-output` or `unsupported`. */
  static async open(options: LiveGraphOptions): Promise<LiveGraph> {
    const { outputId, sampleRateHz, marginMs, isShared = canShareMemory() } = options;
    const isNative = typeof AudioWorkletNode !== 'undefined';
    if (!isNative) await import('audioworklet-polyfill');
    const context = new AudioContext({
      latencyHint: 'interactive',
      ...(sampleRateHz && { sampleRate: sampleRateHz }),
    });
    try {
      if (outputId) await setSink(context, outputId);
      await Promise.all([captureUrl, playbackUrl].map((url) => context.audioWorklet.addModule(url)));
      await startContext(context, 'live');
      return new LiveGraph(context, isShared && isNative, marginMs);
    } catch (cause) {
      void context.close();
      if (cause instanceof AudioError) throw cause;
      throw new AudioError('unsupported', m.realtime_unsupported(), { cause });
    }
  }

  /** Whether this browser lets a page choose its speakers. */
  static get canChooseOutput(): boolean {
    return typeof AudioContext !== 'undefined' && 'setSinkId' in AudioContext.prototype;
  }

  get stats(): LiveStats {
    return this.current;
  }

  /** Output latency in ms, as reported by the browser. */
  get outputLatencyMs(): number {
    return 1000 * ((this.context.outputLatency || 0) + this.context.baseLatency);
  }

  /** Creates new rings or ports in both directions; returns the worker's ends of them, and those to transfer. */
  link(): { ends: LiveEnds; transfer: Transferable[] } {
    const { sampleRate } = this.context;
    const [input, output] = [sampleRate, SYNTHESIS_RATE_HZ].map((rateHz) =>
      Ring.memory(RING_SECONDS * rateHz, this.isShared),
    ) as [ArrayBuffer, ArrayBuffer];
    const stats = LiveStats.memory(this.isShared);
    this.current = new LiveStats(stats);
    const common = { stats, sampleRateHz: sampleRate, marginMs: this.marginMs };
    const toWorker = { ...common, ring: input, ringRateHz: sampleRate };
    const toSpeakers = { ...common, ring: output, ringRateHz: SYNTHESIS_RATE_HZ };
    if (this.isShared) {
      post(this.capture, toWorker);
      post(this.playback, toSpeakers);
      const shared = { input, output, stats } as unknown as Extract<LiveEnds, { stats: SharedArrayBuffer }>;
      return { ends: { ...shared, sampleRateHz: sampleRate }, transfer: [] };
    }
    const ways = [new MessageChannel(), new MessageChannel()] as const;
    post(this.capture, { ...toWorker, port: ways[0].port1 });
    post(this.playback, { ...toSpeakers, port: ways[1].port1 });
    const ends = { input: ways[0].port2, output: ways[1].port2, sampleRateHz: sampleRate };
    return { ends, transfer: [ends.input, ends.output] };
  }

  /** Connects another microphone, or none. */
  setMicrophone(stream: MediaStream | undefined): void {
    this.microphone?.disconnect();
    this.microphone = stream && this.context.createMediaStreamSource(stream);
    this.microphone?.connect(this.capture);
  }

  /** Plays the unconverted microphone instead of the converted voice while `isHeld`. */
  setBypass(isHeld: boolean): void {
    this.ramp(this.converted, isHeld ? 0 : 1);
    this.ramp(this.dry, isHeld ? 1 : 0);
    if (isHeld) this.microphone?.connect(this.dry).connect(this.context.destination);
    else this.dry.disconnect();
  }

  setMuted(isMuted: boolean): void {
    this.ramp(this.converted, isMuted ? 0 : 1);
  }

  setMargin(marginMs: number): void {
    this.marginMs = marginMs;
    this.playback.port.postMessage({ marginMs });
  }

  /** Rejects where the device is gone. Without effect where the browser cannot choose speakers. */
  async setOutput(outputId: string): Promise<void> {
    await setSink(this.context, outputId);
  }

  /** The microphone, and the converted voice as sent to the speakers, for measurements. */
  tap(): { microphone: AudioNode | undefined; output: AudioNode } {
    return { microphone: this.microphone, output: this.converted };
  }

  /** Fades out in 10 ms; releases everything after 100 ms. */
  close(): void {
    this.setMicrophone(undefined);
    this.dry.disconnect();
    this.ramp(this.converted, 0);
    const nodes = [this.capture, this.playback];
    for (const { port } of nodes) port.postMessage('close');
    // Chromium frees a context only if its worklets have ended before it is closed.
    // eslint-disable-next-line understudy/owned-by-scope -- the page's scope may be what ends here
    setTimeout(() => {
      for (const node of nodes) {
        node.disconnect();
        node.port.onmessage = null;
        node.port.close();
      }
      this.converted.disconnect();
      if (this.context.state !== 'closed') void this.context.close();
    }, ENDING_MS);
  }

  private ramp({ gain }: GainNode, value: number): void {
    const { currentTime } = this.context;
    gain.setTargetAtTime(value, currentTime, RAMP_SECONDS / 3);
  }
}

function post(node: AudioWorkletNode, opening: LiveOpening): void {
  node.port.postMessage(opening, opening.port ? [opening.port] : []);
}

async function setSink(context: AudioContext, outputId: string): Promise<void> {
  const choosing = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  await choosing.setSinkId?.(outputId);
}
