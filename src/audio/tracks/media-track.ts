import { EncodedPacketSink, type EncodedPacket, type InputAudioTrack } from 'mediabunny';
import { isPcm, pcmPlanes } from '../containers/pcm/pcm';
import type { FilePart } from '../containers/file-part';
import type { Mp3Info } from '../containers/mp3-info';
import { codecName } from './codec-names';
import { canReadDecoded, PacketDecoder } from './packet-decoder';
import { UndecodableError, type Chunk, type Damage, type SoundTrack } from './sound-track';

/** Codecs whose last packet states how much of it is sound. */
const TRIMMED = ['opus', 'vorbis'];
/** Chunks that are kept back until it is known how much to leave out at the end: 4095 samples of MP3 at most. */
const HELD_CHUNKS = 8;
/** Longer than any packet. */
const NEAR_SECONDS = 1;

/**
 * A sound track that mediabunny demuxes.
 *
 * `part`: what holds it. `statesEnd`: whether the file's metadata say where this track ends. `info`: of an MP3.
 */
export async function mediaTrack(
  track: InputAudioTrack,
  { wrapSeconds }: FilePart,
  statesEnd: boolean,
  info?: Mp3Info | null,
): Promise<SoundTrack> {
  const sampleRateHz = await track.getSampleRate();
  const first = await track.getFirstTimestamp().catch(() => 0);
  // Before 0 lies what an encoder put in front, unless the clock has wrapped.
  const startSeconds = (wrapSeconds ? first : Math.max(0, first)) + (info?.before ?? 0) / sampleRateHz;
  const stated = statesEnd ? await track.getDurationFromMetadata() : null;
  // The position of the last packet is cheap to read.
  const end = stated ?? (await track.computeDuration().catch(() => null));
  const afterSeconds = (info?.after ?? 0) / sampleRateHz;
  return {
    number: track.number,
    channels: await track.getNumberOfChannels(),
    sampleRateHz,
    startSeconds,
    seconds: end === null ? null : Math.max(0, end - startSeconds - afterSeconds),
    reaches: (seconds) => hasPacketAt(track, startSeconds + seconds),
    decode: (damage) => decode(track, damage, afterSeconds),
  };
}

/** `afterSeconds`: duration to leave out at the end. */
async function* decode(track: InputAudioTrack, damage: Damage, afterSeconds: number): AsyncGenerator<Chunk> {
  const codec = (await track.getCodec()) ?? '';
  const sampleRateHz = await track.getSampleRate();
  if (!(await track.canDecode())) throw new UndecodableError({ codec: await codecName(track) });
  if (isPcm(codec)) {
    const channels = await track.getNumberOfChannels();
    for await (const { data, timestamp } of packetsOf(track, damage))
      yield { planes: pcmPlanes(data, codec, channels), sampleRateHz, atSeconds: timestamp };
    return;
  }
  if (!canReadDecoded(navigator)) throw new UndecodableError({ codec: await codecName(track) });
  const decoder = new PacketDecoder((await track.getDecoderConfig())!);
  const held: Chunk[] = [];
  let hasBegun = false;
  let endSeconds = Infinity;
  try {
    for await (const packet of packetsOf(track, damage)) {
      await decoder.push(packet);
      held.push(...decoder.take());
      hasBegun ||= held.length > 0;
      yield* held.splice(0, held.length - HELD_CHUNKS);
      if (TRIMMED.includes(codec) || afterSeconds > 0) endSeconds = endOf(packet) - afterSeconds;
    }
    await decoder.end();
  } catch (cause) {
    if (!hasBegun) throw new UndecodableError({ codec: await codecName(track) }, cause);
    damage.cause = cause;
  } finally {
    decoder.close();
  }
  damage.skippedSeconds += decoder.skippedSeconds;
  damage.lastSkippedSeconds = decoder.lastSkippedSeconds;
  for (const chunk of [...held, ...decoder.take()]) yield trimmed(chunk, endSeconds);
}

/** Whether a packet near this time can be read. */
async function hasPacketAt(track: InputAudioTrack, seconds: number): Promise<boolean> {
  const packet = await new EncodedPacketSink(track).getPacket(seconds).catch(() => null);
  return packet !== null && packet.timestamp > seconds - NEAR_SECONDS;
}

/** WebM does not state the duration of its last packet. */
function endOf({ timestamp, duration }: EncodedPacket): number {
  return duration > 0 ? timestamp + duration : Infinity;
}

/** The packets up to the first that cannot be read; what is read ahead of it is not lost. */
async function* packetsOf(track: InputAudioTrack, damage: Damage): AsyncGenerator<EncodedPacket> {
  const sink = new EncodedPacketSink(track);
  const next = (last: EncodedPacket | null) =>
    (last ? sink.getNextPacket(last) : sink.getFirstPacket()).catch((cause: unknown) => {
      damage.cause = cause;
      return null;
    });
  for (let packet = await next(null); packet; packet = await next(packet)) yield packet;
}

function trimmed(chunk: Chunk, endSeconds: number): Chunk {
  const { planes, sampleRateHz, atSeconds } = chunk;
  const frames = Math.max(0, Math.round((endSeconds - atSeconds) * sampleRateHz));
  return frames < planes[0]!.length
    ? { ...chunk, planes: planes.map((plane) => plane.slice(0, frames)) }
    : chunk;
}
