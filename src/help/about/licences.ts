import * as v from 'valibot';
import { m } from '../../text/messages';

/** Written by scripts/licences.mjs beside the full texts. */
const listSchema = v.array(
  v.object({
    name: v.string(),
    /** SPDX expression; null where the package has a text of its own. */
    licence: v.nullable(v.string()),
    kind: v.picklist(['software', 'voice']),
    /** The package that it is compiled into. */
    within: v.optional(v.string()),
  }),
);

export type Bundled = v.InferOutput<typeof listSchema>[number];

export const TEXTS_FILE = 'third-party-licences.txt';

/** What is bundled with the app, by licence, the most frequent first. Rejects where the list cannot be fetched. */
export async function loadLicences(fetch = globalThis.fetch): Promise<[licence: string | null, Bundled[]][]> {
  const response = await fetch(new URL('third-party-licences.json', document.baseURI));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const bundled = v.parse(listSchema, await response.json());
  const groups = new Map<string | null, Bundled[]>();
  for (const each of bundled) groups.set(each.licence, [...(groups.get(each.licence) ?? []), each]);
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

const PUBLIC_DOMAIN = 'LicenseRef-Public-Domain';

export function licenceInWords(licence: string | null): string {
  if (licence === null) return m.help_licence_own();
  return licence === PUBLIC_DOMAIN ? m.help_licence_public_domain() : licence;
}

/** Names of licences are English; undefined for what is said in the language shown. */
export function licenceLanguage(licence: string | null): 'en' | undefined {
  return licence === null || licence === PUBLIC_DOMAIN ? undefined : 'en';
}

export function bundledInWords({ name, kind, within }: Bundled): string {
  if (within) return m.help_licence_within({ name, within });
  return kind === 'voice' ? m.help_licence_voice({ name }) : name;
}
