"""Stage 4a: what the generator does otherwise for one built-in voice.

    python -m pipeline.adapt kathleen --minutes 40

A low-rank change of the generator's matrices learns; the generator that all voices share, the content network and the voice's
embedding stay. It learns from the voice's own speech as it is and from anybody's converted to it, by the losses of stage 4.
Resumable from `work/adapter-<voice>.pt`; what is published is a running mean.
"""

import argparse
import copy

import torch
from torch import nn

from .cast import Batch, Cast, draw
from .court import CONTENT as USUAL, Court
from .data import VOICES, Data
from .export import load_trained
from .generator import render
from .networks import RANK, Generator
from .paths import SEED, WORK
from .training import Recorded, Run, adamw, descend, load_weights

RATE, JUDGE_RATE, EMA = 6e-4, 1e-4, 0.995
# How much what is said weighs for voices that lose more words than likeness.
CONTENT = {"kathleen": 12.0, "joe": 14.0}


class Adapter(nn.Module):
    """[RANK, generator.adapter_size]; changes nothing at first."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        parts = []
        for layer in generator.adaptable:
            parts += [torch.randn(RANK, layer.in_features) / layer.in_features**0.5, torch.zeros(RANK, layer.out_features)]
        self.change = nn.Parameter(torch.cat(parts, 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("voice", choices=VOICES)
    parser.add_argument("--minutes", type=float, default=40)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run = Run(WORK / f"adapter-{args.voice}.pt", args.minutes)
    data = Data()
    content, player, kept = load_trained()
    generator = player.generator
    content.requires_grad_(False)
    generator.requires_grad_(False)
    voice = VOICES.index(args.voice)
    embedding = player.voices.weight[voice].detach()
    adapter = Adapter(generator)
    mean = copy.deepcopy(adapter).requires_grad_(False)
    optimiser = adamw(adapter.parameters(), RATE, (0.8, 0.99))
    court = Court(CONTENT.get(args.voice, USUAL))
    load_weights(court.judges, kept["judges"])
    parts = {"adapter": adapter, "mean": mean, "judges": court.judges, "optimiser": optimiser, "judgeOptimiser": court.optimiser}
    run.begin(parts, {"generatorSteps": kept["generatorSteps"]})
    cast = Cast(data, content, alone=args.voice)

    def say(_: Cast, batch: Batch, codes: torch.Tensor, timbre: torch.Tensor, *cues: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return generator.whole(codes, timbre, *cues, embedding.expand(len(batch.who), -1), adapter.change)

    def step(_) -> None:
        batch = draw(cast)
        made = render(batch, cast, content, say)
        fake, real, loss = court.copies(cast, batch, made.audio, run.note)
        heads = torch.full_like(batch.who, voice)
        court.learn(cast, batch, fake, real, heads, run.note)
        loss = loss + court.persuaded(fake, real, heads, run.note) + court.heard(cast, batch, made.audio, run.note)
        descend(loss, [optimiser], list(adapter.parameters()))
        torch._foreach_lerp_(list(mean.parameters()), list(adapter.parameters()), 1 - EMA)

    step = Recorded(step)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        run.set_rate(court.optimiser, JUDGE_RATE, 100, 1e-5)
        step()
        run.stepped()


if __name__ == "__main__":
    main()
