"""Vowels cut from held-out sentences, and resynthesis with WORLD (Morise et al. 2016) for singing and laughter."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld

from pipeline.frontend import HOP, RATE_HZ, pitch, spectrum

from .scores import load

FRAME_S = 0.005
STEADY_FRAMES = 12


@dataclass
class Vowel:
    """WORLD's spectral envelope and aperiodicity, [frames of 5 ms, 513]."""

    envelope: np.ndarray
    aperiodicity: np.ndarray

    def extended(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Envelope and aperiodicity of `frames` frames, reading the vowel forwards and backwards in turn."""
        size = len(self.envelope)
        index = np.abs((np.arange(frames) + size - 1) % max(1, 2 * size - 2) - (size - 1))
        return self.envelope[index], self.aperiodicity[index]


def steadiest(samples: np.ndarray) -> slice:
    """The loud, voiced 120 ms whose log-mel changes least, as a slice of samples."""
    log_mel, loudness = spectrum(samples)
    _, voiced = pitch(samples, loudness)
    change = np.abs(np.diff(log_mel, axis=0)).mean(1)
    fits = (voiced > 0) & (loudness > np.percentile(loudness, 70))
    span = lambda row: np.lib.stride_tricks.sliding_window_view(row, STEADY_FRAMES)  # noqa: E731
    moved = np.where(span(fits[:-1]).all(1), span(change).mean(1), np.inf)
    start = int(np.argmin(moved))
    return slice(start * HOP, (start + STEADY_FRAMES) * HOP)


def vowel_of(file: Path) -> Vowel:
    samples = load(file)
    cut, margin = steadiest(samples), RATE_HZ // 10
    wide = samples[max(0, cut.start - margin) : cut.stop + margin].astype(np.float64)
    f0, times = pyworld.harvest(wide, RATE_HZ)
    first = min(cut.start, margin) / RATE_HZ
    inside = (times >= first) & (times < first + STEADY_FRAMES * HOP / RATE_HZ)
    return Vowel(pyworld.cheaptrick(wide, f0, times, RATE_HZ, fft_size=1024)[inside], pyworld.d4c(wide, f0, times, RATE_HZ, fft_size=1024)[inside])


def synthesise(f0_hz: np.ndarray, envelope: np.ndarray, aperiodicity: np.ndarray, level_dbfs: float) -> np.ndarray:
    """Frames of 5 ms -> 16 kHz samples at an RMS of `level_dbfs`; an F0 of 0 is unvoiced."""
    args = (np.ascontiguousarray(rows, np.float64) for rows in (f0_hz, envelope, aperiodicity))
    made = pyworld.synthesize(*args, RATE_HZ)
    return made * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(made**2) + 1e-12)
