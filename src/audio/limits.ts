import { m } from '../text/messages';
import { number, quantity } from '../text/format';
import { AudioError } from './errors';

export const MAX_SECONDS = 60 * 60;
/** Shortfall against a stated duration that encoder delay and rounding explain. */
export const LENGTH_SLACK_SECONDS = 0.15;
/** Pauses in a file's clock up to this are rounding and jitter, not missing sound: three Opus packets. */
export const JITTER_SECONDS = 0.06;
/** Longer ones are a clock that was set, not a pause. */
export const MAX_GAP_SECONDS = 600;
const MAX_CHANNELS = 8;
const MIN_RATE_HZ = 8000;
const MAX_RATE_HZ = 192000;
/** Highest rate at which a take is kept: the converter analyses 16 kHz and synthesises 24 kHz. */
const KEPT_RATE_HZ = 48000;
const LONG_SECONDS = 20 * 60;
/** Rate of takes over 20 minutes. An hour at 48 kHz would be 690 MB, more memory than a phone grants a tab. */
const LONG_RATE_HZ = 24000;

/** Throws `too-long` above 60 minutes. */
export function checkSeconds(seconds: number, name: string): void {
  if (seconds <= MAX_SECONDS) return;
  throw new AudioError('too-long', m.audio_too_long({ name, limit: quantity(MAX_SECONDS / 60, 'minute') }));
}

/** Throws `channels` or `sample-rate`. */
export function checkShape(channels: number, sampleRateHz: number, name: string): void {
  if (!(channels >= 1 && channels <= MAX_CHANNELS)) {
    throw new AudioError('channels', m.audio_channels({ name, channels, most: MAX_CHANNELS }));
  }
  if (!(Number.isInteger(sampleRateHz) && sampleRateHz >= MIN_RATE_HZ && sampleRateHz <= MAX_RATE_HZ)) {
    const [rate, low] = [number(sampleRateHz), number(MIN_RATE_HZ)];
    const [high, good] = [number(MAX_RATE_HZ), number(KEPT_RATE_HZ)];
    throw new AudioError('sample-rate', m.audio_sample_rate({ name, rate, low, high, good }));
  }
}

/** Rate in Hz at which a recording is kept in memory; `seconds` is null while its duration is unknown. */
export function keptRate(sampleRateHz: number, seconds: number | null): number {
  return Math.min(sampleRateHz, seconds !== null && seconds > LONG_SECONDS ? LONG_RATE_HZ : KEPT_RATE_HZ);
}
