"""The sets of `evaluate.hearing_sets` against their bars: words lost by two judges, likeness, naturalness, melody, and whether a whisper stays one.

    python -m evaluate.hearing --make                       convert with `npm run convert --ear auto` first, then score
    python -m evaluate.hearing --make --ear small           with the content network alone, as live; the sets of near speech and telephones
    python -m evaluate.hearing --make --python [--denoise]  convert with `python -m pipeline.convert`
    python -m evaluate.hearing                              score the last conversions
    python -m evaluate.hearing --only rumble --voice joe [--files 4]      print some rows, of some files
    python -m evaluate.hearing --make --ear small --baseline              keep the rows in `evaluate/hearing_baseline.tsv`

Words are counted by whisper-base, whose encoder the networks learn from, and by pocketsphinx, which shares nothing with them; bars are of the
former. "Over" is the difference of outputs and sources in points. Figures in brackets hold 95 % of bootstrap resamples of the recordings.
Similarity and DNSMOS are compared with those of the baseline. Rewrites a part of EVAL.md where the built app converted all sets.
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
BASELINE = Path(__file__).with_name("hearing_baseline.tsv")
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
# Largest fall below the baseline, and for the content network alone the largest share of the baseline's loss of words.
SIMILARITY_FALL, DNSMOS_FALL = 0.01, 0.03
SMALL_SHARE, SMALL_SETS = 0.75, ("children-6-9", "children-10-15", "telephone-band", "telephone-2m")
# Measured for the content network alone: noise and rooms show what the ear and the denoiser are for.
NEAR_OR_TELEPHONE = ["children-6-9", "children-10-15", "accents", "strangers", "telephone-band", "telephone-2m"]
WHISPER_VOICED_PERCENT = 10
LOUD_DB, VOICED, F0_HOP = 20, 0.5, 256
HEAD = ["set", "voice", "whisper: source, %", "output, %", "over, points", "bar / aim", "pocketsphinx: source, %", "output, %", "over, points",
        "similarity to the target", "to the source", "DNSMOS of the source", "DNSMOS", "F0 correlation", "baseline: over, points", "similarity", "DNSMOS"]  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """A way of converting: the built app or Python, with one of the app's `--ear` options."""

    python: bool
    ear: str
    denoise: bool = False

    def folder(self, source: str, voice: str) -> Path:
        suffix = "-denoised" if self.denoise else ""
        return (WORK / "unmarked" if self.python else CONVERTED) / f"{source}-{voice}-{self.ear}{suffix}"

    def make(self, source: str, voice: str, limit: int | None) -> None:
        """Converts a set, by Python no more than `limit` of its recordings."""
        recordings, out = hearing_sets.files_of(source)[0].parent, self.folder(source, voice)
        if self.python:
            command = [sys.executable, "-m", "pipeline.convert", str(recordings), str(out), "--voice", voice]
            command += [*(["--ear"] if self.ear == "auto" else []), *(["--denoise"] if self.denoise else [])]
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

    def missed(self, ear: str, baseline: "Baseline | None") -> list[str]:
        """What of this row misses its bar, in a word each. Bars of words are those of the app with its ear."""
        found, over = [], self.whisper.over.value
        if ear == "auto" and self.source in OVER and over > OVER[self.source][0]:
            found.append("words")
        if baseline and ear == "small" and self.source in SMALL_SETS and over > SMALL_SHARE * baseline.over:
            found.append("words")
        if baseline and self.to_target.value < baseline.similarity - SIMILARITY_FALL:
            found.append("similarity")
        if baseline and self.dnsmos.value < baseline.dnsmos - DNSMOS_FALL:
            found.append("DNSMOS")
        return found


@dataclass(frozen=True)
class Baseline:
    """What the rows are compared with: words over the source's in points, similarity to the target, DNSMOS."""

    over: float
    similarity: float
    dnsmos: float


def baselines() -> dict[tuple[str, str], Baseline]:
    """Of each set and voice."""
    rows = [line.split("\t") for line in BASELINE.read_text().splitlines()[1:]] if BASELINE.exists() else []
    return {(source, voice): Baseline(*map(float, figures)) for source, voice, *figures in rows}


def keep_baseline(rows: list[Row]) -> None:
    """The first line names the networks."""
    kept = [f"{r.source}\t{r.voice}\t{r.whisper.over.value:.2f}\t{r.to_target.value:.4f}\t{r.dnsmos.value:.3f}" for r in rows]
    BASELINE.write_text("\n".join([f"networks {version()}", *kept]) + "\n")


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


def cells(row: Row, missed: list[str], baseline: Baseline | None) -> list[str]:
    bold = lambda name, text: f"**{text}**" if name in missed else text  # noqa: E731
    bars = " / ".join(f"{points:g}" for points in OVER.get(row.source, ()))
    heard = [row.whisper.source.shown(1), row.whisper.output.shown(1), bold("words", row.whisper.over.shown(1)), bars]
    second = [each.shown(1) for each in (row.pocketsphinx.source, row.pocketsphinx.output, row.pocketsphinx.over)]
    likeness = [bold("similarity", row.to_target.shown(3)), row.to_source.shown(3)]
    natural = [row.dnsmos_source.shown(2), bold("DNSMOS", row.dnsmos.shown(2)), row.f0.shown(2)]
    before = [f"{baseline.over:.1f}", f"{baseline.similarity:.3f}", f"{baseline.dnsmos:.2f}"] if baseline else ["", "", ""]
    return [row.source, row.voice, *heard, *second, *likeness, *natural, *before]


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
    parser.add_argument("--ear", choices=["auto", "small"], default="auto")
    parser.add_argument("--baseline", action="store_true")
    parser.add_argument("--denoise", action="store_true", help="with --python")
    parser.add_argument("--voice", action="append", choices=VOICES)
    parser.add_argument("--only", nargs="+", choices=hearing_sets.SETS)
    parser.add_argument("--files", type=int, help="the first of each set")
    args = parser.parse_args()
    if args.denoise and not args.python:
        parser.error("--denoise is for --python: the app denoises by its own judgement")
    chain, voices = Chain(args.python, args.ear, args.denoise), args.voice or VOICES
    names = args.only or (hearing_sets.SETS if args.ear == "auto" or args.baseline else NEAR_OR_TELEPHONE)
    print("\n".join(lines(HEAD, [])), flush=True)
    rows, table, missed, before = [], [], [], {} if args.baseline else baselines()
    for name in names:
        for voice in voices:
            if args.make:
                chain.make(name, voice, args.files)
            row, baseline = measure(name, voice, chain, args.files), before.get((name, voice))
            below = row.missed(chain.ear, baseline)
            missed += [f"{name} -> {voice}: {each}" for each in below]
            rows.append(row)
            table.append(cells(row, below, baseline))
            print(lines(table[-1], [])[0], flush=True)
    text = []
    if "whisper" in names:
        whispers, unvoiced = whisper_table(voices, chain, args.files)
        text, missed = ["", *whispers], missed + unvoiced
    text += ["", verdict(missed, "bars of these sets")]
    print("\n".join(text))
    if args.only or args.voice or args.files or args.python:
        return
    if args.baseline:
        keep_baseline(rows)
    head = f"Networks {version()}, {date.today().isoformat()}."
    report.rewrite(f"hearing-{chain.ear}", "\n".join([head, "", *lines(HEAD, table), *text]))


if __name__ == "__main__":
    main()
