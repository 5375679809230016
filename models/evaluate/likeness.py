"""Where an enrolled voice loses similarity: conversions by the Python chain with one property at a time replaced by the target's.

    python -m evaluate.likeness Carlo Allison

The people are those of `evaluate.enrolled`, enrolled by the app from a minute of speech. Prints similarities to the person.
"""

import argparse
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from pipeline.checkpoints import load_trained
from pipeline.convert import Features, Voice, analyse, codes_of, gains_for, parse_voice, retrieve, write
from pipeline.paths import WORK
from pipeline.synthesis import synthesise

from . import scores, sets
from .enrolled import ENROLLED, enrol, voice_file
from .unseen import PEOPLE, Person, split

SOURCES, SENTENCES, SKIPPED = ["jm_kumo", "joe", "kathleen"], 3, 4
OWN = 6
OUT = WORK / "likeness"
AUDIBLE_DB, ACTIVE_DB = -50, 30


@dataclass(frozen=True)
class Trial:
    """`blend`: share of the codebook's codes, None for the voice's own; `own_texture`: texture of the retrieved timbre; `change`: applied to the
    source's features; `centred`: the source's mean code is moved to the target's."""

    name: str
    blend: float | None = None
    own_texture: bool = False
    change: Callable[[Features, "Chain"], Features] | None = None
    centred: bool = False


class Chain:
    """Conversion to one enrolled person."""

    def __init__(self, person: Person) -> None:
        files, self.references = split(person, 60)
        file = voice_file(person, "60 s")
        if not file.exists():
            enrol(person, files, "60 s")
        self.person, self.voice = person, Voice.of(*parse_voice(zipfile.ZipFile(file).read("voice.voice")))
        self.own = [each for each in split(person, 600)[0] if each not in files][:OWN]
        self.content, model, _ = load_trained()
        self.generator = model.generator
        self.cache: dict[Path, Features] = {}
        spoken = [self.features(each) for each in files]
        self.log_f0 = np.concatenate([np.log(each.f0_hz[each.voiced > 0.5].numpy()) for each in spoken])
        self.loudness_db = np.concatenate([audible(each) for each in spoken])
        self.centre = self.mean_code(files)

    def features(self, file: Path) -> Features:
        if file not in self.cache:
            self.cache[file] = analyse(file, self.voice)
        return self.cache[file]

    def mean_code(self, files: list[Path]) -> np.ndarray:
        found = []
        for features in map(self.features, files):
            loud = features.loudness_db[0].numpy().reshape(-1, 2).max(1)
            found.append(codes_of(features, self.content)[loud > loud.max() - ACTIVE_DB])
        return np.concatenate(found).mean(0)

    def convert(self, file: Path, trial: Trial, offset: np.ndarray | float = 0.0) -> torch.Tensor:
        voice, features = self.voice, self.features(file)
        if trial.change:
            features = trial.change(features, self)
        blend = voice.header["retrievalBlend"] if trial.blend is None else trial.blend
        codes, timbre = retrieve(codes_of(features, self.content) + offset, voice.codebook, voice.timbre, blend)
        if trial.own_texture:
            features = replace(features, log_mel=timbre_as_mel(timbre, features.log_mel))
        return synthesise(features.f0_hz, features.voiced, *gains_for(codes, timbre, features, voice, self.generator))[0]

    def similarity(self, sources: dict[str, list[Path]], trial: Trial) -> float:
        made = []
        for name, files in sources.items():
            offset = self.centre - self.mean_code(files) if trial.centred else 0.0
            for file in files:
                made.append(OUT / f"{self.person.name}-{trial.name.replace(' ', '-')}-{name}-{file.stem}.wav")
                write(made[-1], self.convert(file, trial, offset))
        return scores.similarity(made, self.references)


def audible(features: Features) -> np.ndarray:
    return features.loudness_db[features.loudness_db > AUDIBLE_DB].numpy()


def timbre_as_mel(timbre: np.ndarray, log_mel: torch.Tensor) -> torch.Tensor:
    """logMel [1, n, 80] of the codebook's timbre [n / 2, 40], frame by frame at the level of `log_mel`."""
    coarse = torch.from_numpy(np.repeat(np.repeat(timbre, 2, 0), 2, 1))[None].float()
    return coarse + (torch.logsumexp(log_mel, 2) - torch.logsumexp(coarse, 2)).unsqueeze(2)


def half_range(features: Features, _: Chain) -> Features:
    log_f0 = torch.log(features.f0_hz)
    return replace(features, f0_hz=torch.exp((log_f0 + log_f0.mean()) / 2))


def pitch_spread(features: Features, chain: Chain) -> Features:
    log_f0 = torch.log(features.f0_hz)
    voiced = log_f0[features.voiced > 0.5]
    return replace(features, f0_hz=torch.exp(float(chain.log_f0.mean()) + (log_f0 - voiced.mean()) / voiced.std() * float(chain.log_f0.std())))


def loudness_spread(features: Features, chain: Chain) -> Features:
    """Loudness above -50 dBFS mapped to the target's distribution by quantiles."""
    here = np.sort(audible(features))
    db = features.loudness_db.numpy()
    moved = np.quantile(chain.loudness_db, np.interp(db, here, np.linspace(0, 1, len(here))))
    below = db + chain.loudness_db.min() - here[0]
    return replace(features, loudness_db=torch.from_numpy(np.where(db > AUDIBLE_DB, moved, below).astype(np.float32)))


OWN_TRIALS = [Trial("as it is"), Trial("codebook alone", blend=1.0), Trial("half the range of pitch", change=half_range)]
TRIALS = [
    Trial("as it is"),
    Trial("codebook alone", blend=1.0),
    Trial("texture of the timbre", own_texture=True),
    Trial("mean code of the target", centred=True),
    Trial("pitch spread as the target's", change=pitch_spread),
    Trial("loudness spread as the target's", change=loudness_spread),
    Trial("all but the mean code", 1.0, True, lambda features, chain: loudness_spread(pitch_spread(features, chain), chain)),
]


def figures(person: Person) -> dict[str, float]:
    chain = Chain(person)
    others = {name: sets.files_of(name)[SKIPPED : SKIPPED + SENTENCES] for name in SOURCES}
    found = {"recordings of the person": scores.similarity(chain.own, chain.references)}
    found |= {f"own speech: {trial.name}": chain.similarity({"own": chain.own}, trial) for trial in OWN_TRIALS}
    found["recordings of three others"] = scores.similarity(sum(others.values(), []), chain.references)
    return found | {f"theirs converted: {trial.name}": chain.similarity(others, trial) for trial in TRIALS}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+")
    names = parser.parse_args().names
    OUT.mkdir(exist_ok=True)
    ENROLLED.mkdir(exist_ok=True)
    columns = [figures(person) for person in PEOPLE if person.name in names]
    print("| | " + " | ".join(person.name for person in PEOPLE if person.name in names) + " |\n" + "|---" * (len(columns) + 1) + "|")
    for row in columns[0]:
        print(f"| {row} | " + " | ".join(f"{column[row]:.3f}" for column in columns) + " |")


if __name__ == "__main__":
    main()
