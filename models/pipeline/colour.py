"""Random equalisation ("colour") of target speakers, so that the speaker encoder has to follow a voice's long-term spectrum and the
generator to reproduce it, also for speakers outside the training data. Built-in voices are not equalised."""

from functools import cache

import numpy as np
import torch

from .data import LOG_FLOOR, is_built_in, random_eq
from .frontend import BAND_EDGES_MEL, BANDS, mel_to_hz
from .networks import TIMBRE
from .synthesis import RATE_HZ

# Share of the other targets that is equalised; nodes of the curve; standard deviation at a node, natural log of power.
SHARE, NODES, DEVIATION = 0.6, 9, 0.9
CENTRES_HZ = mel_to_hz(BAND_EDGES_MEL[1:-1])


def random_colours(targets: torch.Tensor) -> torch.Tensor:
    """Natural log of power gains [B, 80] at the frontend's bands; 0 for built-in voices and for 40 % of the other targets."""
    coloured = ~is_built_in(targets) & (torch.rand(len(targets)) < SHARE)
    return random_eq(len(targets), NODES, DEVIATION)[:, 0] * coloured.unsqueeze(1)


def coloured_mel(log_mel: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """logMel [B, n, 80] of the equalised recording."""
    return torch.clamp(log_mel + colour.unsqueeze(1), min=LOG_FLOOR)


def coloured_timbre(timbre: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """Timbre [B, n, 40] as a codebook of the equalised recordings holds it."""
    return timbre + colour.reshape(-1, 1, TIMBRE, BANDS // TIMBRE).mean(3)


@cache
def band_positions(samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """For each bin of an FFT over `samples`: the band below it, and its position between that band (0) and the next (1)."""
    bins_hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    position = np.clip(np.interp(bins_hz, CENTRES_HZ, np.arange(BANDS)), 0, BANDS - 1.001)
    return torch.tensor(position.astype(np.int64)), torch.tensor(position % 1, dtype=torch.float32)


def coloured_audio(audio: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """[B, samples] at 24 kHz through a zero-phase filter; beyond the outer bands their gains are held."""
    low, fraction = band_positions(audio.shape[1])
    gain = torch.lerp(colour[:, low], colour[:, low + 1], fraction)
    return torch.fft.irfft(torch.fft.rfft(audio) * torch.exp(gain / 2), audio.shape[1])


def loudness_gain(log_mel: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """By how much equalisation raises the power of every frame of [B, n, 80], natural log [B, n]."""
    return torch.logsumexp(log_mel + colour.unsqueeze(1), 2) - torch.logsumexp(log_mel, 2)
