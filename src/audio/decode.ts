import { m } from '../text/messages';
import { checkSamples } from './check';
import type { DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { cutWarning, foreignWarnings, unendedWarning } from './tracks/reading-warnings';
import { isInterleaved, looksLikeAudio, NOTES, otherFormat, withoutTag } from './sniff';
import { UndecodableError } from './tracks/sound-track';

export interface DecodedAudio {
  /** Mono, -1..1, finite. */
  samples: Float32Array;
  /** The file's own rate, but at most 48 kHz, and at most 24 kHz for recordings over 20 minutes. */
  sampleRateHz: number;
  seconds: number;
  /** Sentences for the user about repairs and audible defects. */
  warnings: string[];
}

/**
 * Reads WAV, AIFF, AU, CAF, W64, MP3, M4A, OGG, FLAC, WebM or MPEG-TS (and whatever else this browser decodes) into mono samples.
 *
 * Rejects with an AudioError: `empty`, `not-audio`, `no-sound`, `truncated`, `codec`, `too-long` (over 60 minutes),
 * `too-large`, `channels`, `sample-rate`, `not-finite`, `silence`, `unreadable` (a folder, or changed since it was chosen),
 * `cancelled`.
 */
export async function decodeFile(
  file: Blob,
  name: string,
  options: DecodeOptions = {},
): Promise<DecodedAudio> {
  try {
    return await decodeAndCheck(file, name, options);
  } catch (cause) {
    if (cause instanceof AudioError || (await isReadable(file))) throw cause;
    throw unreadable(name, cause);
  }
}

async function decodeAndCheck(whole: Blob, name: string, options: DecodeOptions): Promise<DecodedAudio> {
  const file = await withoutTag(whole);
  const head = new Uint8Array(await file.slice(0, 20).arrayBuffer());
  if (head.length === 0) {
    throw new AudioError('empty', m.audio_empty_file({ name }));
  }
  const decoded = await decodeStreamOrWhole(file, name, head, options);
  const warnings = [...decoded.warnings, ...checkSamples(decoded.samples, decoded.sourceRateHz)];
  const { samples, sampleRateHz } = decoded;
  return { samples, sampleRateHz, seconds: samples.length / sampleRateHz, warnings };
}

async function decodeStreamOrWhole(file: Blob, name: string, head: Uint8Array, options: DecodeOptions) {
  // Fetched with the first file: a page that opens none does without.
  const { decodeStream } = await import('./decode-stream');
  try {
    return await decodeStream(file, name, options);
  } catch (cause) {
    if (!(cause instanceof UndecodableError)) throw cause;
    if (!(await isReadable(file))) throw unreadable(name, cause);
    if (isInterleaved(head)) throw explain(name, head, cause);
    const [{ readParts }, { decodeWhole }] = await Promise.all([
      import('./containers/parts'),
      import('./decode-whole'),
    ]);
    const { parts, isCut, missingSeconds, isUnended, foreignBytes } = await readParts(file);
    const whole = await decodeWhole(parts, name, options);
    if (!whole) throw explain(name, head, cause);
    const seconds = whole.samples.length / whole.sampleRateHz;
    if (isCut) whole.warnings.unshift(cutWarning(seconds, missingSeconds));
    else if (isUnended) whole.warnings.unshift(unendedWarning(seconds));
    whole.warnings.push(...foreignWarnings(foreignBytes));
    return whole;
  }
}

/** Folders that were dropped, and files that were moved, changed or deleted since they were chosen, cannot be read any more. */
async function isReadable(file: Blob): Promise<boolean> {
  return file
    .slice(-1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

function unreadable(name: string, cause: unknown): AudioError {
  return new AudioError('unreadable', m.audio_unreadable({ name }), { cause });
}

function explain(name: string, head: Uint8Array, cause: UndecodableError): AudioError {
  const { codec, hasNoSound } = cause.obstacle;
  if (codec) return new AudioError('codec', m.audio_codec({ name, codec }), { cause });
  if (hasNoSound) return new AudioError('no-sound', m.audio_no_sound({ name }), { cause });
  const format = otherFormat(head);
  if (format) {
    const what = format === NOTES ? m.audio_notes({ name }) : m.audio_other_format({ name, format });
    return new AudioError('codec', what, { cause });
  }
  if (looksLikeAudio(head)) return new AudioError('truncated', m.audio_truncated({ name }), { cause });
  return new AudioError('not-audio', m.audio_not_audio({ name }), { cause });
}
