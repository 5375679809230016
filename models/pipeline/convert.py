"""Convert in Python, to hear a checkpoint before it is published: the same chain as the engine.

    python -m pipeline.convert <folder of wav> <out folder> --voice kathleen [--blend 0.3]
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
import torch

from . import frontend
from .data import hold, speech_level_db
from .export import load_trained
from .networks import BANDS
from .paths import PUBLISHED
from .synthesis import synthesise
from .voices import NEIGHBOURS


def read_voice(path: Path):
    blob = path.read_bytes()
    size = struct.unpack("<I", blob[4:8])[0]
    header = json.loads(blob[8 : 8 + size])
    arrays = {}
    for e in header["arrays"]:
        count = int(np.prod(e["shape"]))
        arrays[e["name"]] = np.frombuffer(blob, e["dtype"], count, 8 + size + e["offset"]).reshape(e["shape"]).astype(np.float32)
    return header, arrays


def retrieve(codes: np.ndarray, codebook: np.ndarray, timbre: np.ndarray, blend: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the four codebook entries nearest by cosine, mixed in by `blend`; and of their timbre."""
    unit = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-8)  # noqa: E731
    near = np.argpartition(-(unit(codes) @ unit(codebook).T), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return (1 - blend) * codes + blend * codebook[near].mean(1), timbre[near].mean(1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--voice", required=True)
    parser.add_argument("--blend", type=float)
    parser.add_argument("--limit", type=int, default=1000)
    args = parser.parse_args()
    content, player, _ = load_trained()
    header, arrays = read_voice(PUBLISHED / f"{args.voice}.voice")
    colour = arrays.get("colour", np.zeros(BANDS))
    blend = header["retrievalBlend"] if args.blend is None else args.blend
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.source.glob("*.wav"))[: args.limit]:
        audio, rate = sf.read(path, dtype="float32", always_2d=True)
        low = soxr.resample(audio.mean(1), rate, 16000)
        low = np.pad(low, (0, -len(low) % 320))
        _, loud = frontend.spectrum(low)
        low = low * 10 ** ((header["speechLevelDb"] - speech_level_db(loud)) / 20)
        mel, loud = frontend.spectrum(low)
        f0, voiced = frontend.pitch(low, loud)
        ratio = header["medianF0Hz"] / np.median(f0[f0 > 0])
        to = lambda x: torch.from_numpy(np.ascontiguousarray(x, np.float32))[None]  # noqa: E731
        with torch.no_grad():
            codes, timbre = retrieve(content.whole(to(mel))[0].numpy(), arrays["codebook"], arrays["timbre"], blend)
            pitch = to(hold(f0) * ratio)
            harmonic, noise = player.generator.whole(to(codes), to(timbre), pitch, to(voiced), to(loud), to(arrays["embedding"]))
            harmonic, noise = harmonic + to(colour), noise + to(colour)
            out = synthesise(pitch, to(voiced), harmonic, noise)[0].numpy()
        sf.write(args.out / path.name, out * min(1.0, 0.98 / np.abs(out).max()), 24000)


if __name__ == "__main__":
    main()
