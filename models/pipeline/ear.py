"""Publishes the ear: whisper-base's encoder with int8 matrices, and the network that joins its features with the content network's codes.

    python -m pipeline.ear [--join] [--priors]

Writes `published/ear.onnx` (`pipeline.ear_network`) and `published/ear-join.onnx` (`pipeline.ear_join`), lists them in `manifest.json`, writes
the codes that the app's tests compare with to `tests/fixtures/ear.json`, and prints the size, and the cosine of the codes to those of the float encoder on minutes of three speakers. With `--join` the ear itself is kept.
`--priors` measures `checkpoints/ear-priors.npz` with the published ear: from `work/content_targets` where stage 2b has run, else from a minute
each of the speakers in `UNDERSTUDY_SPEECH`, without those that evaluation keeps.
"""

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import onnx
import soundfile as sf
import soxr
import torch
from onnx import helper, numpy_helper

from . import ear_join, ear_network, frontend
from .content_targets import CONTENT_TARGETS
from .ear_network import BEYOND, RATE_HZ, SAMPLES_PER_CODE
from .ear_take import Hear, hear_window, joined_codes, own_codes, plan, statistics
from .export import EAR, EAR_JOIN, list_in_manifest, optimised, publish, published_session
from .networks import CODES
from .paths import PUBLISHED, SPEECH, held_out
from .whisper import WIDTH

CHECKED = ("kathleen", "kerstin", "learners178")
MINUTE = 60 * RATE_HZ
# Learners and speakers of Arabic whose features go into the priors.
MANY = 30
FIXTURE = frontend.FIXTURE.with_name("ear.json")


def export_float(path: Path) -> None:
    """Samples [1, 320 n + 240] -> features [1, n, 512], loudnessDb [1, n]."""
    n = torch.export.Dim("n", min=1, max=ear_network.MAX_CODES)
    example = torch.zeros(1, SAMPLES_PER_CODE * 8 + BEYOND)
    torch.onnx.export(
        ear_network.load(), (example,), str(path), dynamo=True, external_data=False, verbose=False, optimize=False,
        input_names=["samples"], output_names=["features", "loudnessDb"],
        dynamic_shapes=({1: SAMPLES_PER_CODE * n + BEYOND},), opset_version=18,
    )  # fmt: skip


def quantised(array: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """int8 and float32 scales, the largest magnitude over `axes` at 127."""
    scale = np.maximum(np.abs(array).max(axes, keepdims=True), 1e-9) / 127
    return np.round(array / scale).astype(np.int8), scale.astype(np.float32)


class Quantiser:
    """Rewrites a graph: matrices int8 with a scale per column; what they are multiplied with is quantised per row as it comes, symmetrically
    about 128 in uint8, the only type for which ONNX Runtime's WebAssembly has a fast MatMulInteger. A scale per row because single frames of
    the layers' inner activations are ten times as large as the others. Kernels of convolutions are int8 in the file only."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.weights = {each.name: each for each in graph.initializer}
        self.nodes: list[onnx.NodeProto] = []

    def run(self) -> None:
        for name, array in {
            "per127": np.array([1 / 127], np.float32), "tiny": np.array([1e-9], np.float32), "last": np.array([-1], np.int64),
            "middle": np.array(128, np.uint8),
        }.items():  # fmt: skip
            self.store(name, array)
        for node in self.graph.node:
            weight = self.weights.get(node.input[1]) if node.op_type in ("Conv", "MatMul") else None
            if weight is None:
                self.nodes.append(node)
            elif node.op_type == "Conv":
                self.stored_small(weight)
                self.nodes.append(node)
            else:
                self.multiply(node, weight)
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)

    def store(self, name: str, array: np.ndarray) -> None:
        self.graph.initializer.append(numpy_helper.from_array(array, name))

    def add(self, kind: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def take(self, weight: onnx.TensorProto, axes: tuple[int, ...]) -> None:
        self.graph.initializer.remove(weight)
        whole, scale = quantised(numpy_helper.to_array(weight), axes)
        self.store(f"{weight.name}_int8", whole)
        self.store(f"{weight.name}_scale", scale)

    def stored_small(self, weight: onnx.TensorProto) -> None:
        self.take(weight, (1, 2))
        self.add("Cast", [f"{weight.name}_int8"], f"{weight.name}_whole", to=onnx.TensorProto.FLOAT)
        self.add("Mul", [f"{weight.name}_whole", f"{weight.name}_scale"], weight.name)

    def multiply(self, node: onnx.NodeProto, weight: onnx.TensorProto) -> None:
        self.take(weight, (0,))
        x, out, add = node.input[0], node.output[0], self.add
        largest = add("ReduceMax", [add("Abs", [x], f"{out}_abs"), "last"], f"{out}_largest", keepdims=1)
        scale = add("Add", [add("Mul", [largest, "per127"], f"{out}_step"), "tiny"], f"{out}_scale")
        rows = add("Reshape", [scale, "last"], f"{out}_rows")
        zero = numpy_helper.from_array(np.full(1, 128, np.uint8))
        zeros = add("ConstantOfShape", [add("Shape", [rows], f"{out}_count")], f"{out}_zeros", value=zero)
        whole = add("QuantizeLinear", [x, rows, zeros], f"{out}_uint8", axis=1)
        product = add("MatMulInteger", [whole, f"{weight.name}_int8", "middle"], f"{out}_int32")
        product = add("Cast", [product], f"{out}_product", to=onnx.TensorProto.FLOAT)
        add("Mul", [add("Mul", [product, scale], f"{out}_scaled"), f"{weight.name}_scale"], out)


def export_ear() -> None:
    path = PUBLISHED / EAR
    export_float(path)
    model = optimised(onnx.load(str(path)))
    Quantiser(model.graph).run()
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path), save_as_external_data=False)


def export_join() -> None:
    n = torch.export.Dim("n", min=1, max=ear_network.MAX_CODES)
    example = {"features": torch.zeros(1, 4, WIDTH), "mean": torch.zeros(1, WIDTH), "deviation": torch.ones(1, WIDTH)}
    example |= {"activeFrames": torch.ones(1), "contentCodes": torch.zeros(1, 4, CODES)}
    publish(ear_join.load(), example, {"features": {1: n}, "contentCodes": {1: n}}, ["joinedCodes"], [], PUBLISHED / EAR_JOIN)


def published_ear() -> Hear:
    """`published/ear.onnx` on one thread."""
    session = published_session(EAR)
    return lambda samples: tuple(each[0] for each in session.run(None, {"samples": samples[None]}))


def read_16k(path: Path) -> np.ndarray:
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(1), rate, RATE_HZ)


def minutes_of(folder: str) -> list[np.ndarray]:
    """A minute of each speaker in a folder: of one speaker's utterances in turn, or of 30 speakers, a file each."""
    files = sorted((SPEECH / folder).glob("*.opus"))
    kept = held_out(folder, [file.stem for file in files])
    files = [file for file in files if file.stem not in kept]
    if folder in ("learners178", "arabic30"):
        return [read_16k(file)[:MINUTE] for file in files[:MANY]]
    return [np.concatenate([read_16k(file) for file in files[:40]])[:MINUTE]]


def statistics_of(samples: np.ndarray, hear: Hear) -> tuple[np.ndarray, np.ndarray]:
    windows = plan(len(samples) // SAMPLES_PER_CODE)
    heard = [(hear_window(samples, window, hear), own_codes(windows, i)) for i, window in enumerate(windows)]
    features, loudness = (np.concatenate([each[part][own] for each, own in heard]) for part in (0, 1))
    return statistics(features, loudness)[:2]


def measure_priors() -> None:
    files = sorted(CONTENT_TARGETS.glob("*.npz"))
    if files:
        found = [(arrays["mean"], arrays["std"]) for arrays in map(np.load, files)]
    else:
        hear = published_ear()
        folders = ("kathleen", "flemishguy", "kerstin", "nathalie", "learners178", "arabic30")
        found = [statistics_of(minute, hear) for folder in folders for minute in minutes_of(folder)]
    mean, deviation = (np.mean(part, 0).astype(np.float32) for part in zip(*found))
    np.savez(ear_join.PRIORS, mean=mean, deviation=deviation)
    print(f"priors of {len(found)} speakers")


def check_ear() -> None:
    """Cosine of the codes of the published ear to those of the float encoder, over frames of speech."""
    published, exact, join = published_ear(), ear_network.load().hear, ear_join.load()
    for folder in CHECKED:
        samples = minutes_of(folder)[0][: 12 * RATE_HZ]
        window = (0, len(samples) // SAMPLES_PER_CODE)
        codes = []
        for hear in (published, exact):
            features, loudness = hear_window(samples, window, hear)
            mean, deviation, active = statistics(features, loudness)
            own = [torch.from_numpy(each.astype(np.float32))[None] for each in (features, mean, deviation)]
            codes.append(join.ear_codes(*own, torch.tensor([float(active)]))[0])
        loud = loudness > np.percentile(loudness, 95) - 35
        cosine = torch.nn.functional.cosine_similarity(*codes, dim=1)[torch.from_numpy(loud)]
        print(f"{folder}: cosine {cosine.mean():.4f}")


def fixture() -> dict:
    """The content of tests/fixtures/ear.json: every fifth joined code of the samples of frontend.json. Number i of the content network's code k
    is sin(i k)."""
    encoded = json.loads(frontend.FIXTURE.read_text())["samples"]
    samples = (np.frombuffer(base64.b64decode(encoded), "<i2") / 32768.0).astype(np.float32)
    index = np.arange(len(samples) // SAMPLES_PER_CODE)[:, None] * np.arange(CODES)
    codes = joined_codes(samples, np.sin(index).astype(np.float32), published_ear(), ear_join.load())
    return {"every": 5, "codes": np.round(codes[::5].astype(float), 4).tolist()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--join", action="store_true")
    parser.add_argument("--priors", action="store_true")
    args = parser.parse_args()
    if not args.join:
        export_ear()
    if args.priors:
        measure_priors()
    export_join()
    list_in_manifest()
    FIXTURE.write_text(json.dumps(fixture()))
    for file in (EAR, EAR_JOIN):
        print(f"{file}: {(PUBLISHED / file).stat().st_size / 1e6:.2f} MB")
    check_ear()


if __name__ == "__main__":
    main()
