/** Sentences for the user about what was found while a file was read. */

export const UNFINISHED =
  'The program that recorded this file ended before it had written how long it is. All of the sound in it was opened.';

/** `missing`: seconds known to be missing at the end, 0 where that is not known. */
export function cutWarning(opened: number, missing: number): string {
  const lost = missing > 0 ? `at least ${seconds(missing)} are lost` : 'how much is lost is not known';
  return `The end of this file is missing or damaged: ${lost}. The ${seconds(opened)} that could be read were opened.`;
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

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}
