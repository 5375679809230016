"""Stage 5: publish what was trained.

    python -m pipeline.export

Reads `work/content.pt`, `work/generator.pt`, `work/restore.pt` and `work/robust_speaker.pt` (or `checkpoints/v2.pt` where there are none) and
writes `published/content.onnx`, `speaker.onnx`, `restorer.onnx` and `generator.onnx` (weights stored as int8 and float16, computed in
float32), a `.voice` per voice, `words.bin` and `manifest.json`; keeps the weights as float16 in `checkpoints/v2.pt`.
"""

import hashlib
import json
import struct

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from onnxscript import optimizer

from .catalogue import CATALOGUE
from .characters import CHARACTERS, embedding_of, horn_log_gains
from .characters import FOLDER as CHARACTER_ARRAYS
from .checkpoints import PUBLISHED_CHECKPOINT, load_restorer, load_trained, write
from .consent import sealed
from .data import VOICES
from .frontend import in_register, speech_level_db
from .networks import BANDS, CODES, RANK, TIMBRE, VOICE, ConditionedGenerator, Content, Restorer
from .paths import CHECKPOINTS, PUBLISHED
from .prepare import ARRAYS
from .voices import active_frames, cluster
from .words import words_file

RETRIEVAL_BLEND = 0.25
# Published in the manifest.
TRAINED = "Trained by this project on the recordings named in models/README.md."
WHISPER = "The encoder of whisper-base by OpenAI (Radford et al. 2022), https://github.com/openai/whisper"
EAR, EAR_JOIN, DENOISER = "ear.onnx", "ear-join.onnx", "denoiser.onnx"
DEEP_FILTER_NET = "DeepFilterNet 3 by Schröter et al. (2023), https://github.com/Rikorose/DeepFilterNet"
WORDS_ORIGIN = "Words said by Kokoro-82M voice jf_alpha, as content codes"
# Larger tables are computed when the network is opened.
MAX_STORED = 2048
# Smaller float32 tensors are stored as they are.
MIN_PACKED_SIZE = 1024


def optimised(model: onnx.ModelProto) -> onnx.ModelProto:
    return optimizer.optimize(model, input_size_limit=MAX_STORED, output_size_limit=MAX_STORED)


def published_session(file: str) -> onnxruntime.InferenceSession:
    """A published network on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(PUBLISHED / file), options, providers=["CPUExecutionProvider"])


def pack(path, int8: bool) -> None:
    """Replaces float32 initializers by float16 behind a Cast; with `int8`, matrices by int8 behind a Cast and a
    multiplication by a scale per column, and the matrices of recurrent layers with a scale per row. ONNX Runtime folds these nodes when it
    loads the graph."""
    model = onnx.load(str(path))
    graph, unpacking = model.graph, []
    recurrent = {name for node in graph.node if node.op_type == "GRU" for name in node.input[1:3]}
    for tensor in list(graph.initializer):
        name, array = tensor.name, numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < MIN_PACKED_SIZE:
            continue
        graph.initializer.remove(tensor)
        if int8 and (array.ndim == 2 or name in recurrent):
            factor = np.maximum(np.abs(array).max(2 if name in recurrent else 0, keepdims=True), 1e-9) / 127
            graph.initializer.append(numpy_helper.from_array(np.round(array / factor).astype(np.int8), f"{name}_int8"))
            graph.initializer.append(numpy_helper.from_array(factor.astype(np.float32), f"{name}_factor"))
            unpacking.append(helper.make_node("Cast", [f"{name}_int8"], [f"{name}_whole"], to=onnx.TensorProto.FLOAT))
            unpacking.append(helper.make_node("Mul", [f"{name}_whole", f"{name}_factor"], [name]))
        else:
            graph.initializer.append(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
            unpacking.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    for node in reversed(unpacking):
        graph.node.insert(0, node)
    for part in (model, graph, *graph.node, *graph.input, *graph.output):
        # The exporter's source file and line of each node.
        del part.metadata_props[:]
    del graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path), save_as_external_data=False)


class Flat(torch.nn.Module):
    """Takes inputs and states as positional arguments, as the exporter needs them."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        return self.network(*inputs)


def publish(network, example: dict, dynamic: dict, outputs: list[str], states: list, path, int8: bool = False) -> None:
    """Exports and packs a network. `example`: input name -> tensor; `dynamic`: input name -> its dimensions of variable size. States become
    inputs `state<i>` and outputs `state<i>Out`."""
    names = [f"state{i}" for i in range(len(states))]
    torch.onnx.export(
        Flat(network).eval(), (*example.values(), *states), str(path), dynamo=True, external_data=False, verbose=False,
        input_names=[*example, *names], output_names=[*outputs, *(f"{n}Out" for n in names)],
        dynamic_shapes={"inputs": (*(dynamic.get(k) for k in example), *([None] * len(states)))}, opset_version=18,
    )  # fmt: skip
    pack(path, int8)


def publish_networks(content: Content, model: ConditionedGenerator, restorer: Restorer) -> None:
    n = torch.export.Dim("n", min=1, max=6000)
    generator = model.generator
    publish(content, {"logMel": torch.zeros(1, 8, BANDS)}, {"logMel": {1: 2 * n}}, ["contentCodes"], content.states(), PUBLISHED / "content.onnx", int8=True)
    publish(model.speaker, {"logMel": torch.zeros(1, 8, BANDS)}, {"logMel": {1: 2 * n}}, ["embedding"], [], PUBLISHED / "speaker.onnx", int8=True)
    example = {"logMel": torch.zeros(1, 8, BANDS), "floor": torch.zeros(1, BANDS)}
    publish(restorer, example, {"logMel": {1: n}}, ["restored"], [], PUBLISHED / "restorer.onnx", int8=True)
    example = {"contentCodes": torch.zeros(1, 4, CODES), "timbre": torch.zeros(1, 4, TIMBRE)}
    example |= {k: torch.ones(1, 8) for k in ("f0Hz", "voiced", "loudnessDb")}
    example |= {"logMel": torch.zeros(1, 8, BANDS), "voice": torch.zeros(1, VOICE), "adapter": torch.zeros(RANK, generator.adapter_size)}
    dynamic = {"contentCodes": {1: n}, "timbre": {1: n}} | {k: {1: 2 * n} for k in ("f0Hz", "voiced", "loudnessDb", "logMel")}
    publish(generator, example, dynamic, ["harmonicLogGain", "noiseLogGain"], generator.states(), PUBLISHED / "generator.onnx", int8=True)


def voice_file(header: dict, arrays: list[tuple[str, np.ndarray]]) -> bytes:
    """`UDV1`, the byte length of the header (uint32 LE), the header as JSON padded with spaces to a multiple of 4 bytes, and the arrays.

    The header gets an entry `arrays`: name, dtype, shape and byte offset, counted from the end of the header, of each.
    """
    entries, offset = [], 0
    for key, array in arrays:
        entries.append({"name": key, "dtype": str(array.dtype), "shape": list(array.shape), "offset": offset})
        offset += array.nbytes
    text = json.dumps(header | {"arrays": entries}, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 8) % 4)
    return b"UDV1" + struct.pack("<I", len(text)) + text + b"".join(array.tobytes() for _, array in arrays)


def publish_voice(name: str, content: Content, model: ConditionedGenerator, adapter: torch.Tensor | None) -> None:
    """A trained voice has its learnt embedding, a character that of the speaker encoder."""
    features = dict(np.load((CHARACTER_ARRAYS if name in CHARACTERS else ARRAYS) / f"{name}.npz"))
    embedding = model.voices.weight[VOICES.index(name)].detach().numpy() if name in VOICES else embedding_of(features, model.speaker)
    f0 = in_register(features["f0Hz"])
    codebook, timbre = cluster(*active_frames(content, *(torch.tensor(features[key]) for key in ("logMel", "loudnessDb"))))
    arrays = [("embedding", embedding.astype("<f4")), ("codebook", codebook.numpy().astype("<f2")), ("timbre", timbre.numpy().astype("<f2"))]
    if name in CHARACTERS and CHARACTERS[name].horn:
        arrays.append(("colour", horn_log_gains().astype("<f4")))
    if adapter is not None:
        arrays.append(("adapter", adapter.numpy().astype("<f2")))
    header = {
        "id": name, "name": CATALOGUE[name].name, "medianF0Hz": round(float(np.median(f0)), 2),
        "f0StdSt": round(float(np.std(12 * np.log2(f0))), 3), "speechLevelDb": round(speech_level_db(features["loudnessDb"]), 2),
        "retrievalBlend": RETRIEVAL_BLEND,
    }  # fmt: skip
    (PUBLISHED / f"{name}.voice").write_bytes(voice_file(header, arrays))


def manifest_entry(file: str, **fields) -> dict:
    blob = (PUBLISHED / file).read_bytes()
    return {"file": file, **fields, "bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}


def voice_entry(name: str) -> dict:
    voice, preview = CATALOGUE[name], f"{name}.opus"
    return manifest_entry(
        f"{name}.voice", kind="voice", id=name, name=voice.name, language=voice.language, description=voice.description,
        preview=preview if (PUBLISHED / preview).exists() else "", licence=voice.licence, origin=voice.origin, consent=sealed(voice),
    )  # fmt: skip


def network_entry(role: str, look_ahead: int, states: list) -> dict:
    return manifest_entry(
        f"{role}.onnx", kind="network", role=role, lookAheadFrames=look_ahead, stateShapes=[list(s.shape) for s in states],
        licence="MIT", origin=TRAINED,
    )  # fmt: skip


def ear_entries() -> list[dict]:
    """Of the networks of `pipeline.ear`, where they are published."""
    found = [
        (EAR, "ear", "MIT", WHISPER),
        (EAR_JOIN, "earJoin", "MIT", TRAINED),
        (DENOISER, "denoiser", "MIT OR Apache-2.0", DEEP_FILTER_NET),
    ]
    return [
        manifest_entry(file, kind="network", stateShapes=[], licence=licence, role=role, lookAheadFrames=0, origin=origin)
        for file, role, licence, origin in found
        if (PUBLISHED / file).exists()
    ]


def list_in_manifest() -> None:
    """Lists the networks of the ear as they are published now."""
    path = PUBLISHED / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"] = [each for each in manifest["files"] if each["file"] not in (EAR, EAR_JOIN, DENOISER)] + ear_entries()
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def published_voices() -> list[str]:
    """Ids in the order of the catalogue."""
    return [name for name in CATALOGUE if (PUBLISHED / f"{name}.voice").exists()]


def write_manifest(content: Content, model: ConditionedGenerator) -> None:
    generator = model.generator
    files = [
        network_entry("content", content.look_ahead, content.states()),
        network_entry("speaker", 0, []),
        network_entry("restorer", 0, []),
        network_entry("generator", generator.look_ahead, generator.states()),
        *(voice_entry(name) for name in published_voices()),
        manifest_entry("words.bin", kind="words", licence="Apache-2.0", origin=WORDS_ORIGIN),
        *ear_entries(),
    ]
    manifest = {"version": 2, "sampleRateHz": 24000, "analysisRateHz": 16000, "hopSamples": 240, "files": files}
    (PUBLISHED / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    print(f"published {sum(f['bytes'] for f in files) / 1e6:.2f} MB")


def main() -> None:
    PUBLISHED.mkdir(exist_ok=True)
    CHECKPOINTS.mkdir(exist_ok=True)
    content, model, parts = load_trained()
    restorer = load_restorer(model)
    float16 = lambda network: {k: v.half() for k, v in network.state_dict().items()}  # noqa: E731
    write(PUBLISHED_CHECKPOINT, {"content": float16(content), "model": float16(model)} | parts | {"restorer": float16(restorer)})
    publish_networks(content, model, restorer)
    for name in [*VOICES, *CHARACTERS]:
        publish_voice(name, content, model, parts["adapters"].get(name))
    (PUBLISHED / "words.bin").write_bytes(words_file(content))
    write_manifest(content, model)


if __name__ == "__main__":
    main()
