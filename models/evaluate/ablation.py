"""Ablation: conversions by the Python chain with one part at a time removed or changed.

    python -m evaluate.ablation [--sentences 5]

`published`: the networks as the app runs them, with int8 and float16 weights; all other rows use the trained weights. `zero-shot`: the
speaker encoder's embedding of the voice's recordings, as in enrolment, in place of the learnt one. Prints and rewrites its part of EVAL.md.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

from pipeline.characters import embedding_of
from pipeline.checkpoints import load_trained
from pipeline.convert import Features, Voice, analyse, batch, codes_of, gains_for, load_voice, retrieve, write
from pipeline.networks import LOG_AMPLITUDE_PER_DB, ConditionedGenerator, Content
from pipeline.paths import PUBLISHED, WORK
from pipeline.prepare import ARRAYS
from pipeline.synthesis import synthesise

from . import report, scores, sets
from .run import STRANGERS, TO_OWN, version
from .table import lines

OUT = WORK / "ablation"


@dataclass(frozen=True)
class Chain:
    """A conversion whose parts a trial may replace; `features` and `timbre` are applied to the source's features and the retrieved timbre."""

    content: nn.Module
    generator: nn.Module
    voice: Voice
    blend: float
    features: Callable[[Features], Features] = lambda features: features
    timbre: Callable[[np.ndarray], np.ndarray] = lambda timbre: timbre

    def convert(self, features: Features) -> torch.Tensor:
        codes, timbre = retrieve(codes_of(features, self.content), self.voice.codebook, self.voice.timbre, self.blend)
        gains = gains_for(codes, self.timbre(timbre), self.features(features), self.voice, self.generator)
        return synthesise(features.f0_hz, features.voiced, *gains, generator=torch.Generator().manual_seed(1))[0]


class Published(nn.Module):
    """A published network run once over a whole recording, with the interface of the `trained` one."""

    def __init__(self, name: str, trained: nn.Module) -> None:
        super().__init__()
        self.session = onnxruntime.InferenceSession(str(PUBLISHED / name))
        self.states, self.look_ahead = trained.states(), trained.look_ahead

    offline_delayed = Content.offline_delayed

    def offline(self, *inputs: torch.Tensor):
        """Codes of the content network, aligned with the input; gains of the generator, which has no look-ahead."""
        if self.look_ahead:
            inputs = (F.pad(inputs[0], (0, 0, 0, 2 * self.look_ahead), mode="replicate"),)
        names = self.session.get_inputs()
        values = [np.zeros(each.shape, np.float32) if value is None else value.numpy() for each, value in zip(names, [*inputs, *self.states])]
        found = self.session.run(None, dict(zip((each.name for each in names), values)))
        if self.look_ahead:
            return torch.from_numpy(found[0][:, self.look_ahead :])
        return torch.from_numpy(found[0]), torch.from_numpy(found[1])


def without_texture(features: Features) -> Features:
    flat = (2 * LOG_AMPLITUDE_PER_DB * features.loudness_db).unsqueeze(2)
    return replace(features, log_mel=flat.expand_as(features.log_mel))


def trials(name: str, voice: Voice, content: Content, model: ConditionedGenerator) -> dict[str, Chain]:
    trained = Chain(content, model.generator, voice, voice.header["retrievalBlend"])
    spoken = dict(np.load(ARRAYS / f"{name}.npz"))
    mean = voice.timbre.mean(0)
    return {
        "published": replace(trained, content=Published("content.onnx", content), generator=Published("generator.onnx", model.generator)),
        "as trained": trained,
        "zero-shot": replace(trained, voice=replace(voice, embedding=batch(embedding_of(spoken, model.speaker)))),
        "without the voice's adapter": replace(trained, voice=replace(voice, adapter=None)),
        "without the source's texture": replace(trained, features=without_texture),
        "without the target's timbre of each code": replace(trained, timbre=lambda timbre: np.broadcast_to(mean, timbre.shape)),
        "none of the codebook's codes": replace(trained, blend=0.0),
        "0.4 of the codebook's codes": replace(trained, blend=0.4),
        "the codebook's codes alone": replace(trained, blend=1.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=5)
    count = parser.parse_args().sentences
    OUT.mkdir(exist_ok=True)
    content, model, _ = load_trained()
    found: dict[str, list[list[float]]] = {}
    for source, name in [*TO_OWN, STRANGERS]:
        inputs, references, voice = sets.files_of(source)[:count], sets.references_of(name), load_voice(name)
        texts, spoken = [sets.texts_of(source)[file.stem] for file in inputs], [analyse(file, voice) for file in inputs]
        for trial, chain in trials(name, voice, content, model).items():
            outputs = [OUT / f"{trial.replace(' ', '-')}-{source}-{name}-{file.stem}.wav" for file in inputs]
            for features, output in zip(spoken, outputs):
                write(output, chain.convert(features))
            values = [scores.wer(outputs, texts), scores.similarity(outputs, references), scores.similarity(outputs, inputs), scores.naturalness(outputs)]
            found.setdefault(trial, []).append(values)
    pairs = ", ".join(f"{source} -> {voice}" for source, voice in [*TO_OWN, STRANGERS])
    rows = []
    for trial, values in found.items():
        wer, target, own, dnsmos = np.mean(values, axis=0)
        rows.append([trial, f"{wer:.1f}", f"{target:.3f}", f"{own:.3f}", f"{dnsmos:.2f}"])
    table = lines(["", "WER, %", "similarity to the target", "to the source", "DNSMOS"], rows)
    text = "\n".join([f"Networks {version()}; {count} sentences each of {pairs}; means.", "", *table])
    print(text)
    report.rewrite("ablation", text)


if __name__ == "__main__":
    main()
