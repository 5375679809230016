"""What all trainings share: minutes that go on where they stopped, news of the losses, a checkpoint never half written."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

SAVE_SECONDS = 120
NEWS_STEPS = 50
FIRST_STEPS = 3
SMOOTHING = 0.98
LARGE = torch.get_default_device().type == "cuda"
# Where a processor does not know bfloat16, it takes five times as long as float32.
BRIEF = LARGE or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


class Recorded:
    """A training step; on a graphics processor it is recorded once for every value of its argument and played from then on.

    To launch its thousands of small kernels one by one takes longer than they do. The step must not wait for what they find.
    """

    def __init__(self, step: Callable) -> None:
        self.step, self.graphs = step, {}

    def __call__(self, kind=None) -> None:
        if not LARGE:
            self.step(kind)
        elif kind in self.graphs:
            self.graphs[kind].replay()
        else:
            beside = torch.cuda.Stream()
            beside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(beside):
                for _ in range(FIRST_STEPS):
                    self.step(kind)
            torch.cuda.current_stream().wait_stream(beside)
            self.graphs[kind] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graphs[kind]):
                self.step(kind)


class Run:
    """`saved` is what an earlier run left at `checkpoint`, empty where none did."""

    def __init__(self, checkpoint: Path, minutes: float) -> None:
        self.checkpoint, self.whole = checkpoint, minutes
        self.saved: dict = load(checkpoint) if checkpoint.exists() else {}
        self.step: int = self.saved.get("step", 0)
        self.minutes: float = self.saved.get("minutes", 0.0)
        self.trace: dict[str, torch.Tensor] = {}

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
            group["lr"].fill_(rate)

    def note(self, **losses: torch.Tensor) -> None:
        for key, loss in losses.items():
            value = loss.detach()
            self.trace.setdefault(key, value.clone()).lerp_(value, 1 - SMOOTHING)

    def stepped(self) -> None:
        """Counts a step; tells and saves when it is time."""
        self.step += 1
        if self.step % NEWS_STEPS == 0 or self.step <= FIRST_STEPS:
            news = {"minutes": round(self.minutes, 2), "step": self.step} | {k: round(float(v), 4) for k, v in self.trace.items()}
            print(json.dumps(news), flush=True)
        if time.time() - self.last_save > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        state = {key: part.state_dict() for key, part in self.parts.items()} | self.facts
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state | {"minutes": (time.time() - self.began) / 60, "step": self.step}, fresh)
        fresh.rename(self.checkpoint)
        self.last_save = time.time()


def load(path: Path) -> dict:
    """What `torch.save` wrote, wherever that was."""
    return torch.load(path, weights_only=False, map_location=torch.get_default_device())


def load_weights(network: torch.nn.Module, weights: dict) -> None:
    network.load_state_dict({k: v.float() for k, v in weights.items()})


def half() -> torch.autocast:
    """Matrices are multiplied in bfloat16, where that is faster."""
    return torch.autocast(torch.get_default_device().type, torch.bfloat16, enabled=BRIEF)


def adamw(parameters, rate: float, betas: tuple[float, float]) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, torch.tensor(rate), betas=betas, weight_decay=0.01, fused=True, capturable=LARGE)


def descend(loss: torch.Tensor, optimisers: list, parameters: list, limit: float = 1.0) -> None:
    """One step down a loss with a bounded gradient; none where the gradient is no number."""
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()
    lost = 1 - torch.isfinite(torch.nn.utils.clip_grad_norm_(parameters, limit)).float()
    for optimiser in optimisers:
        optimiser.found_inf = lost
        optimiser.step()
