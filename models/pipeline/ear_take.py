"""Takes of any length through the ear: windows at fixed places, statistics over the take, joined codes; as src/engine/ear does it."""

from collections.abc import Callable

import numpy as np
import torch

from .content_targets import ACTIVE_DB
from .ear_join import EarJoin
from .ear_network import BEFORE, BEYOND, RATE_HZ, SAMPLES_PER_CODE

HOP_SECONDS, OVERLAP_SECONDS = 10, 2
CODES_PER_SECOND = RATE_HZ // SAMPLES_PER_CODE
# Windows whose features the statistics are taken from, at most; spread over the take.
MEASURED_WINDOWS = 30

# Samples [320 n + 240] -> features [n, 512] and loudness_db [n].
Hear = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def plan(codes: int) -> list[tuple[int, int]]:
    """First and last code of each window: starts at whole seconds, about ten apart; neighbours overlap by two seconds."""
    seconds = -(-codes // CODES_PER_SECOND) - OVERLAP_SECONDS
    count = max(1, round_half_up(seconds / HOP_SECONDS))
    starts = [round_half_up(i * seconds / count) for i in range(count)]
    ends = [start + OVERLAP_SECONDS for start in starts[1:]]
    return [(a * CODES_PER_SECOND, b * CODES_PER_SECOND) for a, b in zip(starts, ends)] + [(starts[-1] * CODES_PER_SECOND, codes)]


def round_half_up(x: float) -> int:
    return int(np.floor(x + 0.5))


def hear_window(samples: np.ndarray, window: tuple[int, int], hear: Hear) -> tuple[np.ndarray, np.ndarray]:
    """Outside of the take there is silence."""
    first, last = window[0] * SAMPLES_PER_CODE - BEFORE, window[1] * SAMPLES_PER_CODE - BEFORE + BEYOND
    inside = samples[max(0, first) : last]
    before = max(0, -first)
    return hear(np.pad(inside, (before, last - first - before - len(inside))).astype(np.float32))


def own_codes(windows: list[tuple[int, int]], i: int) -> slice:
    """Of window i, without half of each overlap, so that no frame of the take counts twice."""
    half, (first, last) = OVERLAP_SECONDS * CODES_PER_SECOND // 2, windows[i]
    return slice(half if i > 0 else 0, last - first - (half if i < len(windows) - 1 else 0))


def measured(count: int) -> list[int]:
    """Windows that the statistics are taken from."""
    if count <= MEASURED_WINDOWS:
        return list(range(count))
    return [i * (count - 1) // (MEASURED_WINDOWS - 1) for i in range(MEASURED_WINDOWS)]


def statistics(features: np.ndarray, loudness_db: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean and deviation [512] over frames less than 35 dB below the 95th percentile of loudness, and how many these are."""
    active = features[loudness_db > np.percentile(loudness_db, 95, method="lower") - ACTIVE_DB]
    if len(active) < 2:
        return np.zeros(features.shape[1], np.float32), np.zeros(features.shape[1], np.float32), 0
    return active.mean(0), active.std(0, ddof=1) + 1e-3, len(active)


def weights(windows: list[tuple[int, int]], i: int) -> np.ndarray:
    """Share of window i in each of its codes: linear over an overlap; the shares of two neighbours add up to 1."""
    first, last = windows[i]
    share = np.ones(last - first, np.float32)
    overlap = OVERLAP_SECONDS * CODES_PER_SECOND
    ramp = (np.arange(overlap, dtype=np.float32) + 0.5) / overlap
    if i > 0:
        share[:overlap] = ramp
    if i < len(windows) - 1:
        share[-overlap:] = 1 - ramp
    return share


def joined_codes(samples: np.ndarray, content_codes: np.ndarray, hear: Hear, join: EarJoin) -> np.ndarray:
    """16 kHz samples at a speech level of -23 dBFS and the content network's codes [n, 128] of a take -> codes [n, 128]."""
    windows = plan(len(content_codes))
    heard = {i: hear_window(samples, windows[i], hear) for i in measured(len(windows))}
    own = [(features[own_codes(windows, i)], loudness[own_codes(windows, i)]) for i, (features, loudness) in heard.items()]
    mean, deviation, active = statistics(*(np.concatenate(part) for part in zip(*own)))
    features = np.zeros((len(content_codes), len(mean)), np.float32)
    for i, (first, last) in enumerate(windows):
        part, _ = heard[i] if i in heard else hear_window(samples, windows[i], hear)
        features[first:last] += weights(windows, i)[:, None] * part
    one = lambda x: torch.from_numpy(np.ascontiguousarray(x, np.float32))[None]  # noqa: E731
    with torch.no_grad():
        return join(one(features), one(mean), one(deviation), torch.tensor([float(active)]), one(content_codes))[0].numpy()
