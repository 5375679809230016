import { SampleStore } from '../audio/sample-store';
import tapUrl from './tap-worklet?worker&url';

/** All samples that one audio context sent to the speakers (`heard`) and received from the microphone (`spoken`). */
export interface ContextTap {
  sampleRateHz: number;
  heard: SampleStore;
  spoken: SampleStore;
}

/**
 * For tests: records everything connected to the destination of any audio context created from now on, and the
 * microphone in parallel.
 */
export function tapEverything(expectedSeconds: number): ContextTap[] {
  const contexts: ContextTap[] = [];
  const taps = new WeakMap<BaseAudioContext, AudioWorkletNode>();
  const connect = methodOf<(...args: unknown[]) => AudioNode | void>(AudioNode.prototype, 'connect');
  const tapOf = (context: BaseAudioContext): AudioWorkletNode => {
    const known = taps.get(context);
    if (known) return known;
    const { sampleRate } = context;
    // Allocated in advance, so that recording does not look like a memory leak; later contexts allocate as they record.
    const expected = contexts.length === 0 ? expectedSeconds * sampleRate : 0;
    const entry = {
      sampleRateHz: sampleRate,
      heard: new SampleStore(expected),
      spoken: new SampleStore(expected),
    };
    contexts.push(entry);
    const tap = new AudioWorkletNode(context, 'tap', { numberOfInputs: 2, numberOfOutputs: 1 });
    taps.set(context, tap);
    tap.port.onmessage = ({ data: [heard, spoken] }: MessageEvent<[Float32Array, Float32Array]>) => {
      entry.heard.append(heard);
      entry.spoken.append(spoken);
    };
    connect.call(tap, context.destination);
    return tap;
  };
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] === this.context.destination) connect.call(this, tapOf(this.context), 0, 0);
    return connect.apply(this, args);
  } as typeof AudioNode.prototype.connect;
  const createSource = methodOf<(stream: MediaStream) => MediaStreamAudioSourceNode>(
    AudioContext.prototype,
    'createMediaStreamSource',
  );
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    const source = createSource.call(this, stream);
    connect.call(source, tapOf(this), 0, 1);
    return source;
  };
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      const { audioWorklet } = this;
      const addModule = audioWorklet.addModule.bind(audioWorklet);
      const tapLoaded = addModule(tapUrl);
      // A caller may connect as soon as its module is loaded, so the tap's module is loaded first.
      audioWorklet.addModule = (url, moduleOptions) => tapLoaded.then(() => addModule(url, moduleOptions));
    }
  };
  return contexts;
}

/** A method of a prototype as a function, for `call` with any `this`. */
function methodOf<Method>(prototype: object, name: string): Method {
  return Object.getOwnPropertyDescriptor(prototype, name)!.value as Method;
}
