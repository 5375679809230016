import { m } from '../text/messages';
import captureWorkletUrl from './capture-worklet?worker&url';
import { startContext } from './audio-context';
import { AudioError } from './errors';
import { adviceFor, listDevices, openMicrophone } from './microphone';
import { SampleStore } from './sample-store';

export const MAX_RECORD_SECONDS = 600;
const CLIPPED_PEAK = 0.99;
const FLUSH_TIMEOUT_MS = 2000;

export interface Level {
  /** Largest magnitude of the last batch, 0..1. */
  peak: number;
  rms: number;
  clipped: boolean;
}

export interface Recorded {
  /** Mono. */
  samples: Float32Array;
  sampleRateHz: number;
  seconds: number;
  clipped: boolean;
}

export interface RecorderOptions {
  deviceId?: string;
  onLevel?: (level: Level) => void;
  /** Called with the samples as they arrive; the array is reused afterwards. */
  onSamples?: (samples: Float32Array, sampleRateHz: number) => void;
  /** Called when the recording ends by itself; `stop` then returns what was recorded. */
  onEnd?: (why: 'ceiling' | 'device-lost') => void;
  maxSeconds?: number;
  /** Whether the recording is kept for `stop`; otherwise it is only passed to `onSamples`, and does not end by itself. Default true. */
  isKept?: boolean;
}

/** Loads what a recorder needs, so that the first one requests nothing from the network. Makes no sound and opens no device. */
export async function preloadCapture(): Promise<void> {
  if (typeof AudioWorkletNode === 'undefined') await import('audioworklet-polyfill');
  else await new OfflineAudioContext(1, 1, 48_000).audioWorklet.addModule(captureWorkletUrl);
}

/**
 * Records the microphone through an AudioWorklet. Each instance records once.
 *
 * Echo cancellation, noise suppression and automatic gain are off, since they change the voice.
 */
export class Recorder {
  private stream: MediaStream | undefined;
  private context: AudioContext | undefined;
  private node: AudioWorkletNode | undefined;
  private store: SampleStore | undefined;
  private hasEnded = false;
  private clipped = false;
  private flushed: () => void = () => undefined;

  constructor(private readonly options: RecorderOptions = {}) {}

  /** Microphones; their labels are empty until the user has allowed one. */
  static devices(): Promise<{ deviceId: string; label: string }[]> {
    return listDevices('audioinput');
  }

  get seconds(): number {
    return this.store && this.context ? this.store.length / this.context.sampleRate : 0;
  }

  /** Of the microphone while it is open. */
  get track(): MediaStreamTrack | undefined {
    return this.stream?.getAudioTracks()[0];
  }

  /** Rejects with AudioError: `no-microphone`, `permission-denied`, `device-busy`, `device-lost`, `no-output`, `unsupported`. */
  async start(): Promise<void> {
    const stream = await openMicrophone(this.options.deviceId, 'record');
    this.stream = stream;
    try {
      await this.capture(stream);
      requireLive(stream);
    } catch (cause) {
      this.close();
      if (cause instanceof AudioError) throw cause;
      throw new AudioError('unsupported', m.audio_cannot_record(adviceFor('record')), { cause });
    }
    for (const track of stream.getAudioTracks()) track.addEventListener('ended', this.onTrackEnded);
  }

  /** Ends the recording and returns it. */
  async stop(): Promise<Recorded> {
    const { node, context, store } = this;
    if (!node || !context || !store) throw new Error('The recorder has not been started.');
    await new Promise<void>((resolve) => {
      this.flushed = resolve;
      node.port.postMessage('flush');
      // A worklet whose device is gone may never answer: take what it has sent.
      setTimeout(resolve, FLUSH_TIMEOUT_MS);
    });
    this.hasEnded = true;
    const samples = store.take();
    const sampleRateHz = context.sampleRate;
    this.close();
    return { samples, sampleRateHz, seconds: samples.length / sampleRateHz, clipped: this.clipped };
  }

  /** Releases the microphone and discards the recording. Without effect where nothing is open. */
  close(): void {
    for (const track of this.stream?.getTracks() ?? []) {
      track.removeEventListener('ended', this.onTrackEnded);
      track.stop();
    }
    this.node?.disconnect();
    // Rejects where the browser has closed it.
    this.context?.close().catch(() => undefined);
    // `state` is `closed` only once the browser has closed it, and Firefox rejects a second call before that.
    this.stream = this.node = this.context = undefined;
  }

  private async capture(stream: MediaStream): Promise<void> {
    if (typeof AudioWorkletNode === 'undefined') await import('audioworklet-polyfill');
    const context = new AudioContext();
    this.context = context;
    await context.audioWorklet.addModule(captureWorkletUrl);
    await startContext(context, 'record');
    this.store = new SampleStore(this.options.isKept === false ? 0 : 30 * context.sampleRate);
    const node = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 1 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer> | 'end'>) => {
      if (data === 'end') this.flushed();
      else this.receive(node, data);
    };
    // Some browsers do not run a node that is not connected to the destination; its output is silence.
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    this.node = node;
  }

  private receive(node: AudioWorkletNode, batch: Float32Array<ArrayBuffer>): void {
    const { store, context } = this;
    if (!store || !context || this.hasEnded) return;
    const { isKept = true, maxSeconds = MAX_RECORD_SECONDS } = this.options;
    const remaining = isKept ? Math.round(maxSeconds * context.sampleRate) - store.length : Infinity;
    const fitting = batch.subarray(0, remaining);
    if (isKept) store.append(fitting);
    this.options.onSamples?.(fitting, context.sampleRate);
    this.report(batch);
    if (batch.length >= remaining) this.end('ceiling');
    node.port.postMessage(batch.buffer, [batch.buffer]);
  }

  private report(batch: Float32Array): void {
    let peak = 0;
    let power = 0;
    for (const sample of batch) {
      peak = Math.max(peak, Math.abs(sample));
      power += sample * sample;
    }
    const clipped = peak >= CLIPPED_PEAK;
    this.clipped ||= clipped;
    this.options.onLevel?.({ peak, rms: Math.sqrt(power / Math.max(1, batch.length)), clipped });
  }

  private readonly onTrackEnded = () => this.end('device-lost');

  private end(why: 'ceiling' | 'device-lost'): void {
    if (this.hasEnded) return;
    this.hasEnded = why === 'ceiling';
    this.options.onEnd?.(why);
  }
}

/** A track that ended before anything listened to it delivers silence, and no event. */
function requireLive(stream: MediaStream): void {
  if (!stream.getAudioTracks().every(({ readyState }) => readyState === 'ended')) return;
  throw new AudioError('device-lost', m.audio_device_lost(adviceFor('record')));
}
