import { ALL_FORMATS, BlobSource, Input, MATROSKA, WEBM } from 'mediabunny';
import { readMp3Info } from '../containers/mp3-info';
import { startsClock, type FilePart } from '../containers/file-part';
import { readParts } from '../containers/parts';
import { readPcmFile, type PcmFile } from '../containers/pcm/pcm-file';
import { m } from '../../text/messages';
import { LENGTH_SLACK_SECONDS } from '../limits';
import { isInterleaved } from '../sniff';
import { mediaTrack } from './media-track';
import { pcmTrack } from './pcm-track';
import { UndecodableError, type SoundTrack } from './sound-track';

/** A file's sound. Close it when done. */
export interface OpenSound {
  /** Each as its parts, one after the other in time; the track to prefer is the first. */
  tracks: SoundTrack[][];
  /** Whether the end is cut off, so far as its container shows. */
  isCut: boolean;
  /** Seconds that are known to be missing at the end. */
  missingSeconds: number;
  /** The recorder ended before it had written how much it recorded. */
  isUnfinished: boolean;
  /** The mark is missing with which the file should end. */
  isUnended: boolean;
  /** What another recording is encoded as that follows and cannot be read. */
  unread?: string | undefined;
  /** Size of what follows that is no part of the recording. */
  foreignBytes: number;
  close(): void;
}

/** Codecs in Ogg that browsers decode in files of their own alone. */
const DECODED_WHOLE = ['FLAC'];
/** Of the first bytes by which a format is known. */
const HEAD_BYTES = 20;

/** Rejects with an UndecodableError. */
export async function openSound(file: Blob): Promise<OpenSound> {
  if (isInterleaved(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())))
    throw new UndecodableError();
  const pcm = await readPcmFile(file);
  if (!pcm) return openMedia(file);
  if ('other' in pcm) {
    if (pcm.other === 'MP3') return openMedia(pcm.data);
    throw new UndecodableError({ codec: pcm.other });
  }
  return openPcm(file, pcm);
}

/** `first`: what `file` begins with; others may follow. */
async function openPcm(file: Blob, first: PcmFile): Promise<OpenSound> {
  const parts = [pcmTrack(file, first)];
  let last = first;
  let unread: string | undefined;
  for (let rest = file; last.next !== null;) {
    rest = rest.slice(last.next);
    const next = await readPcmFile(rest);
    if (!next || 'other' in next) {
      unread = next?.other ?? m.audio_codec_unknown();
      break;
    }
    parts.push(pcmTrack(rest, next));
    last = next;
  }
  return {
    tracks: [parts],
    isCut: last.missingSeconds > 0,
    missingSeconds: last.missingSeconds,
    isUnfinished: last.isUnfinished,
    isUnended: false,
    unread,
    foreignBytes: last.foreignBytes,
    close: () => undefined,
  };
}

async function openMedia(file: Blob): Promise<OpenSound> {
  const { parts, codecs, ...end } = await readParts(file);
  const inputs = parts.map(({ data }) => new Input({ formats: ALL_FORMATS, source: new BlobSource(data) }));
  const close = () => inputs.forEach((input) => input.dispose());
  try {
    const opened: SoundTrack[][] = [];
    for (const [i, input] of inputs.entries()) opened.push(await tracksOf(input, parts[i]!));
    // Several parts are joined by the track that each prefers.
    const together = parts.length > 1 ? [opened.map(([first]) => first)] : opened[0]!.map((track) => [track]);
    const tracks = together.map((each) => onOneClock(parts, each));
    if (!tracks[0]?.length) throw new UndecodableError(await obstacleOf(inputs, codecs));
    const unreadAt = opened.findIndex((each) => each.length === 0);
    const unread = unreadAt < 0 ? undefined : codecs[unreadAt];
    const isOther = unread !== undefined && DECODED_WHOLE.includes(unread);
    const otherBytes = parts.reduce((sum, { data }, i) => sum + (opened[i]!.length > 0 ? 0 : data.size), 0);
    const foreignBytes = end.foreignBytes + (isOther ? otherBytes : 0);
    return { ...end, tracks, unread: isOther ? undefined : unread, foreignBytes, isUnfinished: false, close };
  } catch (cause) {
    close();
    if (cause instanceof UndecodableError) throw cause;
    throw new UndecodableError(codecs.length > 0 ? { codec: codecs.join(', ') } : {}, cause);
  }
}

/** The tracks of parts with their times on the clock that goes on across them. */
function onOneClock(parts: FilePart[], tracks: (SoundTrack | undefined)[]): SoundTrack[] {
  let startSeconds = 0;
  /** End of the part before. */
  let endSeconds = 0;
  return tracks.flatMap((track, i) => {
    const { before, lossSeconds, wrapSeconds } = parts[i]!;
    if (!track) return [];
    let { shiftSeconds } = parts[i]!;
    if (wrapSeconds && !startsClock(before))
      shiftSeconds += wrapSeconds * Math.round((endSeconds - track.startSeconds) / wrapSeconds);
    endSeconds = track.startSeconds + shiftSeconds + (track.seconds ?? 0);
    if (before === 'late') startSeconds = 0;
    if (startsClock(before)) startSeconds = track.startSeconds + shiftSeconds;
    return [{ ...track, before, lossSeconds, startSeconds: startSeconds - shiftSeconds }];
  });
}

/** All sound tracks, the file's preferred one first. */
async function tracksOf(input: Input, part: FilePart): Promise<SoundTrack[]> {
  const first = await input.getPrimaryAudioTrack();
  if (!first) return [];
  const others = (await input.getAudioTracks()).filter((track) => track.number !== first.number);
  const info = (await first.getCodec()) === 'mp3' ? await readMp3Info(part.data) : undefined;
  const statesEnd = part.statesEnd && info !== null && !(await isWholeMatroska(input));
  // Samples to leave out at the end lie in the last part.
  const ownInfo = info && !part.statesEnd ? { ...info, after: 0 } : info;
  return Promise.all([first, ...others].map((track) => mediaTrack(track, part, statesEnd, ownInfo)));
}

/** Matroska and WebM state one duration for all tracks, and each may end before it; in a file that is cut off all of them do. */
async function isWholeMatroska(input: Input): Promise<boolean> {
  const format = await input.getFormat();
  if (format !== MATROSKA && format !== WEBM) return false;
  for (const track of await input.getTracks()) {
    const stated = (await track.getDurationFromMetadata()) ?? 0;
    const end = await track.computeDuration().catch(() => 0);
    if (end >= stated - LENGTH_SLACK_SECONDS) return true;
  }
  return false;
}

async function obstacleOf(inputs: Input[], codecs: string[]) {
  if (codecs.length > 0) return { codec: codecs.join(', ') };
  return { hasNoSound: (await inputs[0]!.getTracks()).length > 0 };
}
