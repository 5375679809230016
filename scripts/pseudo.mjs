import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileInto, PARAGLIDE } from './messages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, '.cache/pseudo');
/** The messages of the build for tests of layout, in place of src/paraglide. */
export const PSEUDO_MESSAGES = join(FOLDER, 'paraglide');
/** The made-up language: read from right to left, with English texts about 40 % longer, each between the two signs. */
export const PSEUDO_LOCALE = 'ar-XB';
export const [BEGIN, END] = ['⟦', '⟧'];

const LONG_VOWELS = new Map(Object.entries({ a: 'áâ', e: 'éê', i: 'íî', o: 'óô', u: 'úû', y: 'ýÿ' }));

/**
 * A text of the made-up language: the vowels are longer, what stands in braces is as before.
 *
 * @param {string} text
 */
export function pseudo(text) {
  const parts = text.split(/(\{\w+\})/).map((part) => {
    if (part.startsWith('{')) return part;
    return part.replace(/[aeiouy]/gi, (vowel) => {
      const long = LONG_VOWELS.get(vowel.toLowerCase()) ?? vowel;
      return vowel === vowel.toLowerCase() ? long : long.charAt(0).toUpperCase() + long.slice(1);
    });
  });
  return `${BEGIN}${parts.join('')}${END}`;
}

/**
 * A message of `messages/en` in the made-up language. Arabic counts in six ways, so what is said of other numbers than one is said of all.
 *
 * @param {string | { match: Record<string, string> }[]} message
 */
function pseudoMessage(message) {
  if (typeof message === 'string') return pseudo(message);
  return message.map(({ match, ...variants }) => ({
    ...variants,
    match: Object.fromEntries(
      Object.entries(match).map(([when, text]) => [
        when.replaceAll('Plural=other', 'Plural=*'),
        pseudo(text),
      ]),
    ),
  }));
}

/** Compiles all languages and the made-up one into PSEUDO_MESSAGES. */
export async function compilePseudoMessages() {
  await rm(FOLDER, { recursive: true, force: true });
  await cp(join(ROOT, 'messages'), join(FOLDER, 'messages'), { recursive: true });
  const settings = JSON.parse(await readFile(join(PARAGLIDE.project, 'settings.json'), 'utf8'));
  const english = join(ROOT, 'messages/en');
  await mkdir(join(FOLDER, 'messages', PSEUDO_LOCALE));
  for (const area of await readdir(english)) {
    const { $schema, ...texts } = JSON.parse(await readFile(join(english, area), 'utf8'));
    const made = Object.entries(texts).map(([key, message]) => [key, pseudoMessage(message)]);
    const file = JSON.stringify({ $schema, ...Object.fromEntries(made) });
    await writeFile(join(FOLDER, 'messages', PSEUDO_LOCALE, area), file);
  }
  const project = join(FOLDER, 'project.inlang');
  await mkdir(project);
  await writeFile(
    join(project, 'settings.json'),
    JSON.stringify({
      ...settings,
      locales: [...settings.locales, PSEUDO_LOCALE],
      modules: settings.modules.map((/** @type {string} */ module) => join(ROOT, module)),
    }),
  );
  await compileInto(PSEUDO_MESSAGES, project, join(FOLDER, 'messages'));
}
