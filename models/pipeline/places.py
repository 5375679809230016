"""Speech in the places that people speak in: rooms, other talkers, engines, tools, music. Everything is drawn at random, at 24 kHz."""

import torch

from .synthesis import RATE_HZ

ROOM_SHARE, NOISE_SHARE = 0.3, 0.6
RT60_S, DIRECT_DB = (0.1, 0.7), (-3.0, 15.0)
SNR_DB = (3.0, 30.0)
TALKERS = 6
NODES, SPREAD_NEPERS = 8, 1.6
SWELLS_A_SECOND, SWELL_NEPERS = 3, 1.2
NOTES, PARTIALS, NOTE_HZ = 4, 6, (80.0, 900.0)


def between(bounds: tuple[float, float], *shape: int) -> torch.Tensor:
    return bounds[0] + torch.rand(*shape) * (bounds[1] - bounds[0])


def power(audio: torch.Tensor) -> torch.Tensor:
    return audio.square().mean(1, keepdim=True) + 1e-9


def in_rooms(audio: torch.Tensor) -> torch.Tensor:
    """[B, n], each in a room of its own: noise that decays exponentially (Polack 1988) behind the direct sound, as loud as before."""
    size = int(RT60_S[1] * RATE_HZ)
    seconds = torch.arange(size) / RATE_HZ
    tail = torch.randn(len(audio), size) * torch.exp(-6.9 * seconds / between(RT60_S, len(audio), 1)) * (seconds > 0.002)
    response = tail / tail.square().sum(1, keepdim=True).sqrt() * 10 ** (-between(DIRECT_DB, len(audio), 1) / 20)
    response[:, 0] = 1
    length = audio.shape[1] + size
    wet = torch.fft.irfft(torch.fft.rfft(audio, length) * torch.fft.rfft(response, length), length)[:, : audio.shape[1]]
    return wet * (power(audio) / power(wet)).sqrt()


def babble(audio: torch.Tensor) -> torch.Tensor:
    """One to six of the others of the batch [B, n] at once, equally loud."""
    even = audio / power(audio).sqrt()
    count = torch.randint(1, TALKERS + 1, (len(audio), 1))
    return sum(even.roll(k, 0) * (count >= k) for k in range(1, TALKERS + 1))


def hum(shape: torch.Size) -> torch.Tensor:
    """Noise of any colour that swells and fades [B, n]."""
    batch, samples = shape
    bins = samples // 2 + 1
    octaves = torch.log2(torch.linspace(1, bins, bins) * RATE_HZ / samples / 20).clamp(0) / 10
    colour = torch.randn(batch, NODES + 1) * SPREAD_NEPERS - torch.linspace(0, 1, NODES + 1) * 6 * torch.rand(batch, 1)
    place = octaves.clamp(max=1 - 1e-6) * NODES
    low = place.long()
    gain = torch.lerp(colour[:, low], colour[:, low + 1], place - low)
    noise = torch.fft.irfft(torch.fft.rfft(torch.randn(batch, samples)) * torch.exp(gain), samples)
    nodes = max(2, SWELLS_A_SECOND * samples // RATE_HZ)
    swell = torch.randn(batch, 1, nodes) * SWELL_NEPERS * torch.rand(batch, 1, 1)
    return noise * torch.exp(torch.nn.functional.interpolate(swell, samples, mode="linear", align_corners=True)[:, 0])


def music(shape: torch.Size) -> torch.Tensor:
    """Notes struck at random times, each a few partials that die away [B, n]."""
    batch, samples = shape
    seconds = torch.arange(samples) / RATE_HZ
    out = torch.zeros(batch, samples)
    for _ in range(NOTES):
        start = torch.rand(batch, 1) * samples / RATE_HZ - 0.5
        since = seconds - start
        rings = (since > 0) * torch.exp(-since.clamp(min=0) * between((0.5, 6.0), batch, 1)) * between((0.3, 1.0), batch, 1)
        f0 = NOTE_HZ[0] * (NOTE_HZ[1] / NOTE_HZ[0]) ** torch.rand(batch, 1)
        falls = between((0.3, 1.0), batch, 1)
        for k in range(1, PARTIALS + 1):
            out += rings * falls ** (k - 1) * torch.sin(2 * torch.pi * k * f0 * since)
    return out


def with_noise(audio: torch.Tensor) -> torch.Tensor:
    """[B, n] with babble, coloured noise or music behind it."""
    kind = torch.randint(0, 3, (len(audio), 1))
    talk, noise, song = babble(audio), hum(audio.shape), music(audio.shape)
    noise = torch.where(kind == 0, talk, torch.where(kind == 1, noise, song))
    return audio + noise * (power(audio) / power(noise)).sqrt() * 10 ** (-between(SNR_DB, len(audio), 1) / 20)


def placed(audio: torch.Tensor) -> torch.Tensor:
    """Speech [B, n], a share of it in rooms, a share in noise."""
    audio = torch.where(torch.rand(len(audio), 1) < ROOM_SHARE, in_rooms(audio), audio)
    return torch.where(torch.rand(len(audio), 1) < NOISE_SHARE, with_noise(audio), audio)
