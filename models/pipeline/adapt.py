"""Stage 4a: a low-rank adapter of the generator for one built-in voice (LoRA, models/log/0015).

    python -m pipeline.adapt kathleen --minutes 40

The shared generator, the content network and the voice's embedding are frozen. The adapter is trained on reconstruction of the voice's
own speech and on conversion of other speakers to it, by the losses of stage 4. Resumable from `work/adapter-<voice>.pt`; the published
adapter is an exponential moving average.
"""

import argparse
import copy

import torch
from torch import nn

from .checkpoints import adapter_file, load_trained
from .data import VOICES, Data
from .generator import render
from .networks import RANK, Generator
from .objective import CONTENT_WEIGHT, Objective
from .paths import SEED
from .sampling import Batch, SpeakerSampler, sample_batch
from .training import GraphedStep, Run, adamw, load_weights, optimise

RATE, DISCRIMINATOR_RATE, EMA = 6e-4, 1e-4, 0.995
# Content loss weights of voices whose conversions fall short in intelligibility rather than in similarity.
CONTENT_WEIGHTS = {"kathleen": 12.0, "joe": 14.0}


class Adapter(nn.Module):
    """`change` [RANK, generator.adapter_size]; zero effect when initialised."""

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
    run = Run(adapter_file(args.voice), args.minutes)
    data = Data()
    content, model, parts = load_trained()
    generator = model.generator
    content.requires_grad_(False)
    generator.requires_grad_(False)
    voice = VOICES.index(args.voice)
    embedding = model.voices.weight[voice].detach()
    adapter = Adapter(generator)
    average = copy.deepcopy(adapter).requires_grad_(False)
    optimiser = adamw(adapter.parameters(), RATE, (0.8, 0.99))
    objective = Objective(CONTENT_WEIGHTS.get(args.voice, CONTENT_WEIGHT))
    load_weights(objective.discriminators, parts["discriminators"])
    run.begin({
        "adapter": adapter, "average": average, "discriminators": objective.discriminators,
        "optimiser": optimiser, "discriminatorOptimiser": objective.optimiser,
    }, {"generatorSteps": parts["generatorSteps"]})  # fmt: skip
    sampler = SpeakerSampler(data, content, only=args.voice)

    def gains(batch: Batch, codes: torch.Tensor, timbre: torch.Tensor, *cues: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return generator.offline(codes, timbre, *cues, embedding.expand(len(batch.target), -1), adapter.change)

    def step(_) -> None:
        batch = sample_batch(sampler)
        output = render(batch, sampler, content, gains)
        fake, real, loss = objective.reconstruction(sampler, batch, output.audio, run.log)
        heads = torch.full_like(batch.target, voice)
        objective.update_discriminators(sampler, batch, fake, real, heads, run.log)
        loss = loss + objective.adversarial(fake, real, heads, run.log) + objective.perceptual(sampler, batch, output.audio, run.log)
        optimise(loss, [optimiser], list(adapter.parameters()))
        torch._foreach_lerp_(list(average.parameters()), list(adapter.parameters()), 1 - EMA)

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        run.set_rate(objective.optimiser, DISCRIMINATOR_RATE, 100, 1e-5)
        step()
        run.end_step()


if __name__ == "__main__":
    main()
