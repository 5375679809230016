"""Signal losses: multi-resolution spectra and discriminators."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import frontend
from .synthesis import HOP, RATE_HZ
from .training import autocast

SIZES = [(2048, 512), (1024, 256), (512, 128), (256, 64)]
WINDOW_600 = torch.hann_window(600)
MEL_MATRIX = torch.tensor(frontend.mel_matrix(), dtype=torch.float32)


def magnitudes(audio: torch.Tensor, size: int, hop: int) -> torch.Tensor:
    """[B, samples] -> STFT magnitudes [B, size / 2 + 1, frames], Hann window."""
    return torch.stft(audio, size, hop, window=torch.hann_window(size), return_complex=True).abs()


def low_pass(audio: torch.Tensor, edge_hz: torch.Tensor) -> torch.Tensor:
    """[B, samples] at 24 kHz, zero-phase: the gain falls linearly from 1 at .9 `edge_hz` [B] to 0 at `edge_hz`."""
    bins_hz = torch.fft.rfftfreq(audio.shape[1], 1 / RATE_HZ)
    gain = ((edge_hz.unsqueeze(1) - bins_hz) / (0.1 * edge_hz.unsqueeze(1))).clamp(0, 1)
    return torch.fft.irfft(torch.fft.rfft(audio) * gain, audio.shape[1])


def bin_weights(size: int) -> torch.Tensor:
    """[size / 2 + 1, 1], mean 1, in proportion to the derivative of the HTK mel scale, so that every mel counts the same."""
    weights = 1 / (1 + torch.arange(size // 2 + 1) * RATE_HZ / size / 700)
    return (weights / weights.mean()).unsqueeze(1)


WEIGHTS = {size: bin_weights(size) for size, _ in SIZES}


def spectral_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Multi-resolution STFT loss (Yamamoto et al. 2020): log magnitude L1, weighted by mel, plus spectral convergence."""
    total = torch.zeros(())
    for size, hop in SIZES:
        a, b = magnitudes(out, size, hop), magnitudes(target, size, hop)
        floor = 1e-3 * (size / 1024) ** 0.5
        total = total + ((torch.log(a + floor) - torch.log(b + floor)).abs() * WEIGHTS[size]).mean()
        total = total + 0.5 * torch.linalg.norm(a - b) / (torch.linalg.norm(b) + 1e-3)
    return total / len(SIZES)


def log_mel_16k(audio: torch.Tensor) -> torch.Tensor:
    """24 kHz audio [B, 240 n] -> the frontend's logMel [B, n, 80].

    1.5 times the window and the FFT at 1.5 times the rate give the same bins up to 8 kHz, 1.5 times as large.
    """
    padded = F.pad(audio, (360, 240))
    frames = padded.unfold(1, 600, HOP)[:, : audio.shape[1] // HOP]
    power = torch.fft.rfft(frames * WINDOW_600, 768)[..., :257].abs().square() / 2.25
    return torch.log(torch.clamp(power @ MEL_MATRIX.T, min=1e-5))


def mel_bank(size: int, bands: int) -> torch.Tensor:
    """[bands, size / 2 + 1]: triangles of area 1, equally spaced on the HTK mel scale from 0 to 12 kHz."""
    edges = frontend.mel_to_hz(np.linspace(0, frontend.hz_to_mel(RATE_HZ / 2), bands + 2))
    bins = np.arange(size // 2 + 1) * RATE_HZ / size
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(0.0, np.minimum(up, down))
    return torch.tensor(bank / np.maximum(bank.sum(1, keepdims=True), 1e-9), dtype=torch.float32)


BANKS = {size: mel_bank(size, bands) for size, bands in ((2048, 120), (1024, 100), (512, 64), (256, 32))}


def log_mel(audio: torch.Tensor, size: int, hop: int) -> torch.Tensor:
    """Natural log of mean magnitudes [B, bands, frames], with a floor of 2e-3 (size / 1024)^.5 added, some 70 dB below speech."""
    return torch.log(BANKS[size] @ magnitudes(audio, size, hop) + 2e-3 * (size / 1024) ** 0.5)


def mel_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Multi-scale log-mel L1 (Kumar et al. 2023, "Improved RVQGAN", section 3.4)."""
    return sum((log_mel(out, s, s // 4) - log_mel(target, s, s // 4)).abs().mean() for s in BANKS) / len(BANKS)


class Discriminator(nn.Module):
    """2-D convolutions over log-mel magnitudes and a frequency coordinate; one output head for each of `heads` voices."""

    def __init__(self, heads: int, size: int, hop: int, width: int = 20) -> None:
        super().__init__()
        self.size, self.hop = size, hop
        norm = nn.utils.parametrizations.weight_norm
        plan = [(2, width, (7, 5), (2, 1)), (width, 2 * width, (5, 5), (2, 2)), (2 * width, 3 * width, (5, 5), (2, 2)), (3 * width, 4 * width, (3, 3), (2, 1))]
        self.layers = nn.ModuleList(norm(nn.Conv2d(i, o, k, s, (k[0] // 2, k[1] // 2))) for i, o, k, s in plan)
        self.heads = norm(nn.Conv2d(4 * width, heads, 3, 1, 1))

    def forward(self, audio: torch.Tensor, heads: torch.Tensor):
        """audio [B, samples], head indices [B] -> score map of those heads [B, bands, frames], feature maps of all layers."""
        x = log_mel(audio, self.size, self.hop) / 2 + 1
        frequency = torch.linspace(-1, 1, x.shape[1]).view(1, -1, 1).expand_as(x)
        x, features = torch.stack([x, frequency], 1), []
        with autocast():
            for layer in self.layers:
                x = F.leaky_relu(layer(x), 0.15)
                features.append(x)
            scores = self.heads(x)
        own = scores.gather(1, heads.view(-1, 1, 1, 1).expand(-1, 1, *scores.shape[2:]))[:, 0]
        return own.float(), [f.float() for f in features]
