"""Speakers as a tape keeps them: noise, and what `src/enrol/cleaning/denoise.ts` leaves of it. Enrolled voices come from such recordings; the
generator shall say them as they were. Built-in voices stay as they are."""

import numpy as np
import torch

from .data import LOG_FLOOR, built_in, smooth
from .frontend import BANDS
from .networks import TIMBRE
from .voices import NEPERS_PER_DB

SHARE, LEAST_DB, MOST_DB = 0.35, 6, 26
# Of white noise, wider bands hold more: natural log of power from the lowest to the highest.
RISE, NODES, DEVIATION = 2.5, 4, 0.7
LOWEST_LOG_GAIN = 2 * np.log(0.16)


def noises(count: int) -> torch.Tensor:
    """Natural log of noise power [count, 80] over that of the speech, all bands together; far below it where there is none."""
    shape = smooth(count, NODES, DEVIATION)[:, 0] + torch.linspace(0, RISE, BANDS)
    below_db = LEAST_DB + torch.rand(count, 1) * (MOST_DB - LEAST_DB)
    noise = torch.log_softmax(shape, 1) - below_db * NEPERS_PER_DB
    return noise.masked_fill(torch.rand(count, 1) >= SHARE, -30.0)


def noises_of(who: torch.Tensor) -> torch.Tensor:
    return noises(len(who)).masked_fill(built_in(who).unsqueeze(1), -30.0)


def left_of(speech: torch.Tensor, noise: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
    """Log powers: `heard`, which is `speech` and `noise`, through Wiener's gain, which is bounded."""
    return heard + torch.clamp(2 * (speech - torch.logaddexp(speech, noise)), min=LOWEST_LOG_GAIN)


def taped_mel(log_mel: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """[B, n, 80] as it would be of the recording with the noise taken out."""
    level = torch.logsumexp(log_mel, (1, 2)) - np.log(log_mel.shape[1])
    noise = (noise + level.unsqueeze(1)).unsqueeze(1)
    heard = torch.logaddexp(log_mel, noise + torch.randn_like(log_mel) * 0.5)
    return torch.clamp(left_of(log_mel, noise, heard), min=LOG_FLOOR)


def taped_timbre(timbre: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """[B, n, 40] of codebooks made of such recordings."""
    pairs = BANDS // TIMBRE
    level = torch.logsumexp(timbre, 2, keepdim=True) + np.log(pairs)
    noise = noise.reshape(-1, 1, TIMBRE, pairs).mean(3) + level
    return left_of(timbre, noise, torch.logaddexp(timbre, noise))
