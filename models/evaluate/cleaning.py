"""How well enrolment's cleaning separates usable seconds from unusable ones, on synthetic mixtures.

    python -m evaluate.cleaning

A speaker's sentences with another speaker's, chords, silence and clipping spliced in at known times, through the app's own cleaning with
the published networks. Pauses within speech count as neither. `--music <folder>`: recordings of real music in place of the chords.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from pipeline.frontend import RATE_HZ, spectrum
from pipeline.paths import SEED, SPEECH, WORK

from . import app_code

PAIRS = [("kathleen", "kerstin"), ("kerstin", "jm_kumo"), ("flemishguy", "joe"), ("nathalie", "kathleen"), ("joe", "flemishguy"), ("jm_kumo", "joe")]
GOOD_SECONDS, STEP = 120, 0.1

DRIVER = """
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { cleanRecording, SpeakerEncoder, StreamingNetwork, RunQueue, isKept, parseVoice } from './app.mjs';
const [published, , ...files] = process.argv.slice(2);
ort.env.wasm.numThreads = 1;
const read = (path) => Uint8Array.from(readFileSync(path));
const manifest = JSON.parse(readFileSync(`${published}/manifest.json`, 'utf8'));
const voices = manifest.files.filter((file) => file.kind === 'voice');
const middle = new Float32Array(128);
for (const { file } of voices)
  parseVoice(read(`${published}/${file}`).buffer).embedding.forEach((x, i) => (middle[i] += x / voices.length));
const session = await ort.InferenceSession.create(read(`${published}/speaker.onnx`));
const makeTensor = (data, dims) => new ort.Tensor('float32', data, dims);
const encoder = new SpeakerEncoder(new StreamingNetwork({ session, stateShapes: [], lookAheadFrames: 0 }, makeTensor, new RunQueue()), middle);
for (const file of files) {
  const { pieces } = await cleanRecording(new Float32Array(read(file).buffer), 16000, encoder);
  console.log(JSON.stringify(pieces.map((p) => ({ from: p.startSeconds, to: p.endSeconds, kept: isKept(p), reason: p.reason }))));
}
"""
EXPORTS = [
    "export { cleanRecording } from '%(src)s/enrol/cleaning/clean';",
    "export { SpeakerEncoder } from '%(src)s/enrol/speaker-encoder';",
    "export { isKept } from '%(src)s/enrol/summary';",
    "export { RunQueue, StreamingNetwork } from '%(src)s/engine/backends/network';",
    "export { parseVoice } from '%(src)s/files/voice-read';",
]


def files_of(name: str) -> list[Path]:
    return sorted((SPEECH / name).glob("*.opus")) or sorted((WORK / "heldout" / name).glob("*.wav"))


def load(file: Path) -> np.ndarray:
    """Mono at 16 kHz, scaled to an RMS of .05."""
    audio, rate = sf.read(file, dtype="float32", always_2d=True)
    audio = soxr.resample(audio.mean(1), rate, RATE_HZ)
    return audio / np.sqrt(np.mean(audio**2)) * 0.05


def chords(seconds: float, rng) -> np.ndarray:
    """A major triad of twelve harmonics each, at 16 kHz."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    root = rng.choice([174.6, 196.0, 220.0, 261.6])
    return sum(0.02 / k * np.sin(2 * np.pi * root * step * k * t) for step in (1, 1.26, 1.5) for k in range(1, 13)).astype(np.float32)


def mixture(own: str, other: str, music: list[np.ndarray], rng) -> tuple[np.ndarray, list[tuple[str, float, float]]]:
    """Samples at 16 kHz, and (kind, start, end in seconds) of each part."""
    parts, labels, at = [], [], 0.0

    def add(kind: str, audio: np.ndarray) -> None:
        nonlocal at
        parts.append(audio)
        labels.append((kind, at, at + len(audio) / RATE_HZ))
        at += len(audio) / RATE_HZ

    strangers, files, good = iter(rng.permutation(files_of(other)).tolist()), files_of(own), 0.0
    for index, file in enumerate(rng.permutation(files).tolist() * 8):
        if good >= GOOD_SECONDS:
            break
        audio = load(file)
        good += len(audio) / RATE_HZ
        add("good", audio)
        if index % 6 == 1:
            add("other speaker", load(next(strangers)))
        if index % 6 == 2:
            start = rng.integers(0, max(1, len(music[0]) - 6 * RATE_HZ)) if music else 0
            add("music", music[rng.integers(len(music))][start : start + 6 * RATE_HZ] if music else chords(6, rng))
        if index % 6 == 3:
            add("silence", np.zeros(4 * RATE_HZ, np.float32))
        if index % 6 == 5:
            add("clipped", np.clip(load(files[rng.integers(len(files))]) * 8, -0.3, 0.3))
    return np.concatenate(parts), labels


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--music", type=Path)
    folder_of_music = parser.parse_args().music
    music = [load(file) for file in sorted(folder_of_music.glob("*.wav"))] if folder_of_music else []
    rng = np.random.default_rng(SEED)
    mixtures = [mixture(own, other, music, rng) for own, other in PAIRS]
    totals: dict[str, list[int]] = {}
    reasons: dict[str, int] = {}
    for (audio, labels), pieces in zip(mixtures, app_code.run(EXPORTS, DRIVER, [audio for audio, _ in mixtures])):
        loud = spectrum(audio)[1]
        for kind, start, end in labels:
            count = totals.setdefault(kind, [0, 0])
            for t in np.arange(start, end, STEP):
                if kind == "good" and loud[int(t * 100) : int(t * 100) + 10].max() < -50:
                    continue
                here = next((p for p in pieces if p["from"] <= t < p["to"]), {"kept": False, "reason": "pause"})
                count[0] += not here["kept"]
                count[1] += 1
                if kind == "good" and not here["kept"]:
                    reasons[here["reason"]] = reasons.get(here["reason"], 0) + 1
    print("| seconds of | left out | of |\n|---|---|---|")
    for kind, (out, total) in totals.items():
        print(f"| {kind} | {100 * out / total:.1f} % | {total * STEP:.0f} s |")
    print("good seconds left out, by reason: " + ", ".join(f"{k} {n * STEP:.0f}" for k, n in reasons.items()))
    bad = [v for k, v in totals.items() if k != "good"]
    print(f"| all unusable | {100 * sum(v[0] for v in bad) / sum(v[1] for v in bad):.1f} % | {sum(v[1] for v in bad) * STEP:.0f} s |")


if __name__ == "__main__":
    main()
