"""Differentiable harmonic-plus-noise synthesis; the reference for src/engine/synthesis/synthesis.ts (docs/architecture.md)."""

import numpy as np
import torch

from .frontend import hz_to_mel

RATE_HZ = 24000
HOP = 240
FFT = 1024
BANDS = 80


def band_matrix() -> torch.Tensor:
    """[80, 513]: gains at 80 centres equally spaced in mel, 0 to 12 kHz, to gains at FFT bins by linear interpolation."""
    position = hz_to_mel(np.arange(FFT // 2 + 1) * RATE_HZ / FFT) / hz_to_mel(RATE_HZ / 2) * (BANDS - 1)
    low = np.clip(np.floor(position).astype(int), 0, BANDS - 2)
    out = np.zeros((BANDS, FFT // 2 + 1), np.float32)
    bins = np.arange(FFT // 2 + 1)
    out[low, bins] = 1 - (position - low)
    out[low + 1, bins] = position - low
    return torch.tensor(out)


MATRIX = band_matrix()
WINDOW = torch.hann_window(2 * HOP)
FOLD = torch.zeros(FFT)
FOLD[0] = FOLD[FFT // 2] = 1
FOLD[1 : FFT // 2] = 2


def upsample(frames: torch.Tensor) -> torch.Tensor:
    """Values at frame starts [B, n] -> [B, 240 n] by linear interpolation; the last value is held."""
    nxt = torch.cat([frames[:, 1:], frames[:, -1:]], 1)
    ramp = torch.arange(HOP) / HOP
    return (frames.unsqueeze(2) + (nxt - frames).unsqueeze(2) * ramp).flatten(1)


def harmonics(f0_hz: torch.Tensor, voiced: torch.Tensor) -> torch.Tensor:
    """f0_hz, voiced [B, n] -> unit-variance pulse train [B, 240 n] at 24 kHz, times `voiced`.

    sqrt(2 / K) sum_{k<=K} cos(k phi), K = floor(12 000 / f0), as a Dirichlet kernel.
    """
    f0 = upsample(f0_hz).double()
    phase = torch.cumsum(f0 / RATE_HZ, 1)
    phi = (phase - torch.floor(phase)) * 2 * torch.pi
    count = torch.floor(RATE_HZ / 2 / f0)
    half = torch.sin(phi / 2)
    near = half.abs() < 1e-4
    pulse = 0.5 * (torch.sin((count + 0.5) * phi) / torch.where(near, torch.ones_like(half), half) - 1)
    pulse = torch.where(near, count, pulse) * torch.sqrt(2 / count)
    return pulse.float() * upsample(voiced)


def minimum_phase(log_gain: torch.Tensor) -> torch.Tensor:
    """Natural log magnitude [..., 513] -> minimum-phase spectrum, by folding the real cepstrum (Oppenheim & Schafer, 13.5)."""
    return torch.exp(torch.fft.rfft(torch.fft.irfft(log_gain, FFT) * FOLD, FFT))


def segments(signal: torch.Tensor) -> torch.Tensor:
    """[B, 240 n] -> spectra of Hann-windowed segments of 480 samples [B, n + 1, 513]."""
    return torch.fft.rfft(torch.nn.functional.pad(signal, (HOP, HOP)).unfold(1, 2 * HOP, HOP) * WINDOW, FFT)


def synthesise(f0_hz, voiced, harmonic_log_gain, noise_log_gain, generator=None) -> torch.Tensor:
    """f0_hz, voiced [B, n] and natural log amplitude gains [B, n, 80] -> audio [B, 240 n] at 24 kHz.

    Pulses are filtered with minimum phase, noise with zero phase; neither adds a delay.
    """
    batch, frames = f0_hz.shape
    pulses = segments(harmonics(f0_hz, voiced))[:, :frames]
    noise = segments(torch.randn(batch, frames * HOP, generator=generator))[:, :frames]
    spectrum = pulses * minimum_phase(harmonic_log_gain @ MATRIX) + noise * torch.exp(noise_log_gain @ MATRIX)
    pieces = torch.fft.irfft(spectrum, FFT)
    # The pre-echo of the zero-phase noise filter wraps to the end of the segment by circular convolution; it is small and left there.
    hops = -(-FFT // HOP)
    parts = torch.nn.functional.pad(pieces, (0, hops * HOP - FFT)).unflatten(2, (hops, HOP))
    out = sum(torch.nn.functional.pad(parts[:, :, i], (0, 0, i, hops - 1 - i)) for i in range(hops))
    return out[:, 1 : 1 + frames].flatten(1)
