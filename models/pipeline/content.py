"""Stage 3: train the content network.

    python -m pipeline.content --minutes 60 [--start checkpoints/v1.pt]

Regression of whisper-base's last encoder layer (`Data.teach`), jointly with frame phones where `pipeline.align` left some
(docs/decisions/0001); inputs warped in frequency, re-equalised, scaled and noised, targets clean. `--start` begins from
another checkpoint's weights, the targets' axes turned to those that it learnt. Resumable from `work/content.pt`; minutes
already spent count.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .align import Phones
from .data import Data, disguise
from .networks import CODES, Content
from .paths import SEED, WORK

FRAMES, BATCH = 320, 20
EDGE = slice(12, -6)
PHONE_WEIGHT = 0.25
RATE = 1.2e-3
CHECKPOINT = WORK / "content.pt"


def distance(out: torch.Tensor, codes: torch.Tensor, spread: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Smooth L1 in units of the targets' deviation plus what is missing of a cosine of 1; and the cosine."""
    cosine = F.cosine_similarity(out, codes, dim=2).mean()
    return F.smooth_l1_loss(out, codes, beta=spread) / spread + 1 - cosine, cosine.detach()


def turn_axes(data: Data, content: Content) -> None:
    """Turns the targets to the axes that a trained network gives (orthogonal Procrustes, Schönemann 1966)."""
    found = []
    with torch.no_grad():
        for _ in range(12):
            mel, codes = data.content_batch(BATCH, FRAMES)
            found.append((codes[:, EDGE].flatten(0, 1), content.whole(mel)[:, EDGE].flatten(0, 1)))
    codes, given = (torch.cat(part) for part in zip(*found))
    left, _, right = torch.linalg.svd(codes.T @ given)
    turn = (left @ right).numpy()
    for a in (data.arrays[s] for s in data.taught):
        a["codes"] = (a["codes"].astype(np.float32) @ turn).astype(np.float16)
    print(f"targets turned: cosine to the network {F.cosine_similarity(codes @ left @ right, given).mean():.3f}", flush=True)
    data.basis = data.basis @ turn


def load_weights(network: nn.Module, weights: dict) -> None:
    network.load_state_dict({k: v.float() for k, v in weights.items()})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    data = Data()
    saved = torch.load(CHECKPOINT, weights_only=False) if CHECKPOINT.exists() else {}
    data.teach(saved.get("basis"))
    phones = Phones(data)
    content, head = Content(), nn.Linear(CODES, max(1, phones.count))
    if saved:
        load_weights(content, saved["content"])
        load_weights(head, saved["head"])
    elif args.start:
        load_weights(content, torch.load(args.start, weights_only=False)["content"])
        turn_axes(data, content)
    parameters = [*content.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, RATE, betas=(0.9, 0.98), weight_decay=0.01)
    if saved:
        optimiser.load_state_dict(saved["optimiser"])
    spent, step = saved.get("minutes", 0.0), saved.get("step", 0)
    began, last_save, trace = time.time() - spent * 60, time.time(), {}

    def save() -> None:
        state = {"content": content.state_dict(), "head": head.state_dict(), "optimiser": optimiser.state_dict()}
        torch.save(state | {"minutes": (time.time() - began) / 60, "step": step, "basis": data.basis}, CHECKPOINT.with_suffix(".new"))
        CHECKPOINT.with_suffix(".new").rename(CHECKPOINT)

    while (minutes := (time.time() - began) / 60) < args.minutes:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 200) * (0.5 + 0.5 * np.cos(np.pi * minutes / args.minutes)) + 2e-5
        mel, codes, said = data.content_batch(BATCH, FRAMES, phones)
        with torch.autocast("cpu", torch.bfloat16):
            out = content.whole(disguise(mel)).float()[:, EDGE]
            logits = head(out).float()
        loss, cosine = distance(out, codes[:, EDGE], data.spread)
        known = said[:, EDGE]
        parts = {"cosine": cosine, "content": loss.detach()}
        if (known >= 0).any():
            wrong = F.cross_entropy(logits.flatten(0, 1), known.flatten(), ignore_index=-1)
            loss = loss + PHONE_WEIGHT * wrong
            parts["phones"] = wrong.detach()
        optimiser.zero_grad()
        loss.backward()
        if torch.isfinite(nn.utils.clip_grad_norm_(parameters, 1.0)):
            optimiser.step()
        step += 1
        for key, value in parts.items():
            trace[key] = 0.98 * trace.get(key, float(value)) + 0.02 * float(value)
        if step % 50 == 0 or step == 1:
            print(json.dumps({"minutes": round(minutes, 2), "step": step, **{k: round(v, 4) for k, v in trace.items()}}), flush=True)
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == "__main__":
    main()
