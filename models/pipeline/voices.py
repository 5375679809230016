"""A voice's codebook: cluster centres of its content codes with the mean timbre of each, and retrieval from it (after kNN-VC, Baas et al. 2023)."""

import numpy as np
import torch
from torch.nn import functional as F

from .networks import BANDS, TEXTURE, TIMBRE
from .paths import SEED

CODEBOOK = 512
NEIGHBOURS = 4
# Natural log of power per dB.
LOG_POWER_PER_DB = np.log(10) / 10
ACTIVE_DB = -50.0
MAX_FRAMES, CHUNK_FRAMES = 24000, 1000


def timbre_of(log_mel: torch.Tensor, loudness_db: torch.Tensor) -> torch.Tensor:
    """logMel [2n, 80], loudnessDb [2n] -> timbre [n, 40]: natural log of power less that of the frame, averaged over pairs of bands and of frames."""
    bands = log_mel.reshape(-1, TIMBRE, 2).mean(2) - loudness_db.unsqueeze(1) * LOG_POWER_PER_DB
    return bands.reshape(-1, 2, TIMBRE).mean(1)


def textured(log_mel: torch.Tensor, loudness_db: torch.Tensor, timbre: torch.Tensor, blend) -> torch.Tensor:
    """The source's logMel [B, 2n, 80], its texture (means of 16 bands) moved by `blend` (0 to 1) towards that of `timbre` [B, n, 40]; as
    `src/engine/texture.ts`."""
    source = log_mel.unflatten(2, (TEXTURE, -1)).mean(3) - LOG_POWER_PER_DB * loudness_db.unsqueeze(2)
    target = timbre.unflatten(2, (TEXTURE, -1)).mean(3).repeat_interleave(2, 1)
    return log_mel + blend * (target - source).repeat_interleave(BANDS // TEXTURE, 2)


def active_frames(content, log_mel: torch.Tensor, loudness_db: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Content codes [n, 128] and timbre [n, 40] of the code frames louder than -50 dBFS, of the first four minutes.

    log_mel [2m, 80], loudness_db [2m]; the content network sees chunks of ten seconds.
    """
    codes = []
    mel, loud = log_mel[:MAX_FRAMES].float(), loudness_db[:MAX_FRAMES]
    whole = len(mel) // CHUNK_FRAMES * CHUNK_FRAMES
    with torch.no_grad():
        if whole:
            codes.append(content.offline(mel[:whole].reshape(-1, CHUNK_FRAMES, mel.shape[1])).flatten(0, 1))
        if whole < len(mel):
            codes.append(content.offline(mel[whole:].unsqueeze(0))[0])
    active = loud.reshape(-1, 2).amax(1) > ACTIVE_DB
    return torch.cat(codes).float()[active], timbre_of(mel, loud)[active]


def cluster(codes: torch.Tensor, timbre: torch.Tensor, count: int = CODEBOOK) -> tuple[torch.Tensor, torch.Tensor]:
    """Lloyd's k-means, ten iterations from random frames: centres [count, 128] and the mean timbre of each [count, 40]."""
    chosen = torch.tensor(np.random.default_rng(SEED).choice(len(codes), count, replace=len(codes) < count))
    centres, timbres = codes[chosen], timbre[chosen]
    for last in [False] * 9 + [True]:
        nearest = (codes @ centres.T - 0.5 * centres.square().sum(1)).argmax(1)
        size = torch.bincount(nearest, minlength=count).unsqueeze(1)
        mean = lambda of: torch.zeros(count, of.shape[1]).index_add(0, nearest, of) / size.clamp(min=1)  # noqa: E731
        centres = torch.where(size > 0, mean(codes), centres)
        if last:
            timbres = torch.where(size > 0, mean(timbre), timbres)
    return centres, timbres


class Codebooks:
    """Batched retrieval from the codebooks of many voices; src/engine/retrieval.ts is that of one.

    `speech`: logMel [2n, 80] and loudnessDb [2n] of each voice.
    """

    def __init__(self, content, speech: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        clustered = [cluster(*active_frames(content, *each)) for each in speech]
        self.codes, self.timbre = (torch.stack(part) for part in zip(*clustered))
        self.unit = F.normalize(self.codes, dim=2)

    def find(self, codes: torch.Tensor, voices: torch.Tensor, blend: torch.Tensor, keep: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """codes [B, n, 128] -> codes moved by `blend` [B] towards the mean of their four nearest centres by cosine, and those centres' mean
        timbre [B, n, 40]. Each entry of the codebook of `voices` [B] takes part with probability `keep` [B]."""
        with torch.no_grad():
            scores = torch.bmm(F.normalize(codes, dim=2), self.unit[voices].transpose(1, 2))
            dropped = torch.rand(len(voices), 1, scores.shape[2]) > keep.view(-1, 1, 1)
            near = scores.masked_fill(dropped, -2.0).topk(NEIGHBOURS, dim=2).indices
        row = voices.view(-1, 1, 1)
        return codes + blend.view(-1, 1, 1) * (self.codes[row, near].mean(2) - codes), self.timbre[row, near].mean(2)
