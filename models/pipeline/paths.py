"""Folders of the pipeline; `UNDERSTUDY_SPEECH` and `UNDERSTUDY_WORK` override two of them."""

import os
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1]
SPEECH = Path(os.environ.get("UNDERSTUDY_SPEECH", MODELS.parents[1] / "shared" / "speech"))
WORK = Path(os.environ.get("UNDERSTUDY_WORK", MODELS / "work"))
CHECKPOINTS = MODELS / "checkpoints"
PUBLISHED = MODELS / "published"
SEED = 20261124
# Prefix of the prompts that are converted in evaluation and excluded from training.
CONVERTED = "arctic_a00"


def read_tsv(path: Path) -> dict[str, str]:
    """Stem -> text of a file of `stem<TAB>text` lines; lines that start with `#` are comments."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("\t", 1) for line in lines)


def held_out(speaker: str, stems: list[str]) -> set[str]:
    """Stems excluded from training: kathleen's `arctic_a00xx`, the last 5 % by name of any other speaker."""
    ordered = sorted(stems)
    if speaker == "kathleen":
        return {stem for stem in ordered if stem.startswith(CONVERTED)}
    return set(ordered[len(ordered) - max(1, len(ordered) // 20) :])
