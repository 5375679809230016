"""What a voice is besides its embedding: its own content codes, and the timbre found with each (after kNN-VC, Baas et al. 2023)."""

import numpy as np
import torch
from torch.nn import functional as F

from .networks import BANDS, TEXTURE, TIMBRE
from .paths import SEED

CODEBOOK = 512
NEIGHBOURS = 4
NEPERS_PER_DB = np.log(10) / 10
QUIETEST_DB = -50.0
MOST_FRAMES, CHUNK_FRAMES = 24000, 1000


def timbre_of(log_mel: torch.Tensor, loudness_db: torch.Tensor) -> torch.Tensor:
    """logMel [2n, 80], loudnessDb [2n] -> [n, 40]: neighbouring bands averaged, less the frame's level, two frames averaged."""
    bands = log_mel.reshape(-1, TIMBRE, 2).mean(2) - loudness_db.unsqueeze(1) * NEPERS_PER_DB
    return bands.reshape(-1, 2, TIMBRE).mean(1)


def textured(log_mel: torch.Tensor, loudness_db: torch.Tensor, timbre: torch.Tensor, share) -> torch.Tensor:
    """The source's log-mel [B, 2n, 80] with so much of its codes' timbre [B, n, 40] in its texture, as `src/engine/texture.ts`."""
    own = log_mel.unflatten(2, (TEXTURE, -1)).mean(3) - NEPERS_PER_DB * loudness_db.unsqueeze(2)
    wanted = timbre.unflatten(2, (TEXTURE, -1)).mean(3).repeat_interleave(2, 1)
    return log_mel + share * (wanted - own).repeat_interleave(BANDS // TEXTURE, 2)


def active_frames(content, log_mel: torch.Tensor, loudness_db: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The student's codes of a speaker's active frames [n, 128], and their timbre [n, 40]."""
    codes = []
    mel, loud = log_mel[:MOST_FRAMES].float(), loudness_db[:MOST_FRAMES]
    whole = len(mel) // CHUNK_FRAMES * CHUNK_FRAMES
    with torch.no_grad():
        if whole:
            codes.append(content.whole(mel[:whole].reshape(-1, CHUNK_FRAMES, mel.shape[1])).flatten(0, 1))
        if whole < len(mel):
            codes.append(content.whole(mel[whole:].unsqueeze(0))[0])
    active = loud.reshape(-1, 2).amax(1) > QUIETEST_DB
    return torch.cat(codes).float()[active], timbre_of(mel, loud)[active]


def cluster(codes: torch.Tensor, timbre: torch.Tensor, count: int = CODEBOOK) -> tuple[torch.Tensor, torch.Tensor]:
    """Lloyd's k-means, ten rounds, from random frames: centres [count, 128] and the mean timbre of each [count, 40]."""
    chosen = torch.tensor(np.random.default_rng(SEED).choice(len(codes), count, replace=len(codes) < count))
    centres, colours = codes[chosen], timbre[chosen]
    for last in [False] * 9 + [True]:
        nearest = (codes @ centres.T - 0.5 * centres.square().sum(1)).argmax(1)
        size = torch.bincount(nearest, minlength=count).unsqueeze(1)
        mean = lambda of: torch.zeros(count, of.shape[1]).index_add(0, nearest, of) / size.clamp(min=1)  # noqa: E731
        centres = torch.where(size > 0, mean(codes), centres)
        if last:
            colours = torch.where(size > 0, mean(timbre), colours)
    return centres, colours


class Codebooks:
    """Many voices' retrieval, as src/engine/retrieval.ts does it for one."""

    def __init__(self, content, speech: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        made = [cluster(*active_frames(content, *each)) for each in speech]
        self.codes, self.timbre = (torch.stack(part) for part in zip(*made))
        self.unit = F.normalize(self.codes, dim=2)

    def find(self, codes: torch.Tensor, who: torch.Tensor, blend: torch.Tensor, kept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """codes [B, n, 128] of speakers `who` -> codes mixed by `blend` [B], timbre [B, n, 40]; of each book only a share `kept` [B]."""
        with torch.no_grad():
            scores = torch.bmm(F.normalize(codes, dim=2), self.unit[who].transpose(1, 2))
            lost = torch.rand(len(who), 1, scores.shape[2]) > kept.view(-1, 1, 1)
            near = scores.masked_fill(lost, -2.0).topk(NEIGHBOURS, dim=2).indices
        row = who.view(-1, 1, 1)
        return codes + blend.view(-1, 1, 1) * (self.codes[row, near].mean(2) - codes), self.timbre[row, near].mean(2)
