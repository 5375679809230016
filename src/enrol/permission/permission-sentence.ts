import languages from './permission-words.json';

const WORDS_PER_SENTENCE = 6;

/** The language of a permission sentence, and its words that are drawn at random. */
export interface PermissionWords {
  language: Language;
  words: string[];
}

type Language = keyof typeof languages;

/**
 * A sentence with which a speaker gives permission by reading it aloud. Its six words are drawn at random by
 * `crypto.getRandomValues`, so that an earlier recording cannot be used. English for languages without a word list.
 */
export function createPermissionSentence(language: string): string {
  const { permission, words } = languages[isKnown(language) ? language : 'en'];
  const left = [...words];
  const chosen = Array.from({ length: WORDS_PER_SENTENCE }, () => {
    const [index] = crypto.getRandomValues(new Uint32Array(1));
    return left.splice(index! % left.length, 1)[0]!;
  });
  return `${permission} ${chosen.join(', ')}.`;
}

/** The language and words of a sentence made by `createPermissionSentence`; undefined for any other sentence. */
export function parsePermissionSentence(sentence: string): PermissionWords | undefined {
  for (const [language, { permission, words }] of Object.entries(languages)) {
    if (!sentence.startsWith(`${permission} `) || !sentence.endsWith('.')) continue;
    const chosen = sentence.slice(permission.length + 1, -1).split(', ');
    const areListed = chosen.every((word) => words.includes(word));
    if (areListed && new Set(chosen).size === WORDS_PER_SENTENCE)
      return { language: language as Language, words: chosen };
  }
  return undefined;
}

function isKnown(language: string): language is Language {
  return Object.hasOwn(languages, language);
}
