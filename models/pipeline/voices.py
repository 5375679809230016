"""What a voice is besides its embedding: its own content codes, and the timbre found with each (after kNN-VC, Baas et al. 2023)."""

import numpy as np
import torch
from torch.nn import functional as F

from .networks import TIMBRE
from .paths import SEED

CODEBOOK = 512
NEIGHBOURS = 4
NEPERS_PER_DB = np.log(10) / 10
QUIETEST_DB = -50.0


def timbre_of(log_mel: np.ndarray, loudness_db: np.ndarray) -> np.ndarray:
    """logMel [2n, 80], loudnessDb [2n] -> [n, 40]: neighbouring bands averaged, less the frame's level, two frames averaged."""
    bands = log_mel.astype(np.float32).reshape(len(log_mel), TIMBRE, 2).mean(2) - loudness_db[:, None] * NEPERS_PER_DB
    return bands.reshape(-1, 2, TIMBRE).mean(1)


def active_frames(content, arrays: dict, limit: int = 24000) -> tuple[np.ndarray, np.ndarray]:
    """The student's codes of a speaker's active frames [n, 128], and their timbre [n, 40]."""
    codes, timbre = [], []
    with torch.no_grad():
        end = min(limit, arrays["starts"][-1])
        for start in range(0, end, 1000):
            cut = slice(start, min(start + 1000, end))
            mel, loud = arrays["logMel"][cut].astype(np.float32), arrays["loudnessDb"][cut]
            active = loud.reshape(-1, 2).max(1) > QUIETEST_DB
            codes.append(content.whole(torch.from_numpy(mel)[None])[0].numpy()[active])
            timbre.append(timbre_of(mel, loud)[active])
    return np.concatenate(codes), np.concatenate(timbre)


def cluster(codes: np.ndarray, timbre: np.ndarray, count: int = CODEBOOK) -> tuple[np.ndarray, np.ndarray]:
    """Lloyd's k-means, ten rounds, from random frames: centres [count, 128] and the mean timbre of each [count, 40]."""
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(codes), count, replace=len(codes) < count)
    centres, colours = codes[chosen].copy(), timbre[chosen].copy()
    for last in [False] * 9 + [True]:
        nearest = (codes @ centres.T - 0.5 * (centres**2).sum(1)).argmax(1)
        for k in range(count):
            mine = nearest == k
            if mine.any():
                centres[k] = codes[mine].mean(0)
                if last:
                    colours[k] = timbre[mine].mean(0)
    return centres, colours


class Codebooks:
    """Many voices' retrieval, as src/engine/retrieval.ts does it for one."""

    def __init__(self, content, arrays: list[dict]) -> None:
        made = [cluster(*active_frames(content, a)) for a in arrays]
        self.codes = torch.from_numpy(np.stack([codes for codes, _ in made])).float()
        self.timbre = torch.from_numpy(np.stack([timbre for _, timbre in made])).float()
        self.unit = F.normalize(self.codes, dim=2)

    def find(self, codes: torch.Tensor, who: torch.Tensor, blend: torch.Tensor, kept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """codes [B, n, 128] of speakers `who` -> codes mixed by `blend` [B], timbre [B, n, 40]; of each book only a share `kept` [B]."""
        with torch.no_grad():
            scores = torch.bmm(F.normalize(codes, dim=2), self.unit[who].transpose(1, 2))
            lost = torch.rand(len(who), 1, scores.shape[2]) > kept.view(-1, 1, 1)
            near = scores.masked_fill(lost, -2.0).topk(NEIGHBOURS, dim=2).indices
        row = who.view(-1, 1, 1)
        return codes + blend.view(-1, 1, 1) * (self.codes[row, near].mean(2) - codes), self.timbre[row, near].mean(2)
