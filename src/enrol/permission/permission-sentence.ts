import languages from './permission-words.json';

const WORDS_PER_SENTENCE = 6;

/** What a sentence of leave says, besides giving it. */
export interface LeaveWords {
  language: Language;
  words: string[];
}

type Language = keyof typeof languages;

/** What gives leave when it is read aloud: new words each time, by the browser's own random numbers. */
export function leaveSentence(language: string): string {
  const { leave, words } = languages[isKnown(language) ? language : 'en'];
  const left = [...words];
  const chosen = Array.from({ length: WORDS_PER_SENTENCE }, () => {
    const [index] = crypto.getRandomValues(new Uint32Array(1));
    return left.splice(index! % left.length, 1)[0]!;
  });
  return `${leave} ${chosen.join(', ')}.`;
}

/** The words of a sentence that `leaveSentence` made; undefined for any other. */
export function readLeaveSentence(sentence: string): LeaveWords | undefined {
  for (const [language, { leave, words }] of Object.entries(languages)) {
    if (!sentence.startsWith(`${leave} `) || !sentence.endsWith('.')) continue;
    const chosen = sentence.slice(leave.length + 1, -1).split(', ');
    const isOurs = chosen.every((word) => words.includes(word));
    if (isOurs && new Set(chosen).size === WORDS_PER_SENTENCE)
      return { language: language as Language, words: chosen };
  }
  return undefined;
}

function isKnown(language: string): language is Language {
  return Object.hasOwn(languages, language);
}
