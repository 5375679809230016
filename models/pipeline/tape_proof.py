"""Stage 4f: the speaker encoder learns to hear on a tape whom it hears without the noise.

    python -m pipeline.tape_proof --minutes 8

Of `work/tapes`: what it makes of either half of a pair must be what the encoder of stage 4 makes of the clean one. Resumable from
`work/tape_proof.pt`.
"""

import argparse
import copy

import numpy as np
import torch
from torch.nn import functional as F

from .export import load_trained
from .paths import SEED, WORK
from .restore import draw, shares, speakers
from .training import Run, adamw, descend

CHECKPOINT = WORK / "tape_proof.pt"
SHORTEST_CODES, LONGEST_CODES = 75, 260
RATE, WARM_STEPS, STEEPEST = 1e-3, 50, 100.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run, rng = Run(CHECKPOINT, args.minutes), np.random.default_rng(SEED)
    _, player, _ = load_trained()
    before = player.speaker.requires_grad_(False)
    speaker, tapes = copy.deepcopy(before).requires_grad_(True), speakers()
    share = shares(tapes)
    optimiser = adamw(speaker.parameters(), RATE, (0.9, 0.98))
    run.begin({"speaker": speaker, "optimiser": optimiser})
    while run.goes_on():
        run.set_rate(optimiser, RATE, WARM_STEPS, 1e-6)
        clean, taped, *_ = draw(tapes, share, rng, 2 * int(rng.integers(SHORTEST_CODES, LONGEST_CODES)))
        wanted = before(clean)
        apart, kept = F.mse_loss(speaker(taped), wanted), F.mse_loss(speaker(clean), wanted)
        descend(apart + kept, [optimiser], [*speaker.parameters()], STEEPEST)
        run.note(before=F.mse_loss(before(taped), wanted), apart=apart, kept=kept)
        run.stepped()


if __name__ == "__main__":
    main()
