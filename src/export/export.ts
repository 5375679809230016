import { SYNTHESIS_RATE_HZ } from '../engine/signal';
import { embedWatermark, voiceId24, type WatermarkPayload } from '../watermark';
import { canEncode, encode, extensionOf, type ExportFormat } from './encode';

export type { ExportFormat } from './encode';

export const MARK_VERSION = 2;
const HIGHEST_PEAK = 0.98;
const FORMATS: ExportFormat[] = ['wav', 'mp3', 'opus'];

export interface About {
  voiceId: string;
  voiceName: string;
  takeName?: string;
}

export interface ExportedTake {
  blob: Blob;
  fileName: string;
  /** What the mark in the file says. */
  payload: WatermarkPayload;
}

/** An export that failed; `message` is for the user. */
export class ExportError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ExportError';
  }
}

/** The formats that can be written here, WAV always first. */
export async function supportedFormats(): Promise<ExportFormat[]> {
  const found = await Promise.all(FORMATS.map((format) => canEncode(format, SYNTHESIS_RATE_HZ)));
  return FORMATS.filter((_, i) => found[i]);
}

/**
 * The only way from samples to a file: marks them, keeps the peak below full scale, encodes.
 *
 * `samples`: mono at 24 kHz, as the converter gives them. Rejects with ExportError.
 */
export async function exportTake(
  samples: Float32Array,
  sampleRateHz: number,
  format: ExportFormat,
  about: About,
): Promise<ExportedTake> {
  if (sampleRateHz !== SYNTHESIS_RATE_HZ) {
    throw new ExportError(
      `Only ${SYNTHESIS_RATE_HZ} samples a second can be exported, not ${sampleRateHz}. The take is safe.`,
    );
  }
  const payload = { version: MARK_VERSION, id24: voiceId24(about.voiceId) };
  const marked = limitPeak(embedWatermark(samples, payload));
  try {
    const blob = await encode(marked, sampleRateHz, format, {
      title: about.takeName ?? about.voiceName,
      artist: `${about.voiceName} (synthetic voice)`,
      comment: `Synthetic speech made with Understudy in the voice ${about.voiceName}. It carries an inaudible mark.`,
    });
    return { blob, fileName: fileNameOf(about, format), payload };
  } catch (cause) {
    throw new ExportError(
      `The ${format.toUpperCase()} file could not be written. The take is safe on this device. Try again, or choose another format.`,
      { cause },
    );
  }
}

/** Turns the whole down where a peak would clip; `samples` is changed. */
function limitPeak(samples: Float32Array): Float32Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  if (peak > HIGHEST_PEAK) for (let i = 0; i < samples.length; i++) samples[i]! *= HIGHEST_PEAK / peak;
  return samples;
}

/** Letters and digits of any script, hyphens for the rest. */
function fileNameOf({ takeName, voiceName }: About, format: ExportFormat): string {
  const safe = (text: string) =>
    text
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
  const parts = [safe(takeName ?? ''), safe(voiceName)].filter(Boolean);
  return `${parts.join('--') || 'understudy'}.${extensionOf(format)}`;
}
