"""Noise and what a denoiser leaves of it, simulated on log-mel features of target speakers.

Voices are enrolled from recordings that `src/enrol/cleaning/denoise.ts` has denoised; the generator learns to produce the clean speech. Built-in
voices, whose recordings are clean, are not changed.
"""

import numpy as np
import torch

from .data import LOG_FLOOR, is_built_in, random_eq
from .frontend import BANDS
from .networks import TIMBRE
from .voices import LOG_POWER_PER_DB

# Share of segments with noise, and its level below the speech, dB.
SHARE, MIN_SNR_DB, MAX_SNR_DB = 0.35, 6, 26
# Wider bands hold more of white noise: natural log of power from the lowest band to the highest.
WHITE_RISE, NODES, DEVIATION = 2.5, 4, 0.7
MIN_LOG_GAIN = 2 * np.log(0.16)
NO_NOISE = -30.0


def noise_spectra(count: int) -> torch.Tensor:
    """Natural log of noise power in each band over the speech power in all bands [count, 80]; -30 for segments without noise."""
    shape = random_eq(count, NODES, DEVIATION)[:, 0] + torch.linspace(0, WHITE_RISE, BANDS)
    snr_db = MIN_SNR_DB + torch.rand(count, 1) * (MAX_SNR_DB - MIN_SNR_DB)
    noise = torch.log_softmax(shape, 1) - snr_db * LOG_POWER_PER_DB
    return noise.masked_fill(torch.rand(count, 1) >= SHARE, NO_NOISE)


def target_noise_spectra(targets: torch.Tensor) -> torch.Tensor:
    """As `noise_spectra`, one for each target index; none for built-in voices."""
    return noise_spectra(len(targets)).masked_fill(is_built_in(targets).unsqueeze(1), NO_NOISE)


def wiener_filtered(speech: torch.Tensor, noise: torch.Tensor, mixture: torch.Tensor) -> torch.Tensor:
    """Log power of `mixture` times the squared Wiener gain for `speech` and `noise`, attenuated by at most 16 dB."""
    return mixture + torch.clamp(2 * (speech - torch.logaddexp(speech, noise)), min=MIN_LOG_GAIN)


def denoised_mel(log_mel: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """logMel [B, n, 80] of the recording with `noise` [B, 80] added and removed again."""
    level = torch.logsumexp(log_mel, (1, 2)) - np.log(log_mel.shape[1])
    noise = (noise + level.unsqueeze(1)).unsqueeze(1)
    mixture = torch.logaddexp(log_mel, noise + torch.randn_like(log_mel) * 0.5)
    return torch.clamp(wiener_filtered(log_mel, noise, mixture), min=LOG_FLOOR)


def denoised_timbre(timbre: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Timbre [B, n, 40] as a codebook of such recordings holds it."""
    pairs = BANDS // TIMBRE
    level = torch.logsumexp(timbre, 2, keepdim=True) + np.log(pairs)
    noise = noise.reshape(-1, 1, TIMBRE, pairs).mean(3) + level
    return wiener_filtered(timbre, noise, torch.logaddexp(timbre, noise))
