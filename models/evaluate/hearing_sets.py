"""Sets of those who stand before a microphone: children, accents, strangers, and the strangers through telephones, rooms, noise and codecs.

    python -m evaluate.hearing_sets

Writes under `work/heldout`, 24 recordings and a `<set>.tsv` with their texts each; existing files are kept:
    children-6-9, children-10-15, accents   sentences of the learners held out of training (`pipeline.paths.held_out_learners`), by age
    strangers                               `evaluate/strangers.tsv`: CMU ARCTIC's bdl, LJ Speech, three readers of LibriSpeech
    <disguise>                              the same recordings in each of `evaluate.disguises`
Every recording is named `<speaker>-<sentence>.wav`, at 16 kHz.
"""

from functools import cache
from pathlib import Path

import numpy as np
import soundfile as sf

from pipeline.paths import SEED, SPEECH, held_out_learners, read_clips, read_tsv
from pipeline.prepare import READERS

from .disguises import DISGUISES
from .scores import RATE, load
from .sets import HELDOUT, spread

AGES = {"children-6-9": (6, 9), "children-10-15": (10, 15), "accents": (16, 99)}
# `evaluate.kiosk` uses one disguise more.
SETS = [*AGES, "strangers", *(name for name in DISGUISES if name != "babble-10")]
CLIPS, MIN_WORDS = 24, 4
STRANGERS = Path(__file__).with_name("strangers.tsv")
FOLDERS = {"bdl": "arctic_bdl", "LJ": "ljspeech"}


def speaker_of(stem: str) -> str:
    return stem.partition("-")[0]


def is_disguise(name: str) -> bool:
    return name in DISGUISES


def clean(name: str) -> str:
    """The set with the clean recordings of the same sentences."""
    return "strangers" if is_disguise(name) else name


@cache
def sentences(name: str) -> dict[str, dict[str, str]]:
    """Stem -> row of `clips.tsv` of the chosen sentences of four words or more, as evenly divided among the speakers as they allow."""
    low, high = AGES[name]
    held, spoken = held_out_learners(), {}
    for row in read_clips("learners178"):
        if row["speaker"] in held and low <= int(row["age"]) <= high:
            of_speaker = spoken.setdefault(row["speaker"], {})
            of_speaker[f"{row['speaker']}-{len(of_speaker):02}"] = row
    long = [{stem: row for stem, row in rows.items() if len(row["text"].split()) >= MIN_WORDS} for rows in spoken.values()]
    turns = [spread(sorted(rows), min(len(rows), CLIPS)) for rows in long]
    counts = [CLIPS // len(turns) + (speaker < CLIPS % len(turns)) for speaker in range(len(turns))]
    chosen = sorted(stem for stems, count in zip(turns, counts) for stem in spread(stems, count))
    return {stem: row for rows in long for stem, row in rows.items() if stem in chosen}


def texts_of(name: str) -> dict[str, str]:
    """Stem -> text."""
    return {stem: row["text"] for stem, row in sentences(name).items()} if name in AGES else read_tsv(STRANGERS)


def files_of(name: str) -> list[Path]:
    """The recordings of a set, in order; those missing are made first."""
    make(name)
    return [HELDOUT / name / f"{stem}.wav" for stem in sorted(texts_of(name))]


@cache
def recording(speaker: str) -> np.ndarray:
    """All sentences of a learner, 16 kHz."""
    return load(SPEECH / "learners178" / f"{speaker}.opus")


def original(name: str, stem: str) -> np.ndarray:
    """One clean recording, 16 kHz."""
    if name in AGES:
        row = sentences(name)[stem]
        start = int(row["start_sample_16k"])
        return recording(row["speaker"])[start : start + int(row["samples"])]
    speaker, _, rest = stem.partition("-")
    found = (READERS / FOLDERS[speaker]).rglob(f"{rest}.wav") if speaker in FOLDERS else READERS.rglob(f"{stem}.flac")
    return load(next(found))


def make(name: str) -> None:
    texts = texts_of(name)
    for index, stem in enumerate(sorted(texts)):
        target = HELDOUT / name / f"{stem}.wav"
        if target.exists():
            continue
        samples = original(clean(name), stem)
        if is_disguise(name):
            samples = DISGUISES[name](samples, np.random.default_rng([SEED, index]))
        target.parent.mkdir(parents=True, exist_ok=True)
        sf.write(target, samples * min(1.0, 0.98 / np.abs(samples).max()), RATE, subtype="PCM_16")
    (HELDOUT / f"{name}.tsv").write_text("".join(f"{stem}\t{texts[stem]}\n" for stem in sorted(texts)))


def main() -> None:
    for name in SETS:
        files = files_of(name)
        print(f"{name}: {len(files)} recordings of {len({speaker_of(file.stem) for file in files})} speakers", flush=True)


if __name__ == "__main__":
    main()
