"""All source conditions against the bars: known and unknown speakers, noise, a room, other languages, low and high voices.

    python -m evaluate.table --make      convert with `npm run convert` first, then score
    python -m evaluate.table             score the last conversions
    python -m evaluate.table --only asterisk joe-low [--files 2]      print some rows, of some files; EVAL.md is not rewritten

Rewrites its part of EVAL.md. Word error rates are by whisper in the source's language.
"""

import argparse
from dataclasses import dataclass
from datetime import date

import numpy as np

from . import report, scores, sets
from .run import CONVERTED, Bar, make, verdict, version


@dataclass
class Bars:
    """Bar, and aim where there is one, of each figure; for the word error rate, points over that of the source."""

    wer: tuple[float, ...]
    similarity: tuple[float, ...]
    dnsmos: tuple[float, ...]
    f0: tuple[float, ...] | None


BARS = {
    "held out": Bars((4, 2), (0.80, 0.86), (3.0, 3.2), (0.90, 0.95)),
    "strangers": Bars((8, 3), (0.78, 0.85), (3.0, 3.2), (0.90, 0.95)),
    "in noise": Bars((10, 5), (0.76, 0.83), (2.7, 3.0), None),
    "languages": Bars((12, 5), (0.76, 0.83), (2.9, 3.1), (0.90,)),
}
LEAK = 0.60
GROUP_POINTS = 5
ROWS = [
    ("held out", "jm_kumo", "kathleen"),
    ("held out", "jm_kumo", "joe"),
    ("held out", "joe", "kathleen"),
    ("held out", "kathleen", "joe"),
    ("held out", "kerstin", "kathleen"),
    ("held out", "kerstin", "joe"),
    ("strangers", "asterisk", "kathleen"),
    ("strangers", "asterisk", "joe"),
    ("in noise", "asterisk-cafe", "kathleen"),
    ("in noise", "asterisk-traffic", "kathleen"),
    ("in noise", "asterisk-music", "kathleen"),
    ("in noise", "asterisk-room", "kathleen"),
    ("languages", "nathalie", "kathleen"),
    ("languages", "flemishguy", "kathleen"),
    ("languages", "german", "kathleen"),
    ("languages", "french", "kathleen"),
    ("registers", "joe-low", "kathleen"),
    ("registers", "kathleen-high", "joe"),
]
GROUPS = {
    "women": [("kathleen", "joe"), ("asterisk", "kathleen"), ("asterisk", "joe")],
    "men": [("jm_kumo", "kathleen"), ("jm_kumo", "joe"), ("joe", "kathleen")],
    "voices below 100 Hz": [("joe-low", "kathleen")],
    "voices above 280 Hz": [("kathleen-high", "joe")],
}


def clean(source: str) -> str:
    """The set with clean speech of the same speaker, the reference for similarity to the source."""
    return "asterisk" if source.startswith("asterisk-") else source


def measure(kind: str, source: str, voice: str, limit: int | None = None) -> list[Bar]:
    inputs, language = sets.files_of(source)[:limit], sets.language_of(source)
    outputs = [CONVERTED / f"{source}-{voice}" / file.name for file in inputs]
    texts = [sets.texts_of(source)[file.stem] for file in inputs]
    bars, targets = BARS.get(kind), sets.references_of(voice)
    speakers = sets.files_of(clean(source))[:limit]
    source_wer, wer = scores.wer(inputs, texts, language), scores.wer(outputs, texts, language)
    limit_of = lambda name: None if bars is None or getattr(bars, name) is None else getattr(bars, name)[0]  # noqa: E731
    return [
        Bar("median F0 of the source, Hz", scores.median_f0_hz(inputs, language), 0),
        Bar("WER of the source, %", source_wer, 1),
        Bar("WER, %", wer, 1),
        Bar("over the source, points", wer - source_wer, 1, limit_of("wer"), at_most=True),
        Bar("similarity to the target", scores.similarity(outputs, targets, language), 3, limit_of("similarity")),
        Bar("to the source", scores.similarity(outputs, speakers, language, language), 3, LEAK, at_most=True),
        Bar("source to target", scores.similarity(inputs, targets, language), 3),
        Bar("DNSMOS of the source", scores.naturalness(inputs, language), 2),
        Bar("DNSMOS", scores.naturalness(outputs, language), 2, limit_of("dnsmos")),
        Bar("F0 correlation", scores.f0_correlation(outputs, inputs, language), 3, limit_of("f0")),
    ]


def shown(bar: Bar) -> str:
    text = f"{bar.value:.{bar.digits}f}"
    return text if bar.holds else f"**{text}**"


def lines(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def bars_table() -> list[str]:
    pair = lambda values: "" if values is None else " / ".join(f"{value:g}" for value in values)  # noqa: E731
    rows = [[kind, pair(b.wer), pair(b.similarity), pair(b.dnsmos), pair(b.f0)] for kind, b in BARS.items()]
    return lines(["bar / aim", "WER over the source", "similarity", "DNSMOS", "F0 correlation"], rows)


def groups_table(found: dict[tuple[str, str], list[Bar]]) -> list[str]:
    """Points of word error rate over the source for each group, and their distance from the mean of the groups."""
    over = lambda pair: next(bar.value for bar in found[pair] if bar.name.startswith("over"))  # noqa: E731
    means = {name: float(np.mean([over(pair) for pair in pairs])) for name, pairs in GROUPS.items()}
    centre = float(np.mean(list(means.values())))
    rows = []
    for name, value in means.items():
        apart = Bar("", value - centre, 1, GROUP_POINTS, at_most=True)
        rows.append([name, ", ".join(f"{a} -> {b}" for a, b in GROUPS[name]), f"{value:.1f}", shown(apart)])
    return lines(["group", "sets", "WER over the source, points", "above the mean of the groups"], rows)


def table(found: dict[tuple[str, str], list[Bar]]) -> list[str]:
    kinds = {(source, voice): kind for kind, source, voice in ROWS}
    head = ["", "set", *(bar.name for bar in next(iter(found.values())))]
    return lines(head, [[kinds[pair], " -> ".join(pair), *map(shown, bars)] for pair, bars in found.items()])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--only", nargs="+", help="sources")
    parser.add_argument("--files", type=int, help="the first of each set")
    args = parser.parse_args()
    rows = [row for row in ROWS if not args.only or row[1] in args.only]
    if args.make:
        make([(source, voice) for _, source, voice in rows])
    found = {(source, voice): measure(kind, source, voice, args.files) for kind, source, voice in rows}
    if args.only or args.files:
        print("\n".join(table(found)))
        return
    missed = [f"{' -> '.join(pair)}: {bar.name}" for pair, bars in found.items() for bar in bars if not bar.holds]
    text = [
        f"Networks {version()}, {date.today().isoformat()}. Similarity to the source: at most {LEAK:.2f}. Groups: at most {GROUP_POINTS} points above their mean.",
        *("", *bars_table(), "", *table(found), "", *groups_table(found), ""),
        verdict(missed, "bars of the sets"),
    ]
    report.rewrite("everyone", "\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
