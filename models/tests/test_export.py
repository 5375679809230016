"""Stored networks and voice files: what is written reads back as the same numbers."""

import json
import struct
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from pipeline.checkpoints import PUBLISHED_CHECKPOINT, read, write
from pipeline.convert import parse_voice
from pipeline.data import VOICES
from pipeline.export import pack, publish, voice_file
from pipeline.historic import CODEBOOK, HISTORIC
from pipeline.networks import BANDS, ConditionedGenerator, Content, Restorer, Speaker
from pipeline.paths import PUBLISHED
from pipeline.training import load_weights

ROWS, COLUMNS = 48, 64
VOICE_FILES = sorted(PUBLISHED.glob("*.voice"))


def affine(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Writes a graph x [48, 48] -> x @ weight + bias; returns weight [48, 64] and bias [64]."""
    rng = np.random.default_rng(1)
    weight, bias = rng.standard_normal((ROWS, COLUMNS)).astype(np.float32), rng.standard_normal(COLUMNS).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "weight"], ["product"]), helper.make_node("Add", ["product", "bias"], ["y"])]
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [ROWS, size])  # noqa: E731
    initializers = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    graph = helper.make_graph(nodes, "affine", [value("x", ROWS)], [value("y", COLUMNS)], initializers)
    onnx.save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), str(path))
    return weight, bias


def stored_types(path: Path) -> dict[str, int]:
    return {tensor.name: tensor.data_type for tensor in onnx.load(str(path)).graph.initializer}


def run(path: Path, **inputs: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(str(path)).run(None, inputs)[0]


def test_int8_weights_are_off_by_at_most_half_a_step(tmp_path: Path) -> None:
    path = tmp_path / "affine.onnx"
    weight, bias = affine(path)
    pack(path, int8=True)
    assert stored_types(path) == {"weight_int8": TensorProto.INT8, "weight_factor": TensorProto.FLOAT, "bias": TensorProto.FLOAT}
    unpacked = run(path, x=np.eye(ROWS, dtype=np.float32)) - bias
    half_step = np.abs(weight).max(0) / 127 / 2
    assert (np.abs(unpacked - weight) <= half_step + 1e-6).all()


def test_float16_weights_are_off_by_at_most_half_a_step(tmp_path: Path) -> None:
    path = tmp_path / "affine.onnx"
    weight, bias = affine(path)
    pack(path, int8=False)
    assert stored_types(path) == {"weight_half": TensorProto.FLOAT16, "bias": TensorProto.FLOAT}
    unpacked = run(path, x=np.eye(ROWS, dtype=np.float32)) - bias
    # Eleven significant bits.
    assert (np.abs(unpacked - weight) <= np.abs(weight) * 2.0**-11 + 1e-6).all()


def test_published_graph_computes_what_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network, path = Speaker().eval(), tmp_path / "speaker.onnx"
    n = torch.export.Dim("n", min=1, max=6000)
    publish(network, {"logMel": torch.zeros(1, 8, BANDS)}, {"logMel": {1: 2 * n}}, ["embedding"], [], path, int8=True)
    log_mel = torch.randn(1, 30, BANDS)
    with torch.no_grad():
        expected = network(log_mel).numpy()
    error = np.linalg.norm(run(path, logMel=log_mel.numpy()) - expected) / np.linalg.norm(expected)
    assert error < 0.02


def test_voice_file_layout() -> None:
    arrays = [("embedding", np.arange(3, dtype="<f4")), ("codebook", np.arange(8, dtype="<f2").reshape(2, 4))]
    blob = voice_file({"id": "a", "name": "Zoë"}, arrays)
    size = struct.unpack("<I", blob[4:8])[0]
    header = json.loads(blob[8 : 8 + size])
    assert blob[:4] == b"UDV1" and (8 + size) % 4 == 0
    assert len(blob) == 8 + size + 3 * 4 + 8 * 2
    assert header["arrays"] == [
        {"name": "embedding", "dtype": "float32", "shape": [3], "offset": 0},
        {"name": "codebook", "dtype": "float16", "shape": [2, 4], "offset": 12},
    ]
    parsed_header, parsed = parse_voice(blob)
    assert parsed_header["name"] == "Zoë"
    for name, array in arrays:
        np.testing.assert_array_equal(parsed[name], array)


@pytest.mark.parametrize("file", VOICE_FILES, ids=lambda file: file.stem)
def test_published_voice_is_written_again_byte_for_byte(file: Path) -> None:
    header, parsed = parse_voice(file.read_bytes())
    entries = header.pop("arrays")
    codes = CODEBOOK if file.stem in HISTORIC else 512
    assert {"embedding": [128], "codebook": [codes, 128], "timbre": [codes, 40]}.items() <= {e["name"]: e["shape"] for e in entries}.items()
    assert voice_file(header, [(e["name"], parsed[e["name"]].astype(e["dtype"])) for e in entries]) == file.read_bytes()


def test_checkpoint_loads_and_keeps_its_stored_keys(tmp_path: Path) -> None:
    parts = read(PUBLISHED_CHECKPOINT)
    assert {"model", "discriminators"} <= parts.keys()
    for key, network in {"content": Content(), "model": ConditionedGenerator(len(VOICES)), "restorer": Restorer()}.items():
        load_weights(network, parts[key])
    write(tmp_path / "copy.pt", parts)
    stored, copied = (torch.load(file, weights_only=False) for file in (PUBLISHED_CHECKPOINT, tmp_path / "copy.pt"))
    assert stored.keys() == copied.keys() and {"player", "judges"} <= stored.keys()
