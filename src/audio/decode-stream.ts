import { m } from '../text/messages';
import { isSilent } from './check';
import { throwIfCancelled, type DecodeOptions } from './decode-options';
import { AudioError } from './errors';
import { checkSeconds, checkShape, LENGTH_SLACK_SECONDS, MAX_SECONDS } from './limits';
import { openSound, type OpenSound } from './tracks/open-sound';
import {
  breakWarnings,
  cutWarning,
  foreignWarnings,
  gapWarnings,
  holeWarnings,
  lossWarnings,
  lostWarning,
  trackWarning,
  unendedWarning,
  unfinishedWarning,
  unreadWarning,
  type PassedTrack,
} from './tracks/reading-warnings';
import { UndecodableError, type Damage, type SoundTrack } from './tracks/sound-track';
import { TakeBuilder } from './tracks/take-builder';

/** A damaged file with less audio than this is rejected. */
const MIN_DAMAGED_SECONDS = 0.3;
/** Longest time between two yields to the page. */
const YIELD_MS = 30;

/**
 * Decodes chunk by chunk, of several tracks the first that is not silent. Rejects with UndecodableError where `decodeWhole` may
 * still succeed.
 */
export async function decodeStream(file: Blob, name: string, options: DecodeOptions) {
  const sound = await openSound(file);
  try {
    const { tracks } = sound;
    const passed: PassedTrack[] = [];
    let silent: Awaited<ReturnType<typeof decodeTrack>> | undefined;
    let refusal: unknown;
    for (const parts of tracks) {
      const { number } = parts[0]!;
      try {
        const decoded = await decodeTrack(sound, parts, name, options);
        if (tracks.length > 1) decoded.warnings.unshift(trackWarning(tracks.length, number, passed));
        if (!isSilent(decoded.samples)) return decoded;
        silent ??= decoded;
        passed.push({ number, why: 'silent' });
      } catch (cause) {
        if (!(cause instanceof UndecodableError)) throw cause;
        refusal ??= cause;
        passed.push({ number, why: 'undecodable' });
      }
    }
    if (silent) return silent;
    throw refusal;
  } finally {
    sound.close();
  }
}

async function decodeTrack(sound: OpenSound, parts: SoundTrack[], name: string, options: DecodeOptions) {
  for (const { channels, sampleRateHz } of parts) checkShape(channels, sampleRateHz, name);
  const mixed = await decodeChannels(sound, parts, name, options);
  if (mixed.cancelledFor === undefined) return mixed;
  const single = await decodeChannels(sound, parts, name, options, mixed.cancelledFor);
  single.warnings.push(m.audio_channels_cancel());
  return single;
}

/** `channel`: the only one to take. */
async function decodeChannels(
  sound: OpenSound,
  parts: SoundTrack[],
  name: string,
  options: DecodeOptions,
  channel?: number,
) {
  const seconds = secondsOf(parts);
  await checkLength(parts, seconds, name);
  const rateHz = parts.length > 1 ? Math.max(...parts.map((part) => part.sampleRateHz)) : undefined;
  const take = new TakeBuilder({ name, seconds, rateHz, channel });
  const damage: Damage = { skippedSeconds: 0, lastSkippedSeconds: 0 };
  const totalSeconds = Math.min(seconds ?? 0, MAX_SECONDS);
  let lostSeconds = 0;
  let refusal: UndecodableError | undefined;
  let yieldedMs = performance.now();
  for (const part of parts) {
    take.startPart(part.before ?? 'start', part.lossSeconds);
    damage.skippedSeconds += damage.lastSkippedSeconds;
    damage.lastSkippedSeconds = 0;
    try {
      for await (const chunk of part.decode(damage)) {
        throwIfCancelled(options.signal);
        take.add({ ...chunk, atSeconds: chunk.atSeconds - part.startSeconds });
        checkSeconds(take.seconds, name);
        if (performance.now() - yieldedMs > YIELD_MS) {
          options.onProgress?.(take.seconds, Math.max(take.seconds, totalSeconds));
          await new Promise((resolve) => setTimeout(resolve));
          yieldedMs = performance.now();
        }
      }
    } catch (cause) {
      if (!(cause instanceof UndecodableError)) throw cause;
      refusal ??= cause;
      lostSeconds += part.seconds ?? 0;
    }
  }
  if (refusal && take.seconds === 0) throw refusal;
  const samples = take.finish();
  const done = take.seconds;
  const lacking = (seconds ?? done) - lostSeconds - (done - take.betweenSeconds) - take.jumpSeconds;
  const missing = Math.max(sound.missingSeconds, lacking > slack(seconds) ? lacking : 0);
  const isCut = sound.isCut || damage.cause !== undefined || damage.lastSkippedSeconds > 0 || missing > 0;
  if (isCut && done < MIN_DAMAGED_SECONDS) throw tooLittleLeft(name, damage.cause);
  options.onProgress?.(done, done);
  return {
    samples,
    sampleRateHz: take.keptRateHz || parts[0]!.sampleRateHz,
    sourceRateHz: take.sourceRateHz || parts[0]!.sampleRateHz,
    cancelledFor: channel === undefined ? take.cancelledFor : undefined,
    warnings: [
      ...endWarnings(sound, isCut, done, missing),
      ...holeWarnings(take.holes),
      ...lossWarnings(take.losses),
      ...breakWarnings(take.breaksSeconds),
      ...gapWarnings(damage.skippedSeconds, take.jumpSeconds),
      ...(lostSeconds > 0 ? [lostWarning(lostSeconds)] : []),
      ...(sound.unread ? [unreadWarning(sound.unread)] : []),
      ...foreignWarnings(sound.foreignBytes),
    ],
  };
}

function endWarnings({ isUnended, isUnfinished }: OpenSound, isCut: boolean, done: number, missing: number) {
  return [
    ...(isCut ? [cutWarning(done, missing)] : isUnended ? [unendedWarning(done)] : []),
    ...(isUnfinished ? [unfinishedWarning()] : []),
  ];
}

/** Rejects with `too-long` where that can be told before decoding: a file that is cut off may state more than is there. */
async function checkLength(parts: SoundTrack[], seconds: number | null, name: string): Promise<void> {
  if (seconds === null || seconds <= MAX_SECONDS) return;
  let left = MAX_SECONDS;
  for (const part of parts) {
    const end = part.seconds ?? 0;
    if (end > left && (await part.reaches?.(left)) !== false) checkSeconds(seconds, name);
    left -= end;
  }
}

function secondsOf(parts: SoundTrack[]): number | null {
  return parts.reduce<number | null>(
    (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
    0,
  );
}

function slack(seconds: number | null): number {
  return Math.max(LENGTH_SLACK_SECONDS, 0.01 * (seconds ?? 0));
}

function tooLittleLeft(name: string, cause: unknown): AudioError {
  return new AudioError('truncated', m.audio_too_little({ name }), { cause });
}
