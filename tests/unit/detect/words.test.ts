import { expect, it } from 'vitest';
import { bindingInWords, changesInWords } from '../../../src/detect/words';

it.each([
  [1, 0, null],
  [1.25, 0, 'It plays 25% faster than the original.'],
  [1, -48, 'It sounds 0.5 semitones lower than the original.'],
  [0.9, 182, 'It plays 10% slower than the original. It sounds 1.8 semitones higher than the original.'],
])('speed %f and %d cents', (speed, pitchCents, words) => {
  expect(changesInWords({ speed, pitchCents })).toBe(words);
});

it.each([
  [null, 'One that could not be read in the sound'],
  ['2-00ab12', 'The one in the sound'],
  ['2-00ffff', 'Not the one in the sound: the credentials may come from another file'],
])('credentials that name a mark, where the sound has %j', (found, words) => {
  expect(bindingInWords('2-00ab12', found)).toBe(words);
});
