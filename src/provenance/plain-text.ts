/**
 * Controls, format characters that reorder or hide text, and characters without width; but line feed and tab, the two joiners
 * that scripts and emoji need, and the variation selectors of emoji.
 */
const HIDING =
  /(?!\n|\t|\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** More combining marks on one letter than any orthography uses. */
const STACKED = /(\p{M}{4})\p{M}+/gu;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Text of others as it is safe to show among one's own: without characters that reorder or hide it, and with at most four
 * combining marks on a letter. `nameless` replaces text of which nothing can be seen.
 */
export function plainText(text: string, nameless = '(no visible name)'): string {
  const shown = text.replace(HIDING, '').replace(STACKED, '$1');
  return VISIBLE.test(shown) || text === '' ? shown : nameless;
}
