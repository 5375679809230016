"""Stage 4e: a network that hears a recording that was denoised as it was before the noise.

    python -m pipeline.restore --minutes 8

Of `work/tapes`: both halves of every pair go in, the clean one comes out (mean absolute error, quiet frames weigh less). An enrolled voice's
timbre is read off what comes out (src/enrol/restorer.ts). Resumable from `work/restore.pt`.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .networks import Restorer
from .paths import SEED, WORK
from .tapes import TAPES
from .training import Run, adamw, descend

CHECKPOINT = WORK / "restore.pt"
BATCH, FRAMES = 24, 200
RATE, WARM_STEPS = 2e-3, 50
# Natural log of power below the loudest frame where a frame's weight is a half; the least weight; how much clean recordings weigh.
FADING, LEAST_WEIGHT, AS_IT_IS = 6.0, 0.1, 0.5
LEVEL_DEVIATION = 0.5
QUIET_SHARE = 0.05


class Tape:
    def __init__(self, file: Path) -> None:
        arrays = np.load(file)
        self.pair = [arrays["clean"], arrays["taped"]]
        self.floors = [np.quantile(mel.astype(np.float32), QUIET_SHARE, axis=0) for mel in self.pair]


def speakers() -> list[list[Tape]]:
    """The tapes of each speaker, at all speeds."""
    found: dict[str, list[Tape]] = {}
    for file in sorted(TAPES.glob("*.npz")):
        found.setdefault(file.stem.rsplit("_", 1)[0], []).append(Tape(file))
    return list(found.values())


def shares(tapes: list[list[Tape]]) -> np.ndarray:
    """How often each speaker is drawn."""
    share = np.sqrt([sum(len(tape.pair[0]) for tape in each) for each in tapes])
    return share / share.sum()


def draw(tapes: list[list[Tape]], share: np.ndarray, rng: np.random.Generator, frames: int = FRAMES) -> list[torch.Tensor]:
    """clean, taped [B, frames, 80] and the floors of both [B, 80]."""
    rows = []
    for who in rng.choice(len(tapes), BATCH, p=share):
        tape = tapes[who][rng.integers(len(tapes[who]))]
        start = rng.integers(max(1, len(tape.pair[0]) - frames))
        pieces = [np.resize(mel[start : start + frames], (frames, mel.shape[1])) for mel in tape.pair]
        level = rng.normal() * LEVEL_DEVIATION
        rows.append([part + level for part in (*pieces, *tape.floors)])
    return [torch.from_numpy(np.stack(parts)).float() for parts in zip(*rows)]


def error(restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    loud = clean.logsumexp(2, keepdim=True)
    weight = torch.sigmoid(loud - loud.amax(1, keepdim=True) + FADING) + LEAST_WEIGHT
    return (F.l1_loss(restored, clean, reduction="none") * weight).mean() / weight.mean()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run, rng = Run(CHECKPOINT, args.minutes), np.random.default_rng(SEED)
    restorer, tapes = Restorer(), speakers()
    share = shares(tapes)
    optimiser = adamw(restorer.parameters(), RATE, (0.9, 0.98))
    run.begin({"restorer": restorer, "optimiser": optimiser})
    while run.goes_on():
        run.set_rate(optimiser, RATE, WARM_STEPS, 1e-6)
        clean, taped, *floors = draw(tapes, share, rng)
        restored, kept = error(restorer(taped, floors[1]), clean), error(restorer(clean, floors[0]), clean)
        descend(restored + AS_IT_IS * kept, [optimiser], [*restorer.parameters()])
        run.note(before=error(taped, clean), restored=restored, kept=kept)
        run.stepped()


if __name__ == "__main__":
    main()
