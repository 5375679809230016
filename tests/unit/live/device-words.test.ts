import { expect, it } from 'vitest';
import { rateWords } from '../../../src/live/device-words';

it.each([
  [
    { channelCount: 1, sampleRate: 44100 },
    'The browser records 1 channel at 44,100 Hz and plays at 48,000 Hz.',
  ],
  [
    { channelCount: 2, sampleRate: 48000 },
    'The browser records 2 channels at 48,000 Hz and plays at 48,000 Hz.',
  ],
  // WebKitGTK.
  [{ sampleRate: 0 }, 'The browser records at 48,000 Hz and plays at 48,000 Hz.'],
  [{}, 'The browser records at 48,000 Hz and plays at 48,000 Hz.'],
])('of a microphone with %o is said: %s', (settings, words) => {
  expect(rateWords(settings, 48000)).toBe(words);
});
