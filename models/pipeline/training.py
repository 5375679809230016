"""Shared by all training stages: runs of a given number of minutes that can be resumed, running means of the losses, atomic checkpoints."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

SAVE_SECONDS = 120
LOG_EVERY_STEPS = 50
WARM_UP_STEPS = 3
SMOOTHING = 0.98
ON_GPU = torch.get_default_device().type == "cuda"
# A CPU without bfloat16 instructions takes five times as long for it as for float32.
FAST_BFLOAT16 = ON_GPU or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


class GraphedStep:
    """A training step; on a GPU it is captured as a CUDA graph, one for each value of its argument, and replayed.

    Launching its thousands of small kernels one by one takes longer than running them. The step must not synchronise with the GPU.
    """

    def __init__(self, step: Callable) -> None:
        self.step, self.graphs = step, {}

    def __call__(self, kind=None) -> None:
        if not ON_GPU:
            self.step(kind)
        elif kind in self.graphs:
            self.graphs[kind].replay()
        else:
            side_stream = torch.cuda.Stream()
            side_stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side_stream):
                for _ in range(WARM_UP_STEPS):
                    self.step(kind)
            torch.cuda.current_stream().wait_stream(side_stream)
            self.graphs[kind] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graphs[kind]):
                self.step(kind)


class Run:
    """A training run of `total_minutes`, resumed from `checkpoint` where that file exists.

    `saved` is the content of that file, empty for a new run; `step` and `minutes` count over all resumptions.
    """

    def __init__(self, checkpoint: Path, total_minutes: float) -> None:
        self.checkpoint, self.total_minutes = checkpoint, total_minutes
        self.saved: dict = load(checkpoint) if checkpoint.exists() else {}
        self.step: int = self.saved.get("step", 0)
        self.minutes: float = self.saved.get("minutes", 0.0)
        self.averages: dict[str, torch.Tensor] = {}

    def begin(self, parts: dict, metadata: dict | None = None) -> None:
        """Restores modules and optimisers (`parts`) from the checkpoint and starts the clock; `metadata` is saved beside them."""
        self.parts, self.metadata = parts, metadata or {}
        if self.saved:
            for key, part in parts.items():
                part.load_state_dict(self.saved[key])
        self.started_at = time.time() - 60 * self.minutes
        self.saved_at = time.time()

    def unfinished(self) -> bool:
        """Whether minutes are left; saves a last time when there are none."""
        self.minutes = (time.time() - self.started_at) / 60
        if self.minutes < self.total_minutes:
            return True
        self.save()
        return False

    def set_rate(self, optimiser, highest: float, warm_up_steps: int, lowest: float) -> None:
        """Learning rate: linear warm-up over the first steps times a half cosine over all minutes, plus `lowest`."""
        rate = highest * min(1.0, (self.step + 1) / warm_up_steps) * (0.5 + 0.5 * np.cos(np.pi * self.minutes / self.total_minutes)) + lowest
        for group in optimiser.param_groups:
            group["lr"].fill_(rate)

    def log(self, **losses: torch.Tensor) -> None:
        """Updates the running mean of each loss."""
        for key, loss in losses.items():
            value = loss.detach()
            self.averages.setdefault(key, value.clone()).lerp_(value, 1 - SMOOTHING)

    def end_step(self) -> None:
        """Counts a step; prints the running means every 50 steps and saves every two minutes."""
        self.step += 1
        if self.step % LOG_EVERY_STEPS == 0 or self.step <= WARM_UP_STEPS:
            line = {"minutes": round(self.minutes, 2), "step": self.step} | {k: round(float(v), 4) for k, v in self.averages.items()}
            print(json.dumps(line), flush=True)
        if time.time() - self.saved_at > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Writes the checkpoint under another name first, so that it is never incomplete."""
        state = {key: part.state_dict() for key, part in self.parts.items()} | self.metadata
        temporary = self.checkpoint.with_suffix(".new")
        torch.save(state | {"minutes": (time.time() - self.started_at) / 60, "step": self.step}, temporary)
        temporary.rename(self.checkpoint)
        self.saved_at = time.time()


def load(path: Path) -> dict:
    """A checkpoint, its tensors moved to the default device."""
    return torch.load(path, weights_only=False, map_location=torch.get_default_device())


def load_weights(network: torch.nn.Module, weights: dict) -> None:
    """Loads a state dict, which may be stored as float16, as float32."""
    network.load_state_dict({k: v.float() for k, v in weights.items()})


def autocast() -> torch.autocast:
    """bfloat16 matrix products on devices that have instructions for them, else float32."""
    return torch.autocast(torch.get_default_device().type, torch.bfloat16, enabled=FAST_BFLOAT16)


def adamw(parameters, rate: float, betas: tuple[float, float]) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, torch.tensor(rate), betas=betas, weight_decay=0.01, fused=True, capturable=ON_GPU)


def optimise(loss: torch.Tensor, optimisers: list, parameters: list, max_norm: float = 1.0) -> None:
    """One step with the gradient's norm clipped to `max_norm`; the step is skipped where the norm is not finite."""
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()
    not_finite = 1 - torch.isfinite(torch.nn.utils.clip_grad_norm_(parameters, max_norm)).float()
    for optimiser in optimisers:
        optimiser.found_inf = not_finite
        optimiser.step()
