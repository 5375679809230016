"""Which targets make the better content network: phones, the teacher's features, or both.

    python -m pipeline.align && python -m pipeline.ablate --minutes 8

Three students, the same in everything else, that never hear `joe`. Then linear probes on their codes: phones, learnt
from kathleen and jm_kumo and asked of joe, a stranger (higher is better); and who of 38 speakers said it (lower is
better). Prints a table.
"""

import argparse
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .align import PHONES, SPEAKERS
from .networks import CODES, Content
from .paths import SEED
from .train import Data, disguise

TARGETS = ["phones", "features", "both"]
STRANGER = "joe"
FRAMES, BATCH = 320, 16
EDGE = slice(12, -6)


def labels_of(data: Data) -> dict[str, np.ndarray]:
    """Phones of every aligned speaker in one numbering."""
    names: list[str] = []
    found = {}
    for speaker in SPEAKERS:
        kept = np.load(PHONES / f"{speaker}.npz")
        for name in kept["names"]:
            if name not in names:
                names.append(str(name))
        places = np.array([names.index(str(name)) for name in kept["names"]])
        found[speaker] = np.where(kept["phones"] >= 0, places[kept["phones"]], -1)
    data.phone_count = len(names)
    return found


def batch(data: Data, names: list[str], share: np.ndarray, labels: dict, count: int):
    mel = np.zeros((count, FRAMES, 80), np.float32)
    codes = np.zeros((count, FRAMES // 2, CODES), np.float32)
    phones = np.full((count, FRAMES // 2), -1, np.int64)
    who = data.rng.choice(len(names), count, p=share)
    for i, name in enumerate(names[w] for w in who):
        a = data.arrays[name]
        last = (a["starts"][-1] if name not in labels else 2 * np.max(np.nonzero(labels[name] >= 0))) - FRAMES
        start = int(data.rng.integers(0, last // 2)) * 2
        mel[i] = a["logMel"][start : start + FRAMES]
        codes[i] = a["codes"][start // 2 : (start + FRAMES) // 2]
        if name in labels:
            phones[i] = labels[name][start // 2 : (start + FRAMES) // 2]
    return torch.from_numpy(mel), torch.from_numpy(codes), torch.from_numpy(phones), torch.from_numpy(who)


def train(data: Data, labels: dict, target: str, minutes: float) -> tuple[Content, int]:
    torch.manual_seed(SEED)
    data.rng = np.random.default_rng(SEED)
    content, head = Content(), nn.Linear(CODES, data.phone_count)
    parameters = [*content.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    names = [n for n in data.speakers if n != STRANGER and (target != "phones" or n in labels)]
    share = np.array([data.arrays[n]["starts"][-1] ** 0.7 * (2 if n in labels else 1) for n in names])
    began, step = time.time(), 0
    while (spent := (time.time() - began) / 60) < minutes:
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * spent / minutes)) + 1e-5
        mel, codes, phones, _ = batch(data, names, share / share.sum(), labels, BATCH)
        with torch.autocast("cpu", torch.bfloat16):
            out = content.whole(disguise(mel)).float()[:, EDGE]
            logits = head(out).float()
        loss = torch.zeros(())
        if target != "phones":
            wanted = codes[:, EDGE]
            loss = loss + F.smooth_l1_loss(out, wanted, beta=data.spread) / data.spread + 1 - F.cosine_similarity(out, wanted, dim=2).mean()
        if target != "features" and (phones[:, EDGE] >= 0).any():
            loss = loss + 0.5 * F.cross_entropy(logits.flatten(0, 1), phones[:, EDGE].flatten(), ignore_index=-1)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1
    return content.eval(), step


def probe(content: Content, data: Data, labels: dict) -> tuple[float, float]:
    """Frame accuracy of linear probes: phones of the stranger, and the speaker."""
    def gather(names: list[str], rounds: int):
        share = np.full(len(names), 1 / len(names))
        with torch.no_grad():
            parts = [batch(data, names, share, labels, BATCH) for _ in range(rounds)]
            codes = [content.whole(mel)[:, EDGE].flatten(0, 1) for mel, *_ in parts]
        loud = torch.cat([mel[:, ::2].mean(2)[:, EDGE].flatten() > -9 for mel, *_ in parts])
        who = torch.cat([w.view(-1, 1).expand(-1, FRAMES // 2)[:, EDGE].flatten() for *_, w in parts])
        return torch.cat(codes)[loud], torch.cat([p[:, EDGE].flatten() for _, _, p, _ in parts])[loud], who[loud]

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
    x, y, _ = gather([n for n in SPEAKERS if n != STRANGER], 25)
    phones = fit(x[y >= 0], y[y >= 0], data.phone_count)
    x, y, _ = gather([STRANGER], 12)
    said = float((phones(x[y >= 0]).argmax(1) == y[y >= 0]).float().mean())
    crowd = [n for n in data.speakers if n.startswith(("arabic", "mix"))]
    x, _, who = gather(crowd, 60)
    half = len(x) // 2
    voices = fit(x[:half], who[:half], len(crowd))
    return said, float((voices(x[half:]).argmax(1) == who[half:]).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=8)
    minutes = parser.parse_args().minutes
    torch.set_num_threads(2)
    data = Data()
    labels = labels_of(data)
    print(f"| target, {minutes:g} minutes each | steps | phones of a stranger, % right | speaker told, % right |\n|---|---|---|---|", flush=True)
    for target in TARGETS:
        content, steps = train(data, labels, target, minutes)
        said, told = probe(content, data, labels)
        print(f"| {target} | {steps} | {100 * said:.1f} | {100 * told:.1f} |", flush=True)


if __name__ == "__main__":
    main()
