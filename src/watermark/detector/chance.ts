/** 1 / (4 Q(sqrt 2)): the least constant that will do (Bentkus & Dzindzalieta 2015, theorem 1.1). */
const RADEMACHER = 3.1787;

/**
 * Chance, at most, that a sum of numbers with random signs reaches `z` of its deviations in one of `tries` places.
 *
 * The signs are the key's and know nothing of the recording, so this holds whatever was recorded: such a sum exceeds z
 * no more often than 3.18 times a normal one (Bentkus & Dzindzalieta, "A tight Gaussian bound for weighted sums of
 * Rademacher random variables", Bernoulli 2015).
 */
export function chanceOf(z: number, tries: number): number {
  return Math.min(1, tries * RADEMACHER * upperTail(z));
}

/** Q(z) of the normal distribution, to a relative 1e-7 (Numerical Recipes, 3rd ed., 6.2.2: erfc by Chebyshev). */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const sum = terms.reduceRight((rest, term) => term + t * rest, 0);
  const tail = (t * Math.exp(-x * x + sum)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
