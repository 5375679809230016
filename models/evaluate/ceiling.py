"""Where words are lost: in the copy of a voice's own sentences, or in synthesis, whatever the networks say?

    python -m evaluate.ceiling [--files 16]

Kathleen's held-out sentences as they are, copied by the networks as they were last trained, and with gains found by gradient
descent on the recording itself, which no network could better. Prints; models/log/0010 rests on it.
"""

import argparse
from pathlib import Path

import soundfile as sf
import soxr
import torch

from pipeline.convert import Heard, batch, gains_of, hear, load_voice, write
from pipeline.export import load_trained
from pipeline.losses import mel_loss, spectral_loss
from pipeline.paths import WORK
from pipeline.synthesis import HOP, RATE_HZ, synthesise

from . import scores, sets

SPEAKER = "kathleen"
STEPS, RATE = 60, 0.08
SPECTRAL = 0.4


def recording(path: Path, heard: Heard) -> torch.Tensor:
    """[1, samples] at 24 kHz, as long and as loud as what was heard of it."""
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    samples = batch(soxr.resample(audio.mean(1), rate, RATE_HZ) * heard.gain)
    length = HOP * heard.f0_hz.shape[1]
    return torch.nn.functional.pad(samples, (0, max(0, length - samples.shape[1])))[:, :length]


def best_gains(heard: Heard, gains: tuple[torch.Tensor, torch.Tensor], wanted: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Gains from which the recording sounds nearest, from those given on."""
    found = [each.clone().requires_grad_() for each in gains]
    optimiser = torch.optim.Adam(found, RATE)
    for _ in range(STEPS):
        out = synthesise(heard.f0_hz, heard.voiced, *found)
        optimiser.zero_grad()
        (mel_loss(out, wanted) + SPECTRAL * spectral_loss(out, wanted)).backward()
        optimiser.step()
    return tuple(each.detach() for each in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=16)
    args = parser.parse_args()
    content, player, _ = load_trained()
    voice = load_voice(SPEAKER)
    folder = WORK / "ceiling"
    made: dict[str, list[Path]] = {"recording": [], "copy": [], "best gains": []}
    errors: dict[str, list[float]] = {name: [] for name in made}
    files = sets.files_of(SPEAKER)[: args.files]
    for file in files:
        heard = hear(file, voice)
        wanted = recording(file, heard)
        gains = gains_of(heard, voice, content, player.generator, voice.header["retrievalBlend"])
        outputs = {"recording": wanted}
        for name, each in (("copy", gains), ("best gains", best_gains(heard, gains, wanted))):
            outputs[name] = synthesise(heard.f0_hz, heard.voiced, *each)
        for name, output in outputs.items():
            path = folder / name / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, output[0])
            made[name].append(path)
            errors[name].append(float(mel_loss(output, wanted)))
    texts = [sets.texts_of(SPEAKER)[file.stem] for file in files]
    print("| | WER, % | DNSMOS | log-mel error |\n|---|---|---|---|")
    for name, paths in made.items():
        error = sum(errors[name]) / len(errors[name])
        print(f"| {name} | {scores.wer(paths, texts):.1f} | {scores.naturalness(paths):.2f} | {error:.2f} |", flush=True)


if __name__ == "__main__":
    main()
