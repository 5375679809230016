"""Stage 3: train the content network.

    python -m pipeline.content --minutes 60 [--start checkpoints/v2.pt]

Regression of the teacher's features (`pipeline.teach`). What it hears was put in rooms and noise, warped in frequency, re-equalised
and scaled; the targets are of the recordings as they are. Resumable from `work/content.pt`; minutes already spent count.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional as F

from .data import Data, disguise, pick
from .losses import log_mel_16k
from .networks import Content
from .paths import SEED, WORK
from .places import placed
from .training import LARGE, Recorded, Run, adamw, descend, half, load, load_weights

FRAMES, BATCH = 320, 160 if LARGE else 20
EDGE = slice(12, -6)
DISGUISE = 0.6
RATE = 1.2e-3
CHECKPOINT = WORK / "content.pt"


def distance(out: torch.Tensor, codes: torch.Tensor, spread: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Smooth L1 in units of the targets' deviation plus what is missing of a cosine of 1; and the cosine."""
    cosine = F.cosine_similarity(out, codes, dim=2).mean()
    return F.smooth_l1_loss(out / spread, codes / spread) + 1 - cosine, cosine


def shares(data: Data) -> torch.Tensor:
    """How often each speaker is heard: who has more to say, but not in proportion."""
    return (data.ends - data.begins).double() ** 0.7


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run = Run(CHECKPOINT, args.minutes)
    data, content = Data(), Content()
    if args.start and not run.saved:
        load_weights(content, load(args.start)["content"])
    share = shares(data)
    optimiser = adamw(content.parameters(), RATE, (0.9, 0.98))
    run.begin({"content": content, "optimiser": optimiser}, {"basis": data.basis.cpu().numpy()})

    def step(_) -> None:
        starts = data.draw(pick(share, BATCH), FRAMES)
        heard = disguise(log_mel_16k(placed(data.cut("audio", starts, FRAMES))), DISGUISE)
        with half():
            out = content.late(heard).float()[:, EDGE]
        loss, cosine = distance(out, data.cut("codes", starts, FRAMES)[:, EDGE], data.spread)
        run.note(cosine=cosine, content=loss)
        descend(loss, [optimiser], list(content.parameters()))

    step = Recorded(step)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 200, 2e-5)
        step()
        run.stepped()


if __name__ == "__main__":
    main()
