import { checkSamples } from './check';
import type { DecodeOptions } from './decode-options';
import { decodeStream, UndecodableError } from './decode-stream';
import { decodeWhole } from './decode-whole';
import { AudioError } from './errors';
import { looksLikeAudio } from './sniff';

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
 * Reads WAV, MP3, M4A, OGG, FLAC or WebM (and whatever else this browser decodes) into mono samples.
 *
 * Rejects with an AudioError: `empty`, `not-audio`, `truncated`, `codec`, `too-long` (over 60 minutes),
 * `too-large`, `channels`, `sample-rate`, `not-finite`, `silence`, `cancelled`.
 */
export async function decodeFile(
  file: Blob,
  name: string,
  options: DecodeOptions = {},
): Promise<DecodedAudio> {
  if (file.size === 0) {
    throw new AudioError(
      'empty',
      `"${name}" is empty: it has 0 bytes. Nothing was changed. Choose another file.`,
    );
  }
  const decoded = await decodeStreamOrWhole(file, name, options);
  const warnings = [...decoded.warnings, ...checkSamples(decoded.samples, decoded.sourceRateHz)];
  const { samples, sampleRateHz } = decoded;
  return { samples, sampleRateHz, seconds: samples.length / sampleRateHz, warnings };
}

async function decodeStreamOrWhole(file: Blob, name: string, options: DecodeOptions) {
  try {
    return await decodeStream(file, name, options);
  } catch (cause) {
    if (!(cause instanceof UndecodableError)) throw cause;
    const whole = await decodeWhole(file, name, options);
    if (whole) return whole;
    throw await explain(file, name, cause);
  }
}

async function explain(file: Blob, name: string, cause: UndecodableError): Promise<AudioError> {
  if (cause.codec) {
    return new AudioError(
      'codec',
      `This browser cannot decode the sound in "${name}" (${cause.codec}). The file is unchanged. Save it as WAV or MP3 and open that, or use another browser.`,
      { cause },
    );
  }
  if (looksLikeAudio(new Uint8Array(await file.slice(0, 16).arrayBuffer()))) {
    return new AudioError(
      'truncated',
      `"${name}" begins like a recording but is cut off or damaged, and no sound could be read from it. The file is unchanged. Copy or download it again.`,
      { cause },
    );
  }
  return new AudioError(
    'not-audio',
    `"${name}" is not a recording, whatever its name says. The file is unchanged. Choose a WAV, MP3, M4A, OGG, FLAC or WebM file.`,
    { cause },
  );
}
