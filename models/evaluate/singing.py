"""Preservation of melody: scales and tunes synthesised by WORLD on vowels of held-out sentences.

    python -m evaluate.singing --make [--singer joe]     sing, convert with `npm run convert`, then measure
    python -m evaluate.singing                           measure the last conversions
    python -m evaluate.singing --python --singer joe     convert with `python -m pipeline.convert`; EVAL.md is not rewritten

F0 by swift-f0 against the F0 of the score, in cents, less the recording's transposition (the median of the difference); an octave jump is a
frame off by more than 600 cents. Only frames in which swift-f0 is confident of the source count; the source's own figures are the first row.
"""

import argparse
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import soundfile as sf

from pipeline.frontend import RATE_HZ
from pipeline.paths import MODELS, WORK

from . import report, sets
from .run import CONVERTED, Bar, convert, version
from .scores import VOICED_CONFIDENCE, f0_detector, load
from .table import lines, shown
from .vowels import FRAME_S, synthesise, vowel_of

SUNG = WORK / "heldout" / "sung"
VOICES = ["kathleen", "joe"]
# The singer's lowest note, as a MIDI number.
SINGERS = {"kathleen": 57, "nathalie": 60, "joe": 45, "flemishguy": 43}
# Semitones above the lowest note, and beats.
MELODIES = {
    "scale": [(n, 1) for n in (0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2)] + [(0, 2)],
    "frere-jacques": [(n, b) for line in ([(0, 1), (2, 1), (4, 1), (0, 1)], [(4, 1), (5, 1), (7, 2)], [(7, 0.5), (9, 0.5), (7, 0.5), (5, 0.5), (4, 1), (0, 1)]) for n, b in line * 2],
    "ode-to-joy": [(n, 1) for n in (4, 4, 5, 7, 7, 5, 4, 2, 0, 0, 2, 4)] + [(4, 1.5), (2, 0.5), (2, 2)],
}  # fmt: skip
BEAT_S, GLIDE_S, GAP_S = 0.45, 0.05, 0.06
VIBRATO_HZ, VIBRATO_CENTS = 5.5, 30
VOWELS, LEVEL_DBFS = 5, -23
MEDIAN_CENTS, JUMPS = (25, 15), 1.0
OCTAVE_CENTS = 600
# Of the conversions. Lower than elsewhere: swift-f0 is unsure where a voice breaks, and these frames must not be left out.
CONFIDENCE = 0.5


def sung_f0(lowest: int, melody: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """F0 in Hz in frames of 5 ms, 0 in the gap after each note, and the index of each frame's note."""
    sizes = [round(beats * BEAT_S / FRAME_S) for _, beats in melody]
    note = np.repeat(np.arange(len(sizes)), sizes)
    within = np.concatenate([np.arange(size) for size in sizes]) * FRAME_S
    width = round(GLIDE_S / FRAME_S)
    steps = np.array([step for step, _ in melody], float)[note]
    glided = np.convolve(np.pad(steps, width, mode="edge"), np.ones(width) / width, "same")[width:-width]
    late = np.clip((within - 0.2) / 0.1, 0, 1)
    cents = VIBRATO_CENTS * late * np.sin(2 * np.pi * VIBRATO_HZ * within)
    f0 = 440 * 2 ** ((lowest + glided - 69) / 12 + cents / 1200)
    left = np.concatenate([np.arange(size)[::-1] for size in sizes]) * FRAME_S
    return np.where(left < GAP_S, 0.0, f0), note


def sing(singer: str, name: str, target: Path) -> None:
    files = sets.spread(sets.files_of(singer), VOWELS)
    vowels = [vowel_of(file) for file in files]
    f0, note = sung_f0(SINGERS[singer], MELODIES[name])
    parts = [vowels[n % VOWELS].extended(int((note == n).sum())) for n in np.unique(note)]
    envelope, aperiodicity = (np.concatenate(rows) for rows in zip(*parts))
    envelope = np.where((f0 > 0)[:, None], envelope, 1e-10)
    target.parent.mkdir(parents=True, exist_ok=True)
    sf.write(target, np.clip(synthesise(f0, envelope, aperiodicity, LEVEL_DBFS), -0.98, 0.98), RATE_HZ, subtype="PCM_16")


def deviation(file: Path, f0_hz: np.ndarray, confidence: float) -> np.ndarray:
    """Deviation from the melody in cents, in frames of 16 ms; NaN in gaps and where swift-f0's confidence is less than `confidence`."""
    found = f0_detector().detect(load(file), RATE_HZ, fmin=50, fmax=1200)
    target = f0_hz[np.minimum((found.timestamps / FRAME_S).astype(int), len(f0_hz) - 1)]
    known = (target > 0) & (found.confidence >= confidence)
    cents = np.full(len(target), np.nan)
    cents[known] = 1200 * np.log2(found.pitch_hz[known] / target[known])
    return cents - np.nanmedian(cents)


def measure(folder: Path, singers: list[str]) -> list[Bar]:
    off = []
    for singer, (name, melody) in product(singers, MELODIES.items()):
        f0_hz, _ = sung_f0(SINGERS[singer], melody)
        sung = deviation(SUNG / f"{singer}-{name}.wav", f0_hz, VOICED_CONFIDENCE)
        made = deviation(folder / f"{singer}-{name}.wav", f0_hz, CONFIDENCE)
        size = min(len(sung), len(made))
        off.append(np.abs(made[:size][np.abs(sung[:size]) < OCTAVE_CENTS]))
    every = np.concatenate(off)
    return [
        Bar("median error, cents", float(np.nanmedian(every)), 1, MEDIAN_CENTS[0], at_most=True),
        Bar("90th percentile, cents", float(np.nanpercentile(every, 90)), 1),
        Bar("octave jumps, % of frames", 100 * float(np.mean(every > OCTAVE_CENTS)), 2, JUMPS, at_most=True),
        Bar("without pitch, % of frames", 100 * float(np.mean(np.isnan(every))), 1),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--python", action="store_true")
    parser.add_argument("--singer", choices=list(SINGERS))
    args = parser.parse_args()
    singers = [args.singer] if args.singer else list(SINGERS)
    for singer, name in product(singers, MELODIES):
        if not (SUNG / f"{singer}-{name}.wav").exists():
            sing(singer, name, SUNG / f"{singer}-{name}.wav")
    out = {v: WORK / "unmarked" / f"sung-{v}" if args.python else CONVERTED / f"sung-{v}" for v in VOICES}
    for target in VOICES:
        if args.python:
            subprocess.run([sys.executable, "-m", "pipeline.convert", str(SUNG), str(out[target]), "--voice", target], check=True, cwd=MODELS)
        elif args.make:
            convert(SUNG, out[target], target)
    rows = {"as sung": measure(SUNG, singers)} | {f"-> {target}": measure(out[target], singers) for target in VOICES}
    text = lines(["", *(bar.name for bar in rows["as sung"])], [[name, *map(shown, bars)] for name, bars in rows.items()])
    about = f"Networks {version()}; {len(singers)} singers, {len(MELODIES)} melodies. Bar (aim): median {MEDIAN_CENTS[0]} ({MEDIAN_CENTS[1]}) cents; octave jumps {JUMPS:g} %."
    print("\n".join([about, "", *text]))
    if not (args.python or args.singer):
        report.rewrite("singing", "\n".join([about, "", *text]))


if __name__ == "__main__":
    main()
