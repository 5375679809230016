import type { Hole, Loss } from './take-builder';

/** Sentences for the user about what was found while a file was read. */

export const UNFINISHED =
  'The program that recorded this file ended before it had written how long it is. All of the sound in it was opened.';

/** `missing`: seconds known to be missing at the end, 0 where that is not known. */
export function cutWarning(opened: number, missing: number): string {
  const lost = missing > 0 ? `at least ${seconds(missing)} are lost` : 'how much is lost is not known';
  return `The end of this file is missing or damaged: ${lost}. The ${seconds(opened)} that could be read were opened.`;
}

/** `opened`: seconds of a file that lacks the mark with which it should end. */
export function unendedWarning(opened: number): string {
  return `This file lacks the mark with which it should end: it was cut off, or the program that recorded it was ended. How much is missing after the ${seconds(opened)} that were opened is not known.`;
}

/** Empty without holes. */
export function holeWarnings(holes: Hole[]): string[] {
  const [first] = holes;
  if (!first) return [];
  const all = holes.reduce((sum, hole) => sum + hole.seconds, 0);
  const isStart = first.atSeconds === 0 && holes.length === 1;
  const from = `from ${seconds(first.atSeconds)} on`;
  const where = isStart
    ? 'at the beginning of this file'
    : `in the middle of this file, ${holes.length > 1 ? `in ${holes.length} places ${from}` : from},`;
  return [`${seconds(all)} ${where} are missing or damaged and were left silent.`];
}

/** Empty without losses. */
export function lossWarnings(losses: Loss[]): string[] {
  const [first] = losses;
  if (!first) return [];
  const from = seconds(first.atSeconds);
  const where = losses.length > 1 ? `in ${losses.length} places from ${from} on` : `at ${from}`;
  const isKnown = losses.every((loss) => loss.seconds !== null);
  const all = losses.reduce((sum, loss) => sum + (loss.seconds ?? 0), 0);
  const much = isKnown ? `about ${seconds(all)}` : 'how much is not known';
  return [
    `Sound in the middle of this file is missing or damaged ${where}: ${much}. What follows was joined on directly, so it is earlier than in the original.`,
  ];
}

/** `breaks`: times at which another recording follows one whose end is missing. */
export function breakWarnings(breaks: number[]): string[] {
  if (breaks.length === 0) return [];
  return [
    `This file holds several recordings, and the end of one is missing at ${breaks.map(seconds).join(', ')}. How much is missing there is not known; the next one follows directly.`,
  ];
}

/** `codec`: what another recording is encoded as that follows in the file. */
export function unreadWarning(codec: string): string {
  return `Another recording in this file is encoded as ${codec}, which cannot be decoded here, and was left out.`;
}

/** Empty without bytes of something else. */
export function foreignWarnings(bytes: number): string[] {
  if (bytes === 0) return [];
  return [
    `Something else follows in this file, about ${size(bytes)}, that is no part of this recording and was left out. If it is another recording, as where two files were joined, open it from a file of its own.`,
  ];
}

/** `lost`: duration of the parts of which nothing could be decoded. */
export function lostWarning(lost: number): string {
  return `${seconds(lost)} of this file could not be decoded and were left out.`;
}

/** `skipped`: seconds that could not be decoded; `jumped`: seconds by which the clock was set forward. */
export function gapWarnings(skipped: number, jumped: number): string[] {
  const warnings: string[] = [];
  if (skipped > 0) warnings.push(`${seconds(skipped)} of this file are damaged and were left silent.`);
  if (jumped > 0)
    warnings.push(
      `The clock of this file jumps forward by ${seconds(jumped)}; the parts before and after were joined.`,
    );
  return warnings;
}

export interface PassedTrack {
  number: number;
  why: 'is silent' | 'cannot be decoded by this browser';
}

/** `opened`: number of the track that was opened; `passed`: those that came before it. */
export function trackWarning(tracks: number, opened: number, passed: PassedTrack[]): string {
  const reasons = passed.map(({ number, why }) => `track ${number} ${why}`);
  const because = reasons.length > 0 ? `${reasons.join(' and ')}, so ` : '';
  return `This file has ${tracks} sound tracks: ${because}track ${opened} was opened.`;
}

function size(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}

function seconds(value: number): string {
  if (value > 0 && value < 0.05) return 'less than 0.1 s';
  if (value >= 3600) return `${(value / 3600).toFixed(1)} h`;
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}
