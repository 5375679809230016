"""Stage 4e: train the network that restores the log-mel of a denoised recording.

    python -m pipeline.restore --minutes 8

On `work/denoised_pairs`: both the clean and the denoised recording of every pair are inputs, the clean one is the target (weighted mean
absolute error). An enrolled voice's timbre is computed from the output (src/enrol/restorer.ts). Resumable from `work/restore.pt`.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .checkpoints import RESTORER as CHECKPOINT
from .denoised_pairs import PAIRS
from .networks import Restorer
from .paths import SEED
from .training import Run, adamw, optimise

BATCH, FRAMES = 24, 200
RATE, WARM_UP_STEPS = 2e-3, 50
# A frame this far below the loudest one (natural log of power) is weighted .5; the added minimum; the weight of clean inputs.
HALF_WEIGHT_BELOW, MIN_WEIGHT, CLEAN_WEIGHT = 6.0, 0.1, 0.5
LEVEL_DEVIATION = 0.5
FLOOR_QUANTILE = 0.05


class Pair:
    """logMel of one recording, clean and denoised [n, 80], and the 5 % quantile of each band in either [80]."""

    def __init__(self, file: Path) -> None:
        arrays = np.load(file)
        self.mels = [arrays["clean"], arrays["denoised"]]
        self.floors = [np.quantile(mel.astype(np.float32), FLOOR_QUANTILE, axis=0) for mel in self.mels]


def pairs_by_speaker() -> list[list[Pair]]:
    """The pairs of each speaker, at all playback speeds."""
    found: dict[str, list[Pair]] = {}
    for file in sorted(PAIRS.glob("*.npz")):
        found.setdefault(file.stem.rsplit("_", 1)[0], []).append(Pair(file))
    return list(found.values())


def speaker_probabilities(speakers: list[list[Pair]]) -> np.ndarray:
    """Proportional to the square root of each speaker's frames; sums to 1."""
    roots = np.sqrt([sum(len(pair.mels[0]) for pair in pairs) for pairs in speakers])
    return roots / roots.sum()


def sample_pairs(speakers: list[list[Pair]], probabilities: np.ndarray, rng: np.random.Generator, frames: int = FRAMES) -> list[torch.Tensor]:
    """Clean and denoised logMel [B, frames, 80] at a random level, and their floors [B, 80]."""
    rows = []
    for speaker in rng.choice(len(speakers), BATCH, p=probabilities):
        pair = speakers[speaker][rng.integers(len(speakers[speaker]))]
        start = rng.integers(max(1, len(pair.mels[0]) - frames))
        segments = [np.resize(mel[start : start + frames], (frames, mel.shape[1])) for mel in pair.mels]
        level = rng.normal() * LEVEL_DEVIATION
        rows.append([part + level for part in (*segments, *pair.floors)])
    return [torch.from_numpy(np.stack(parts)).float() for parts in zip(*rows)]


def weighted_l1(restored: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Mean absolute error of logMel [B, n, 80]; quiet frames weigh less."""
    power = clean.logsumexp(2, keepdim=True)
    weight = torch.sigmoid(power - power.amax(1, keepdim=True) + HALF_WEIGHT_BELOW) + MIN_WEIGHT
    return (F.l1_loss(restored, clean, reduction="none") * weight).mean() / weight.mean()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run, rng = Run(CHECKPOINT, args.minutes), np.random.default_rng(SEED)
    restorer, speakers = Restorer(), pairs_by_speaker()
    probabilities = speaker_probabilities(speakers)
    optimiser = adamw(restorer.parameters(), RATE, (0.9, 0.98))
    run.begin({"restorer": restorer, "optimiser": optimiser})
    while run.unfinished():
        run.set_rate(optimiser, RATE, WARM_UP_STEPS, 1e-6)
        clean, denoised, *floors = sample_pairs(speakers, probabilities, rng)
        from_denoised, from_clean = weighted_l1(restorer(denoised, floors[1]), clean), weighted_l1(restorer(clean, floors[0]), clean)
        optimise(from_denoised + CLEAN_WEIGHT * from_clean, [optimiser], [*restorer.parameters()])
        run.log(unrestored=weighted_l1(denoised, clean), from_denoised=from_denoised, from_clean=from_clean)
        run.end_step()


if __name__ == "__main__":
    main()
