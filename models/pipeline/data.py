"""Every speaker's arrays in memory, random segments of them, and how they are disguised."""

import numpy as np
import torch
from torch.nn import functional as F

from .frontend import BAND_EDGES_MEL, BANDS, hz_to_mel, mel_to_hz
from .networks import CODES
from .paths import SEED, WORK
from .synthesis import HOP, RATE_HZ
from .voices import NEPERS_PER_DB

VOICES = ["kathleen", "joe", "kerstin", "nathalie", "flemishguy", "jm_kumo"]
# Whom the generator learns to imitate besides, so that it can imitate people it never met; `_x`: warps.
ALSO_IMITATED = ("mix", "flite_", "festival_", "kokoro_", "reader_")
WARPS = np.exp(np.linspace(np.log(0.78), np.log(1.28), 41))
LOG_FLOOR = -11.513
BAND_FFT, BAND_FLOOR, BAND_FRAMES = 1024, 10**-7.5, 1500


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
    return torch.from_numpy(out)


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


def hold(f0: np.ndarray) -> np.ndarray:
    """The last voiced value through unvoiced frames; the first one before it."""
    index = np.where(f0 > 0, np.arange(len(f0)), -1)
    index = np.maximum.accumulate(index)
    known = np.nonzero(f0 > 0)[0]
    index[index < 0] = known[0] if len(known) else 0
    return f0[index] if len(known) else np.full_like(f0, 150.0)


def speech_level_db(loudness_db: np.ndarray) -> float:
    """Mean power of the frames less than 20 dB below the 95th percentile, dBFS."""
    active = loudness_db[loudness_db > np.percentile(loudness_db, 95) - 20]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def band_hz(audio: np.ndarray) -> float:
    """Where the mean spectrum of 24 kHz audio falls 75 dB below its peak for good: above it the recording knows nothing."""
    frames = audio[: min(BAND_FRAMES, len(audio) // BAND_FFT) * BAND_FFT].reshape(-1, BAND_FFT) * np.hanning(BAND_FFT)
    power = np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0)
    return float(np.flatnonzero(power > power.max() * BAND_FLOOR)[-1] * RATE_HZ / BAND_FFT)


class Data:
    """`arrays[speaker]` as `prepare` wrote them; `codes` in place of `teacher` where there is one."""

    def __init__(self, speakers: list[str] | None = None) -> None:
        self.rng = np.random.default_rng(SEED)
        self.arrays = {}
        for path in sorted((WORK / "arrays").glob("*.npz")):
            if speakers is None or path.stem in speakers:
                self.arrays[path.stem] = dict(np.load(path))
        self.speakers = list(self.arrays)

    def teach(self, basis: np.ndarray | None = None) -> None:
        """Teacher features become targets: z-scored per speaker, 128 axes by PCA, each divided by the root of its deviation.

        `basis` [512, 128] keeps the axes of an earlier run: more data must not turn what networks have begun to learn.
        """
        sample = []
        self.taught = [s for s in self.speakers if "teacher" in self.arrays[s]]
        for a in (self.arrays[s] for s in self.taught):
            x = a["teacher"].astype(np.float32)
            loud = a["loudnessDb"][: 2 * len(x)].reshape(-1, 2).max(1)
            active = x[loud > np.percentile(loud, 95) - 35]
            a["mean"], a["std"] = active.mean(0), active.std(0) + 1e-3
            sample.append(((active - a["mean"]) / a["std"])[:: max(1, len(active) // 4000)])
        if basis is None:
            x = np.concatenate(sample)
            values, vectors = np.linalg.eigh(x.T @ x / len(x))
            basis = (vectors[:, ::-1][:, :CODES] / values[::-1][:CODES] ** 0.25).astype(np.float32)
        self.basis = basis
        for a in (self.arrays[s] for s in self.taught):
            a["codes"] = (((a.pop("teacher").astype(np.float32) - a["mean"]) / a["std"]) @ basis).astype(np.float16)
        self.spread = float(np.std(np.concatenate([self.arrays[s]["codes"][::50] for s in self.taught]).astype(np.float32)))
        frames = np.array([self.arrays[s]["starts"][-1] for s in self.taught], float)
        self.share = frames**0.7 / (frames**0.7).sum()

    def content_batch(self, count: int, frames: int, phones=None, names: list[str] | None = None, share: np.ndarray | None = None):
        """Random log-mel [B, frames, 80], targets [B, frames / 2, 128] and, where asked for, phones [B, frames / 2] (-1: unknown)."""
        names, share = (self.taught, self.share) if names is None else (names, share)
        mel = np.zeros((count, frames, BANDS), np.float32)
        codes = np.zeros((count, frames // 2, CODES), np.float32)
        said = np.full((count, frames // 2), -1, np.int64)
        for i in range(count):
            name = names[self.rng.choice(len(names), p=share)]
            a = self.arrays[name]
            start = int(self.rng.integers(0, (a["starts"][-1] - frames) // 2)) * 2
            mel[i] = a["logMel"][start : start + frames]
            codes[i] = a["codes"][start // 2 : (start + frames) // 2]
            if phones is not None and name in phones.labels:
                said[i] = phones.labels[name][start // 2 : (start + frames) // 2]
        batch = torch.from_numpy(mel), torch.from_numpy(codes)
        return batch if phones is None else (*batch, torch.from_numpy(said))

    def segment(self, speaker: str, frames: int, least_voiced: int = 0) -> slice:
        """A random stretch that is not silent, beginning at a code."""
        a = self.arrays[speaker]
        if "levelDb" not in a:
            a["levelDb"] = speech_level_db(a["loudnessDb"])
        while True:
            start = int(self.rng.integers(0, (a["starts"][-1] - frames) // 2)) * 2
            cut = slice(start, start + frames)
            if a["loudnessDb"][cut].max() > a["levelDb"] - 10 and (a["f0Hz"][cut] > 0).sum() >= least_voiced:
                return cut

    def speech(self, speakers: list[str], frames: int) -> dict[str, torch.Tensor]:
        """Segments of these speakers as they are: logMel, f0Hz (held), voiced, loudnessDb, audio."""
        out = {k: np.zeros((len(speakers), frames), np.float32) for k in ("f0Hz", "voiced", "loudnessDb")}
        out["logMel"] = np.zeros((len(speakers), frames, BANDS), np.float32)
        out["audio"] = np.zeros((len(speakers), frames * HOP), np.float32)
        for i, speaker in enumerate(speakers):
            a, cut = self.arrays[speaker], self.segment(speaker, frames)
            for k in ("voiced", "loudnessDb", "logMel"):
                out[k][i] = a[k][cut]
            out["f0Hz"][i] = hold(a["f0Hz"][cut])
            out["audio"][i] = a["audio"][cut.start * HOP : cut.stop * HOP] / 32768.0
        return {k: torch.from_numpy(v) for k, v in out.items()}
