"""Stage 3c: train the network that joins what the ear and the content network make of a take.

    python -m pipeline.join --minutes 12 --content work/content.pt

Regression of the teacher's codes of the unmodified recording from its codes of the recording in a room or noise (`pipeline.heard`) and the
content network's codes of the same. Resumable from `work/join.pt`.
"""

import argparse
from pathlib import Path

import torch
from torch.nn import functional as F

from .checkpoints import JOIN as CHECKPOINT
from .content import BATCH, FRAMES, INNER, regression_loss, speaker_weights
from .data import Data, sample_index
from .networks import Content, Join
from .paths import SEED
from .training import GraphedStep, Run, adamw, autocast, load, load_weights, optimise

RATE, HEARD_SHARE = 1e-3, 0.75


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--content", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    data, content, join = Data(with_audio=False), Content(), Join()
    load_weights(content, load(args.content)["content"])
    content.eval().requires_grad_(False)
    weights = speaker_weights(data)
    optimiser = adamw(join.parameters(), RATE, (0.9, 0.98))
    run = Run(CHECKPOINT, args.minutes)
    run.begin({"join": join, "optimiser": optimiser})

    def step(_) -> None:
        starts = data.sample_starts(sample_index(weights, BATCH), FRAMES)
        of = lambda key: data.segments(key, starts, FRAMES)  # noqa: E731
        heard = torch.rand(BATCH, 1, 1) < HEARD_SHARE
        clean = of("codes")
        ear = torch.where(heard, of("heard_codes"), clean)
        with autocast():
            own = content.offline_delayed(torch.where(heard, of("heard_log_mel"), of("log_mel"))).float()
            joined = join(ear, own).float()
        loss, cosine = regression_loss(joined[:, INNER], clean[:, INNER], data.codes_std)
        similar = lambda codes: F.cosine_similarity(codes[:, INNER], clean[:, INNER], dim=2).mean()  # noqa: E731
        run.log(cosine=cosine, ear=similar(ear), content=similar(own), mixed=similar(torch.lerp(own, ear, 0.6)))
        optimise(loss, [optimiser], list(join.parameters()))

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        step()
        run.end_step()


if __name__ == "__main__":
    main()
