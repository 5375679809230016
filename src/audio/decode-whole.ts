import { concat } from '../dsp/arrays';
import { m } from '../text/messages';
import { dataSize } from '../text/format';
import { startsClock, type FilePart } from './containers/file-part';
import { throwIfCancelled, type DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { checkSeconds, checkShape, MAX_GAP_SECONDS } from './limits';
import { MonoMixer } from './mono';
import { breakWarnings, gapWarnings, holeWarnings, lossWarnings } from './tracks/reading-warnings';
import type { Hole, Loss } from './tracks/take-builder';

/** decodeAudioData holds the whole file and all its samples in memory: about eight times the size of the file. */
const MAX_BYTES = 100_000_000;
const RATE_HZ = 48000;

/**
 * Decodes files that cannot be decoded as a stream with the browser's decodeAudioData.
 *
 * Resolves with null where that fails too. Rejects with `too-large`, `too-long`, `channels`, `cancelled`.
 */
export async function decodeWhole(parts: FilePart[], name: string, { signal, onProgress }: DecodeOptions) {
  if (parts.reduce((sum, { data }) => sum + data.size, 0) > MAX_BYTES) {
    throw new AudioError('too-large', m.audio_too_large({ name, size: dataSize(MAX_BYTES) }));
  }
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const decoded: Float32Array[] = [];
  const holes: Hole[] = [];
  const losses: Loss[] = [];
  const breaks: number[] = [];
  let [seconds, jumped] = [0, 0];
  /** End of the last part on its clock. */
  let clock: number | null = null;
  for (const { data, before, lossSeconds = null, endSeconds } of parts) {
    const buffer = await context.decodeAudioData(await data.arrayBuffer()).catch(() => null);
    throwIfCancelled(signal);
    if (!buffer) return null;
    if (before === 'break') breaks.push(seconds);
    if (before === 'late') clock = 0;
    if (before === 'loss') losses.push({ atSeconds: seconds, seconds: lossSeconds });
    if (startsClock(before)) clock = null;
    const gap: number = clock === null || endSeconds === null ? 0 : endSeconds - buffer.duration - clock;
    clock = endSeconds;
    if (gap > MAX_GAP_SECONDS) jumped += gap;
    else if (gap > 0) {
      if (before !== 'pause') holes.push({ atSeconds: seconds, seconds: gap });
      decoded.push(new Float32Array(Math.round(gap * RATE_HZ)));
      seconds += gap;
    }
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
  const warnings = [
    ...holeWarnings(holes),
    ...lossWarnings(losses),
    ...breakWarnings(breaks),
    ...gapWarnings(0, jumped),
  ];
  return { samples: concat(decoded), sampleRateHz: RATE_HZ, sourceRateHz: RATE_HZ, warnings };
}
