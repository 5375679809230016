/** Of the standard normal distribution: 95 % lie within ± Z. */
const Z = 1.959964;

/** Shares, 0..1. */
export interface Range {
  low: number;
  high: number;
}

/** 95 % range of the share behind `yes` of `of` independent answers, `of` > 0: score interval of E. B. Wilson (1927), JASA 22, 209-212. */
export function wilsonRange(yes: number, of: number): Range {
  const share = yes / of;
  const weight = 1 + Z ** 2 / of;
  const centre = (share + Z ** 2 / (2 * of)) / weight;
  const half = (Z / weight) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
