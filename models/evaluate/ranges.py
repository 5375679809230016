"""Means over recordings with the range that holds 95 % of bootstrap resamples of the recordings (Efron 1979, percentile method)."""

from dataclasses import dataclass

import numpy as np

from pipeline.paths import SEED

RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float

    def shown(self, digits: int) -> str:
        """`5.1 (2.0 to 8.3)`."""
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def ratio(numerators: np.ndarray, denominators: np.ndarray) -> Estimate:
    """Sum of `numerators` over sum of `denominators`, one of each per recording; recordings are resampled."""
    picks = np.random.default_rng(SEED).integers(0, len(numerators), (RESAMPLES, len(numerators)))
    resampled = numerators[picks].sum(1) / denominators[picks].sum(1)
    return Estimate(float(numerators.sum() / denominators.sum()), *map(float, np.percentile(resampled, (2.5, 97.5))))


def mean(values: np.ndarray) -> Estimate:
    return ratio(np.asarray(values, np.float64), np.ones(len(values)))
