"""The sets of `evaluate.hearing_sets` against their bars: words lost by two judges, likeness, naturalness, melody, and whether a whisper stays one.

    python -m evaluate.hearing --make                       convert with `npm run convert` first, then score
    python -m evaluate.hearing --make --ear auto            with the app's `--ear`
    python -m evaluate.hearing --make --python              convert with `python -m pipeline.convert`
    python -m evaluate.hearing                              score the last conversions
    python -m evaluate.hearing --only rumble --voice joe [--files 4]      print some rows, of some files; EVAL.md is not rewritten

Words are counted by whisper-base, whose encoder the networks learn from, and by pocketsphinx, which shares nothing with them; bars are of the
former. "Over" is the difference of outputs and sources in points. Figures in brackets hold 95 % of bootstrap resamples of the recordings.
Rewrites a part of EVAL.md for each way of converting.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from pipeline.frontend import HOP, spectrum
from pipeline.paths import MODELS, WORK

from . import hearing_sets, ranges, report, scores, second_recogniser, sets
from .ranges import Estimate
from .run import CONVERTED, convert, verdict, version
from .table import lines

VOICES = ["kathleen", "joe"]
# Words lost over the source's own, points: bar and aim.
OVER = {
    "children-6-9": (9, 5),
    "children-10-15": (10, 5),
    "accents": (6, 3),
    "strangers": (3, 2),
    "telephone-band": (12, 6),
    "telephone-2m": (12, 6),
    "babble-5": (18, 10),
    "music-0": (10, 5),
    "hall-2.5": (28, 15),
    "rumble": (10, 5),
    "whisper": (8,),
}
WHISPER_VOICED_PERCENT = 10
LOUD_DB, VOICED, F0_HOP = 20, 0.5, 256
HEAD = ["set", "voice", "whisper: source, %", "output, %", "over, points", "bar / aim", "pocketsphinx: source, %", "output, %", "over, points",
        "similarity to the target", "to the source", "DNSMOS of the source", "DNSMOS", "F0 correlation"]  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """A way of converting: the built app with one of its `--ear` options or none, or Python."""

    python: bool
    ear: str | None

    @property
    def name(self) -> str:
        return "hearing-python" if self.python else "-".join(filter(None, ["hearing", self.ear]))

    def folder(self, source: str, voice: str) -> Path:
        pair = f"{source}-{voice}"
        return WORK / "unmarked" / pair if self.python else CONVERTED / "-".join(filter(None, [pair, self.ear]))

    def make(self, source: str, voice: str, limit: int | None) -> None:
        """Converts a set, by Python no more than `limit` of its recordings."""
        recordings, out = hearing_sets.files_of(source)[0].parent, self.folder(source, voice)
        if self.python:
            command = [sys.executable, "-m", "pipeline.convert", str(recordings), str(out), "--voice", voice]
            subprocess.run([*command, *(["--limit", str(limit)] if limit else [])], check=True, cwd=MODELS)
        else:
            convert(recordings, out, voice, self.ear)


@dataclass(frozen=True)
class Words:
    """Percentages of words that one judge loses, and their difference in points."""

    source: Estimate
    output: Estimate
    over: Estimate


@dataclass(frozen=True)
class Row:
    source: str
    voice: str
    whisper: Words
    pocketsphinx: Words
    to_target: Estimate
    to_source: Estimate
    dnsmos_source: Estimate
    dnsmos: Estimate
    f0: Estimate

    @property
    def holds(self) -> bool:
        return self.source not in OVER or self.whisper.over.value <= OVER[self.source][0]


def words(texts: list[str], before: list[str], after: list[str]) -> Words:
    """Of normalised texts and of what is heard before and after conversion."""
    count = lambda heard: np.array([scores.words_lost(*pair) for pair in zip(texts, heard, strict=True)]).T  # noqa: E731
    (lost, total), (lost_after, _) = count(before), count(after)
    return Words(*(ranges.ratio(100.0 * errors, total) for errors in (lost, lost_after, lost_after - lost)))


def centre(embeddings: list[np.ndarray]) -> np.ndarray:
    """Normalised mean."""
    mean = np.mean(embeddings, axis=0)
    return mean / np.linalg.norm(mean)


def measure(source: str, voice: str, chain: Chain, limit: int | None = None) -> Row:
    inputs = hearing_sets.files_of(source)[:limit]
    originals = hearing_sets.files_of(hearing_sets.clean(source))[:limit]
    outputs = [chain.folder(source, voice) / file.name for file in inputs]
    texts = [scores.normalise(hearing_sets.texts_of(source)[file.stem]) for file in inputs]
    before, after, clean, target = (scores.measure_all(files) for files in (inputs, outputs, originals, sets.references_of(voice)))
    speakers = [hearing_sets.speaker_of(file.stem) for file in inputs]
    own = {name: centre([each["embedding"] for each, speaker in zip(clean, speakers) if speaker == name]) for name in set(speakers)}
    wanted = centre([each["embedding"] for each in target])
    heard = lambda measured: [scores.normalise(str(each["heard"])) for each in measured]  # noqa: E731
    sphinx = lambda files: list(scores.workers().map(second_recogniser.heard, files))  # noqa: E731
    return Row(
        source,
        voice,
        words(texts, heard(before), heard(after)),
        words(texts, sphinx(inputs), sphinx(outputs)),
        ranges.mean([each["embedding"] @ wanted for each in after]),
        ranges.mean([each["embedding"] @ own[speaker] for each, speaker in zip(after, speakers)]),
        ranges.mean([each["dnsmos"] for each in before]),
        ranges.mean([each["dnsmos"] for each in after]),
        ranges.mean([scores.correlation(each["logF0"], of["logF0"]) for each, of in zip(after, clean)]),
    )


def cells(row: Row) -> list[str]:
    over = row.whisper.over.shown(1)
    bars = " / ".join(f"{points:g}" for points in OVER.get(row.source, ()))
    heard = [row.whisper.source.shown(1), row.whisper.output.shown(1), over if row.holds else f"**{over}**", bars]
    second = [each.shown(1) for each in (row.pocketsphinx.source, row.pocketsphinx.output, row.pocketsphinx.over)]
    likeness = [row.to_target.shown(3), row.to_source.shown(3), row.dnsmos_source.shown(2), row.dnsmos.shown(2), row.f0.shown(2)]
    return [row.source, row.voice, *heard, *second, *likeness]


def voiced_of_loud(audio: np.ndarray, confidence: np.ndarray) -> float:
    """Percentage of the loud frames of 16 ms, less than 20 dB below the 95th percentile of loudness, where swift-f0 is confident of an F0 by over .5."""
    loudness = spectrum(audio)[1]
    at = np.minimum(np.arange(len(confidence)) * F0_HOP // HOP, len(loudness) - 1)
    loud = loudness[at] > np.percentile(loudness, 95) - LOUD_DB
    return 100 * float((confidence[loud] > VOICED).mean())


def voiced(files: list[Path]) -> Estimate:
    found = zip(files, scores.measure_all(files), strict=True)
    return ranges.mean([voiced_of_loud(scores.load(file), each["confidence"]) for file, each in found])


def whisper_table(voices: list[str], chain: Chain, limit: int | None) -> tuple[list[str], list[str]]:
    """The table of loud frames that are voiced, and the voices that miss the bar."""
    inputs = hearing_sets.files_of("whisper")[:limit]
    rows, missed = [], []
    for voice in voices:
        spoken, source = voiced(hearing_sets.files_of("strangers")[:limit]), voiced(inputs)
        output = voiced([chain.folder("whisper", voice) / file.name for file in inputs])
        held = output.value <= WHISPER_VOICED_PERCENT
        missed += [] if held else [f"whisper -> {voice}: loud frames voiced"]
        rows.append([voice, spoken.shown(1), source.shown(1), output.shown(1) if held else f"**{output.shown(1)}**", f"<= {WHISPER_VOICED_PERCENT}"])
    return lines(["voice", "loud frames voiced: spoken, %", "whispered, %", "output, %", "bar"], rows), missed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--python", action="store_true")
    parser.add_argument("--ear", choices=["auto", "small"])
    parser.add_argument("--voice", action="append", choices=VOICES)
    parser.add_argument("--only", nargs="+", choices=hearing_sets.SETS)
    parser.add_argument("--files", type=int, help="the first of each set")
    args = parser.parse_args()
    chain, voices, names = Chain(args.python, args.ear), args.voice or VOICES, args.only or hearing_sets.SETS
    print("\n".join(lines(HEAD, [])), flush=True)
    rows = []
    for name in names:
        for voice in voices:
            if args.make:
                chain.make(name, voice, args.files)
            rows.append(measure(name, voice, chain, args.files))
            print(lines(cells(rows[-1]), [])[0], flush=True)
    missed = [f"{row.source} -> {row.voice}: words" for row in rows if not row.holds]
    text = []
    if "whisper" in names:
        table, unvoiced = whisper_table(voices, chain, args.files)
        text, missed = ["", *table], missed + unvoiced
    text += ["", verdict(missed, "bars of these sets")]
    print("\n".join(text))
    if not (args.only or args.voice or args.files):
        head = f"Networks {version()}, {date.today().isoformat()}."
        report.rewrite(chain.name, "\n".join([head, "", *lines(HEAD, [cells(row) for row in rows]), *text]))


if __name__ == "__main__":
    main()
