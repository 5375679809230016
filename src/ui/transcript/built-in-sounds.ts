interface BuiltInSound {
  /** Relative to the page. */
  address: string;
  words: { language: string; text: string };
}

const english = (name: string, text: string): BuiltInSound => ({
  address: `sample/${name}`,
  words: { language: 'en', text },
});

/** The recording to try the app with, which all previews of voices say too. */
export const SAMPLE = english(
  'sample.wav',
  'For the twentieth time that evening the two men shook hands. He turned sharply, and faced Gregson across the table.',
);

/** What a new voice says before it is kept. */
export const AUDITIONS: readonly BuiltInSound[] = [
  SAMPLE,
  english('second.opus', 'Not at this particular case, Tom, apologized Whittemore.'),
  english('third.opus', 'For the twentieth time that evening the two men shook hands.'),
];
