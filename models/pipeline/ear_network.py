"""The ear as the app runs it: whisper-base's encoder (`pipeline.whisper`) with its front end, so that samples go in."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import whisper

RATE_HZ, HOP, WINDOW = 16000, 160, 400
SAMPLES_PER_CODE = 2 * HOP
# Samples that a run needs beyond its codes: half a window before the first frame, and what the last window reaches beyond its hop.
BEFORE = WINDOW // 2
BEYOND = WINDOW - HOP
MAX_CODES = 1500


def spectral_kernels() -> torch.Tensor:
    """[402, 1, 400]: cosines and sines of the 201 bins times a periodic Hann window."""
    bins, sample = torch.arange(WINDOW // 2 + 1)[:, None], torch.arange(WINDOW)
    angle = torch.remainder(bins * sample, WINDOW).float() * (2 * math.pi / WINDOW)
    return (torch.cat([torch.cos(angle), torch.sin(angle)]) * hann())[:, None]


def hann() -> torch.Tensor:
    return 0.5 - 0.5 * torch.cos(torch.arange(WINDOW).float() * (2 * math.pi / WINDOW))


def sinusoids(positions: int) -> torch.Tensor:
    """[positions, 512]: whisper's positions, sines of 256 wavelengths from 2 pi to 20,000 pi frames, then cosines (its `model.py`)."""
    half = whisper.WIDTH // 2
    rates = torch.exp(torch.arange(half).float() * (-math.log(10000) / (half - 1)))
    angle = torch.arange(positions).float()[:, None] * rates
    return torch.cat([torch.sin(angle), torch.cos(angle)], 1)


class Ear(nn.Module):
    """16 kHz samples [1, 320 n + 240], n at most 1,500 -> features [1, n, 512] and loudness_db [1, n].

    Code k is heard from frames 2k and 2k + 1, frame t from samples [160 t, 160 t + 400): the samples begin 200 before the first code.
    Loudness: of the louder of the two frames, dBFS, as in `frontend.spectrum`.
    """

    def __init__(self, encoder: whisper.Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("mel", whisper.MEL[None])

    def forward(self, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        signal = samples[:, None]
        real, imaginary = F.conv1d(signal, spectral_kernels(), stride=HOP).split(WINDOW // 2 + 1, 1)
        mel = torch.log10(torch.clamp(self.mel @ (real.square() + imaginary.square()), min=1e-10))
        mel = (torch.maximum(mel, mel.amax((1, 2), keepdim=True) - 8.0) + 4.0) / 4.0
        power = hann().square()
        energy = F.conv1d(signal.square(), (power / power.sum())[None, None], stride=HOP)
        loudness_db = 10 * torch.log10(energy[:, 0] + 1e-8)
        return self.encode(mel), loudness_db.unflatten(1, (-1, 2)).amax(2)

    def hear(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `forward`, without the batch dimension."""
        with torch.no_grad():
            return tuple(each[0].numpy() for each in self(torch.from_numpy(samples)[None]))

    def encode(self, mel: torch.Tensor) -> torch.Tensor:
        """As `whisper.Encoder`, with positions computed instead of stored."""
        encoder = self.encoder
        x = F.gelu(encoder.halve(F.gelu(encoder.enter(mel)))).transpose(1, 2)
        x = x + sinusoids(MAX_CODES)[: x.shape[1]]
        for layer in encoder.layers:
            x = layer(x)
        return encoder.leave(x)


def load() -> Ear:
    return Ear(whisper.load()).eval()
