"""Stage 3: train the content network.

    python -m pipeline.content --minutes 60 [--start checkpoints/v1.pt]

Regression of whisper-base's last encoder layer (`Data.teach`), jointly with frame phones where `pipeline.align` left some
(docs/decisions/0001); inputs warped in frequency, re-equalised, scaled and noised, targets clean. `--start` begins from
another checkpoint's weights, the targets' axes turned to those that it learnt. Resumable from `work/content.pt`; minutes
already spent count.
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from .align import Phones
from .data import Data, disguise
from .networks import CODES, Content
from .paths import SEED, WORK
from .training import Run, descend, load_weights

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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    run = Run(CHECKPOINT, args.minutes)
    data = Data()
    data.teach(run.saved.get("basis"))
    phones = Phones(data)
    content, head = Content(), nn.Linear(CODES, max(1, phones.count))
    if args.start and not run.saved:
        load_weights(content, torch.load(args.start, weights_only=False)["content"])
        turn_axes(data, content)
    parameters = [*content.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, RATE, betas=(0.9, 0.98), weight_decay=0.01)
    run.begin({"content": content, "head": head, "optimiser": optimiser}, {"basis": data.basis})
    while run.goes_on():
        run.set_rate(optimiser, RATE, 200, 2e-5)
        mel, codes, said = data.content_batch(BATCH, FRAMES, phones)
        with torch.autocast("cpu", torch.bfloat16):
            out = content.whole(disguise(mel)).float()[:, EDGE]
            logits = head(out).float()
        loss, cosine = distance(out, codes[:, EDGE], data.spread)
        run.note(cosine=cosine, content=loss)
        known = said[:, EDGE]
        if (known >= 0).any():
            wrong = F.cross_entropy(logits.flatten(0, 1), known.flatten(), ignore_index=-1)
            loss = loss + PHONE_WEIGHT * wrong
            run.note(phones=wrong)
        descend(loss, [optimiser], parameters)
        run.stepped()


if __name__ == "__main__":
    main()
