"""What both trainings share: minutes that go on where they stopped, news of the losses, a checkpoint never half written."""

import json
import time
from pathlib import Path

import numpy as np
import torch

SAVE_SECONDS = 120
NEWS_STEPS = 50
FIRST_STEPS = 3
SMOOTHING = 0.98


class Run:
    """`saved` is what an earlier run left at `checkpoint`, empty where none did."""

    def __init__(self, checkpoint: Path, minutes: float) -> None:
        self.checkpoint, self.whole = checkpoint, minutes
        self.saved: dict = torch.load(checkpoint, weights_only=False) if checkpoint.exists() else {}
        self.step: int = self.saved.get("step", 0)
        self.minutes: float = self.saved.get("minutes", 0.0)
        self.trace: dict[str, float] = {}

    def begin(self, parts: dict, facts: dict | None = None) -> None:
        """Fills networks and optimisers with what was saved, and starts the clock; `facts` are saved beside them."""
        self.parts, self.facts = parts, facts or {}
        if self.saved:
            for key, part in parts.items():
                part.load_state_dict(self.saved[key])
        self.began = time.time() - 60 * self.minutes
        self.last_save = time.time()

    def goes_on(self) -> bool:
        self.minutes = (time.time() - self.began) / 60
        if self.minutes < self.whole:
            return True
        self.save()
        return False

    def set_rate(self, optimiser, highest: float, warm_steps: int, lowest: float) -> None:
        """A linear rise over the first steps under a half cosine over all minutes."""
        rate = highest * min(1.0, (self.step + 1) / warm_steps) * (0.5 + 0.5 * np.cos(np.pi * self.minutes / self.whole)) + lowest
        for group in optimiser.param_groups:
            group["lr"] = rate

    def note(self, **losses: torch.Tensor) -> None:
        for key, loss in losses.items():
            value = float(loss.detach())
            self.trace[key] = SMOOTHING * self.trace.get(key, value) + (1 - SMOOTHING) * value

    def stepped(self) -> None:
        """Counts a step; tells and saves when it is time."""
        self.step += 1
        if self.step % NEWS_STEPS == 0 or self.step <= FIRST_STEPS:
            news = {"minutes": round(self.minutes, 2), "step": self.step} | {k: round(v, 4) for k, v in self.trace.items()}
            print(json.dumps(news), flush=True)
        if time.time() - self.last_save > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        state = {key: part.state_dict() for key, part in self.parts.items()} | self.facts
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state | {"minutes": (time.time() - self.began) / 60, "step": self.step}, fresh)
        fresh.rename(self.checkpoint)
        self.last_save = time.time()


def load_weights(network: torch.nn.Module, weights: dict) -> None:
    network.load_state_dict({k: v.float() for k, v in weights.items()})


def descend(loss: torch.Tensor, optimisers: list, parameters: list, limit: float = 1.0) -> None:
    """One step down a loss with a bounded gradient; none where the gradient is no number."""
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()
    if torch.isfinite(torch.nn.utils.clip_grad_norm_(parameters, limit)):
        for optimiser in optimisers:
            optimiser.step()
