import { plainText } from '../provenance';

/** A text for the user; of a function, in the language that is shown when it is read. */
export type Words = string | (() => string);

/** `words` as they can be shown: they may name files and voices of others. */
export function inWords(words: Words): string {
  return plainText(typeof words === 'string' ? words : words());
}
