"""Upper bound of intelligibility: are words lost by the networks, or by the synthesis even with optimal gains?

    python -m evaluate.ceiling [--files 16]

Kathleen's held-out sentences: the recordings, their reconstruction by the trained networks, and by gains optimised on the recording itself
by gradient descent, which bounds what a network can reach. Prints; the figures of models/log/0010.
"""

import argparse
from pathlib import Path

import soundfile as sf
import soxr
import torch

from pipeline.checkpoints import load_trained
from pipeline.convert import Features, analyse, batch, gains_of, load_voice, write
from pipeline.losses import mel_loss, spectral_loss
from pipeline.paths import WORK
from pipeline.synthesis import HOP, RATE_HZ, synthesise

from . import scores, sets

SPEAKER = "kathleen"
STEPS, RATE = 60, 0.08
SPECTRAL = 0.4


def recording(path: Path, features: Features) -> torch.Tensor:
    """[1, samples] at 24 kHz, of the length and level of `features`."""
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    samples = batch(soxr.resample(audio.mean(1), rate, RATE_HZ) * features.gain)
    length = HOP * features.f0_hz.shape[1]
    return torch.nn.functional.pad(samples, (0, max(0, length - samples.shape[1])))[:, :length]


def best_gains(features: Features, gains: tuple[torch.Tensor, torch.Tensor], target: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Gains that minimise the spectral losses to the recording, by 60 steps of Adam from `gains`."""
    found = [each.clone().requires_grad_() for each in gains]
    optimiser = torch.optim.Adam(found, RATE)
    for _ in range(STEPS):
        out = synthesise(features.f0_hz, features.voiced, *found)
        optimiser.zero_grad()
        (mel_loss(out, target) + SPECTRAL * spectral_loss(out, target)).backward()
        optimiser.step()
    return tuple(each.detach() for each in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=16)
    args = parser.parse_args()
    content, model, _ = load_trained()
    voice = load_voice(SPEAKER)
    folder = WORK / "ceiling"
    made: dict[str, list[Path]] = {"recording": [], "copy": [], "best gains": []}
    errors: dict[str, list[float]] = {name: [] for name in made}
    files = sets.files_of(SPEAKER)[: args.files]
    for file in files:
        features = analyse(file, voice)
        target = recording(file, features)
        gains = gains_of(features, voice, content, model.generator, voice.header["retrievalBlend"])
        outputs = {"recording": target}
        for name, each in (("copy", gains), ("best gains", best_gains(features, gains, target))):
            outputs[name] = synthesise(features.f0_hz, features.voiced, *each)
        for name, output in outputs.items():
            path = folder / name / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, output[0])
            made[name].append(path)
            errors[name].append(float(mel_loss(output, target)))
    texts = [sets.texts_of(SPEAKER)[file.stem] for file in files]
    print("| | WER, % | DNSMOS | log-mel error |\n|---|---|---|---|")
    for name, paths in made.items():
        error = sum(errors[name]) / len(errors[name])
        print(f"| {name} | {scores.wer(paths, texts):.1f} | {scores.naturalness(paths):.2f} | {error:.2f} |", flush=True)


if __name__ == "__main__":
    main()
