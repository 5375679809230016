"""Waveform augmentation at 24 kHz: random rooms and distances, babble, coloured noise, rumble and synthetic music, telephone band, clipping."""

from collections.abc import Callable

import torch

from .synthesis import RATE_HZ

REVERBERANT_SHARE, NOISY_SHARE, TELEPHONE_SHARE, CLIPPED_SHARE = 0.4, 0.6, 0.2, 0.05
# Uniform ranges, RT60 in octaves; DIRECT_DB is the level of the direct sound over that of the tail: about -8 at 2 m in a hall.
RT60_S, DIRECT_DB = (0.1, 3.0), (-10.0, 12.0)
SNR_DB = (0.0, 30.0)
MAX_TALKERS = 6
# Cut-off frequencies of a telephone's band; share of the samples that are clipped.
TELEPHONE_LOW_HZ, TELEPHONE_HIGH_HZ, CLIPPED = (150.0, 400.0), (3000.0, 4000.0), (0.002, 0.05)
# Rumble: white noise divided by the fourth power of frequency above this.
RUMBLE_HZ = (20.0, 150.0)
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
    rt60 = RT60_S[0] * (RT60_S[1] / RT60_S[0]) ** torch.rand(len(audio), 1)
    tail = torch.randn(len(audio), size) * torch.exp(-6.9 * seconds / rt60) * (seconds > 0.002)
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


def filtered(audio: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """[B, n] with its spectrum multiplied by `gain` [B, n / 2 + 1]."""
    return torch.fft.irfft(torch.fft.rfft(audio) * gain, audio.shape[1])


def slowly_swelling(noise: torch.Tensor) -> torch.Tensor:
    """[B, n] times a random slow envelope."""
    batch, samples = noise.shape
    nodes = max(2, ENVELOPE_NODES_A_SECOND * samples // RATE_HZ)
    envelope = torch.randn(batch, 1, nodes) * ENVELOPE_NEPERS * torch.rand(batch, 1, 1)
    return noise * torch.exp(torch.nn.functional.interpolate(envelope, samples, mode="linear", align_corners=True)[:, 0])


def coloured_noise(shape: torch.Size) -> torch.Tensor:
    """Noise [B, n] with a random spectrum and a random slow envelope."""
    batch, samples = shape
    bins = samples // 2 + 1
    octaves = torch.log2(torch.linspace(1, bins, bins) * RATE_HZ / samples / 20).clamp(0) / 10
    colour = torch.randn(batch, NODES + 1) * COLOUR_NEPERS - torch.linspace(0, 1, NODES + 1) * 6 * torch.rand(batch, 1)
    position = octaves.clamp(max=1 - 1e-6) * NODES
    low = position.long()
    gain = torch.lerp(colour[:, low], colour[:, low + 1], position - low)
    return slowly_swelling(filtered(torch.randn(batch, samples), torch.exp(gain)))


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


def bins_hz(samples: int) -> torch.Tensor:
    return torch.linspace(0, RATE_HZ / 2, samples // 2 + 1)


def rumble(shape: torch.Size) -> torch.Tensor:
    """Noise [B, n] that falls by 24 dB an octave above a random corner of 20 to 150 Hz, with a random slow envelope."""
    corner = uniform(RUMBLE_HZ, shape[0], 1)
    return slowly_swelling(filtered(torch.randn(shape), 1 / (1 + (bins_hz(shape[1]) / corner) ** 4)))


def telephone(audio: torch.Tensor) -> torch.Tensor:
    """[B, n] through a band pass of fourth order at either end, from 150 to 400 Hz to 3 to 4 kHz."""
    hz = bins_hz(audio.shape[1]).clamp(min=1)
    low, high = uniform(TELEPHONE_LOW_HZ, len(audio), 1), uniform(TELEPHONE_HIGH_HZ, len(audio), 1)
    return filtered(audio, 1 / ((1 + (low / hz) ** 8).sqrt() * (1 + (hz / high) ** 16).sqrt()))


def clip(audio: torch.Tensor) -> torch.Tensor:
    """[B, n] clipped so that .2 to 5 % of the samples are at the limit."""
    at = ((1 - uniform(CLIPPED, len(audio), 1)) * (audio.shape[1] - 1)).long()
    limit = audio.abs().sort(1).values.gather(1, at)
    return audio.clamp(-limit, limit)


def add_noise(audio: torch.Tensor, noise: torch.Tensor, snr_db: torch.Tensor) -> torch.Tensor:
    """[B, n] with `noise` [B, n] added at `snr_db` [B, 1]."""
    return audio + noise * (power(audio) / power(noise)).sqrt() * 10 ** (-snr_db / 20)


def add_background(audio: torch.Tensor, talkers: torch.Tensor) -> torch.Tensor:
    """[B, n] with one of these added at an SNR of 0 to 30 dB: `talkers` [B, n], coloured noise, music, or rumble, which is 12 dB louder."""
    snr_db = uniform(SNR_DB, len(audio), 1)
    kind = torch.randint(0, 4, (len(audio),))
    out = audio.clone()
    for index, make in enumerate([None, coloured_noise, music, rumble]):
        rows = kind == index
        if rows.any():
            noise = make(audio[rows].shape) if make else talkers[rows]
            out[rows] = add_noise(audio[rows], noise, snr_db[rows] - 12 * (make is rumble))
    return out


def apply_to_rows(audio: torch.Tensor, share: float, change: Callable, *others: torch.Tensor) -> torch.Tensor:
    """[B, n], each row changed with probability `share`; `change` gets the same rows of `others`."""
    rows = torch.rand(len(audio)) < share
    return audio.index_put((rows,), change(audio[rows], *(other[rows] for other in others))) if rows.any() else audio


def augment_waveform(audio: torch.Tensor) -> torch.Tensor:
    """Speech [B, n], each row, independently, in a room with probability .4, before a background with .6, through a telephone with .2,
    clipped with .05."""
    talkers = babble(audio)
    audio = apply_to_rows(audio, REVERBERANT_SHARE, reverberate)
    audio = apply_to_rows(audio, NOISY_SHARE, add_background, talkers)
    audio = apply_to_rows(audio, TELEPHONE_SHARE, telephone)
    return apply_to_rows(audio, CLIPPED_SHARE, clip)
