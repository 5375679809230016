"""Error rates of the judgements of `src/engine/analysis/conditions.ts`: what the app says about echo, distance, noise, other voices, whisper.

    python -m evaluate.judgements          rewrites its part of EVAL.md
    python -m evaluate.judgements --fit    fits the weights and writes src/engine/analysis/condition-weights.json

Both run the app's own code on the recordings of `evaluate.judgement_sets`; `work/judgements` keeps the features, which do not depend on the
weights.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np

from pipeline.paths import SEED, WORK

from . import app_code, report
from .judgement_sets import CONDITIONS, Source, make
from .table import lines

CACHE = WORK / "judgements"
WEIGHTS = app_code.ROOT / "src/engine/analysis/condition-weights.json"
FIT_RECORDINGS, CHUNK = 900, 50
FIT_KINDS = {"near": 0.24, "hall": 0.13, "far": 0.13, "rumble": 0.08, "hum": 0.07, "voices": 0.14, "whisper": 0.08, "noise": 0.09, "music": 0.04}
FIT_MORE = {"tune": 75, "accompanied": 50, "talker": 40, "babble": 35}
# Kind -> (condition that it should be named, levels, recordings of each level). The first levels of noise and voices are in between.
SETS = {
    "near": (None, ["grown-up", "child"], 60),
    "hall": ("hall", [1.5, 2.0, 2.5, 3.0], 15),
    "far": ("far", [2.0, 4.0], 25),
    "rumble": ("rumble", [5.0, 0.0, -5.0], 15),
    "hum": ("hum", [10.0, 0.0], 20),
    "talker": ("voices", [10.0, 5.0, 0.0], 18),
    "babble": ("voices", [10.0, 5.0, 0.0], 18),
    "whisper": ("whisper", [None], 30),
    "noise": ("noise", [10.0, 5.0, 0.0], 15),
    "music": (None, [None], 30),
}
UNITS = {"hall": "RT60 {:g} s", "far": "{:g} m", "near": "{}", "whisper": "", "music": "alone"}
IN_BETWEEN = {("talker", 10.0), ("babble", 10.0), ("noise", 10.0)}
MOST_FALSE_ALARMS, FEWEST_HITS = 5, 80
# The threshold of a condition lies where half the balanced recordings would have it, and higher if it is named in a larger share than this of
# the near recordings for fitting, or of all those without it.
NEAR_ALARMS, OTHER_ALARMS = 0.025, 0.06
PENALTY, FOLDS, STEPS, MUSIC_WEIGHT = 2e-3, 5, 25, 4
MEASURE = [
    "export { measureTake } from '%(src)s/engine/analysis/condition-take';",
    "export { FEATURES } from '%(src)s/engine/analysis/condition-features';",
]
MEASURE_DRIVER = """
import { readFileSync } from 'node:fs';
import { measureTake } from './app.mjs';
for (const file of process.argv.slice(4)) {
  const samples = new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
  const before = process.cpuUsage();
  const { features, gainDb } = await measureTake(samples, 16000);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ features: { ...features, values: [...features.values] }, gainDb, load: (user + system) / 62.5 / samples.length }));
}
"""
JUDGE = ["export { confidences, named, CONDITIONS } from '%(src)s/engine/analysis/conditions';"]
JUDGE_DRIVER = """
import { readFileSync } from 'node:fs';
import { confidences, named } from './app.mjs';
for (const { features, gainDb } of JSON.parse(readFileSync(process.argv[3], 'utf8'))) {
  const found = confidences(features, gainDb);
  console.log(JSON.stringify(found && named(found)));
}
"""


def measured(name: str, jobs: list[dict], held: bool) -> list[dict]:
    """Each job with its `truth` and what the app measured; in chunks, which are kept."""
    done = []
    for start in range(0, len(jobs), CHUNK):
        file = CACHE / f"{name}-{start:05}.json"
        if not file.exists():
            measure_chunk(file, jobs[start : start + CHUNK], Source(held), start)
        done += json.loads(file.read_text())
    return done


def measure_chunk(file: Path, jobs: list[dict], source: Source, start: int) -> None:
    made = [make(job["kind"], source, np.random.default_rng([SEED, start, i]), job.get("level"), job.get("who")) for i, job in enumerate(jobs)]
    found = app_code.run(MEASURE, MEASURE_DRIVER, [audio for audio, _ in made])
    CACHE.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([{**job, "truth": truth, **row} for job, (_, truth), row in zip(jobs, made, found)]))


def fit_jobs() -> list[dict]:
    kinds = np.random.default_rng(SEED).choice(list(FIT_KINDS), FIT_RECORDINGS, p=list(FIT_KINDS.values()))
    more = np.random.default_rng(SEED).permutation([kind for kind, count in FIT_MORE.items() for _ in range(count)])
    return [{"kind": str(kind)} for kind in [*kinds, *more]]


def held_jobs() -> list[dict]:
    source, rng, jobs = Source(True), np.random.default_rng(SEED), []
    for kind, (_, levels, count) in SETS.items():
        for level in levels:
            for _ in range(count):
                who = str(rng.choice([n for n in source.names if (n in source.children) == (level == "child")])) if kind == "near" else None
                jobs.append({"kind": kind, "shown": level, "level": None if kind == "near" else level, "who": who})
    return [jobs[i] for i in rng.permutation(len(jobs))]


def regression(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression with an L2 penalty by Newton's method (Bishop 2006, section 4.3.3): the factors, then the bias."""
    data = np.c_[x, np.ones(len(x))]
    penalty = np.r_[np.full(x.shape[1], 2 * PENALTY * len(x)), 0]
    found = np.zeros(data.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-data @ found))
        gradient = data.T @ (weights * (chance - y)) + penalty * found
        curvature = (data * (weights * np.maximum(chance * (1 - chance), 1e-6))[:, None]).T @ data + np.diag(penalty)
        found -= np.linalg.solve(curvature, gradient)
    return found


def fitted(rows: list[dict]) -> dict:
    """Weights of every condition. Thresholds are chosen on scores that five-fold cross-validation gives, and go into the bias."""
    values = np.array([row["features"]["values"] for row in rows])
    means, scales = values.mean(0), values.std(0) + 1e-3
    x = np.clip((values - means) / scales, -4, 4)
    near = np.array([row["kind"] == "near" for row in rows])
    folds = np.arange(len(rows)) % FOLDS
    conditions = {}
    for name in CONDITIONS:
        truth = np.array([np.nan if row["truth"][name] is None else row["truth"][name] for row in rows])
        known = ~np.isnan(truth)
        balance = np.where(truth == 1, 0.5 / np.mean(truth[known] == 1), 0.5 / np.mean(truth[known] == 0))
        balance[[row["kind"] in ("music", "tune") for row in rows]] *= MUSIC_WEIGHT
        scores = np.zeros(len(rows))
        for fold in range(FOLDS):
            kept, left = known & (folds != fold), folds == fold
            found = regression(x[kept], truth[kept], balance[kept])
            scores[left] = x[left] @ found[:-1] + found[-1]
        threshold = max(0.0, np.quantile(scores[near], 1 - NEAR_ALARMS), np.quantile(scores[truth == 0], 1 - OTHER_ALARMS))
        hits = np.mean(scores[truth == 1] > threshold)
        print(f"{name}: threshold {threshold:.2f}, in cross-validation hits {100 * hits:.0f} % of {np.sum(truth == 1)}, at 0: {100 * np.mean(scores[truth == 1] > 0):.0f} % and {100 * np.mean(scores[near] > 0):.1f} % of near")
        whole = regression(x[known], truth[known], balance[known])
        conditions[name] = {"factors": [float(f"{f:.4g}") for f in whole[:-1]], "bias": float(f"{whole[-1] - threshold:.4g}")}
    rounded = lambda each: [float(f"{value:.5g}") for value in each]  # noqa: E731
    return {"means": rounded(means), "scales": rounded(scales), "conditions": conditions}


def label(kind: str, level) -> str:
    return f"{kind} {UNITS.get(kind, '{:g} dB').format(level)}".strip()


def table(rows: list[dict]) -> str:
    answers = app_code.run(JUDGE, JUDGE_DRIVER, [], [{"features": row["features"], "gainDb": row["gainDb"]} for row in rows])
    out, missed = [], []
    columns = [*CONDITIONS, "quiet"]
    for kind, (wanted, levels, _) in SETS.items():
        for level in levels:
            found = [answer or [] for row, answer in zip(rows, answers) if row["kind"] == kind and row["shown"] == level]
            shares = {name: 100 * sum(name in each for each in found) / len(found) for name in columns}
            cells = []
            for name in columns:
                share = f"{shares[name]:.0f}"
                if kind == "near" or (kind, name) == ("music", "voices"):
                    bad = shares[name] > MOST_FALSE_ALARMS
                else:
                    bad = name == wanted and shares[name] < FEWEST_HITS and (kind, level) not in IN_BETWEEN
                if bad:
                    missed.append(f"{label(kind, level)}: {name}")
                cells.append(f"**{share}**" if bad else share)
            nothing = sum(not each for each in found)
            out.append([label(kind, level), str(len(found)), *cells, f"{100 * nothing / len(found):.0f}"])
    loads = [row["load"] for row in rows]
    text = lines(["recordings", "number", *columns, "nothing"], out)
    text += ["", f"Bars that do not hold: {'; '.join(missed) or 'none'}.", "", f"Computing time of a judgement over the duration of the recording, at 16 kHz, median: {np.median(loads):.4f}."]
    return "\n".join(text)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fit", action="store_true")
    if parser.parse_args().fit:
        WEIGHTS.write_text(json.dumps(fitted(measured("fit", fit_jobs(), False))))
        subprocess.run(["npx", "prettier", "--write", str(WEIGHTS)], cwd=app_code.ROOT, check=True)
        return
    text = table(measured("held", held_jobs(), True))
    print(text)
    report.rewrite("judgements", text)


if __name__ == "__main__":
    main()
