import { throwIfCancelled, type DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { checkSeconds, checkShape, keptRate } from './limits';
import { MonoMixer } from './mono';

/** decodeAudioData holds the whole file and all its samples in memory: about eight times the size of the file. */
const MAX_BYTES = 100 * 1024 * 1024;
const RATE_HZ = 48000;

/**
 * Decodes files that cannot be decoded as a stream with the browser's decodeAudioData.
 *
 * Resolves with null where that fails too. Rejects with `too-large`, `too-long`, `channels`, `cancelled`.
 */
export async function decodeWhole(file: Blob, name: string, { signal, onProgress }: DecodeOptions) {
  if (file.size > MAX_BYTES) {
    throw new AudioError(
      'too-large',
      `"${name}" is larger than 100 MB in a format that this browser cannot read piece by piece. The file is unchanged. Save it as WAV or MP3 and open that.`,
    );
  }
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const buffer = await context.decodeAudioData(await file.arrayBuffer()).catch(() => null);
  throwIfCancelled(signal);
  if (!buffer) return null;
  checkSeconds(buffer.duration, name);
  checkShape(buffer.numberOfChannels, buffer.sampleRate, name);
  const planes = Array.from({ length: buffer.numberOfChannels }, (_, c) => buffer.getChannelData(c));
  const mixer = new MonoMixer(planes.length);
  let samples = mixer.mix(planes);
  const only = mixer.cancelledFor;
  if (only !== undefined) samples = planes[only]!.slice();
  onProgress?.(buffer.duration, buffer.duration);
  const sampleRateHz = keptRate(buffer.sampleRate, null);
  return { samples, sampleRateHz, sourceRateHz: buffer.sampleRate, warnings: [] as string[] };
}
