import captureUrl from '../../audio/capture-worklet?worker&url';
import { findChirp, makeChirp } from './chirp';
import { startContext } from '../../audio/audio-context';
import { openMicrophone } from '../../audio/microphone';
import { SampleStore } from '../../audio/sample-store';

const RECORDED_SECONDS = 1.2;
const START_SECONDS = 0.2;
/** Longest wait for a microphone that gives no samples. */
const PATIENCE_MS = 4000;
/**
 * Plays a chirp and detects it in the microphone: the delay through speakers, air, microphone and browser, without the
 * converter, in ms; null where it is not detected.
 *
 * Rejects with AudioError where there is no microphone or the speakers do not start.
 */
export async function measureLoopback(deviceId: string, outputId: string): Promise<number | null> {
  const stream = await openMicrophone(deviceId || undefined, 'measure');
  const context = new AudioContext({ latencyHint: 'interactive' });
  try {
    const choosing = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    if (outputId) await choosing.setSinkId?.(outputId);
    await context.audioWorklet.addModule(captureUrl);
    await startContext(context, 'measure');
    const chirp = makeChirp(context.sampleRate);
    const source = playerOf(context, chirp);
    const silence = new ConstantSourceNode(context, { offset: 0 });
    // Both recordings begin in the same block of the audio thread, so their times can be compared.
    const sent = record(context, source);
    const received = record(context, context.createMediaStreamSource(stream));
    // A node without an active input does not run.
    for (const each of [sent, received]) silence.connect(each.node);
    silence.start();
    source.start(context.currentTime + START_SECONDS);
    const [sentAt, receivedAt] = (await Promise.all([sent.done, received.done])).map((samples) =>
      findChirp(samples, chirp),
    );
    if (sentAt === null || receivedAt === null || sentAt === undefined || receivedAt === undefined)
      return null;
    return (1000 * (receivedAt - sentAt)) / context.sampleRate;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  }
}

function playerOf(context: AudioContext, samples: Float32Array<ArrayBuffer>): AudioBufferSourceNode {
  const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate });
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  return source;
}

function record(context: AudioContext, source: AudioNode): { node: AudioNode; done: Promise<Float32Array> } {
  const wanted = RECORDED_SECONDS * context.sampleRate;
  const store = new SampleStore(wanted);
  const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 1 });
  source.connect(capture).connect(context.destination);
  const done = new Promise<Float32Array>((resolve) => {
    // eslint-disable-next-line understudy/owned-by-scope -- the measurement ends by itself, 4 s from here at the latest
    setTimeout(() => resolve(store.take()), PATIENCE_MS);
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array | 'end'>) => {
      if (data === 'end') return;
      store.append(data);
      if (store.length >= wanted) resolve(store.take());
    };
  });
  return { node: capture, done };
}
