"""Stage 4f: fine-tune the speaker encoder to give the same embedding for a denoised recording as for the clean one.

    python -m pipeline.robust_speaker --minutes 8

On `work/denoised_pairs`: the target for both recordings of a pair is the embedding that the encoder of stage 4 finds in the clean one (mean
squared error). Resumable from `work/robust_speaker.pt`.
"""

import argparse
import copy

import numpy as np
import torch
from torch.nn import functional as F

from .checkpoints import ROBUST_SPEAKER as CHECKPOINT
from .checkpoints import load_trained
from .paths import SEED
from .restore import pairs_by_speaker, sample_pairs, speaker_probabilities
from .training import Run, adamw, optimise

MIN_CODES, MAX_CODES = 75, 260
RATE, WARM_UP_STEPS, MAX_NORM = 1e-3, 50, 100.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run, rng = Run(CHECKPOINT, args.minutes), np.random.default_rng(SEED)
    _, model, _ = load_trained()
    original = model.speaker.requires_grad_(False)
    speaker, speakers = copy.deepcopy(original).requires_grad_(True), pairs_by_speaker()
    probabilities = speaker_probabilities(speakers)
    optimiser = adamw(speaker.parameters(), RATE, (0.9, 0.98))
    run.begin({"speaker": speaker, "optimiser": optimiser})
    while run.unfinished():
        run.set_rate(optimiser, RATE, WARM_UP_STEPS, 1e-6)
        clean, denoised, *_ = sample_pairs(speakers, probabilities, rng, 2 * int(rng.integers(MIN_CODES, MAX_CODES)))
        target = original(clean)
        from_denoised, from_clean = F.mse_loss(speaker(denoised), target), F.mse_loss(speaker(clean), target)
        optimise(from_denoised + from_clean, [optimiser], [*speaker.parameters()], MAX_NORM)
        run.log(original=F.mse_loss(original(denoised), target), from_denoised=from_denoised, from_clean=from_clean)
        run.end_step()


if __name__ == "__main__":
    main()
