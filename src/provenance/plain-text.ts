import { m } from '../text/messages';

/** Controls, format characters that reorder or hide text, and characters without width; but line feed and tab. */
const HIDING =
  /(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{16FE4}\u{1D159}\uFFFC]/gu;
/** The empty pattern of Braille, which is a letter's width of nothing. */
const BLANK = /\u2800/g;
/** More combining marks on one letter than any orthography uses. */
const STACKED = /(\p{M}{4})\p{M}+/gu;
/** UTF-16 units that are looked at on either side of a sign. */
const NEAR = 12;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

const CURSIVE = `[${['Arabic', 'Syriac', 'Mongolian', 'Nko', 'Adlam', 'Mandaic', 'Hanifi_Rohingya']
  .map((script) => `\\p{Script=${script}}`)
  .join('')}]`;
/** Viramas, and the register shifters of Khmer. */
const VIRAMA =
  '[\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D4D\\u0DCA\\u17C9\\u17CA\\u17D2]';
const EMOJI = '\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]?';
const pair = (before: string, after: string) =>
  [new RegExp(`${before}$`, 'u'), new RegExp(`^${after}`, 'u')] as const;
/**
 * What has to stand before and after a zero-width non-joiner, a joiner or a variation selector of emoji for it to stay, because there
 * it changes what is seen. After RFC 5892, appendix A.1 and A.2: beside a virama, and the non-joiner between letters of cursive
 * scripts; also the joiner behind a cursive letter at the end of a word, which it gives the form of an initial, and in emoji.
 */
const PLACES: Record<string, (readonly [RegExp, RegExp])[]> = {
  '\u200c': [pair(VIRAMA, '\\p{L}'), pair('', VIRAMA), pair(`${CURSIVE}\\p{M}*`, CURSIVE)],
  '\u200d': [
    ...[pair(VIRAMA, ''), pair('\\p{L}\\p{M}*', VIRAMA)],
    ...[pair(`${CURSIVE}\\p{M}*`, `(?!${CURSIVE})`), pair(EMOJI, '\\p{Extended_Pictographic}')],
  ],
  '\ufe0e': [pair('\\p{Extended_Pictographic}', '')],
  '\ufe0f': [pair('\\p{Extended_Pictographic}', ''), pair('[0-9#*]', '\\u20E3')],
};

/** What is shown in place of a name of which nothing can be seen. */
export function nameless(): string {
  return m.provenance_nameless();
}

/**
 * Text of others as it is safe to show among one's own: without characters that reorder or hide it or cannot be seen, and with at
 * most four combining marks on a letter. `instead` replaces text of which nothing can be seen.
 */
export function plainText(text: string, instead?: string): string {
  const shown = text
    .replace(HIDING, (sign, at: number) => (isInPlace(sign, text, at) ? sign : ''))
    .replace(BLANK, ' ')
    .replace(STACKED, '$1');
  return VISIBLE.test(shown) || text === '' ? shown : (instead ?? nameless());
}

function isInPlace(sign: string, text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - NEAR), at);
  const after = text.slice(at + sign.length, at + NEAR);
  return PLACES[sign]?.some(([left, right]) => left.test(before) && right.test(after)) ?? false;
}
