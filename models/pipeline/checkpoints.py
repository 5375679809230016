"""The trained networks: those of the work folder where a stage has trained them there, else those of `checkpoints/v2.pt`."""

from pathlib import Path

import torch

from .data import VOICES
from .networks import ConditionedGenerator, Content, Restorer
from .paths import CHECKPOINTS, WORK
from .training import load, load_weights

PUBLISHED_CHECKPOINT = CHECKPOINTS / "v2.pt"
CONTENT, GENERATOR = WORK / "content.pt", WORK / "generator.pt"
RESTORER, ROBUST_SPEAKER = WORK / "restore.pt", WORK / "robust_speaker.pt"
# `checkpoints/v2.pt` stores two of its parts under other names than the code uses.
STORED_KEYS = {"model": "player", "discriminators": "judges"}


def read(path: Path) -> dict:
    """A checkpoint as `write` writes them: state dicts in float16, `basis` [512, 128], steps trained, adapters [RANK, adapter_size]."""
    stored = load(path)
    return {ours: stored.pop(theirs) for ours, theirs in STORED_KEYS.items() if theirs in stored} | stored


def write(path: Path, parts: dict) -> None:
    torch.save({STORED_KEYS.get(key, key): part for key, part in parts.items()}, path)


def adapter_file(voice: str) -> Path:
    return WORK / f"adapter-{voice}.pt"


def adapters(generator_steps: int) -> dict[str, torch.Tensor]:
    """Voice -> adapter [RANK, adapter_size] float16, of those that `pipeline.adapt` trained for the generator of this many steps."""
    found = {name: torch.load(adapter_file(name), weights_only=False) for name in VOICES if adapter_file(name).exists()}
    return {name: each["average"]["change"].half() for name, each in found.items() if each["generatorSteps"] == generator_steps}


def trained_parts() -> dict:
    """What stages 3 and 4 left in the work folder, in the form of `read`."""
    content = torch.load(CONTENT, weights_only=False)
    generator = torch.load(GENERATOR, weights_only=False)
    of = lambda part: {k.removeprefix(f"{part}."): v for k, v in generator["average"].items() if k.startswith(f"{part}.")}  # noqa: E731
    return {
        "content": of("content"),
        "model": of("model"),
        "basis": content["basis"],
        "contentSteps": content.get("contentSteps", content.get("step")),
        "generatorSteps": generator["stepsBefore"] + generator["step"],
        "discriminators": {k: v.half() for k, v in generator["discriminators"].items()},
    }


def load_trained() -> tuple[Content, ConditionedGenerator, dict]:
    """The networks in evaluation mode, and the other parts of the checkpoint: basis, steps, discriminators, adapters."""
    content, model = Content(), ConditionedGenerator(len(VOICES))
    parts = trained_parts() if GENERATOR.exists() else read(PUBLISHED_CHECKPOINT)
    load_weights(content, parts.pop("content"))
    load_weights(model, parts.pop("model"))
    parts["adapters"] = parts.get("adapters", {}) | adapters(parts["generatorSteps"])
    return content.eval(), model.eval(), parts


def load_restorer(model: ConditionedGenerator) -> Restorer:
    """The restoring network; also loads the noise-robust speaker encoder of stage 4f into `model` where it was trained here."""
    restorer = Restorer()
    parts = torch.load(RESTORER, weights_only=False) if RESTORER.exists() else read(PUBLISHED_CHECKPOINT)
    load_weights(restorer, parts["restorer"])
    if ROBUST_SPEAKER.exists():
        load_weights(model.speaker, torch.load(ROBUST_SPEAKER, weights_only=False)["speaker"])
    return restorer.eval()
