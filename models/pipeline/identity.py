"""Stage 3b: train a network that tells speakers apart, to hold the generator to who speaks; it is not published.

    python -m pipeline.identity --minutes 12

It hears log-mel as it came, through other microphones, in rooms and under hiss, and learns with an additive angular margin
(Deng et al. 2019, eq. 3) to name everybody in `work/arrays`. Resumable from `work/identity.pt`.
"""

import argparse

import torch
from torch import nn
from torch.nn import functional as F

from .data import LOG_FLOOR, Data, hiss, in_room, smooth, sometimes
from .networks import BANDS
from .paths import SEED, WORK
from .training import LARGE, Recorded, Run, adamw, descend, half

CHECKPOINT = WORK / "identity.pt"
IDENTITY = 192
BATCH, LENGTHS = 256 if LARGE else 48, (200, 100, 160, 130)
RATE, MARGIN, SCALE = 2e-3, 0.2, 30.0


class Identity(nn.Module):
    """logMel [B, n, 80] -> unit vector [B, 192]: dilated convolutions and attentive statistics (Snyder et al. 2018, Okabe et al. 2018)."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        plan = [(BANDS, 5, 2, 1), (width, 3, 1, 1), (width, 3, 1, 2), (width, 3, 1, 3), (width, 1, 1, 1)]
        self.layers = nn.ModuleList(nn.Conv1d(i, width, k, s, dilation=d, padding=k // 2 * d) for i, k, s, d in plan)
        self.norms = nn.ModuleList(nn.GroupNorm(8, width) for _ in plan)
        self.attend = nn.Conv1d(width, width, 1)
        self.leave = nn.Linear(2 * width, IDENTITY)

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        x = log_mel - torch.logsumexp(log_mel, (1, 2), keepdim=True)
        x = (torch.clamp(x, min=-20.0) + 12.0).transpose(1, 2) / 4.0
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            y = F.leaky_relu(norm(layer(x)), 0.1)
            x = x + y if i else y
        weight = torch.softmax(self.attend(x), 2)
        mean = (x * weight).sum(2)
        spread = torch.sqrt(((x - mean.unsqueeze(2)).square() * weight).sum(2) + 1e-4)
        return F.normalize(self.leave(torch.cat([mean, spread], 1)).float(), dim=1)


def worn(mel: torch.Tensor) -> torch.Tensor:
    """Segments [B, n, 80] through other microphones, in rooms, under hiss."""
    mel = sometimes(mel, in_room(mel), 0.2)
    mel = sometimes(mel, hiss(mel), 0.3) + smooth(len(mel), 7, 0.5) + torch.randn(len(mel), 1, 1)
    return torch.clamp(mel, min=LOG_FLOOR)


def margin_loss(cosine: torch.Tensor, who: torch.Tensor) -> torch.Tensor:
    angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    own = who.unsqueeze(1) == torch.arange(cosine.shape[1])
    return F.cross_entropy(SCALE * torch.where(own, torch.cos(angle + MARGIN), cosine), who)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=12)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    data, network = Data(), Identity()
    names = nn.Parameter(torch.randn(len(data.speakers), IDENTITY))
    head = nn.ParameterList([names])
    optimiser = adamw([*network.parameters(), names], RATE, (0.9, 0.999))
    run = Run(CHECKPOINT, args.minutes)
    run.begin({"network": network, "head": head, "optimiser": optimiser}, {"speakers": data.speakers})

    def step(frames: int) -> None:
        who = torch.randint(len(data.speakers), (BATCH,))
        heard = worn(data.cut("log_mel", data.draw(who, frames), frames))
        with half():
            found = network(heard)
        cosine = found @ F.normalize(names, dim=1).T
        loss = margin_loss(cosine, who)
        descend(loss, [optimiser], [*network.parameters(), names])
        run.note(loss=loss, right=(cosine.argmax(1) == who).float().mean())

    step = Recorded(step)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        step(LENGTHS[run.step % len(LENGTHS)])
        run.stepped()


if __name__ == "__main__":
    main()
