"""Unseen speakers, none of whom is in the training data: recordings to enrol, and others as references.

Four read the prompts of Debian's `asterisk-core-sounds-*-g722`, one a book (LJ Speech, `work/readers/ljspeech`), one ARCTIC prompts (CMU's bdl,
`work/readers/arctic_bdl`), three others books in LibriSpeech's test-other, more than 80 s each (`work/readers/librispeech_test-other`, README.md). Five are diphone voices of real people,
which read ARCTIC prompts, the Czech one by Czech letter-to-sound rules: of festival (`festvox-kdlpc16k festvox-rablpc16k festvox-czech-machac`) and of
MBROLA, driven by espeak-ng (`espeak-ng mbrola-us1 mbrola-us2`; two of these packages are in Debian's non-free).
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import soundfile as sf

from pipeline.paths import CONVERTED, WORK
from pipeline.prepare import READERS
from pipeline.tts import prompts

from .debian import unpacked
from .sets import REFERENCES, ffmpeg, spread

UNSEEN = WORK / "unseen"
MIN_SECONDS, MAX_SECONDS = 1.2, 900
ENOUGH_SHARE = 0.8
RATE_HZ = 16000


@dataclass(frozen=True)
class Person:
    name: str
    sex: str
    # Of the recordings.
    language: str = "en"
    # The Debian package of prompts, the voice of festival or of espeak-ng, or the folder in `work/readers`.
    prompts: str | None = None
    festival: str | None = None
    espeak: str | None = None
    reader: str | None = None

    @property
    def kind(self) -> str:
        return "diphone voices" if self.festival or self.espeak else "recorded"


PEOPLE = [
    Person("Allison", "woman", prompts="asterisk-core-sounds-en-g722"),
    Person("LJ", "woman", reader="ljspeech"),
    Person("bdl", "man", reader="arctic_bdl"),
    Person("us1", "woman", espeak="mb-us1"),
    Person("ked", "man", festival="ked_diphone"),
    Person("rab", "man", festival="rab_diphone"),
    Person("us2", "man", espeak="mb-us2"),
    Person("2033", "man", reader="librispeech_test-other/2033"),
    Person("2609", "man", reader="librispeech_test-other/2609"),
    Person("3080", "woman", reader="librispeech_test-other/3080"),
    Person("machac", "man", "cs", festival="czech_machac"),
    Person("June", "woman", "fr", prompts="asterisk-core-sounds-fr-g722"),
    Person("Ivrvoice", "woman", "ru", prompts="asterisk-core-sounds-ru-g722"),
    Person("Carlo", "man", "it", prompts="asterisk-core-sounds-it-g722"),
]


def recordings(person: Person) -> list[Path]:
    """Up to fifteen minutes of a person, without the prompts that are converted; unpacked or synthesised where they are missing."""
    if person.reader:
        return sorted(file for file in (READERS / person.reader).glob("*.*") if not file.stem.startswith(CONVERTED))
    folder = UNSEEN / person.name
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (unpack if person.prompts else synthesise)(person, folder)
        (folder / "complete").touch()
    return sorted(folder.glob("*.wav"))


def unpack(person: Person, folder: Path) -> None:
    with unpacked(person.prompts) as root:
        # G.722 has two samples of 16 kHz per byte. The longest prompts are sentences, the short ones letters and digits.
        found = sorted(root.rglob("*.g722"), key=lambda file: -file.stat().st_size)
        seconds = 0.0
        for file in found:
            length = 2 * file.stat().st_size / RATE_HZ
            if "silence" in file.parts or length < MIN_SECONDS or seconds > MAX_SECONDS:
                continue
            ffmpeg([file], folder / f"{file.stem}.wav", RATE_HZ, "-f", "g722")
            seconds += length


def synthesise(person: Person, folder: Path) -> None:
    seconds = 0.0
    for stem, text in prompts().items():
        if stem.startswith(CONVERTED):
            continue
        target = folder / f"{stem}.wav"
        if person.festival:
            command = ["text2wave", "-eval", f"(voice_{person.festival})", "-F", str(RATE_HZ), "-o", str(target)]
        else:
            command = ["espeak-ng", "-v", person.espeak, "-w", str(target)]
        subprocess.run(command, input=text, text=True, check=True, capture_output=True)
        seconds += sf.info(target).duration
        if seconds > MAX_SECONDS:
            return


def enough(person: Person, seconds: float) -> bool:
    """Whether at least 80 % of `seconds` are left to enrol beside the references."""
    return sum(sf.info(file).duration for file in split(person, seconds)[0]) > ENOUGH_SHARE * seconds


def split(person: Person, seconds: float) -> tuple[list[Path], list[Path]]:
    """Recordings to enrol, `seconds` long in all where there are so many, and reference recordings."""
    files = recordings(person)
    references = spread(files, min(REFERENCES, len(files) // 3))
    rest = [file for file in files if file not in references]
    chosen: list[Path] = []
    for file in rest:
        if sum(sf.info(each).duration for each in chosen) >= seconds:
            break
        chosen.append(file)
    return chosen, references
