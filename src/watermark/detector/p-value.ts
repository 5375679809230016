/** 1 / (4 Q(sqrt 2)): the smallest constant for which the bound holds (Bentkus & Dzindzalieta 2015, theorem 1.1). */
const RADEMACHER_BOUND = 3.1787;

/**
 * Upper bound on the probability that one of `tests` sums of numbers with random signs reaches `z` standard deviations.
 *
 * The signs come from the key, independently of the recording, so the bound holds for every recording: a weighted sum of
 * random signs exceeds z with at most 3.18 times the probability of a normal variable (Bentkus & Dzindzalieta, "A tight
 * Gaussian bound for weighted sums of Rademacher random variables", Bernoulli 2015). Bonferroni over the tests.
 */
export function boundPValue(z: number, tests: number): number {
  return Math.min(1, tests * RADEMACHER_BOUND * upperTail(z));
}

/** Q(z) of the normal distribution, relative error 1e-7 (Numerical Recipes, 3rd ed., 6.2.2: erfc by Chebyshev). */
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
