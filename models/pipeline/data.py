"""Every speaker's arrays in memory, random segments of them, and how they are disguised."""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .frontend import BAND_EDGES_MEL, BANDS, hz_to_mel, median_f0_hz, mel_to_hz, speech_level_db
from .paths import WORK
from .synthesis import HOP, RATE_HZ
from .voices import NEPERS_PER_DB

VOICES = ["kathleen", "joe", "kerstin", "nathalie", "flemishguy", "jm_kumo"]
# Whom the generator learns to imitate besides, so that it can imitate people it never met; `_x`: warps.
ALSO_IMITATED = ("mix", "flite_", "festival_", "kokoro_", "reader_")
WARPS = np.exp(np.linspace(np.log(0.78), np.log(1.28), 41))
LOG_FLOOR = -11.513
BAND_FFT, BAND_FLOOR, BAND_FRAMES = 1024, 10**-7.5, 1500
HANN = torch.hann_window(BAND_FFT)
TAUGHT = WORK / "taught"


def warp_matrices() -> torch.Tensor:
    """[41, 80, 80]: log-mel read at a scaled frequency, linear between bands."""
    edges = BAND_EDGES_MEL
    step, first = edges[1] - edges[0], edges[1]
    out = np.zeros((len(WARPS), BANDS, BANDS), np.float32)
    for i, warp in enumerate(WARPS):
        place = np.clip((hz_to_mel(mel_to_hz(edges[1:-1]) / warp) - first) / step, 0, BANDS - 1.001)
        low = place.astype(int)
        out[i, low, np.arange(BANDS)] = 1 - (place - low)
        out[i, low + 1, np.arange(BANDS)] += place - low
    return torch.tensor(out)


MATRICES = warp_matrices()


def smooth(batch: int, nodes: int, deviation: float) -> torch.Tensor:
    """Random gains [B, 1, 80], linear between equally spaced nodes."""
    return F.interpolate(torch.randn(batch, 1, nodes), BANDS, mode="linear", align_corners=True) * deviation


def with_babble(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80] with the others of the batch in the background, one of them or three, 8 to 24 dB below."""
    level = mel.exp().mean((1, 2), keepdim=True).log()
    rolled = torch.stack([(mel - level).roll(k, 0) for k in (1, 2, 3)])
    talk = torch.where(torch.rand(len(mel), 1, 1) < 0.5, rolled[0], torch.logsumexp(rolled, 0) - np.log(3))
    below = (torch.rand(len(mel), 1, 1) * 16 + 8) * NEPERS_PER_DB
    return torch.logaddexp(mel, talk + level - below)


def in_room(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80] with a tail that decays exponentially: RT60 .2 to .6 s, 0 to 12 dB below the direct sound."""
    frames = mel.shape[1]
    per_frame = 6 * np.log(10) / 100 / (torch.rand(len(mel), 1, 1) * 0.4 + 0.2)
    share = torch.exp(-torch.rand(len(mel), 1, 1) * 12 * NEPERS_PER_DB)
    delay = (torch.arange(frames).view(-1, 1) - torch.arange(frames)).clamp(min=0).float()
    tail = torch.exp(-per_frame * delay).tril(-1) * (torch.exp(per_frame) - 1) * share
    return torch.log(mel.exp() + torch.bmm(tail, mel.exp()))


def hiss(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80] with steady noise of a random colour, 2.5 to 14.5 nepers of power below their peak."""
    depth = torch.rand(len(mel), 1, 1) * 12 + 2.5
    return torch.logaddexp(mel, mel.amax((1, 2), keepdim=True) - depth + smooth(len(mel), 4, 1.5) + torch.randn_like(mel) * 0.5)


def sometimes(mel: torch.Tensor, changed: torch.Tensor, share: float) -> torch.Tensor:
    """A share of the segments changed, the others as they are."""
    return torch.where(torch.rand(len(mel), 1, 1) < share, changed, mel)


def disguise(mel: torch.Tensor, strength: float = 1.0) -> torch.Tensor:
    """Warp, equalise, scale log-mel segments [B, T, 80], put them in rooms and among others, and add noise."""
    batch = mel.shape[0]
    pick = torch.randint(0, len(WARPS), (batch,))
    mel = torch.bmm(mel, MATRICES[pick])
    mel = sometimes(mel, in_room(mel), 0.3 * strength)
    mel = sometimes(mel, with_babble(mel), 0.25 * strength)
    mel = mel + smooth(batch, 7, 0.8 * strength) + torch.randn(batch, 1, 1) * 1.0
    return torch.clamp(sometimes(mel, hiss(mel), 0.6 * strength), min=LOG_FLOOR)


def built_in(who: torch.Tensor) -> torch.Tensor:
    """Who, by places in the cast, is a voice of ours; the others stand for people whom somebody enrols."""
    return who < len(VOICES)


def pick(share: torch.Tensor, count: int) -> torch.Tensor:
    """So many places of `share`, each as often as it says."""
    upto = torch.cumsum(share.double(), 0)
    return torch.searchsorted(upto, torch.rand(count, dtype=torch.float64) * upto[-1]).clamp(max=len(share) - 1)


def hold(f0: np.ndarray) -> np.ndarray:
    """The last voiced value through unvoiced frames; the first one before it."""
    index = np.where(f0 > 0, np.arange(len(f0)), -1)
    index = np.maximum.accumulate(index)
    known = np.nonzero(f0 > 0)[0]
    index[index < 0] = known[0] if len(known) else 0
    return f0[index] if len(known) else np.full_like(f0, 150.0)


def band_hz(audio: torch.Tensor) -> torch.Tensor:
    """Where the mean spectrum of 24 kHz audio falls 75 dB below its peak for good: above it the recording knows nothing."""
    frames = audio[: min(BAND_FRAMES, len(audio) // BAND_FFT) * BAND_FFT].float().reshape(-1, BAND_FFT) * HANN
    power = torch.fft.rfft(frames).abs().square().mean(0)
    return torch.nonzero(power > power.max() * BAND_FLOOR)[-1, 0] * RATE_HZ / BAND_FFT


class Data:
    """Every speaker of `work/arrays`, end to end: frames count at 100 a second over all of them, speakers by their place in `speakers`.

    `codes` are what `pipeline.teach` made of the teacher's features, with `mean` and `std` [speakers, 512] and `basis` [512, 128].
    """

    def __init__(self) -> None:
        files = sorted((WORK / "arrays").glob("*.npz"))
        self.speakers = [file.stem for file in files]
        self.place = {name: index for index, name in enumerate(self.speakers)}
        parts = [self.read(file) for file in files]
        join = lambda key, kind: torch.tensor(np.concatenate([p[key] for p in parts]), dtype=kind)  # noqa: E731
        self.audio = join("audio", torch.int16).reshape(-1, HOP)
        self.log_mel = join("logMel", torch.float16)
        self.loudness_db, self.f0_hz, self.voiced = (join(key, torch.float32) for key in ("loudnessDb", "f0Hz", "voiced"))
        self.ends = torch.tensor(np.cumsum([len(p["f0Hz"]) for p in parts]))
        self.begins = torch.cat([self.ends.new_zeros(1), self.ends[:-1]])
        self.level_db = torch.tensor([speech_level_db(p["loudnessDb"]) for p in parts], dtype=torch.float32)
        self.median_hz = torch.tensor([median_f0_hz(p["f0Hz"]) for p in parts], dtype=torch.float32)
        self.band_hz = torch.stack([band_hz(self.audio[a:b].flatten()) for a, b in zip(self.begins, self.ends)])
        taught = [dict(np.load(TAUGHT / file.name)) for file in files]
        self.codes = torch.tensor(np.concatenate([t["codes"] for t in taught]))
        self.mean, self.std = (torch.tensor(np.stack([t[key] for t in taught])) for key in ("mean", "std"))
        self.basis = torch.tensor(taught[0]["basis"])
        self.spread = self.codes[::50].float().std()
        self.speaking: dict[tuple[int, int], tuple[torch.Tensor, ...]] = {}

    @staticmethod
    def read(file: Path) -> dict:
        """One speaker's arrays, F0 held through what is not voiced."""
        arrays = dict(np.load(file))
        return arrays | {"f0Hz": hold(arrays["f0Hz"])}

    def speech_of(self, speaker: int) -> tuple[torch.Tensor, torch.Tensor]:
        """All of a speaker: logMel float16 [n, 80] and loudnessDb [n]."""
        all_of = slice(self.begins[speaker], self.ends[speaker])
        return self.log_mel[all_of], self.loudness_db[all_of]

    def where_speaking(self, frames: int, least_voiced: int) -> tuple[torch.Tensor, ...]:
        """Even frames at which stretches of so many frames begin that are not silent, ordered by speaker; the first of each, and how many."""
        if (frames, least_voiced) not in self.speaking:
            loudest = F.max_pool1d(self.loudness_db[None, None], frames, 2)[0, 0]
            counted = F.pad(torch.cumsum(self.voiced.double(), 0), (1, 0))
            starts = torch.arange(len(loudest)) * 2
            whose = torch.searchsorted(self.ends, starts, right=True)
            good = (loudest > self.level_db[whose] - 10) & (starts + frames <= self.ends[whose])
            good &= counted[starts + frames] - counted[starts] >= least_voiced
            counts = torch.bincount(whose[good], minlength=len(self.speakers))
            self.speaking[frames, least_voiced] = starts[good], torch.cumsum(counts, 0) - counts, counts
        return self.speaking[frames, least_voiced]

    def draw(self, speakers: torch.Tensor, frames: int, least_voiced: int = 0) -> torch.Tensor:
        """Where a random stretch of each speaker begins that is not silent, at a code [B]."""
        starts, first, counts = self.where_speaking(frames, least_voiced)
        return starts[first[speakers] + (torch.rand(len(speakers)) * counts[speakers]).long()]

    def cut(self, key: str, starts: torch.Tensor, frames: int) -> torch.Tensor:
        """Stretches of `log_mel`, `loudness_db`, `f0_hz`, `voiced`, `codes` (one for two frames) or `audio` (samples) [B, ...]."""
        first, count = (starts // 2, frames // 2) if key == "codes" else (starts, frames)
        found = getattr(self, key)[first.unsqueeze(1) + torch.arange(count)]
        return found.flatten(1) / 32768 if key == "audio" else found.float()
