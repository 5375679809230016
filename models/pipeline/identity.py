"""Stage 3b: train the speaker recognition network of the generator's speaker loss; it is not published.

    python -m pipeline.identity --minutes 12

Classifies every person in `work/arrays` with an additive angular margin (Deng et al. 2019, eq. 3), from logMel with random
equalisation, reverberation and noise. Resumable from `work/identity.pt`.
"""

import argparse

import torch
from torch import nn
from torch.nn import functional as F

from .data import LOG_FLOOR, Data, add_noise, apply_to_share, random_eq, reverberate
from .networks import BANDS
from .paths import SEED, WORK
from .training import ON_GPU, GraphedStep, Run, adamw, autocast, optimise

CHECKPOINT = WORK / "identity.pt"
IDENTITY = 192
BATCH, LENGTHS = 256 if ON_GPU else 48, (200, 100, 160, 130)
RATE, MARGIN, SCALE = 2e-3, 0.2, 30.0


class Identity(nn.Module):
    """logMel [B, n, 80] -> unit vector [B, 192]: dilated convolutions and attentive statistics (Snyder et al. 2018, Okabe et al. 2018)."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        plan = [(BANDS, 5, 2, 1), (width, 3, 1, 1), (width, 3, 1, 2), (width, 3, 1, 3), (width, 1, 1, 1)]
        self.layers = nn.ModuleList(nn.Conv1d(i, width, k, s, dilation=d, padding=k // 2 * d) for i, k, s, d in plan)
        self.norms = nn.ModuleList(nn.GroupNorm(8, width) for _ in plan)
        self.attend = nn.Conv1d(width, width, 1)
        self.leave = nn.Linear(2 * width, IDENTITY)

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        x = log_mel - torch.logsumexp(log_mel, (1, 2), keepdim=True)
        x = (torch.clamp(x, min=-20.0) + 12.0).transpose(1, 2) / 4.0
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            y = F.leaky_relu(norm(layer(x)), 0.1)
            x = x + y if i else y
        weight = torch.softmax(self.attend(x), 2)
        mean = (x * weight).sum(2)
        deviation = torch.sqrt(((x - mean.unsqueeze(2)).square() * weight).sum(2) + 1e-4)
        return F.normalize(self.leave(torch.cat([mean, deviation], 1)).float(), dim=1)


def augmented(mel: torch.Tensor) -> torch.Tensor:
    """Segments [B, n, 80], all equalised and scaled at random, 20 % reverberant, 30 % noisy."""
    mel = apply_to_share(mel, reverberate(mel), 0.2)
    mel = apply_to_share(mel, add_noise(mel), 0.3) + random_eq(len(mel), 7, 0.5) + torch.randn(len(mel), 1, 1)
    return torch.clamp(mel, min=LOG_FLOOR)


def margin_loss(cosine: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of cosines [B, speakers], with .2 radians added to the angle of the correct speaker."""
    angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    own = labels.unsqueeze(1) == torch.arange(cosine.shape[1])
    return F.cross_entropy(SCALE * torch.where(own, torch.cos(angle + MARGIN), cosine), labels)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=12)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    data, network = Data(with_audio=False), Identity()
    class_weights = nn.Parameter(torch.randn(len(data.speakers), IDENTITY))
    head = nn.ParameterList([class_weights])
    optimiser = adamw([*network.parameters(), class_weights], RATE, (0.9, 0.999))
    run = Run(CHECKPOINT, args.minutes)
    run.begin({"network": network, "head": head, "optimiser": optimiser}, {"speakers": data.speakers})

    def step(frames: int) -> None:
        labels = data.persons[torch.randint(len(data.persons), (BATCH,))]
        log_mel = augmented(data.segments("log_mel", data.sample_starts(labels, frames), frames))
        with autocast():
            embeddings = network(log_mel)
        cosine = embeddings @ F.normalize(class_weights, dim=1).T
        loss = margin_loss(cosine, labels)
        optimise(loss, [optimiser], [*network.parameters(), class_weights])
        run.log(loss=loss, accuracy=(cosine.argmax(1) == labels).float().mean())

    step = GraphedStep(step)
    while run.unfinished():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        step(LENGTHS[run.step % len(LENGTHS)])
        run.end_step()


if __name__ == "__main__":
    main()
