import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';
import captureUrl from '../worklets/live-capture-worklet?worker&url';
import type { LiveEnds, LiveOpening } from '../live-link';
import playbackUrl from '../worklets/live-playback-worklet?worker&url';
import { LiveStats } from '../live-stats';
import { AudioError } from '../../audio/errors';
import { Ring } from '../ring';

const RING_SECONDS = 1;
/** Long enough to be no click, short enough to be at once. */
const RAMP_SECONDS = 0.01;
const ENDING_MS = 100;

export interface LiveGraphOptions {
  /** Speakers to play to; the system's own choice without. */
  outputId?: string;
  /** Asks for a rate; the device's own without. */
  sampleRateHz?: number;
  marginMs: number;
  /** Whether threads may share memory; tests say no. */
  isShared?: boolean;
}

/**
 * The page's part of the live chain: microphone -> capture worklet, playback worklet -> speakers. What lies
 * between is the worker's, which is given the `ends`.
 *
 * The microphone itself reaches the speakers only while `setBypass(true)` holds.
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
    // Without a way to the speakers some browsers do not run a node; its output is silence.
    this.capture.connect(context.destination);
    this.playback.port.onmessage = ({ data }: MessageEvent<Float64Array<ArrayBuffer>>) =>
      (this.current = new LiveStats(data.buffer));
  }

  /** Rejects with AudioError `unsupported`. */
  static async open(options: LiveGraphOptions): Promise<LiveGraph> {
    const { outputId, sampleRateHz, marginMs, isShared = globalThis.crossOriginIsolated } = options;
    const isNative = typeof AudioWorkletNode !== 'undefined';
    if (!isNative) await import('audioworklet-polyfill');
    const context = new AudioContext({
      latencyHint: 'interactive',
      ...(sampleRateHz && { sampleRate: sampleRateHz }),
    });
    try {
      if (outputId) await setSink(context, outputId);
      await Promise.all([captureUrl, playbackUrl].map((url) => context.audioWorklet.addModule(url)));
      await context.resume();
      return new LiveGraph(context, isShared && isNative, marginMs);
    } catch (cause) {
      void context.close();
      throw new AudioError(
        'unsupported',
        'This browser cannot play while it records in this page, so nothing is converted. Your takes are safe. Use a current Firefox, Chrome, Edge or Safari.',
        { cause },
      );
    }
  }

  /** Whether this browser lets a page choose its speakers. */
  static get canChooseOutput(): boolean {
    return typeof AudioContext !== 'undefined' && 'setSinkId' in AudioContext.prototype;
  }

  get stats(): LiveStats {
    return this.current;
  }

  /** Delay in ms that the devices add: what the browser says of the speakers' side. */
  get outputLatencyMs(): number {
    return 1000 * ((this.context.outputLatency || 0) + this.context.baseLatency);
  }

  /** Makes both ways anew and gives the worker's ends of them, with what of it has to be transferred. */
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

  /** Listens to another microphone from now on, or to none. */
  setMicrophone(stream: MediaStream | undefined): void {
    this.microphone?.disconnect();
    this.microphone = stream && this.context.createMediaStreamSource(stream);
    this.microphone?.connect(this.capture);
  }

  /** Plays the microphone itself instead of the converted voice while `isHeld`. */
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

  /** Rejects where the browser cannot choose speakers, or these are gone. */
  async setOutput(outputId: string): Promise<void> {
    await setSink(this.context, outputId);
  }

  /** The converted voice as it goes to the speakers, and the microphone: for measuring. */
  tap(): { microphone: AudioNode | undefined; output: AudioNode } {
    return { microphone: this.microphone, output: this.converted };
  }

  /** Silent at once; everything is let go of a moment later. */
  close(): void {
    this.setMicrophone(undefined);
    this.dry.disconnect();
    this.ramp(this.converted, 0);
    const nodes = [this.capture, this.playback];
    for (const { port } of nodes) port.postMessage('close');
    // Chromium frees a context only where its worklets had ended before it was closed.
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
