import {
  ALL_FORMATS,
  AudioSampleSink,
  BlobSource,
  Input,
  type AudioSample,
  type InputAudioTrack,
} from 'mediabunny';
import { Resampler } from '../dsp/resample';
import { throwIfCancelled, type DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { checkSeconds, checkShape, keptRate } from './limits';
import { MonoMixer } from './mono';
import { SampleStore } from './sample-store';
import { id3Bytes, isRiffCut, mp3StatesLength } from './sniff';

/** A damaged file with less audio than this is rejected. */
const MIN_DAMAGED_SECONDS = 0.3;
/** Shortfall against the stated duration that encoder delay and rounding explain. */
const LENGTH_SLACK_SECONDS = 0.15;
/** Longest time between two yields to the page. */
const YIELD_MS = 30;

/** The file could not be read as a stream: unknown format, unreadable structure, or a missing codec (named). */
export class UndecodableError extends Error {
  constructor(
    readonly codec: string | undefined,
    cause?: unknown,
  ) {
    super(codec ? `cannot decode ${codec}` : 'not readable', { cause });
  }
}

interface Stream {
  file: Blob;
  name: string;
  track: InputAudioTrack;
  /** From the file's metadata; null when it does not say. */
  seconds: number | null;
  options: DecodeOptions;
}

/** Decodes chunk by chunk. Rejects with UndecodableError where `decodeWhole` may still succeed. */
export async function decodeStream(file: Blob, name: string, options: DecodeOptions) {
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) });
  try {
    const track = await openTrack(input);
    checkShape(await track.getNumberOfChannels(), await track.getSampleRate(), name);
    const stream = { file, name, track, seconds: await secondsOf(track), options };
    if (stream.seconds !== null) checkSeconds(await confirmedSeconds(stream, stream.seconds), name);
    if (!(await track.canDecode())) throw new UndecodableError((await track.getCodec()) ?? 'unknown codec');
    const mixed = await decodeTrack(stream);
    if (mixed.cancelledFor === undefined) return mixed;
    const single = await decodeTrack(stream, mixed.cancelledFor);
    single.warnings.push(
      'The channels of this recording cancel each other out, so only the louder one is used.',
    );
    return single;
  } finally {
    input.dispose();
  }
}

async function openTrack(input: Input): Promise<InputAudioTrack> {
  const track = await input.getPrimaryAudioTrack().catch((cause: unknown) => {
    throw new UndecodableError(undefined, cause);
  });
  if (!track) throw new UndecodableError(undefined);
  return track;
}

async function secondsOf(track: InputAudioTrack): Promise<number | null> {
  const stated = await track.getDurationFromMetadata();
  // Ogg has no duration in its header, but the position on its last page is cheap to read.
  return stated ?? (await track.computeDuration().catch(() => null));
}

/** Counts the frames of an MP3 before it is rejected as too long: the stated duration may be an estimate. */
async function confirmedSeconds({ track }: Stream, seconds: number): Promise<number> {
  const isGuess = (await track.getCodec()) === 'mp3';
  return isGuess && Number.isFinite(seconds) ? Math.min(seconds, await track.computeDuration()) : seconds;
}

async function decodeTrack(stream: Stream, channel?: number) {
  const { track, seconds, name, options } = stream;
  const sink = new AudioSampleSink(track);
  let take: TakeBuilder | undefined;
  let failure: unknown;
  let yieldedMs = performance.now();
  try {
    for await (const sample of sink.samples()) {
      try {
        throwIfCancelled(options.signal);
        take ??= new TakeBuilder(sample, seconds, name, channel);
        take.add(sample);
      } finally {
        sample.close();
      }
      checkSeconds(take.seconds, name);
      if (performance.now() - yieldedMs > YIELD_MS) {
        options.onProgress?.(take.seconds, Math.max(take.seconds, seconds ?? 0));
        await new Promise((resolve) => setTimeout(resolve));
        yieldedMs = performance.now();
      }
    }
  } catch (cause) {
    if (cause instanceof AudioError) throw cause;
    failure = cause;
  }
  if (failure !== undefined && !take)
    throw new UndecodableError((await track.getCodec()) ?? 'unknown codec', failure);
  const sourceRateHz = take?.sourceRateHz ?? (await track.getSampleRate());
  const done = take?.seconds ?? 0;
  const cut = failure !== undefined || (await isCut(stream, done));
  if (cut && done < MIN_DAMAGED_SECONDS) throw tooLittleLeft(name, failure);
  options.onProgress?.(done, done);
  return {
    samples: take?.finish() ?? new Float32Array(0),
    sampleRateHz: take?.keptRateHz ?? sourceRateHz,
    sourceRateHz,
    cancelledFor: channel === undefined ? take?.cancelledFor : undefined,
    warnings: cut ? ['The end of this file is missing or damaged; what could be read was opened.'] : [],
  };
}

/** Whether the file ended before the duration that it states. */
async function isCut({ file, track, seconds }: Stream, done: number): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  if (isRiffCut(head, file.size)) return true;
  if (seconds === null || done >= seconds - Math.max(LENGTH_SLACK_SECONDS, 0.01 * seconds)) return false;
  if ((await track.getCodec()) !== 'mp3') return true;
  const start = id3Bytes(head);
  return mp3StatesLength(new Uint8Array(await file.slice(start, start + 2048).arrayBuffer()));
}

function tooLittleLeft(name: string, cause: unknown): AudioError {
  return new AudioError(
    'truncated',
    `"${name}" is cut off: less than a third of a second of audio is left in it. The file is unchanged. Copy or download it again.`,
    { cause },
  );
}

/** Builds one recording from decoded chunks: mono samples, resampled to the rate they are kept at. */
class TakeBuilder {
  readonly sourceRateHz: number;
  readonly keptRateHz: number;
  private readonly mixer: MonoMixer;
  private readonly store: SampleStore;
  private readonly resampler: Resampler | undefined;
  private sourceSamples = 0;

  /** The decoder's rate and channels can differ from the container's (HE-AAC doubles the rate), so the first chunk decides. */
  constructor(
    first: AudioSample,
    seconds: number | null,
    private readonly name: string,
    channel?: number,
  ) {
    checkShape(first.numberOfChannels, first.sampleRate, name);
    this.sourceRateHz = first.sampleRate;
    this.keptRateHz = keptRate(first.sampleRate, seconds);
    this.mixer = new MonoMixer(first.numberOfChannels, channel);
    this.store = new SampleStore((seconds ?? 10) * this.keptRateHz);
    if (this.keptRateHz !== this.sourceRateHz)
      this.resampler = new Resampler(this.sourceRateHz, this.keptRateHz);
  }

  get seconds(): number {
    return this.sourceSamples / this.sourceRateHz;
  }

  get cancelledFor(): number | undefined {
    return this.mixer.cancelledFor;
  }

  add(sample: AudioSample): void {
    if (sample.sampleRate !== this.sourceRateHz || sample.numberOfChannels !== this.mixer.channels) {
      throw new AudioError(
        'sample-rate',
        `"${this.name}" changes its sample rate or channels in the middle, which cannot be read. The file is unchanged. Save it as a new WAV and open that.`,
      );
    }
    // Samples before time 0 are the encoder's priming.
    const skip = Math.max(0, Math.round(-sample.timestamp * sample.sampleRate));
    const frames = sample.numberOfFrames - skip;
    if (frames <= 0) return;
    const planes = Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(frames);
      sample.copyTo(plane, { planeIndex, format: 'f32-planar', frameOffset: skip });
      return plane;
    });
    const mixed = this.mixer.mix(planes);
    this.sourceSamples += frames;
    this.store.append(this.resampler ? this.resampler.push(mixed) : mixed);
  }

  finish(): Float32Array {
    if (this.resampler) this.store.append(this.resampler.end());
    return this.store.take();
  }
}
