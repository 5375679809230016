"""Where the likeness of an enrolled voice is lost: one thing after another put right, by Python's chain.

    python -m evaluate.likeness Carlo Allison

The people are those of `evaluate.enrolled`, enrolled from a minute of speech by the app. Prints a table, similarity to the person.
"""

import argparse
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from pipeline.convert import Heard, Voice, codes_of, gains_for, hear, parse_voice, retrieve, write
from pipeline.export import load_trained
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
    """What is put right: how much of the code is the codebook's (as the voice has it), whose texture, and how the source is changed first."""

    name: str
    blend: float | None = None
    own_texture: bool = False
    change: Callable[[Heard, "Chain"], Heard] | None = None
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
        self.content, player, _ = load_trained()
        self.generator = player.generator
        self.known: dict[Path, Heard] = {}
        spoken = [self.hear(each) for each in files]
        self.log_f0 = np.concatenate([np.log(each.f0_hz[each.voiced > 0.5].numpy()) for each in spoken])
        self.loudness_db = np.concatenate([audible(each) for each in spoken])
        self.middle = self.mean_code(files)

    def hear(self, file: Path) -> Heard:
        if file not in self.known:
            self.known[file] = hear(file, self.voice)
        return self.known[file]

    def mean_code(self, files: list[Path]) -> np.ndarray:
        found = []
        for heard in map(self.hear, files):
            loud = heard.loudness_db[0].numpy().reshape(-1, 2).max(1)
            found.append(codes_of(heard, self.content)[loud > loud.max() - ACTIVE_DB])
        return np.concatenate(found).mean(0)

    def convert(self, file: Path, trial: Trial, offset: np.ndarray | float = 0.0) -> torch.Tensor:
        voice, heard = self.voice, self.hear(file)
        if trial.change:
            heard = trial.change(heard, self)
        blend = voice.header["retrievalBlend"] if trial.blend is None else trial.blend
        codes, timbre = retrieve(codes_of(heard, self.content) + offset, voice.codebook, voice.timbre, blend)
        if trial.own_texture:
            heard = replace(heard, log_mel=as_timbre_says(timbre, heard.log_mel))
        return synthesise(heard.f0_hz, heard.voiced, *gains_for(codes, timbre, heard, voice, self.generator))[0]

    def likeness(self, sources: dict[str, list[Path]], trial: Trial) -> float:
        made = []
        for name, files in sources.items():
            offset = self.middle - self.mean_code(files) if trial.centred else 0.0
            for file in files:
                made.append(OUT / f"{self.person.name}-{trial.name.replace(' ', '-')}-{name}-{file.stem}.wav")
                write(made[-1], self.convert(file, trial, offset))
        return scores.similarity(made, self.references)


def audible(heard: Heard) -> np.ndarray:
    return heard.loudness_db[heard.loudness_db > AUDIBLE_DB].numpy()


def as_timbre_says(timbre: np.ndarray, log_mel: torch.Tensor) -> torch.Tensor:
    """log-mel [1, n, 80] of the codebook's timbre [n / 2, 40], at the loudness of `log_mel`."""
    coarse = torch.from_numpy(np.repeat(np.repeat(timbre, 2, 0), 2, 1))[None].float()
    return coarse + (torch.logsumexp(log_mel, 2) - torch.logsumexp(coarse, 2)).unsqueeze(2)


def half_range(heard: Heard, _: Chain) -> Heard:
    log_f0 = torch.log(heard.f0_hz)
    return replace(heard, f0_hz=torch.exp((log_f0 + log_f0.mean()) / 2))


def pitch_spread(heard: Heard, chain: Chain) -> Heard:
    log_f0 = torch.log(heard.f0_hz)
    voiced = log_f0[heard.voiced > 0.5]
    return replace(heard, f0_hz=torch.exp(float(chain.log_f0.mean()) + (log_f0 - voiced.mean()) / voiced.std() * float(chain.log_f0.std())))


def loudness_spread(heard: Heard, chain: Chain) -> Heard:
    """Quantile by quantile the target's, of what is audible."""
    here = np.sort(audible(heard))
    db = heard.loudness_db.numpy()
    moved = np.quantile(chain.loudness_db, np.interp(db, here, np.linspace(0, 1, len(here))))
    below = db + chain.loudness_db.min() - here[0]
    return replace(heard, loudness_db=torch.from_numpy(np.where(db > AUDIBLE_DB, moved, below).astype(np.float32)))


OWN_TRIALS = [Trial("as it is"), Trial("codebook alone", blend=1.0), Trial("half the range of pitch", change=half_range)]
TRIALS = [
    Trial("as it is"),
    Trial("codebook alone", blend=1.0),
    Trial("texture of the timbre", own_texture=True),
    Trial("mean code of the target", centred=True),
    Trial("pitch spread as the target's", change=pitch_spread),
    Trial("loudness spread as the target's", change=loudness_spread),
    Trial("all but the mean code", 1.0, True, lambda heard, chain: loudness_spread(pitch_spread(heard, chain), chain)),
]


def figures(person: Person) -> dict[str, float]:
    chain = Chain(person)
    others = {name: sets.files_of(name)[SKIPPED : SKIPPED + SENTENCES] for name in SOURCES}
    found = {"recordings of the person": scores.similarity(chain.own, chain.references)}
    found |= {f"own speech: {trial.name}": chain.likeness({"own": chain.own}, trial) for trial in OWN_TRIALS}
    found["recordings of three others"] = scores.similarity(sum(others.values(), []), chain.references)
    return found | {f"theirs converted: {trial.name}": chain.likeness(others, trial) for trial in TRIALS}


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
