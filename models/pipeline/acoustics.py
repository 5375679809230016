"""Waveform augmentation at 24 kHz: random room reverberation, babble, coloured noise and synthetic music."""

import torch

from .synthesis import RATE_HZ

REVERBERANT_SHARE, NOISY_SHARE = 0.3, 0.6
# Uniform ranges; DIRECT_DB is the level of the direct sound over that of the tail.
RT60_S, DIRECT_DB = (0.1, 0.7), (-3.0, 15.0)
SNR_DB = (3.0, 30.0)
MAX_TALKERS = 6
# Nodes of the noise spectrum over ten octaves from 20 Hz, and of its envelope per second; standard deviations, natural log of amplitude.
NODES, COLOUR_NEPERS = 8, 1.6
ENVELOPE_NODES_A_SECOND, ENVELOPE_NEPERS = 3, 1.2
NOTES, PARTIALS, NOTE_HZ = 4, 6, (80.0, 900.0)


def uniform(bounds: tuple[float, float], *shape: int) -> torch.Tensor:
    return bounds[0] + torch.rand(*shape) * (bounds[1] - bounds[0])


def power(audio: torch.Tensor) -> torch.Tensor:
    """Mean square of each row of [B, n], [B, 1]."""
    return audio.square().mean(1, keepdim=True) + 1e-9


def reverberate(audio: torch.Tensor) -> torch.Tensor:
    """[B, n], each convolved with a random response: the direct sound, then exponentially decaying noise (Polack 1988); power is kept."""
    size = int(RT60_S[1] * RATE_HZ)
    seconds = torch.arange(size) / RATE_HZ
    tail = torch.randn(len(audio), size) * torch.exp(-6.9 * seconds / uniform(RT60_S, len(audio), 1)) * (seconds > 0.002)
    response = tail / tail.square().sum(1, keepdim=True).sqrt() * 10 ** (-uniform(DIRECT_DB, len(audio), 1) / 20)
    response[:, 0] = 1
    length = audio.shape[1] + size
    wet = torch.fft.irfft(torch.fft.rfft(audio, length) * torch.fft.rfft(response, length), length)[:, : audio.shape[1]]
    return wet * (power(audio) / power(wet)).sqrt()


def babble(audio: torch.Tensor) -> torch.Tensor:
    """For each row of the batch [B, n], the sum of one to six of the others, equally loud."""
    normalised = audio / power(audio).sqrt()
    count = torch.randint(1, MAX_TALKERS + 1, (len(audio), 1))
    return sum(normalised.roll(k, 0) * (count >= k) for k in range(1, MAX_TALKERS + 1))


def coloured_noise(shape: torch.Size) -> torch.Tensor:
    """Noise [B, n] with a random spectrum and a random slow envelope."""
    batch, samples = shape
    bins = samples // 2 + 1
    octaves = torch.log2(torch.linspace(1, bins, bins) * RATE_HZ / samples / 20).clamp(0) / 10
    colour = torch.randn(batch, NODES + 1) * COLOUR_NEPERS - torch.linspace(0, 1, NODES + 1) * 6 * torch.rand(batch, 1)
    position = octaves.clamp(max=1 - 1e-6) * NODES
    low = position.long()
    gain = torch.lerp(colour[:, low], colour[:, low + 1], position - low)
    noise = torch.fft.irfft(torch.fft.rfft(torch.randn(batch, samples)) * torch.exp(gain), samples)
    nodes = max(2, ENVELOPE_NODES_A_SECOND * samples // RATE_HZ)
    envelope = torch.randn(batch, 1, nodes) * ENVELOPE_NEPERS * torch.rand(batch, 1, 1)
    return noise * torch.exp(torch.nn.functional.interpolate(envelope, samples, mode="linear", align_corners=True)[:, 0])


def music(shape: torch.Size) -> torch.Tensor:
    """Four notes [B, n] with random onsets: six harmonic partials, exponentially decaying."""
    batch, samples = shape
    seconds = torch.arange(samples) / RATE_HZ
    out = torch.zeros(batch, samples)
    for _ in range(NOTES):
        start = torch.rand(batch, 1) * samples / RATE_HZ - 0.5
        elapsed = seconds - start
        envelope = (elapsed > 0) * torch.exp(-elapsed.clamp(min=0) * uniform((0.5, 6.0), batch, 1)) * uniform((0.3, 1.0), batch, 1)
        f0 = NOTE_HZ[0] * (NOTE_HZ[1] / NOTE_HZ[0]) ** torch.rand(batch, 1)
        rolloff = uniform((0.3, 1.0), batch, 1)
        for k in range(1, PARTIALS + 1):
            out += envelope * rolloff ** (k - 1) * torch.sin(2 * torch.pi * k * f0 * elapsed)
    return out


def add_background(audio: torch.Tensor) -> torch.Tensor:
    """[B, n] with babble, coloured noise or music added at an SNR of 3 to 30 dB."""
    kind = torch.randint(0, 3, (len(audio), 1))
    talkers, noise, notes = babble(audio), coloured_noise(audio.shape), music(audio.shape)
    noise = torch.where(kind == 0, talkers, torch.where(kind == 1, noise, notes))
    return audio + noise * (power(audio) / power(noise)).sqrt() * 10 ** (-uniform(SNR_DB, len(audio), 1) / 20)


def augment_waveform(audio: torch.Tensor) -> torch.Tensor:
    """Speech [B, n], each row reverberant with probability .3 and, independently, with a background with probability .6."""
    audio = torch.where(torch.rand(len(audio), 1) < REVERBERANT_SHARE, reverberate(audio), audio)
    return torch.where(torch.rand(len(audio), 1) < NOISY_SHARE, add_background(audio), audio)
