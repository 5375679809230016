"""The watermark's audibility, and its detectability without the key.

    python -m evaluate.watermark

Reads unmarked conversions by `python -m pipeline.convert` (`work/unmarked/<source>-<voice>`, made here where they are missing), marks and
detects with the app's own code bundled for Node.js, and rewrites its part of EVAL.md.
"""

import shutil
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
MESSAGE = "0123456789abcdef0011223344556677"

DRIVER = """
import { readFileSync, writeFileSync } from 'node:fs';
import { measureClues } from './clues.mjs';
import { pointsToSynthesis, isInformative } from './judgement.mjs';
import { embedWatermark, voiceId24 } from './watermark.mjs';
const read = (path) => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
const payload = { version: 2, id24: voiceId24('kathleen') };
const actions = {
  mark: async (samples) => embedWatermark(samples, payload),
  clues: async (samples) => {
    const clues = await measureClues(samples, 24000);
    const points = ([id, value]) => value !== null && isInformative(id) && pointsToSynthesis(id, value);
    const { band, phase, jitter, floor } = clues;
    return Float32Array.from([band, phase, jitter, floor, Object.entries(clues).some(points)], (value) => value ?? NaN);
  },
};
const act = actions[process.argv[2]];
for (const line of readFileSync(0, 'utf8').trim().split('\\n')) {
  const [from, to] = line.split('\\t');
  writeFileSync(to, Buffer.from((await act(read(from))).buffer));
}
"""


class App:
    """The app's watermark embedder, and the clues of its Detect page, in Node.js."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for source, name in (("src/watermark/index.ts", "watermark.mjs"), ("src/detect/clues.ts", "clues.mjs"), ("src/detect/clue-decision.ts", "judgement.mjs")):
            bundle = ["npx", "rolldown", source, "-o", str(folder / name), "--format", "esm", "--platform", "node"]
            subprocess.run(bundle, cwd=MODELS.parent, check=True, capture_output=True)
        (folder / "driver.mjs").write_text(DRIVER)

    def mark(self, recordings: list[np.ndarray]) -> list[np.ndarray]:
        return self.run("mark", recordings)

    def clues(self, recordings: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Clue values [recordings, 4], missing ones replaced by the mean of the others; whether a clue of each points to synthesis."""
        found = np.stack(self.run("clues", recordings))
        values, points = found[:, :-1], found[:, -1] > 0.5
        return np.where(np.isnan(values), np.nanmean(values, axis=0), values), points

    def run(self, action: str, recordings: list[np.ndarray]) -> list[np.ndarray]:
        names = [self.folder / f"{i}.f32" for i in range(len(recordings))]
        for name, samples in zip(names, recordings):
            samples.astype("<f4").tofile(name)
        lines = "\n".join(f"{name}\t{name}.{action}" for name in names)
        subprocess.run(["node", str(self.folder / "driver.mjs"), action], input=lines, text=True, check=True)
        return [np.fromfile(f"{name}.{action}", "<f4") for name in names]


def conversions() -> list[np.ndarray]:
    found = []
    for source, voice in PAIRS:
        folder = UNMARKED / f"{source}-{voice}"
        if len(list(folder.glob("*.wav"))) < len(sets.files_of(source)):
            subprocess.run(["python", "-m", "pipeline.convert", str(sets.files_of(source)[0].parent), str(folder), "--voice", voice], check=True, cwd=MODELS)
        found += [sf.read(file, dtype="float32")[0] for file in sorted(folder.glob("*.wav"))]
    return found


def pesq_wb(clips: list[np.ndarray], marked: list[np.ndarray]) -> list[float]:
    """PESQ-WB of each marked clip against the unmarked one."""
    low = lambda samples: soxr.resample(samples, RATE, 16000)  # noqa: E731
    return [pesq(16000, low(a), low(b), "wb") for a, b in zip(clips, marked)]


def audibility(clips: list[np.ndarray], marked: list[np.ndarray]) -> str:
    values = pesq_wb(clips, marked)
    mean, fifth = np.mean(values), np.percentile(values, 5)
    return (
        f"PESQ-WB of marked against unmarked, {len(values)} conversions to {len({voice for _, voice in PAIRS})} voices: "
        f"mean {mean:.2f} (bar 4.3: {'holds' if mean >= 4.3 else 'FAILS'}), "
        f"5th percentile {fifth:.2f} (bar 4.0: {'holds' if fifth >= 4.0 else 'FAILS'}), lowest {min(values):.2f}."
    )


def compared_with_audiowmark(clips: list[np.ndarray], folder: Path) -> str:
    """PESQ-WB of audiowmark's watermark (default strength, 10) in the same clips, where it is installed."""
    if not shutil.which("audiowmark"):
        return "audiowmark is not installed: nothing to compare with."
    plain, marked, theirs = folder / "plain.wav", folder / "marked.wav", []
    for clip in clips:
        sf.write(plain, clip, RATE, "FLOAT")
        subprocess.run(["audiowmark", "-q", "add", plain, marked, MESSAGE], check=True)
        theirs.append(sf.read(marked, dtype="float32")[0])
    values = pesq_wb(clips, theirs)
    return f"audiowmark's mark in the same conversions: mean {np.mean(values):.2f}, 5th percentile {np.percentile(values, 5):.2f}, lowest {min(values):.2f}."


def statistics(samples: np.ndarray) -> np.ndarray:
    """Features for a detector without the key [159]: mean, standard deviation and mean absolute difference in time and in frequency of 40
    log band energies."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.geomspace(6, 300, 41).astype(int)
    level = np.log(np.stack([power[:, a : max(b, a + 1)].sum(1) for a, b in zip(edges, edges[1:])], 1) + 1e-9)
    level = level[level.mean(1) > np.percentile(level.mean(1), 30)]
    differences = [np.abs(np.diff(level, axis=0)).mean(0), np.abs(np.diff(level, axis=1)).mean(0)]
    return np.concatenate([level.mean(0), level.std(0), *differences])


def classification_accuracy(plain: np.ndarray, marked: np.ndarray) -> tuple[float, float]:
    """Accuracy of ridge regression, cross-validated in five folds, on features [clips, values]: marked or not for single clips, and which of a
    pair is the marked one."""
    pairs, single = marked - plain, np.stack([plain, marked], 1)
    rng = np.random.default_rng(SEED)
    folds, single_right = rng.integers(0, FOLDS, len(pairs)), []
    pair_right = []
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        x = single[train].reshape(-1, single.shape[2])
        centre, scale = x.mean(0), x.std(0) + 1e-9
        y = np.tile([-1.0, 1.0], train.sum())
        z = (x - centre) / scale
        weights = np.linalg.solve(z.T @ z + 50 * np.eye(z.shape[1]), z.T @ y)
        single_right += list(((((single[test] - centre) / scale) @ weights) > 0) == np.array([False, True]))
        d = pairs[train] / (pairs[train].std(0) + 1e-9)
        weights = np.linalg.solve(d.T @ d + 50 * np.eye(d.shape[1]), d.sum(0))
        pair_right += list((pairs[test] / (pairs[train].std(0) + 1e-9)) @ weights > 0)
    return float(np.mean(single_right)), float(np.mean(pair_right))


def detectability(app: App, clips: list[np.ndarray], marked: list[np.ndarray]) -> str:
    (plain, plain_points), (with_mark, with_mark_points) = app.clues(clips), app.clues(marked)
    right = np.mean([~plain_points, with_mark_points])
    verdict = max(right, 1 - right)
    single_right, pair_right = classification_accuracy(plain, with_mark)
    measured = [np.stack([statistics(samples) for samples in each]) for each in (clips, marked)]
    attacked, attacked_pairs = classification_accuracy(*measured)
    return (
        f"The app's own classifier, whether its Detect page says that a clue points to synthesis, is right about {100 * verdict:.1f} % of clips, "
        f"marked or not (bar 55 %: {'holds' if verdict <= 0.55 else 'FAILS'}).\n\n"
        f"What its clues measure, weighed by a classifier that was trained on other clips ({FOLDS} folds), is right about "
        f"{100 * single_right:.1f} % of single clips; shown a clip with and without the mark, it picks the marked one in {100 * pair_right:.1f} %.\n\n"
        f"A classifier made for the purpose, without the key, on what bands do in time and frequency: {100 * attacked:.1f} % of single clips, "
        f"{100 * attacked_pairs:.1f} % of pairs. The mark is quiet; it is not hidden from who looks for it."
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clips = conversions()
        app = App(Path(folder))
        marked = app.mark(clips)
        text = "\n\n".join([audibility(clips, marked), compared_with_audiowmark(clips, Path(folder)), detectability(app, clips, marked), "What the mark survives: [docs/watermark.md](../docs/watermark.md)."])
    print(text)
    report.rewrite("watermark", text)


if __name__ == "__main__":
    main()
