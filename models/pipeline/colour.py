"""Speakers coloured at random: every one of the few recorded becomes many, so that the encoder must hear a voice's spectrum
and the generator follow it, for voices that neither has met. Built-in voices stay as they are."""

from functools import cache

import numpy as np
import torch

from .data import LOG_FLOOR, built_in, smooth
from .frontend import BAND_EDGES_MEL, BANDS, mel_to_hz
from .networks import TIMBRE
from .synthesis import RATE_HZ

SHARE, NODES, DEVIATION = 0.6, 9, 0.9
CENTRES_HZ = mel_to_hz(BAND_EDGES_MEL[1:-1])


def colours(who: torch.Tensor) -> torch.Tensor:
    """Natural log of power gains [B, 80] at the frontend's bands; none for built-in voices and for some of the others."""
    coloured = ~built_in(who) & (torch.rand(len(who)) < SHARE)
    return smooth(len(who), NODES, DEVIATION)[:, 0] * coloured.unsqueeze(1)


def coloured_mel(log_mel: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """[B, n, 80] as it would be of the coloured recording."""
    return torch.clamp(log_mel + colour.unsqueeze(1), min=LOG_FLOOR)


def coloured_timbre(timbre: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """[B, n, 40] of coloured codebooks."""
    return timbre + colour.reshape(-1, 1, TIMBRE, BANDS // TIMBRE).mean(3)


@cache
def between_bands(samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The band below each bin of so many samples, and how far it is to the next."""
    bins_hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    place = np.clip(np.interp(bins_hz, CENTRES_HZ, np.arange(BANDS)), 0, BANDS - 1.001)
    return torch.tensor(place.astype(np.int64)), torch.tensor(place % 1, dtype=torch.float32)


def coloured_audio(audio: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """[B, samples] at 24 kHz through a zero-phase filter, the outer bands' gains held beyond them."""
    low, share = between_bands(audio.shape[1])
    gain = torch.lerp(colour[:, low], colour[:, low + 1], share)
    return torch.fft.irfft(torch.fft.rfft(audio) * torch.exp(gain / 2), audio.shape[1])


def louder(log_mel: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """How much louder every frame of [B, n, 80] is when coloured, natural log of power [B, n]."""
    return torch.logsumexp(log_mel + colour.unsqueeze(1), 2) - torch.logsumexp(log_mel, 2)
