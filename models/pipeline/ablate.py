"""Which targets make the better content network: phones, the teacher's features, or both.

    python -m pipeline.align && python -m pipeline.ablate --steps 600

Three students, the same in everything else, that never hear `joe`. Then linear probes on their codes: phones, learnt
from kathleen and jm_kumo and asked of joe, a stranger (higher is better); and which of the crowd said it (lower is
better). Prints a table.
"""

import argparse

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .align import SPEAKERS, Phones
from .content import EDGE, FRAMES, distance
from .data import Data, disguise
from .networks import CODES, Content
from .paths import SEED
from .training import descend

TARGETS = ["phones", "features", "both"]
STRANGER = "joe"
BATCH = 16


def train(data: Data, phones: Phones, target: str, steps: int) -> Content:
    torch.manual_seed(SEED)
    data.rng = np.random.default_rng(SEED)
    content, head = Content(), nn.Linear(CODES, phones.count)
    parameters = [*content.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    names = [n for n in data.taught if n != STRANGER and (target != "phones" or n in phones.labels)]
    share = np.array([data.arrays[n]["starts"][-1] ** 0.7 * (2 if n in phones.labels else 1) for n in names])
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + 1e-5
        mel, codes, said = data.content_batch(BATCH, FRAMES, phones, names, share / share.sum())
        with torch.autocast("cpu", torch.bfloat16):
            out = content.whole(disguise(mel)).float()[:, EDGE]
            logits = head(out).float()
        loss = distance(out, codes[:, EDGE], data.spread)[0] if target != "phones" else torch.zeros(())
        known = said[:, EDGE]
        if target != "features" and (known >= 0).any():
            loss = loss + 0.5 * F.cross_entropy(logits.flatten(0, 1), known.flatten(), ignore_index=-1)
        if loss.requires_grad:
            descend(loss, [optimiser], parameters)
    return content.eval()


def probe(content: Content, data: Data, phones: Phones) -> tuple[float, float]:
    """Frame accuracy of linear probes: phones of the stranger, and the speaker."""

    def gather(names: list[str], rounds: int):
        found = []
        for _ in range(rounds):
            for index, name in enumerate(names):
                mel, _, said = data.content_batch(4, FRAMES, phones, [name], np.ones(1))
                with torch.no_grad():
                    codes = content.whole(mel)[:, EDGE].flatten(0, 1)
                loud = mel[:, ::2].mean(2)[:, EDGE].flatten() > -9
                found.append((codes[loud], said[:, EDGE].flatten()[loud], torch.full((int(loud.sum()),), index)))
        return tuple(torch.cat(part) for part in zip(*found))

    def fit(x, y, count: int) -> nn.Linear:
        torch.manual_seed(SEED)
        layer = nn.Linear(CODES, count)
        optimiser = torch.optim.Adam(layer.parameters(), 3e-3)
        for _ in range(400):
            pick = torch.randint(0, len(x), (4096,))
            optimiser.zero_grad()
            F.cross_entropy(layer(x[pick]), y[pick]).backward()
            optimiser.step()
        return layer

    data.rng = np.random.default_rng(SEED + 1)
    x, y, _ = gather([n for n in SPEAKERS if n != STRANGER], 50)
    heard = fit(x[y >= 0], y[y >= 0], phones.count)
    x, y, _ = gather([STRANGER], 50)
    said = float((heard(x[y >= 0]).argmax(1) == y[y >= 0]).float().mean())
    crowd = [n for n in data.taught if n.startswith(("arabic", "mix"))]
    voices = fit(*gather(crowd, 4)[::2], len(crowd))
    x, _, who = gather(crowd, 4)
    return said, float((voices(x).argmax(1) == who).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=600)
    steps = parser.parse_args().steps
    torch.set_num_threads(2)
    data = Data()
    data.teach()
    phones = Phones(data)
    print(f"| target, {steps} steps each | phones of a stranger, % right | speaker told, % right |\n|---|---|---|", flush=True)
    for target in TARGETS:
        said, told = probe(train(data, phones, target, steps), data, phones)
        print(f"| {target} | {100 * said:.1f} | {100 * told:.1f} |", flush=True)


if __name__ == "__main__":
    main()
