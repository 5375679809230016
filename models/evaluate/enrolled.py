"""Voices enrolled from unseen speakers: similarity, word error rate, naturalness, and the cost of hum and hiss in the recordings.

    python -m evaluate.enrolled [--only Carlo ked]

Enrols a minute and five minutes of each with `npm run enrol`, converts three other speakers with the voice file, and
rewrites its part of EVAL.md. Enrolment is zero-shot: the voice is computed by the encoders, no network is trained.
"""

import argparse
import json
import subprocess
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import fmean

import numpy as np
import soundfile as sf

from pipeline.paths import MODELS, SEED, WORK

from . import report, scores, sets
from .run import Bar, verdict, version
from .table import lines, shown
from .unseen import PEOPLE, Person, enough, split

ENROLLED = WORK / "enrolled"
LENGTHS = {"60 s": (60, 0.72), "5 min": (300, 0.78)}
SOURCES = ["jm_kumo", "joe", "kathleen"]
SENTENCES = 10
SECONDS_BAR, WORSE_POINTS, NATURAL = 60, 8, 2.9
HUM_HZ, NOISE_DB, PAUSE_SECONDS = 50, 10, 0.6
NOISE_COST = 0.04


def record_of(person: Person) -> dict:
    """A consent record as an archive might give it; for these measurements alone."""
    record = json.loads((MODELS.parent / "docs/consent.example.json").read_text())
    record["person"]["name"] = person.name
    return record


def voice_file(person: Person, name: str) -> Path:
    """`name`: what was enrolled, such as "60 s"."""
    return ENROLLED / f"{person.name}-{name.replace(' ', '')}.understudy"


def enrol(person: Person, files: list[Path], name: str) -> tuple[Path, float]:
    """The voice file, and the wall time of enrolment in seconds."""
    out = voice_file(person, name)
    folder, record = out.with_suffix(""), out.with_suffix(".json")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for file in files:
        (folder / file.name).symlink_to(file)
    record.write_text(json.dumps(record_of(person)))
    command = ["npm", "run", "--silent", "enrol", "--", str(folder), "--name", person.name, "--consent", str(record), "--out", str(out)]
    began = time.time()
    subprocess.run(command, cwd=MODELS.parent, check=True, capture_output=True)
    return out, time.time() - began


def convert(voice: Path, source: str, inputs: list[Path]) -> list[Path]:
    """Converts the sentences of a source."""
    folder = ENROLLED / f"{source}-{len(inputs)}"
    folder.mkdir(exist_ok=True)
    for file in inputs:
        if not (folder / file.name).exists():
            (folder / file.name).symlink_to(file)
    out = ENROLLED / f"{source}-{voice.stem}"
    command = ["npm", "run", "--silent", "convert", "--", str(folder), str(out), "--voice-file", str(voice), "--backend", "wasm"]
    subprocess.run(command, cwd=MODELS.parent, check=True, capture_output=True)
    return [out / file.name for file in inputs]


def converted(voice: Path) -> tuple[list[Path], list[Path], list[str]]:
    """Sentences of all sources, their conversions, and their texts."""
    inputs, outputs, texts = [], [], []
    for source in SOURCES:
        spoken = sets.files_of(source)[:SENTENCES]
        inputs += spoken
        outputs += convert(voice, source, spoken)
        texts += [sets.texts_of(source)[file.stem] for file in spoken]
    return inputs, outputs, texts


def lengths_of(person: Person) -> list[str]:
    return [name for name, (seconds, _) in LENGTHS.items() if enough(person, seconds)]


def measure(person: Person, length: str) -> list[Bar]:
    seconds, least_similarity = LENGTHS[length]
    files, references = split(person, seconds)
    voice, took = enrol(person, files, length)
    inputs, outputs, texts = converted(voice)
    return [
        Bar("seconds to enrol", took, 1, SECONDS_BAR, at_most=True),
        *similarity_and_words(inputs, outputs, texts, references, least_similarity),
        Bar("DNSMOS of the target", scores.naturalness(references), 2),
        naturalness(outputs),
    ]


def similarity_and_words(inputs: list[Path], outputs: list[Path], texts: list[str], references: list[Path], least_similarity: float, language: str = "en") -> list[Bar]:
    """Of conversions against recordings of the target; `inputs` and `outputs` are in `language`."""
    source_wer, wer = scores.wer(inputs, texts, language), scores.wer(outputs, texts, language)
    return [
        Bar("similarity to the target", scores.similarity(outputs, references, language), 3, least_similarity),
        Bar("source to target", scores.similarity(inputs, references, language), 3),
        Bar("WER of the source, %", source_wer, 1),
        Bar("WER, %", wer, 1, source_wer + WORSE_POINTS, at_most=True),
    ]


def naturalness(outputs: list[Path], language: str = "en") -> Bar:
    return Bar("DNSMOS", scores.naturalness(outputs, language), 2, NATURAL)


def with_hum_and_hiss(files: list[Path], target: Path) -> Path:
    """The recordings concatenated, with a 50 Hz hum of five harmonics and white noise, together 10 dB below the speech."""
    spoken = [sf.read(file, dtype="float32") for file in files]
    rate = spoken[0][1]
    pause = np.zeros(int(PAUSE_SECONDS * rate), np.float32)
    audio = np.concatenate([part for each, _ in spoken for part in (each, pause)])
    rng, time_s = np.random.default_rng(SEED), np.arange(len(audio)) / rate
    hum = sum(np.sin(2 * np.pi * HUM_HZ * k * time_s + rng.uniform(0, 2 * np.pi)) / k for k in range(1, 6))
    hiss = rng.normal(size=len(audio))
    level = lambda x: np.sqrt(np.mean(np.square(x)))  # noqa: E731
    noise = hum / level(hum) + hiss / level(hiss)
    noise *= level(np.concatenate([each for each, _ in spoken])) / level(noise) * 10 ** (-NOISE_DB / 20)
    sf.write(target, audio + noise, rate)
    return target


def noise_cost(person: Person, clean: float) -> Bar:
    """Loss of similarity when the minute to enrol has hum and hiss; `clean` is the similarity without."""
    files, references = split(person, LENGTHS["60 s"][0])
    voice, _ = enrol(person, [with_hum_and_hiss(files, ENROLLED / f"{person.name}.wav")], "hum")
    return Bar("cost of hum and hiss", clean - scores.similarity(converted(voice)[1], references), 3, NOISE_COST, at_most=True)


def mean_of(people: list[list[Bar]]) -> list[Bar]:
    return [replace(bars[0], value=fmean(bar.value for bar in bars)) for bars in zip(*people)]


def row(names: list[str], bars: list[Bar]) -> list[str]:
    """Cells of a row; the cost of hum and hiss is measured for a minute only."""
    return [*names, *map(shown, bars), *([] if names[-1] == "60 s" else [""])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", help="names; EVAL.md stays")
    args = parser.parse_args()
    ENROLLED.mkdir(exist_ok=True)
    rows, missed, head = [], [], []
    kinds: dict[tuple[str, str], list[list[Bar]]] = {}
    for person in PEOPLE:
        if args.only and person.name not in args.only:
            continue
        for length in lengths_of(person):
            bars = measure(person, length)
            if length == "60 s":
                cost = noise_cost(person, next(bar.value for bar in bars if bar.name == "similarity to the target"))
            every = [*bars, *([cost] if length == "60 s" else [])]
            head = head or ["person", "", "speaks", "recordings", *(bar.name for bar in every)]
            kinds.setdefault((person.kind, length), []).append(every)
            rows.append(row([person.name, person.sex, person.language, length], every))
            missed += [f"{person.name}, {length}: {bar.name}" for bar in every if not bar.holds]
            print(rows[-1], flush=True)
    rows += [row([f"mean of {len(people)} {kind}", "", "", length], mean_of(people)) for (kind, length), people in kinds.items()]
    text = "\n".join([f"Networks {version()}, {date.today().isoformat()}.", "", *lines(head, rows), "", verdict(missed)])
    print(text)
    if not args.only:
        report.rewrite("enrolled", text)


if __name__ == "__main__":
    main()
