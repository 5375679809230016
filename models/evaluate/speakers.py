"""Separation of speakers by the published speaker encoder: the basis of the thresholds in src/enrol/speakers.ts.

    python -m evaluate.speakers

Cosines of embeddings less the mean of the published voices, on speech without pauses of seven speakers: between windows and the mean of
their own speaker and of the others, and between neighbouring windows and windows of different speakers.
"""

import json
import struct

import numpy as np
import onnxruntime
import soundfile as sf
import soxr

from pipeline.frontend import HOP, RATE_HZ, spectrum
from pipeline.paths import PUBLISHED, SEED, SPEECH, WORK

SPEAKERS = [SPEECH / name for name in ("kathleen", "kerstin", "nathalie", "flemishguy")] + [WORK / "heldout" / name for name in ("asterisk", "jm_kumo", "joe")]
WINDOWS = (1.0, 1.5, 2.5, 3.0, 5.0)
FILES, LEVEL_DB, QUIET_DB = 25, -23, -55


def mean_voice() -> np.ndarray:
    """Mean embedding [128] of the published voices."""
    found = []
    for path in sorted(PUBLISHED.glob("*.voice")):
        blob = path.read_bytes()
        size = struct.unpack("<I", blob[4:8])[0]
        entry = next(a for a in json.loads(blob[8 : 8 + size])["arrays"] if a["name"] == "embedding")
        found.append(np.frombuffer(blob, "<f4", 128, 8 + size + entry["offset"]))
    return np.mean(found, 0)


def speech_of(folder, rng) -> np.ndarray:
    """Up to 25 recordings at 16 kHz, concatenated, at a speech level of -23 dBFS, without frames below -55 dBFS."""
    files = sorted(folder.glob("*.opus")) or sorted(folder.glob("*.wav"))
    parts = []
    for file in rng.choice(files, min(FILES, len(files)), replace=False):
        audio, rate = sf.read(file, dtype="float32", always_2d=True)
        audio = soxr.resample(audio.mean(1), rate, RATE_HZ)
        loud = spectrum(audio)[1]
        active = loud[loud > np.percentile(loud, 95) - 20]
        audio = audio * 10 ** ((LEVEL_DB - 10 * np.log10(np.mean(10 ** (active / 10)))) / 20)
        keep = np.repeat(spectrum(audio)[1] > QUIET_DB, HOP)
        parts.append(audio[: len(keep)][keep])
    return np.concatenate(parts)


def main() -> None:
    session = onnxruntime.InferenceSession(str(PUBLISHED / "speaker.onnx"))
    rng, centre = np.random.default_rng(SEED), mean_voice()
    cosine = lambda a, b: float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))  # noqa: E731
    recordings = [speech_of(folder, rng) for folder in SPEAKERS]
    print("| window | own speaker: 1, 5, 50 % | others: 50, 95, 99 % | neighbours: 1, 5, 50 % | across: 50, 90 % |\n|---|---|---|---|---|")
    for seconds in WINDOWS:
        size = int(seconds * RATE_HZ)
        sets = []
        for audio in recordings:
            windows = [spectrum(audio[i : i + size])[0] for i in range(0, min(len(audio) - size, FILES * size), size)]
            sets.append([session.run(None, {"logMel": w[None, : len(w) // 2 * 2]})[0][0] - centre for w in windows])
        means = [np.mean(s, 0) for s in sets]
        own = [cosine(e, means[i]) for i, s in enumerate(sets) for e in s]
        other = [cosine(e, m) for i, s in enumerate(sets) for e in s for j, m in enumerate(means) if i != j]
        near = [cosine(a, b) for s in sets for a, b in zip(s, s[1:])]
        across = [cosine(a, b) for i, s in enumerate(sets) for j, t in enumerate(sets) if i != j for a, b in zip(s, t)]
        show = lambda values, at: ", ".join(f"{v:.2f}" for v in np.percentile(values, at))  # noqa: E731
        print(f"| {seconds} s | {show(own, [1, 5, 50])} | {show(other, [50, 95, 99])} | {show(near, [1, 5, 50])} | {show(across, [50, 90])} |")


if __name__ == "__main__":
    main()
