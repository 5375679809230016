"""The voices from old recordings: similarity as recorded, word error rate and naturalness as if in the room.

    python -m evaluate.historic [--only roosevelt] [--made]

Converts sentences of `SOURCES` with `npm run convert`, with `--sound recorded` and `--sound room`, and rewrites its part of EVAL.md. With
`--made` the last conversions are scored. The references are pieces of 4.5 to 8 s of the whole recording, cut in pauses: there are 59 and
89 s in all, and the voice is made from all of them, so none could be held back.
"""

import argparse
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import soundfile as sf

from pipeline.frontend import HOP, RATE_HZ, spectrum
from pipeline.historic import HISTORIC, samples_of
from pipeline.paths import MODELS, WORK

from . import hearing_sets, report, scores, sets
from .enrolled import NATURAL, WORSE_POINTS
from .run import Bar, verdict, version
from .sets import spread
from .table import lines, shown

# Set -> sentences of it.
SOURCES = {"joe": 6, "jm_kumo": 6, "strangers": 6, "children-10-15": 6}
SIMILARITY = {"roosevelt": 0.75, "nightingale": 0.72}
SOUNDS = ["recorded", "room"]
FOLDER = WORK / "historic"
SHORTEST_FRAMES, LONGEST_FRAMES, SMOOTH_FRAMES = 450, 800, 15


def pieces(name: str) -> list[Path]:
    """The recording as it is, cut at its quietest moments, 16 kHz."""
    folder = FOLDER / f"{name}-pieces"
    folder.mkdir(parents=True, exist_ok=True)
    samples = samples_of(HISTORIC[name])
    loudness = np.convolve(spectrum(samples)[1], np.ones(SMOOTH_FRAMES) / SMOOTH_FRAMES, "same")
    start, files = 0, []
    while len(loudness) - start > SHORTEST_FRAMES:
        end = min(len(loudness), start + LONGEST_FRAMES)
        cut = start + SHORTEST_FRAMES + int(np.argmin(loudness[start + SHORTEST_FRAMES : end]))
        files.append(folder / f"{len(files):02}.wav")
        sf.write(files[-1], samples[start * HOP : cut * HOP], RATE_HZ)
        start = cut
    return files


def chosen(name: str) -> tuple[list[Path], list[str]]:
    """Sentences of a set and their texts."""
    where = hearing_sets if name in hearing_sets.SETS else sets
    texts = where.texts_of(name)
    files = spread([file for file in where.files_of(name) if file.stem in texts], SOURCES[name])
    return files, [texts[file.stem] for file in files]


def convert(files: list[Path], source: str, voice: str, sound: str, made: bool) -> list[Path]:
    inputs, out = FOLDER / f"in-{source}", FOLDER / f"{source}-{voice}-{sound}"
    if not made:
        inputs.mkdir(parents=True, exist_ok=True)
        for file in files:
            if not (inputs / file.name).exists():
                (inputs / file.name).symlink_to(file)
        command = ["npm", "run", "--silent", "convert", "--", str(inputs), str(out), "--voice", voice, "--backend", "wasm", "--sound", sound]
        subprocess.run(command, cwd=MODELS.parent, check=True, capture_output=True)
    return [out / file.name for file in files]


def ceiling(references: list[Path]) -> float:
    """Mean similarity of each piece to the others."""
    return float(np.mean([scores.similarity([file], [other for other in references if other != file]) for file in references]))


def measure(voice: str, source: str, references: list[Path], made: bool) -> list[Bar]:
    inputs, texts = chosen(source)
    recorded, room = (convert(inputs, source, voice, sound, made) for sound in SOUNDS)
    source_wer = scores.wer(inputs, texts)
    return [
        Bar("similarity as recorded", scores.similarity(recorded, references), 3),
        Bar("as if in the room", scores.similarity(room, references), 3),
        Bar("source to recording", scores.similarity(inputs, references), 3),
        Bar("WER of the source, %", source_wer, 1),
        Bar("WER in the room, %", scores.wer(room, texts), 1),
        Bar("WER as recorded, %", scores.wer(recorded, texts), 1),
        Bar("DNSMOS in the room", scores.naturalness(room), 2),
    ]


def summary(voice: str, rows: list[list[Bar]]) -> list[Bar]:
    """Means over the sources, which have the same number of sentences, with the bars."""
    means = {bars[0].name: float(np.mean([bar.value for bar in bars])) for bars in zip(*rows)}
    limits = {
        "similarity as recorded": (SIMILARITY[voice], False),
        "WER in the room, %": (means["WER of the source, %"] + WORSE_POINTS, True),
        "DNSMOS in the room": (NATURAL, False),
    }
    return [Bar(bar.name, means[bar.name], bar.digits, *limits.get(bar.name, (None, False))) for bar in rows[0]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=HISTORIC, help="EVAL.md stays")
    parser.add_argument("--made", action="store_true")
    args = parser.parse_args()
    rows, missed, head, ceilings = [], [], [], []
    for voice in args.only or HISTORIC:
        references = pieces(voice)
        ceilings.append(f"{voice} {ceiling(references):.3f} ({len(references)} pieces)")
        measured = {source: measure(voice, source, references, args.made) for source in SOURCES}
        every = summary(voice, list(measured.values()))
        head = ["voice", "source", *(bar.name for bar in every)]
        rows += [[voice, source, *map(shown, bars)] for source, bars in measured.items()]
        rows.append([voice, "mean", *map(shown, every)])
        missed += [f"{voice}: {bar.name}" for bar in every if not bar.holds]
        print(*rows[-len(SOURCES) - 1 :], sep="\n", flush=True)
    ends = f"Similarity of the pieces of a recording to its other pieces: {'; '.join(ceilings)}."
    text = "\n".join([f"Networks {version()}, {date.today().isoformat()}.", "", *lines(head, rows), "", ends, "", verdict(missed)])
    print(text)
    if not args.only:
        report.rewrite("historic", text)


if __name__ == "__main__":
    main()
