import { concat } from '../dsp/arrays';
import { throwIfCancelled, type DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { checkSeconds, checkShape } from './limits';
import { MonoMixer } from './mono';

/** decodeAudioData holds the whole file and all its samples in memory: about eight times the size of the file. */
const MAX_BYTES = 100 * 1024 * 1024;
const RATE_HZ = 48000;

/**
 * Decodes files that cannot be decoded as a stream with the browser's decodeAudioData. `parts`: one after the other in time.
 *
 * Resolves with null where that fails too. Rejects with `too-large`, `too-long`, `channels`, `cancelled`.
 */
export async function decodeWhole(parts: Blob[], name: string, { signal, onProgress }: DecodeOptions) {
  if (parts.reduce((sum, part) => sum + part.size, 0) > MAX_BYTES) {
    throw new AudioError(
      'too-large',
      `"${name}" is larger than 100 MB in a format that this browser cannot read piece by piece. The file is unchanged. Save it as WAV or MP3 and open that.`,
    );
  }
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const decoded: Float32Array[] = [];
  let seconds = 0;
  for (const part of parts) {
    const buffer = await context.decodeAudioData(await part.arrayBuffer()).catch(() => null);
    throwIfCancelled(signal);
    if (!buffer) return null;
    seconds += buffer.duration;
    checkSeconds(seconds, name);
    checkShape(buffer.numberOfChannels, buffer.sampleRate, name);
    const planes = Array.from({ length: buffer.numberOfChannels }, (_, c) => buffer.getChannelData(c));
    const mixer = new MonoMixer(planes.length);
    const mixed = mixer.mix(planes);
    const only = mixer.cancelledFor;
    decoded.push(only === undefined ? mixed : planes[only]!.slice());
  }
  onProgress?.(seconds, seconds);
  return { samples: concat(decoded), sampleRateHz: RATE_HZ, sourceRateHz: RATE_HZ, warnings: [] as string[] };
}
