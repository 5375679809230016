"""Non-speech input: silence has to stay silent, and breath and laughter must not be converted to words.

    python -m evaluate.quiet --make                      make the clips, convert with `npm run convert`, then measure
    python -m evaluate.quiet                             measure what was converted last
    python -m evaluate.quiet --python --files 2          convert two of each with `python -m pipeline.convert`, which has no gate,
                                                         so without silence; EVAL.md is not rewritten

Clips are in `work/heldout/silence` (digital silence, and noise at -90 to -75 dBFS), `breath` and `laughter`. A word is what whisper transcribes
in English, less segments that its own rules reject as no speech or as repetition (Radford et al. 2022, section 4.5), syllables of laughter
and tokens without a vowel ("shhh"). The share of clips without words is given for the sources and for their conversions.
"""

import argparse
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import soundfile as sf

from pipeline.frontend import HOP, RATE_HZ
from pipeline.paths import MODELS, SEED, WORK

from . import report, sets
from .run import CONVERTED, Bar, convert, version
from .scores import load, normalise, whisper
from .table import lines, shown
from .vowels import FRAME_S, synthesise, vowel_of

TARGET = "kathleen"
SETS = {"silence": 4, "breath": 20, "laughter": 20}
HISS_DBFS = [None, -90, -80, -75]
SILENCE_DBFS, WORDLESS = -60.0, 95.0
LOUDEST_S = 0.05
NO_SPEECH, LOG_PROBABILITY, REPEATING = 0.6, -1.0, 2.4
NO_WORD = re.compile(r"\b(?:(?:h+[aeiou]+h*)+|[aeiou]+h+|uh+|oh+|[b-df-hj-np-tv-xz]+)\b")
LAUGHERS = ["kathleen", "joe", "nathalie", "flemishguy"]


def silence(index: int, rng) -> np.ndarray:
    samples = np.zeros(4 * RATE_HZ)
    level = HISS_DBFS[index]
    return samples if level is None else samples + rng.standard_normal(len(samples)) * 10 ** (level / 20)


def breath(index: int, rng) -> np.ndarray:
    """Two to four alternating in- and out-breaths at 16 kHz: noise with four broad formants under a rising and falling envelope."""
    clip = np.zeros(int(3.5 * RATE_HZ))
    for turn in range(rng.integers(2, 5)):
        size = int(rng.uniform(0.35, 0.8) * RATE_HZ)
        hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
        humps = rng.uniform((450, 1300, 2300, 3600), (750, 1900, 3000, 5000)) * (1.15 if turn % 2 == 0 else 1.0)
        shape = 0.02 + sum(np.exp(-0.5 * ((hz - hump) / (0.18 * hump + 120)) ** 2) for hump in humps)
        noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)
        time, peak = np.linspace(0, 1, size), rng.uniform(0.3, 0.7) if turn % 2 == 0 else rng.uniform(0.1, 0.3)
        envelope = np.interp(time, [0, peak, 1], [0, 1, 0]) ** 1.5
        level = 10 ** (rng.uniform(-46, -28) / 20)
        start = int(turn * 0.85 * RATE_HZ + rng.uniform(0, 0.05) * RATE_HZ)
        clip[start : start + size] += (level * noise * envelope / noise.std())[: len(clip) - start]
    return clip


def laughter(index: int, rng) -> np.ndarray:
    """/ha/ about five times a second on a vowel of a held-out sentence: breathy, then voiced, with falling pitch and loudness
    (Bachorowski et al. 2001)."""
    speaker = LAUGHERS[index % len(LAUGHERS)]
    files = sets.files_of(speaker)
    vowel = vowel_of(files[rng.integers(len(files))])
    lowest, f0, levels, voiced = {"kathleen": 220, "nathalie": 240, "joe": 130, "flemishguy": 120}[speaker], [], [], []
    for syllable in range(rng.integers(5, 10)):
        breathed, spoken, gap = (round(s * rng.uniform(0.8, 1.2) / FRAME_S) for s in (0.06, 0.08, 0.05))
        top = lowest * rng.uniform(1.25, 1.6) * 0.96**syllable
        f0 += [0.0] * breathed + list(top * np.linspace(1.08, 0.85, spoken)) + [0.0] * gap
        levels += list(np.linspace(0.1, 0.35, breathed)) + list(np.sin(np.linspace(0.35, np.pi, spoken))) + list(np.linspace(0.15, 0.02, gap))
        levels[-breathed - spoken - gap :] = [0.92**syllable * level for level in levels[-breathed - spoken - gap :]]
        voiced += [0.0] * breathed + [1.0] * spoken + [0.0] * gap
    envelope, aperiodicity = vowel.extended(len(f0))
    aperiodicity = np.where(np.array(voiced)[:, None] > 0, aperiodicity, 1.0)
    made = synthesise(np.array(f0), envelope * np.array(levels)[:, None] ** 2, aperiodicity, rng.uniform(-30, -22))
    return np.pad(made, RATE_HZ // 2)


def make(name: str) -> None:
    for index in range(SETS[name]):
        target = WORK / "heldout" / name / f"{name}-{index:02}.wav"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            samples = {"silence": silence, "breath": breath, "laughter": laughter}[name](index, np.random.default_rng([SEED, index]))
            sf.write(target, np.clip(samples, -0.98, 0.98), RATE_HZ, subtype="FLOAT")


def through_app(source: Path, out: Path) -> None:
    """Converts with the app, which may refuse silence: those files are then missing."""
    shutil.rmtree(out, ignore_errors=True)
    try:
        convert(source, out, TARGET)
    except subprocess.CalledProcessError:
        if source.name != "silence":
            raise


@cache
def words(file: Path) -> str:
    """The words that whisper transcribes, also printed to stderr where there are any."""
    segments, _ = whisper().transcribe(
        load(file),
        language="en",
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        compression_ratio_threshold=None,
        no_speech_threshold=NO_SPEECH,
        log_prob_threshold=LOG_PROBABILITY,
    )
    text = normalise(" ".join(each.text for each in segments if each.compression_ratio <= REPEATING))
    found = " ".join(NO_WORD.sub(" ", text).split())
    if found:
        print(f"{file.parent.name}/{file.name}: {found}", file=sys.stderr)
    return found


def loudest_dbfs(files: list[Path]) -> float:
    """RMS of the loudest 50 ms of all files, dBFS."""
    size, hop, found = int(LOUDEST_S * RATE_HZ), HOP, []
    for file in files:
        pieces = np.lib.stride_tricks.sliding_window_view(load(file).astype(np.float64), size)[::hop]
        found.append(10 * np.log10((pieces**2).mean(1).max() + 1e-12))
    return float(max(found, default=-np.inf))


def wordless(files: list[Path]) -> float:
    """Percentage of recordings without a transcribed word."""
    return 100 * sum(not words(file) for file in files) / len(files)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--python", action="store_true")
    parser.add_argument("--files", type=int, help="the first of each set")
    args = parser.parse_args()
    before, after = {}, {}
    for name in SETS:
        if args.python and name == "silence":
            continue
        make(name)
        source, out = WORK / "heldout" / name, (WORK / "unmarked" if args.python else CONVERTED) / f"{name}-{TARGET}"
        before[name] = sorted(source.glob("*.wav"))[: args.files]
        after[name] = [out / file.name for file in before[name]]
        if args.python:
            limit = ["--limit", str(args.files or SETS[name])]
            subprocess.run([sys.executable, "-m", "pipeline.convert", str(source), str(out), "--voice", TARGET, *limit], check=True, cwd=MODELS)
        elif args.make:
            through_app(source, out)
    rows = []
    if "silence" in after:
        converted = [file for file in after["silence"] if file.exists()]
        refused = f" ({len(after['silence']) - len(converted)} of {len(after['silence'])} refused)"
        level = Bar("", loudest_dbfs(converted), 1, SILENCE_DBFS, at_most=True)
        rows.append([f"silence, loudest 50 ms, dBFS{refused}", f"{loudest_dbfs(before['silence']):.1f}", shown(level), f"<= {SILENCE_DBFS:g}"])
    for name, files in {"breath": ["breath"], "laughter": ["laughter"], "both": ["breath", "laughter"]}.items():
        inputs, outputs = ([file for each in files for file in group[each]] for group in (before, after))
        limit = WORDLESS if name == "both" else None
        rows.append([f"{name}, no word heard, % of {len(outputs)}", f"{wordless(inputs):.0f}", shown(Bar("", wordless(outputs), 0, limit)), f">= {limit:g}" if limit else ""])
    text = [f"Networks {version()}, to {TARGET}.", "", *lines(["", "source", "output", "bar"], rows)]
    print("\n".join(text))
    if not (args.python or args.files):
        report.rewrite("quiet", "\n".join(text))


if __name__ == "__main__":
    main()
