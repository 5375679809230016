"""All speakers' arrays in memory, random segments of them, and augmentation of log-mel segments."""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .frontend import BAND_EDGES_MEL, BANDS, hz_to_mel, median_f0_hz, mel_to_hz, speech_level_db
from .paths import WORK
from .synthesis import HOP, RATE_HZ
from .voices import LOG_POWER_PER_DB

VOICES = ["kathleen", "joe", "kerstin", "nathalie", "flemishguy", "jm_kumo"]
# The generator is also trained to imitate speakers with these prefixes and their time-scaled copies (`_x`), to generalise to unseen speakers.
IMITATED_PREFIXES = ("mix", "flite_", "festival_", "kokoro_", "reader_")
# Up to the vocal tracts of children of six, whose formants lie 1.4 times as high as those of a man.
WARPS = np.exp(np.linspace(np.log(0.78), np.log(1.42), 49))
LOG_FLOOR = -11.513
BANDWIDTH_FFT, BANDWIDTH_FLOOR, BANDWIDTH_FRAMES = 1024, 10**-7.5, 1500
HANN = torch.hann_window(BANDWIDTH_FFT)
CONTENT_TARGETS, HEARD = WORK / "content_targets", WORK / "heard"
# Files of this prefix hold several speakers.
SEVERAL_SPEAKERS = "orders_"


def warp_matrices() -> torch.Tensor:
    """[49, 80, 80]: each resamples a log-mel frame along a frequency axis scaled by one of WARPS, linearly between bands."""
    edges = BAND_EDGES_MEL
    step, first = edges[1] - edges[0], edges[1]
    out = np.zeros((len(WARPS), BANDS, BANDS), np.float32)
    for i, warp in enumerate(WARPS):
        position = np.clip((hz_to_mel(mel_to_hz(edges[1:-1]) / warp) - first) / step, 0, BANDS - 1.001)
        low = position.astype(int)
        out[i, low, np.arange(BANDS)] = 1 - (position - low)
        out[i, low + 1, np.arange(BANDS)] += position - low
    return torch.tensor(out)


MATRICES = warp_matrices()


def random_eq(batch: int, nodes: int, deviation: float) -> torch.Tensor:
    """Random gains [B, 1, 80], natural log of power: normal at equally spaced nodes, linear between them."""
    return F.interpolate(torch.randn(batch, 1, nodes), BANDS, mode="linear", align_corners=True) * deviation


def add_babble(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80], each with one or three others of the batch added, together 8 to 24 dB below it."""
    level = mel.exp().mean((1, 2), keepdim=True).log()
    rolled = torch.stack([(mel - level).roll(k, 0) for k in (1, 2, 3)])
    talk = torch.where(torch.rand(len(mel), 1, 1) < 0.5, rolled[0], torch.logsumexp(rolled, 0) - np.log(3))
    attenuation = (torch.rand(len(mel), 1, 1) * 16 + 8) * LOG_POWER_PER_DB
    return torch.logaddexp(mel, talk + level - attenuation)


def reverberate(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80] with an exponentially decaying reverberant tail added: RT60 .2 to .6 s, 0 to 12 dB below the direct sound."""
    frames = mel.shape[1]
    per_frame = 6 * np.log(10) / 100 / (torch.rand(len(mel), 1, 1) * 0.4 + 0.2)
    share = torch.exp(-torch.rand(len(mel), 1, 1) * 12 * LOG_POWER_PER_DB)
    delay = (torch.arange(frames).view(-1, 1) - torch.arange(frames)).clamp(min=0).float()
    tail = torch.exp(-per_frame * delay).tril(-1) * (torch.exp(per_frame) - 1) * share
    return torch.log(mel.exp() + torch.bmm(tail, mel.exp()))


def add_noise(mel: torch.Tensor) -> torch.Tensor:
    """Log-mel segments [B, T, 80] with stationary noise of random spectrum added, 2.5 to 14.5 (natural log of power) below their peak."""
    depth = torch.rand(len(mel), 1, 1) * 12 + 2.5
    return torch.logaddexp(mel, mel.amax((1, 2), keepdim=True) - depth + random_eq(len(mel), 4, 1.5) + torch.randn_like(mel) * 0.5)


def apply_to_share(mel: torch.Tensor, changed: torch.Tensor, share: float) -> torch.Tensor:
    """Each segment of `changed` with probability `share`, else that of `mel`."""
    return torch.where(torch.rand(len(mel), 1, 1) < share, changed, mel)


def augment(mel: torch.Tensor, strength: float = 1.0) -> torch.Tensor:
    """Log-mel segments [B, T, 80] warped in frequency (.78 to 1.42), with reverberation, babble, equalisation, scaling and noise.

    `strength` scales the probabilities of reverberation (.3), babble (.25) and noise (.6), and the equaliser's deviation (.8).
    """
    batch = mel.shape[0]
    warp = torch.randint(0, len(WARPS), (batch,))
    mel = torch.bmm(mel, MATRICES[warp])
    mel = apply_to_share(mel, reverberate(mel), 0.3 * strength)
    mel = apply_to_share(mel, add_babble(mel), 0.25 * strength)
    mel = mel + random_eq(batch, 7, 0.8 * strength) + torch.randn(batch, 1, 1) * 1.0
    return torch.clamp(apply_to_share(mel, add_noise(mel), 0.6 * strength), min=LOG_FLOOR)


def is_built_in(targets: torch.Tensor) -> torch.Tensor:
    """Which target indices are built-in voices; the other targets stand for speakers to be enrolled."""
    return targets < len(VOICES)


def sample_index(weights: torch.Tensor, count: int) -> torch.Tensor:
    """Indices [count] into `weights`, drawn with replacement in proportion to them."""
    cumulative = torch.cumsum(weights.double(), 0)
    return torch.searchsorted(cumulative, torch.rand(count, dtype=torch.float64) * cumulative[-1]).clamp(max=len(weights) - 1)


def hold_f0(f0: np.ndarray) -> np.ndarray:
    """F0 [n] with the last voiced value held through unvoiced frames, the first one before it, and 150 Hz where nothing is voiced."""
    index = np.where(f0 > 0, np.arange(len(f0)), -1)
    index = np.maximum.accumulate(index)
    known = np.nonzero(f0 > 0)[0]
    index[index < 0] = known[0] if len(known) else 0
    return f0[index] if len(known) else np.full_like(f0, 150.0)


def bandwidth_hz(audio: torch.Tensor) -> torch.Tensor:
    """The highest frequency at which the mean power spectrum of 24 kHz audio exceeds its peak less 75 dB."""
    frames = audio[: min(BANDWIDTH_FRAMES, len(audio) // BANDWIDTH_FFT) * BANDWIDTH_FFT].float().reshape(-1, BANDWIDTH_FFT) * HANN
    power = torch.fft.rfft(frames).abs().square().mean(0)
    return torch.nonzero(power > power.max() * BANDWIDTH_FLOOR)[-1, 0] * RATE_HZ / BANDWIDTH_FFT


class Data:
    """All speakers that stage 2c has been through, concatenated along one axis of 100 Hz frames; a speaker is an index into `speakers`.

    `begins`, `ends`: first frame of each speaker and the one after the last. `audio` [frames, 240], `log_mel` [frames, 80]; `loudness_db`,
    `f0_hz` (held through unvoiced frames), `voiced` [frames]. `level_db`, `median_hz`, `bandwidth_hz` [speakers]. `codes` [frames / 2, 128],
    `mean`, `std` [speakers, 512] and `basis` [512, 128] are those of `pipeline.content_targets`; `heard_log_mel` and `heard_codes`, of the shapes of
    `log_mel` and `codes`, those of `pipeline.heard`. `persons`: the speakers whose file holds one person.
    Without `with_audio` there is neither `audio`, which takes most of the memory, nor `bandwidth_hz`.
    """

    def __init__(self, with_audio: bool = True) -> None:
        files = [WORK / "arrays" / file.name for file in sorted(HEARD.glob("*.npz"))]
        self.speakers = [file.stem for file in files]
        self.index = {name: index for index, name in enumerate(self.speakers)}
        parts = [self.read(file, with_audio) for file in files]
        join = lambda key, kind: torch.tensor(np.concatenate([p[key] for p in parts]), dtype=kind)  # noqa: E731
        self.log_mel = join("logMel", torch.float16)
        self.loudness_db, self.f0_hz, self.voiced = (join(key, torch.float32) for key in ("loudnessDb", "f0Hz", "voiced"))
        self.ends = torch.tensor(np.cumsum([len(p["f0Hz"]) for p in parts]))
        self.begins = torch.cat([self.ends.new_zeros(1), self.ends[:-1]])
        self.level_db = torch.tensor([speech_level_db(p["loudnessDb"]) for p in parts], dtype=torch.float32)
        self.median_hz = torch.tensor([median_f0_hz(p["f0Hz"]) for p in parts], dtype=torch.float32)
        if with_audio:
            self.audio = join("audio", torch.int16).reshape(-1, HOP)
            self.bandwidth_hz = torch.stack([bandwidth_hz(self.audio[a:b].flatten()) for a, b in zip(self.begins, self.ends)])
        targets = [dict(np.load(CONTENT_TARGETS / file.name)) for file in files]
        self.codes = torch.tensor(np.concatenate([t["codes"] for t in targets]))
        self.mean, self.std = (torch.tensor(np.stack([t[key] for t in targets])) for key in ("mean", "std"))
        self.basis = torch.tensor(targets[0]["basis"])
        heard = [dict(np.load(HEARD / file.name)) for file in files]
        self.heard_log_mel, self.heard_codes = (torch.tensor(np.concatenate([each[key] for each in heard])) for key in ("logMel", "codes"))
        self.persons = torch.tensor([index for name, index in self.index.items() if not name.startswith(SEVERAL_SPEAKERS)])
        self.codes_std = self.codes[::50].float().std()
        self.starts_cache: dict[tuple[int, int], tuple[torch.Tensor, ...]] = {}

    @staticmethod
    def read(file: Path, with_audio: bool) -> dict:
        """One speaker's arrays, F0 held through unvoiced frames."""
        stored = np.load(file)
        arrays = {key: stored[key] for key in stored if with_audio or key != "audio"}
        return arrays | {"f0Hz": hold_f0(arrays["f0Hz"])}

    def features_of(self, speaker: int) -> tuple[torch.Tensor, torch.Tensor]:
        """A whole speaker: logMel float16 [n, 80] and loudnessDb [n]."""
        frames = slice(self.begins[speaker], self.ends[speaker])
        return self.log_mel[frames], self.loudness_db[frames]

    def speech_starts(self, frames: int, min_voiced: int) -> tuple[torch.Tensor, ...]:
        """Start frames of usable segments, ordered by speaker; each speaker's first position in that list, and count.

        A segment of `frames` is usable if it starts at an even frame, has at least `min_voiced` voiced frames and one frame less than 10 dB
        below the speaker's speech level.
        """
        if (frames, min_voiced) not in self.starts_cache:
            loudest = F.max_pool1d(self.loudness_db[None, None], frames, 2)[0, 0]
            voiced_before = F.pad(torch.cumsum(self.voiced.double(), 0), (1, 0))
            starts = torch.arange(len(loudest)) * 2
            speaker = torch.searchsorted(self.ends, starts, right=True)
            good = (loudest > self.level_db[speaker] - 10) & (starts + frames <= self.ends[speaker])
            good &= voiced_before[starts + frames] - voiced_before[starts] >= min_voiced
            counts = torch.bincount(speaker[good], minlength=len(self.speakers))
            self.starts_cache[frames, min_voiced] = starts[good], torch.cumsum(counts, 0) - counts, counts
        return self.starts_cache[frames, min_voiced]

    def sample_starts(self, speakers: torch.Tensor, frames: int, min_voiced: int = 0) -> torch.Tensor:
        """Start frame of a random usable segment of each speaker [B]; even, so that it coincides with a code."""
        starts, first, counts = self.speech_starts(frames, min_voiced)
        return starts[first[speakers] + (torch.rand(len(speakers)) * counts[speakers]).long()]

    def segments(self, key: str, starts: torch.Tensor, frames: int) -> torch.Tensor:
        """Segments of one attribute: [B, frames, ...] float32, codes [B, frames / 2, 128], `audio` [B, 240 frames] within +-1."""
        first, count = (starts // 2, frames // 2) if key.endswith("codes") else (starts, frames)
        found = getattr(self, key)[first.unsqueeze(1) + torch.arange(count)]
        return found.flatten(1) / 32768 if key == "audio" else found.float()
