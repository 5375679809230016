"""People enrolled from another language than English; three others who speak that language are converted to them: likeness is lost between languages.

    python -m evaluate.compatriots

Wants the voice files of `python -m evaluate.enrolled`, where English is converted to the same people. The others are Kokoro's styles and
voices of Debian's festival (`festvox-italp16k`, `festvox-itapc16k`, `festvox-ru`); the sentences are those of `spoken.tsv`. Rewrites its part of EVAL.md;
the last table is how alike a voice is to itself in another language, where nothing was converted.
"""

from datetime import date
from functools import cache
from pathlib import Path

from pipeline.paths import WORK
from pipeline.speak import KOKORO_STYLES, Kokoro, festival, in_language, write

from . import report, scores
from .enrolled import LENGTHS, convert, lengths_of, likeness_and_words, naturalness, voice_file
from .run import Bar, verdict, version
from .table import lines, shown
from .unseen import PEOPLE, Person, split

FOLDER = WORK / "heldout"
# Shares of Kokoro's styles, or a festival voice. Kokoro has one French style: the two men are half of it, so that they sound French.
SPEAKERS: dict[str, dict[str, dict[str, float] | str]] = {
    "fr": {"siwis": {"ff_siwis": 1}, "michael": {"ff_siwis": 0.6, "am_michael": 0.4}, "nicola": {"ff_siwis": 0.5, "im_nicola": 0.5}},
    "it": {"lp": "lp_diphone", "pc": "pc_diphone", "sara": {"if_sara": 1}},
    "ru": {"nsh": "msu_ru_nsh_clunits", "dora": {"pf_dora": 1}, "nicola": {"im_nicola": 1}},
}
CODING = {"it": "iso-8859-1", "ru": "utf-8"}
BILINGUAL = ["af_heart", "am_michael", "im_nicola", "ff_siwis"]
HALVES = slice(0, 5), slice(5, 10)


@cache
def kokoro() -> Kokoro:
    found = Kokoro()
    found.read(KOKORO_STYLES)
    return found


def texts_in(language: str) -> dict[str, str]:
    return in_language(Path(__file__).with_name("spoken.tsv"), language)


def said_by(name: str, who: dict[str, float] | str, language: str) -> list[Path]:
    """The sentences of a language as somebody says them, made where they are missing."""
    files = []
    for stem, text in texts_in(language).items():
        file = FOLDER / f"{language}-{name}" / f"{stem}.wav"
        files.append(file)
        if not file.exists():
            styled = isinstance(who, dict)
            said = kokoro().speak(text, kokoro().style(who), 1.0, language) if styled else festival(text, who, CODING[language])
            write(file.parent, stem, said)
    return files


def row(person: Person, length: str) -> list[Bar]:
    language, (seconds, alike) = person.language, LENGTHS[length]
    voice = voice_file(person, length)
    references = split(person, seconds)[1]
    inputs, outputs = [], []
    for name, who in SPEAKERS[language].items():
        spoken = said_by(name, who, language)
        inputs += spoken
        outputs += convert(voice, f"{language}-{name}", spoken)
    texts = list(texts_in(language).values()) * len(SPEAKERS[language])
    return [*likeness_and_words(inputs, outputs, texts, references, alike, language), naturalness(outputs, language)]


def to_itself() -> list[list[str]]:
    """How alike Kokoro's styles are to their own English, in English and in other languages."""
    rows = []
    for style in BILINGUAL:
        files = {language: said_by(style, {style: 1}, language) for language in ("en", "fr", "it")}
        references = files["en"][HALVES[1]]
        rows.append([style, *(f"{scores.similarity(files[language][HALVES[0]], references, language):.3f}" for language in files)])
    return rows


def main() -> None:
    rows, missed = [], []
    for person in PEOPLE:
        for length in lengths_of(person) if person.language in SPEAKERS else ():
            bars = row(person, length)
            rows.append([person.name, person.language, length, *map(shown, bars)])
            missed += [f"{person.name}, {length}: {bar.name}" for bar in bars if not bar.holds]
            print(rows[-1], flush=True)
    itself = lines(["style", "English", "French", "Italian"], to_itself())
    head = ["person", "", "recordings", *(bar.name for bar in bars)]
    text = "\n".join([f"Networks {version()}, {date.today().isoformat()}.", "", *lines(head, rows), "", verdict(missed), "", "Not converted, to its own English:", "", *itself])
    print(text)
    report.rewrite("compatriots", text)


if __name__ == "__main__":
    main()
