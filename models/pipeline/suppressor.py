"""Stage 3d: train what takes noise and reverberation from the loudness and the texture that the generator gets.

    python -m pipeline.suppressor --minutes 15 --content work/content.pt

A small head on the features of the content network, whose weights stay: gains that bring the logMel of a recording in a room or noise to
that of the unmodified one. Half of the input is from `pipeline.heard`; to the other half babble, noise or music (`pipeline.backgrounds`) is added
here. Resumable from `work/suppressor.pt`.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional as F

from .backgrounds import Backgrounds
from .checkpoints import SUPPRESSOR as CHECKPOINT
from .content import BATCH, FRAMES, INNER, speaker_weights
from .data import LOG_FLOOR, Data, random_eq, sample_index
from .networks import BANDS, Content, Suppressor, delayed
from .paths import SEED
from .training import GraphedStep, Run, adamw, autocast, load, load_weights, optimise
from .voices import LOG_POWER_PER_DB

RATE = 1e-3
INNER_FRAMES = slice(2 * INNER.start, 2 * INNER.stop)
SNR_DB = (-5.0, 25.0)
# Below the loudest band of a segment; what is fainter need not be suppressed further.
RANGE_DB = 50.0
LEVEL_DEVIATION, EQ_DEVIATION = 1.0, 0.5
# Frames that tell how a room or a line changed each band: the loudest tenth.
LOUD_SHARE = 0.1


def expected(heard: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """logMel [B, n, 80] of the clean recording with the level and the equalisation of `heard`: the median change of each band in the loudest
    frames of the band."""
    count = int(LOUD_SHARE * clean.shape[1])
    loudest = clean.topk(count, 1).indices
    change = (heard - clean).gather(1, loudest).median(1, keepdim=True).values
    return clean + change


def suppressed(log_mel: torch.Tensor, gains: torch.Tensor) -> torch.Tensor:
    return torch.clamp(log_mel + gains, min=LOG_FLOOR)


def suppression_loss(log_mel: torch.Tensor, gains: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Smooth L1 between the suppressed logMel and the target [B, n, 80], and between the logs of their power, both above a floor."""
    floor = target.amax((1, 2), keepdim=True) - RANGE_DB * LOG_POWER_PER_DB
    target = torch.maximum(torch.minimum(target, log_mel), floor)
    out = torch.maximum(log_mel + gains, floor)
    loudness = F.smooth_l1_loss(torch.logsumexp(out, 2), torch.logsumexp(target, 2))
    return F.smooth_l1_loss(out, target) + loudness


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--content", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    data, backgrounds, content, suppressor = Data(with_audio=False), Backgrounds(), Content(), Suppressor()
    load_weights(content, load(args.content)["content"])
    content.eval().requires_grad_(False)
    weights = speaker_weights(data)
    optimiser = adamw(suppressor.parameters(), RATE, (0.9, 0.98))
    run = Run(CHECKPOINT, args.minutes)
    run.begin({"suppressor": suppressor, "optimiser": optimiser})

    def step(_) -> None:
        starts = data.sample_starts(sample_index(weights, BATCH), FRAMES)
        clean, heard = (data.segments(key, starts, FRAMES) for key in ("log_mel", "heard_log_mel"))
        mixed = backgrounds.added(clean, SNR_DB)
        rows = torch.rand(BATCH, 1, 1) < 0.5
        change = random_eq(BATCH, 7, EQ_DEVIATION) + torch.randn(BATCH, 1, 1) * LEVEL_DEVIATION
        log_mel = torch.clamp(torch.where(rows, heard, mixed) + change, min=LOG_FLOOR)
        target = torch.where(rows, expected(heard, clean), clean) + change
        with autocast():
            gains = suppressor(content.offline_features(delayed(log_mel))).float()
        inner = lambda of: of[:, INNER_FRAMES]  # noqa: E731
        loss = suppression_loss(inner(log_mel), inner(gains), inner(target))
        run.log(loss=loss, before=suppression_loss(inner(log_mel), torch.zeros(1, 1, BANDS), inner(target)))
        optimise(loss, [optimiser], list(suppressor.parameters()))

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        step()
        run.end_step()


if __name__ == "__main__":
    main()
