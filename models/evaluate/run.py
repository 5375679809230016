"""Score the built app's conversions of the evaluation sets against the bars.

    python -m evaluate.run --make        convert with `npm run convert` first, then score
    python -m evaluate.run               score the last conversions

Conversions are in `work/converted/<source>-<voice>`. Rewrites the table of the published networks in EVAL.md and keeps those of earlier
networks below it.
"""

import argparse
import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.paths import MODELS, PUBLISHED, WORK

from . import report, scores, sets

CONVERTED = WORK / "converted"
TO_OWN = [("jm_kumo", "kathleen"), ("joe", "kathleen"), ("kathleen", "joe")]
STRANGERS = ("asterisk", "kathleen")


@dataclass
class Bar:
    """A measured value, the digits to print, and the limit it has to keep."""

    name: str
    value: float
    digits: int
    limit: float | None = None
    at_most: bool = False

    @property
    def holds(self) -> bool:
        return self.limit is None or (self.value <= self.limit if self.at_most else self.value >= self.limit)

    def __str__(self) -> str:
        text = f"{self.value:.{self.digits}f}"
        if self.limit is None:
            return text
        sign = "<=" if self.at_most else ">="
        return f"{text if self.holds else f'**{text}**'} ({sign} {self.limit:.{self.digits}f})"


def verdict(missed: list[str], which: str = "bars") -> str:
    """The line below a table: which bars were missed."""
    return f"All {which} hold." if not missed else f"Bars that do not hold: {'; '.join(missed)}."


def convert(source: Path, out: Path, voice: str, ear: str | None = None) -> None:
    """Converts a recording or a folder of them with the built app, on WASM, with its `--ear` where it is given."""
    command = ["npm", "run", "--silent", "convert", "--", str(source), str(out), "--voice", voice, "--backend", "wasm"]
    command += ["--ear", ear] if ear else []
    subprocess.run(command, cwd=MODELS.parent, check=True)


def make(pairs: list[tuple[str, str]]) -> None:
    for source, voice in pairs:
        convert(sets.files_of(source)[0].parent, CONVERTED / f"{source}-{voice}", voice)


def measure(source: str, voice: str) -> list[Bar]:
    inputs = sets.files_of(source)
    outputs = [CONVERTED / f"{source}-{voice}" / file.name for file in inputs]
    texts = [sets.texts_of(source)[file.stem] for file in inputs]
    source_wer = scores.wer(inputs, texts)
    stranger = (source, voice) == STRANGERS
    bars = [
        Bar("WER of the source, %", source_wer, 1),
        Bar("WER, %", scores.wer(outputs, texts), 1, source_wer + (15 if stranger else 10), at_most=True),
        Bar("DNSMOS of the source", scores.naturalness(inputs), 2),
        Bar("DNSMOS", scores.naturalness(outputs), 2, None if stranger else 2.8),
    ]
    to_target = scores.similarity(outputs, sets.references_of(voice))
    if stranger:
        return [*bars, Bar("similarity to the target", to_target, 3)]
    to_source = scores.similarity(outputs, sets.references_of(source))
    return [
        *bars,
        Bar("similarity to the target", to_target, 3, 0.75),
        Bar("similarity to the source", to_source, 3, to_target - 0.15, at_most=True),
        Bar("F0 correlation", scores.f0_correlation(outputs, inputs), 3, 0.85),
    ]


def version() -> str:
    """First 12 hexadecimal digits of the SHA-256 of the published networks' checksums."""
    manifest = json.loads((PUBLISHED / "manifest.json").read_text())
    sums = [file["sha256"] for file in manifest["files"] if file["kind"] == "network"]
    return hashlib.sha256("".join(sums).encode()).hexdigest()[:12]


def table() -> str:
    columns = {f"{source} -> {voice}": measure(source, voice) for source, voice in [*TO_OWN, STRANGERS]}
    names = [bar.name for bar in max(columns.values(), key=len)]
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [next((str(bar) for bar in bars if bar.name == name), "") for bars in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    missed = [f"{pair}: {bar.name}" for pair, bars in columns.items() for bar in bars if not bar.holds]
    return "\n".join([f"### Networks {version()}, {date.today().isoformat()}", "", *lines, "", verdict(missed)])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    if parser.parse_args().make:
        make([*TO_OWN, STRANGERS])
    new = table()
    print(new)
    earlier = report.section("conversions").split("\n### ")
    kept = [part for part in earlier if part.strip() and not part.startswith(f"Networks {version()}")]
    report.rewrite("conversions", "\n\n".join([new, *(f"### {part.strip()}" for part in kept)]))


if __name__ == "__main__":
    main()
