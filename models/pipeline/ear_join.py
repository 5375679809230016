"""Joins what the ear hears in a take with the content network's codes."""

import numpy as np
import torch
from torch import nn

from .checkpoints import PUBLISHED_CHECKPOINT, read
from .content_targets import PRIOR_FRAMES, as_codes
from .paths import CHECKPOINTS

# Mean and deviation [512] of the ear's features, averaged over speakers (`python -m pipeline.ear --priors`).
PRIORS = CHECKPOINTS / "ear-priors.npz"
# Weight of the ear in the mix.
SHARE = 0.5


class EarJoin(nn.Module):
    """Features [1, n, 512] of the ear, their mean and deviation [1, 512] over `active_frames` [1] of the take, and the content network's codes
    [1, n, 128] -> codes [1, n, 128].

    The features are z-scored as the targets of the content network are (`pipeline.content_targets`), by a mean and a deviation that are drawn
    towards those of all speakers: (frames * own + 250 * prior) / (frames + 250). Projected on `basis` [512, 128] they are mixed with the
    content network's codes by `share`.
    """

    def __init__(self, basis: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor, share: float = SHARE) -> None:
        super().__init__()
        self.register_buffer("basis", basis)
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.share = share

    def ear_codes(self, features: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor, active_frames: torch.Tensor) -> torch.Tensor:
        own = (active_frames / (active_frames + PRIOR_FRAMES))[:, None]
        mean = own * mean + (1 - own) * self.mean
        deviation = own * deviation + (1 - own) * self.deviation
        return as_codes(features, mean[:, None], deviation[:, None], self.basis)

    def forward(self, features, mean, deviation, active_frames, content_codes) -> torch.Tensor:
        codes = self.ear_codes(features, mean, deviation, active_frames)
        return self.share * codes + (1 - self.share) * content_codes


def load() -> EarJoin:
    priors = np.load(PRIORS)
    basis = torch.as_tensor(read(PUBLISHED_CHECKPOINT)["basis"]).float()
    return EarJoin(basis, torch.from_numpy(priors["mean"]), torch.from_numpy(priors["deviation"])).eval()
