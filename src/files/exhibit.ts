import * as v from 'valibot';
import { plainText } from '../provenance';
import { ExhibitError, placeOf, readTree } from './exhibit/fault';
import type { Fault } from './exhibit/fault-words';
import { exhibitSchema, LIMITS, type AllowedCode } from './exhibit/schema';
import type { Exhibit, Texts } from './exhibit/types';

export { contrast, PAPER, readable, WANTED_CONTRAST } from './exhibit/contrast';
export { DEFAULT_EXHIBIT } from './exhibit/default';
export { ExhibitError } from './exhibit/fault';
export { faultInWords, faultWithPlace, type Fault } from './exhibit/fault-words';
export { isOpen } from './exhibit/opening-hours';
export { LOCALES } from './exhibit/locales';
export { exhibitSchema, LIMITS, type AllowedCode } from './exhibit/schema';
export type { Exhibit, ExhibitVoice, Locale, OpeningHours, Texts } from './exhibit/types';

/** Reads the file of an exhibit. Its texts are safe to show (`plainText`). Throws ExhibitError for the first fault. */
export function parseExhibit(text: string): Exhibit {
  if (text.length > LIMITS.file) throw new ExhibitError({ what: 'large' }, { line: 1, column: 1 });
  const json = text.replace(/^\ufeff/, '');
  const tree = readTree(json);
  const raw: unknown = JSON.parse(json);
  const parsed = v.safeParse(exhibitSchema, raw, { abortEarly: true });
  if (parsed.success) return inert(parsed.output);
  const [issue] = parsed.issues;
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const fault = faultOf(issue, path.join('.'), () => allowedAt(raw, path));
  throw new ExhibitError(fault, placeOf(json, tree, path, fault.what));
}

/** The file of an exhibit. */
export function formatExhibit(exhibit: Exhibit): string {
  return `${JSON.stringify(exhibit, null, 2)}\n`;
}

function faultOf(issue: v.BaseIssue<unknown>, name: string, allowedThere: () => AllowedCode): Fault {
  // Of a strict object: an expected name is in quotation marks, and none is expected for a field that it does not have.
  if (issue.type === 'strict_object' && issue.expected === 'never') return { what: 'unknown', name };
  if (issue.type === 'strict_object' && issue.expected?.startsWith('"'))
    return { what: 'missing', name, allowed: allowedThere() };
  return { what: 'value', name, allowed: issue.message as AllowedCode };
}

/** What the schema requires of a field that is missing: what it says of null there. */
function allowedAt(raw: unknown, path: (string | number)[]): AllowedCode {
  const filled = structuredClone(raw);
  const parent = path.slice(0, -1).reduce((value, key) => (value as Record<string, unknown>)[key], filled);
  (parent as Record<string, unknown>)[path.at(-1)!] = null;
  const { issues } = v.safeParse(exhibitSchema, filled, { abortEarly: true });
  return issues![0].message as AllowedCode;
}

function inert(exhibit: Exhibit): Exhibit {
  const { title, voices, prompts } = exhibit;
  return {
    ...exhibit,
    title: inertTexts(title),
    prompts: prompts.map(inertTexts),
    voices: voices.map(({ name, line, ...voice }) => ({
      ...voice,
      ...(name && { name: inertTexts(name) }),
      ...(line && { line: inertTexts(line) }),
    })),
  };
}

function inertTexts(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).map(([locale, text]) => [locale, plainText(text)]));
}
