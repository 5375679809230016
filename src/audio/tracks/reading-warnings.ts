import { m } from '../../text/messages';
import { clock, dataSize, list, quantity } from '../../text/format';
import type { Hole, Loss } from './take-builder';

/** Sentences for the user about what was found while a file was read, in the language shown. */

export function unfinishedWarning(): string {
  return m.audio_unfinished();
}

/** `missing`: seconds known to be missing at the end, 0 where that is not known. */
export function cutWarning(opened: number, missing: number): string {
  const lost = missing > 0 ? m.audio_at_least({ time: duration(missing) }) : m.audio_not_known();
  return m.audio_cut({ lost, opened: duration(opened) });
}

/** `opened`: seconds of a file that lacks the entry with which it should end. */
export function unendedWarning(opened: number): string {
  return m.audio_unended({ opened: duration(opened) });
}

/** Empty without holes. */
export function holeWarnings(holes: Hole[]): string[] {
  const [first] = holes;
  if (!first) return [];
  const time = duration(holes.reduce((sum, hole) => sum + hole.seconds, 0));
  const from = place(first.atSeconds);
  if (holes.length > 1) return [m.audio_holes({ count: holes.length, from, time })];
  return [first.atSeconds === 0 ? m.audio_hole_start({ time }) : m.audio_hole({ from, time })];
}

/** Empty without losses. */
export function lossWarnings(losses: Loss[]): string[] {
  const [first] = losses;
  if (!first) return [];
  const at = place(first.atSeconds);
  const isKnown = losses.every((loss) => loss.seconds !== null);
  const all = losses.reduce((sum, loss) => sum + (loss.seconds ?? 0), 0);
  const amount = isKnown ? m.audio_about({ time: duration(all) }) : m.audio_not_known();
  const { length: count } = losses;
  return [count > 1 ? m.audio_losses({ count, from: at, amount }) : m.audio_loss({ at, amount })];
}

/** `breaks`: times at which another recording follows one whose end is missing. */
export function breakWarnings(breaks: number[]): string[] {
  return breaks.length === 0 ? [] : [m.audio_breaks({ times: list(breaks.map(place)) })];
}

/** `codec`: of another recording that follows in the file. */
export function unreadWarning(codec: string): string {
  return m.audio_unread({ codec });
}

/** Empty without bytes of something else. */
export function foreignWarnings(bytes: number): string[] {
  return bytes === 0 ? [] : [m.audio_foreign({ size: dataSize(Math.max(1000, bytes)) })];
}

/** `lost`: duration of the parts of which nothing could be decoded. */
export function lostWarning(lost: number): string {
  return m.audio_lost({ time: duration(lost) });
}

/** `skipped`: seconds that could not be decoded; `jumped`: seconds by which the clock was set forward. */
export function gapWarnings(skipped: number, jumped: number): string[] {
  return [
    ...(skipped > 0 ? [m.audio_skipped({ time: duration(skipped) })] : []),
    ...(jumped > 0 ? [m.audio_jump({ time: duration(jumped) })] : []),
  ];
}

export interface PassedTrack {
  number: number;
  why: 'silent' | 'undecodable';
}

const WHY = { silent: m.audio_track_silent, undecodable: m.audio_track_undecodable };

/** `opened`: number of the track that was opened; `passed`: those that came before it. */
export function trackWarning(tracks: number, opened: number, passed: PassedTrack[]): string {
  const reasons = passed.map(({ number, why }) => WHY[why]({ number }));
  return [m.audio_tracks({ tracks, opened }), ...reasons].join(' ');
}

function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.05) return m.audio_less_than({ time: quantity(0.1, 'second', 1) });
  if (seconds >= 3600) return quantity(seconds / 3600, 'hour', 1);
  return quantity(seconds, 'second', seconds < 10 ? 1 : 0);
}

/** A time of the recording: to a tenth of a second within its first minute, and then as players show it. */
function place(seconds: number): string {
  return seconds < 60 ? quantity(seconds, 'second', 1) : clock(seconds);
}
