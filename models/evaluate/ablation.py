"""What each part of the chain is worth: conversions by Python's chain with one part after another taken away or changed.

    python -m evaluate.ablation [--sentences 5]

`published`: the networks as the app runs them, int8 and float16; all others are the same weights as they were trained. `zero-shot`: what
the speaker encoder hears in the voice's recordings, as enrolment does without a gradient step, in place of the embedding that was learnt.
Prints and rewrites its part of EVAL.md.
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
from pipeline.convert import Heard, Voice, batch, codes_of, gains_for, hear, load_voice, retrieve, write
from pipeline.export import load_trained
from pipeline.networks import NEPERS_PER_DB, Content
from pipeline.paths import PUBLISHED, WORK
from pipeline.prepare import ARRAYS
from pipeline.synthesis import synthesise

from . import report, scores, sets
from .run import STRANGERS, TO_OWN, version
from .table import lines

OUT = WORK / "ablation"


@dataclass(frozen=True)
class Chain:
    """The parts of a conversion, each of which a trial may change."""

    content: nn.Module
    generator: nn.Module
    voice: Voice
    blend: float
    heard: Callable[[Heard], Heard] = lambda heard: heard
    timbre: Callable[[np.ndarray], np.ndarray] = lambda timbre: timbre

    def convert(self, heard: Heard) -> torch.Tensor:
        codes, timbre = retrieve(codes_of(heard, self.content), self.voice.codebook, self.voice.timbre, self.blend)
        gains = gains_for(codes, self.timbre(timbre), self.heard(heard), self.voice, self.generator)
        return synthesise(heard.f0_hz, heard.voiced, *gains, generator=torch.Generator().manual_seed(1))[0]


class Published(nn.Module):
    """A published network run once over a whole recording, in place of the one it was made from."""

    def __init__(self, name: str, trained: nn.Module) -> None:
        super().__init__()
        self.session = onnxruntime.InferenceSession(str(PUBLISHED / name))
        self.states, self.look_ahead = trained.states(), trained.look_ahead

    late = Content.late

    def whole(self, *inputs: torch.Tensor):
        """Of the content network, whose output is late, one row of codes; of the generator its gains."""
        if self.look_ahead:
            inputs = (F.pad(inputs[0], (0, 0, 0, 2 * self.look_ahead), mode="replicate"),)
        wanted = self.session.get_inputs()
        given = [np.zeros(each.shape, np.float32) if value is None else value.numpy() for each, value in zip(wanted, [*inputs, *self.states])]
        found = self.session.run(None, dict(zip((each.name for each in wanted), given)))
        if self.look_ahead:
            return torch.from_numpy(found[0][:, self.look_ahead :])
        return torch.from_numpy(found[0]), torch.from_numpy(found[1])


def without_texture(heard: Heard) -> Heard:
    flat = (2 * NEPERS_PER_DB * heard.loudness_db).unsqueeze(2)
    return replace(heard, log_mel=flat.expand_as(heard.log_mel))


def trials(name: str, voice: Voice, content: nn.Module, player: nn.Module) -> dict[str, Chain]:
    own = Chain(content, player.generator, voice, voice.header["retrievalBlend"])
    spoken = dict(np.load(ARRAYS / f"{name}.npz"))
    mean = voice.timbre.mean(0)
    return {
        "published": replace(own, content=Published("content.onnx", content), generator=Published("generator.onnx", player.generator)),
        "as trained": own,
        "zero-shot": replace(own, voice=replace(voice, embedding=batch(embedding_of(spoken, player.speaker)))),
        "without the voice's adapter": replace(own, voice=replace(voice, adapter=None)),
        "without the source's texture": replace(own, heard=without_texture),
        "without the target's timbre of each code": replace(own, timbre=lambda timbre: np.broadcast_to(mean, timbre.shape)),
        "none of the codebook's codes": replace(own, blend=0.0),
        "0.4 of the codebook's codes": replace(own, blend=0.4),
        "the codebook's codes alone": replace(own, blend=1.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentences", type=int, default=5)
    count = parser.parse_args().sentences
    OUT.mkdir(exist_ok=True)
    content, player, _ = load_trained()
    found: dict[str, list[list[float]]] = {}
    for source, name in [*TO_OWN, STRANGERS]:
        inputs, references, voice = sets.files_of(source)[:count], sets.references_of(name), load_voice(name)
        texts, spoken = [sets.texts_of(source)[file.stem] for file in inputs], [hear(file, voice) for file in inputs]
        for trial, chain in trials(name, voice, content, player).items():
            outputs = [OUT / f"{trial.replace(' ', '-')}-{source}-{name}-{file.stem}.wav" for file in inputs]
            for heard, output in zip(spoken, outputs):
                write(output, chain.convert(heard))
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
