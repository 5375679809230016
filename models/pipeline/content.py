"""Stage 3: train the content network.

    python -m pipeline.content --minutes 60 [--start checkpoints/v2.pt]

Regression of the teacher's codes (`pipeline.content_targets`). Three quarters of the input are recordings in rooms and noise (`pipeline.heard`);
all of it is warped in frequency, equalised and scaled; the targets are those of the unmodified recordings. Resumable from `work/content.pt`; `--minutes` counts over all resumptions.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional as F

from .checkpoints import CONTENT as CHECKPOINT
from .checkpoints import read
from .data import Data, apply_to_share, augment, sample_index
from .networks import Content
from .paths import SEED
from .training import ON_GPU, GraphedStep, Run, adamw, autocast, load_weights, optimise

FRAMES, BATCH = 320, 160 if ON_GPU else 20
# Codes that count in the loss: not those whose context is padding.
INNER = slice(12, -6)
AUGMENTATION, HEARD_SHARE = 0.6, 0.75
# The second from a trained network on.
RATE, RATE_ON = 1.2e-3, 5e-4


def regression_loss(out: torch.Tensor, codes: torch.Tensor, std: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Smooth L1 in units of the targets' standard deviation plus 1 - cosine; and the mean cosine."""
    cosine = F.cosine_similarity(out, codes, dim=2).mean()
    return F.smooth_l1_loss(out / std, codes / std) + 1 - cosine, cosine


def speaker_weights(data: Data) -> torch.Tensor:
    """Sampling weight of each speaker: its frames to the power .7."""
    return (data.ends - data.begins).double() ** 0.7


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run = Run(CHECKPOINT, args.minutes)
    data, content = Data(with_audio=False), Content()
    if args.start and not run.saved:
        load_weights(content, read(args.start)["content"])
    weights = speaker_weights(data)
    optimiser = adamw(content.parameters(), RATE, (0.9, 0.98))
    run.begin({"content": content, "optimiser": optimiser}, {"basis": data.basis.cpu().numpy()})

    def step(_) -> None:
        starts = data.sample_starts(sample_index(weights, BATCH), FRAMES)
        clean, heard = (data.segments(key, starts, FRAMES) for key in ("log_mel", "heard_log_mel"))
        log_mel = augment(apply_to_share(clean, heard, HEARD_SHARE), AUGMENTATION)
        with autocast():
            out = content.offline_delayed(log_mel).float()[:, INNER]
        loss, cosine = regression_loss(out, data.segments("codes", starts, FRAMES)[:, INNER], data.codes_std)
        run.log(cosine=cosine, regression=loss)
        optimise(loss, [optimiser], list(content.parameters()))

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, RATE_ON if args.start else RATE, 200, 2e-5)
        step()
        run.end_step()


if __name__ == "__main__":
    main()
