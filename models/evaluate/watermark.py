"""Score the mark: whether it can be heard, or told by a machine without its key.

    python -m evaluate.watermark

Reads the unmarked conversions that `python -m pipeline.convert` makes (`work/unmarked/<source>-<voice>`, made here
when they are missing), marks and detects with the app's own code bundled for node, and rewrites its part of EVAL.md.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from pesq import pesq

from pipeline.paths import MODELS, SEED, WORK

from . import report, sets

RATE = 24000
PAIRS = [("jm_kumo", "kathleen"), ("joe", "flemishguy"), ("kathleen", "joe"), ("jm_kumo", "kerstin"), ("joe", "nathalie")]
UNMARKED = WORK / "unmarked"
FOLDS = 5

DRIVER = """
import { readFileSync, writeFileSync } from 'node:fs';
import { embedWatermark, voiceId24 } from './watermark.mjs';
const read = (path) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
for (const line of readFileSync(0, 'utf8').trim().split('\\n')) {
  const [from, to] = line.split('\\t');
  const payload = { version: 2, id24: voiceId24('kathleen') };
  writeFileSync(to, Buffer.from(embedWatermark(read(from), payload).buffer));
}
"""


class App:
    """The app's own mark, in node."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bundle = ["npx", "rolldown", "src/watermark/index.ts", "-o", str(folder / "watermark.mjs"), "--format", "esm", "--platform", "node"]
        subprocess.run(bundle, cwd=MODELS.parent, check=True, capture_output=True)
        (folder / "driver.mjs").write_text(DRIVER)

    def mark(self, recordings: list[np.ndarray]) -> list[np.ndarray]:
        names = [self.folder / f"{i}.f32" for i in range(len(recordings))]
        for name, samples in zip(names, recordings):
            samples.astype("<f4").tofile(name)
        lines = "\n".join(f"{name}\t{name}.marked" for name in names)
        subprocess.run(["node", str(self.folder / "driver.mjs")], input=lines, text=True, check=True)
        return [np.fromfile(f"{name}.marked", "<f4") for name in names]


def conversions() -> list[np.ndarray]:
    found = []
    for source, voice in PAIRS:
        folder = UNMARKED / f"{source}-{voice}"
        if len(list(folder.glob("*.wav"))) < len(sets.files_of(source)):
            subprocess.run(["python", "-m", "pipeline.convert", str(sets.files_of(source)[0].parent), str(folder), "--voice", voice], check=True, cwd=MODELS)
        found += [sf.read(file, dtype="float32")[0] for file in sorted(folder.glob("*.wav"))]
    return found


def audibility(pieces: list[np.ndarray], marked: list[np.ndarray]) -> str:
    low = lambda samples: soxr.resample(samples, RATE, 16000)  # noqa: E731
    values = [pesq(16000, low(a), low(b), "wb") for a, b in zip(pieces, marked)]
    mean, fifth = np.mean(values), np.percentile(values, 5)
    return (
        f"PESQ-WB of marked against unmarked, {len(values)} conversions to {len({voice for _, voice in PAIRS})} voices: "
        f"mean {mean:.2f} (bar 4.3: {'holds' if mean >= 4.3 else 'FAILS'}), "
        f"5th percentile {fifth:.2f} (bar 4.0: {'holds' if fifth >= 4.0 else 'FAILS'}), lowest {min(values):.2f}."
    )


def clues(samples: np.ndarray) -> np.ndarray:
    """What a listener without the key has: mean, deviation and unrest in time and frequency of 40 log bands."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.geomspace(6, 300, 41).astype(int)
    level = np.log(np.stack([power[:, a : max(b, a + 1)].sum(1) for a, b in zip(edges, edges[1:])], 1) + 1e-9)
    level = level[level.mean(1) > np.percentile(level.mean(1), 30)]
    unrest = [np.abs(np.diff(level, axis=0)).mean(0), np.abs(np.diff(level, axis=1)).mean(0)]
    return np.concatenate([level.mean(0), level.std(0), *unrest])


def told_apart(pieces: list[np.ndarray], marked: list[np.ndarray]) -> str:
    """A blind test by machine: which of a pair is the marked one, by ridge regression on other pairs' clues."""
    pairs = np.stack([clues(b) - clues(a) for a, b in zip(pieces, marked)])
    rng = np.random.default_rng(SEED)
    single = np.stack([np.stack([clues(a), clues(b)]) for a, b in zip(pieces, marked)])
    folds, lone = rng.integers(0, FOLDS, len(pairs)), []
    both = []
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        x = single[train].reshape(-1, single.shape[2])
        centre, scale = x.mean(0), x.std(0) + 1e-9
        y = np.tile([-1.0, 1.0], train.sum())
        z = (x - centre) / scale
        weights = np.linalg.solve(z.T @ z + 50 * np.eye(z.shape[1]), z.T @ y)
        lone += list(((((single[test] - centre) / scale) @ weights) > 0) == np.array([False, True]))
        d = pairs[train] / (pairs[train].std(0) + 1e-9)
        weights = np.linalg.solve(d.T @ d + 50 * np.eye(d.shape[1]), d.sum(0))
        both += list((pairs[test] / (pairs[train].std(0) + 1e-9)) @ weights > 0)
    return (
        f"A classifier without the key, trained on other clips ({FOLDS} folds): right about {100 * np.mean(lone):.1f} % of single clips "
        f"(bar 55 %: {'holds' if np.mean(lone) <= 0.55 else 'FAILS'}); shown a clip with and without the mark, it picks the marked one in {100 * np.mean(both):.1f} %."
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pieces = conversions()
        marked = App(Path(folder)).mark(pieces)
        text = "\n\n".join([audibility(pieces, marked), told_apart(pieces, marked), "What the mark survives: [docs/watermark.md](../docs/watermark.md)."])
    print(text)
    report.rewrite("watermark", text)


if __name__ == "__main__":
    main()
