/** Probability of at least `right` of `of` two-way questions by guessing: upper tail of the binomial distribution. */
export function guessingChance(right: number, of: number): number {
  let term = 0.5 ** of;
  let sum = 0;
  for (let k = 0; k <= of; k++) {
    if (k >= right) sum += term;
    term *= (of - k) / (k + 1);
  }
  return Math.min(1, sum);
}
