"""Folders of the pipeline; `UNDERSTUDY_SPEECH` and `UNDERSTUDY_WORK` override two of them."""

import csv
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


def read_clips(speaker_set: str) -> list[dict[str, str]]:
    """The rows of `clips.tsv` of a set whose files hold utterances end to end."""
    with (SPEECH / speaker_set / "clips.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def held_out_learners() -> set[str]:
    """Ids of the tenth of the speakers of `learners178` that are excluded from training: every tenth by name, from the sixth on."""
    return set(sorted({clip["speaker"] for clip in read_clips("learners178")})[5::10])


def held_out(speaker: str, stems: list[str]) -> set[str]:
    """Stems excluded from training: kathleen's `arctic_a00xx`, the last 5 % by name of any other speaker."""
    ordered = sorted(stems)
    if speaker == "kathleen":
        return {stem for stem in ordered if stem.startswith(CONVERTED)}
    return set(ordered[len(ordered) - max(1, len(ordered) // 20) :])
