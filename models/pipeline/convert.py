"""Convert recordings in Python, to listen to a checkpoint before it is published. The engine's chain without gate and watermark.

    python -m pipeline.convert <folder of wav> <out folder> --voice kathleen [--blend 0.3] [--ear] [--denoise]

With `--ear` the codes are those that the ear (whisper-base's encoder, in float) and the content network join; with `--denoise` every
recording loses its noise first, whether or not the app would take it away, and the ear hears half of the noise.
"""

import argparse
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
import torch

from . import ear_join, ear_network, frontend
from .checkpoints import load_trained
from .data import hold_f0
from .denoiser import RATE_HZ as DENOISER_RATE_HZ
from .denoiser import published_denoiser
from .ear_take import Hear, joined_codes
from .networks import BANDS
from .paths import PUBLISHED
from .synthesis import RATE_HZ, synthesise
from .voices import NEIGHBOURS, textured

# Speech level at which the ear hears a recording, dBFS.
EAR_LEVEL_DB = -23


def parse_voice(blob: bytes) -> tuple[dict, dict]:
    """Header and arrays (as float32) of a `.voice` file; `pipeline.export.voice_file` describes the format."""
    size = struct.unpack("<I", blob[4:8])[0]
    header = json.loads(blob[8 : 8 + size])
    arrays = {}
    for e in header["arrays"]:
        count = int(np.prod(e["shape"]))
        arrays[e["name"]] = np.frombuffer(blob, e["dtype"], count, 8 + size + e["offset"]).reshape(e["shape"]).astype(np.float32)
    return header, arrays


def retrieve(codes: np.ndarray, codebook: np.ndarray, timbre: np.ndarray, blend: float) -> tuple[np.ndarray, np.ndarray]:
    """codes [n, 128] moved by `blend` towards the mean of their four nearest codebook entries by cosine; those entries' mean timbre [n, 40]."""
    unit = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-8)  # noqa: E731
    near = np.argpartition(-(unit(codes) @ unit(codebook).T), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return (1 - blend) * codes + blend * codebook[near].mean(1), timbre[near].mean(1)


@dataclass
class Voice:
    """A parsed `.voice` file. codebook [512, 128], timbre [512, 40], embedding [1, 128], colour [1, 80], adapter [RANK, adapter_size]."""

    header: dict
    codebook: np.ndarray
    timbre: np.ndarray
    embedding: torch.Tensor
    colour: torch.Tensor
    adapter: torch.Tensor | None

    @classmethod
    def of(cls, header: dict, arrays: dict) -> "Voice":
        colour = arrays.get("colour", np.zeros(BANDS))
        adapter = torch.from_numpy(arrays["adapter"]) if "adapter" in arrays else None
        return cls(header, arrays["codebook"], arrays["timbre"], batch(arrays["embedding"]), batch(colour), adapter)


def load_voice(name: str) -> Voice:
    return Voice.of(*parse_voice((PUBLISHED / f"{name}.voice").read_bytes()))


def batch(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(x, np.float32))[None]


@dataclass
class Features:
    """Features [1, frames, ...] of a recording scaled by `gain` to the target voice's speech level; and the 16 kHz samples for the ear at -23 dBFS."""

    log_mel: torch.Tensor
    loudness_db: torch.Tensor
    f0_hz: torch.Tensor
    voiced: torch.Tensor
    gain: float
    samples: np.ndarray


def denoised(samples: np.ndarray) -> np.ndarray:
    """16 kHz samples without their noise."""
    return soxr.resample(published_denoiser()(soxr.resample(samples, 16000, DENOISER_RATE_HZ)), DENOISER_RATE_HZ, 16000)


def analyse(path: Path, voice: Voice, denoise: bool = False) -> Features:
    """Features of a recording; `f0_hz` is held through unvoiced frames and transposed to the voice's median."""
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    noisy = soxr.resample(audio.mean(1), rate, 16000)
    low = denoised(noisy)[: len(noisy)] if denoise else noisy
    heard = (noisy[: len(low)] + low) / 2
    low, heard = (np.pad(x, (0, -len(low) % 320)) for x in (low, heard))
    _, loud = frontend.spectrum(low)
    level_db = frontend.speech_level_db(loud)
    gain = 10 ** ((voice.header["speechLevelDb"] - level_db) / 20)
    mel, loud = frontend.spectrum(low * gain)
    f0, voiced, register_hz = frontend.speakers_pitch(low * gain, loud)
    ratio = voice.header["medianF0Hz"] / register_hz
    return Features(batch(mel), batch(loud), batch(hold_f0(f0) * ratio), batch(voiced), gain, heard * 10 ** ((EAR_LEVEL_DB - level_db) / 20))


@dataclass
class Ear:
    hear: Hear
    join: ear_join.EarJoin


def load_ear() -> Ear:
    return Ear(ear_network.load().hear, ear_join.load())


def codes_of(features: Features, content, ear: Ear | None = None) -> np.ndarray:
    """Content codes [frames / 2, 128]: the content network's, or those that it and the ear join."""
    with torch.no_grad():
        codes = content.offline_delayed(features.log_mel)[0].numpy()
    return joined_codes(features.samples, codes, ear.hear, ear.join) if ear else codes


def gains_of(features: Features, voice: Voice, content, generator, blend: float, ear: Ear | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Natural log of the amplitude gains of harmonics and noise [1, frames, 80]."""
    return gains_for(*retrieve(codes_of(features, content, ear), voice.codebook, voice.timbre, blend), features, voice, generator)


def gains_for(codes: np.ndarray, timbre: np.ndarray, features: Features, voice: Voice, generator) -> tuple[torch.Tensor, torch.Tensor]:
    """As `gains_of`, from retrieved codes [n, 128] and timbre [n, 40]."""
    with torch.no_grad():
        log_mel = textured(features.log_mel, features.loudness_db, batch(timbre), voice.header.get("textureBlend", 0.0))
        cues = (features.f0_hz, features.voiced, features.loudness_db, log_mel)
        harmonic, noise = generator.offline(batch(codes), batch(timbre), *cues, voice.embedding, voice.adapter)
        return harmonic + voice.colour, noise + voice.colour


def write(path: Path, audio: torch.Tensor) -> None:
    """24 kHz; attenuated to a peak of .98 where it would exceed that."""
    sf.write(path, audio.numpy() * min(1.0, 0.98 / float(audio.abs().max())), RATE_HZ)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--voice", required=True)
    parser.add_argument("--blend", type=float)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--ear", action="store_true")
    parser.add_argument("--denoise", action="store_true")
    args = parser.parse_args()
    content, model, _ = load_trained()
    ear = load_ear() if args.ear else None
    voice = load_voice(args.voice)
    blend = voice.header["retrievalBlend"] if args.blend is None else args.blend
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.source.glob("*.wav"))[: args.limit]:
        features = analyse(path, voice, args.denoise)
        gains = gains_of(features, voice, content, model.generator, blend, ear)
        write(args.out / path.name, synthesise(features.f0_hz, features.voiced, *gains)[0])


if __name__ == "__main__":
    main()
