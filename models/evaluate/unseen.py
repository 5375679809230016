"""People whose voices trained nothing, as their voices would be enrolled: recordings to enrol, and others to compare with.

Four read the prompts of Debian's `asterisk-core-sounds-*-g722`; two are diphone voices of real men in festival
(`apt-get install festival festvox-kdlpc16k festvox-czech-machac`), which read ARCTIC prompts, the Czech one by Czech rules.
Three read books in LibriSpeech's test-other, more than 80 s each (`work/readers/librispeech_test-other`, README.md).
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import soundfile as sf

from pipeline.paths import WORK
from pipeline.prepare import READERS
from pipeline.speak import prompts

from .debian import unpacked
from .sets import REFERENCES, ffmpeg, spread

UNSEEN = WORK / "unseen"
TEST_OTHER, READER_REFERENCES = READERS / "librispeech_test-other", 3
SHORTEST_SECONDS, MOST_SECONDS = 1.2, 900
RATE_HZ = 16000


@dataclass(frozen=True)
class Person:
    name: str
    sex: str
    # The language of Debian's prompts, or the festival voice.
    prompts: str | None = None
    festival: str | None = None
    # The number that LibriVox gave the reader.
    reader: str | None = None

    @property
    def lengths(self) -> tuple[str, ...]:
        return ("60 s",) if self.reader else ("60 s", "5 min")


PEOPLE = [
    Person("Allison", "woman", prompts="en"),
    Person("June", "woman", prompts="fr"),
    Person("Ivrvoice", "woman", prompts="ru"),
    Person("Carlo", "man", prompts="it"),
    Person("ked", "man", festival="ked_diphone"),
    Person("machac", "man", festival="czech_machac"),
    Person("2033", "man", reader="2033"),
    Person("2609", "man", reader="2609"),
    Person("3080", "woman", reader="3080"),
]


def made(person: Person) -> list[Path]:
    """All recordings there are of a person, up to fifteen minutes, made where they are missing."""
    if person.reader:
        return sorted((TEST_OTHER / person.reader).glob("*.flac"))
    folder = UNSEEN / person.name
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (unpack if person.prompts else synthesise)(person, folder)
        (folder / "complete").touch()
    return sorted(folder.glob("*.wav"))


def unpack(person: Person, folder: Path) -> None:
    with unpacked(f"asterisk-core-sounds-{person.prompts}-g722") as root:
        # A byte is two samples of 16 kHz; what is longest is sentences, what is short is letters and digits.
        found = sorted(root.rglob("*.g722"), key=lambda file: -file.stat().st_size)
        seconds = 0.0
        for file in found:
            length = 2 * file.stat().st_size / RATE_HZ
            if "silence" in file.parts or length < SHORTEST_SECONDS or seconds > MOST_SECONDS:
                continue
            ffmpeg([file], folder / f"{file.stem}.wav", RATE_HZ, "-f", "g722")
            seconds += length


def synthesise(person: Person, folder: Path) -> None:
    seconds = 0.0
    for stem, text in prompts().items():
        if stem.startswith("arctic_a00"):
            continue
        target = folder / f"{stem}.wav"
        command = ["text2wave", "-eval", f"(voice_{person.festival})", "-F", str(RATE_HZ), "-o", str(target)]
        subprocess.run(command, input=text, text=True, check=True, capture_output=True)
        seconds += sf.info(target).duration
        if seconds > MOST_SECONDS:
            return


def split(person: Person, seconds: float) -> tuple[list[Path], list[Path]]:
    """Recordings to enrol, `seconds` of them where there are so many, and those that stand for the person."""
    files = made(person)
    references = spread(files, READER_REFERENCES if person.reader else REFERENCES)
    rest = [file for file in files if file not in references]
    chosen: list[Path] = []
    for file in rest:
        if sum(sf.info(each).duration for each in chosen) >= seconds:
            break
        chosen.append(file)
    return chosen, references
