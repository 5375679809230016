"""Conversion within a language other than English: people enrolled from French, Italian or Russian, and three speakers of the same language as
sources. `evaluate.enrolled` converts English to the same people, across languages.

    python -m evaluate.same_language

Needs the voice files of `python -m evaluate.enrolled`. The sources are Kokoro's styles and voices of Debian's festival (`festvox-italp16k`,
`festvox-itapc16k`, `festvox-ru`); the sentences are those of `spoken.tsv`. Rewrites its part of EVAL.md; the last table is the similarity of a
voice to itself in another language, without conversion.
"""

from datetime import date
from functools import cache
from pathlib import Path

from pipeline.paths import WORK
from pipeline.tts import KOKORO_STYLES, Kokoro, festival, in_language, write

from . import report, scores
from .enrolled import LENGTHS, convert, lengths_of, naturalness, similarity_and_words, voice_file
from .run import Bar, verdict, version
from .table import lines, shown
from .unseen import PEOPLE, Person, split

FOLDER = WORK / "heldout"
# Weights of Kokoro's styles, or a festival voice. Kokoro has one French style, so the two men are mixed with it.
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
    found.add_styles(KOKORO_STYLES)
    return found


def texts_in(language: str) -> dict[str, str]:
    return in_language(Path(__file__).with_name("spoken.tsv"), language)


def recordings(name: str, voice: dict[str, float] | str, language: str) -> list[Path]:
    """The sentences of a language in a voice of SPEAKERS; synthesises those that are missing."""
    files = []
    for stem, text in texts_in(language).items():
        file = FOLDER / f"{language}-{name}" / f"{stem}.wav"
        files.append(file)
        if not file.exists():
            styled = isinstance(voice, dict)
            audio = kokoro().speak(text, kokoro().style(voice), 1.0, language) if styled else festival(text, voice, CODING[language])
            write(file.parent, stem, audio)
    return files


def row(person: Person, length: str) -> list[Bar]:
    language, (seconds, least_similarity) = person.language, LENGTHS[length]
    voice = voice_file(person, length)
    references = split(person, seconds)[1]
    inputs, outputs = [], []
    for name, source in SPEAKERS[language].items():
        spoken = recordings(name, source, language)
        inputs += spoken
        outputs += convert(voice, f"{language}-{name}", spoken)
    texts = list(texts_in(language).values()) * len(SPEAKERS[language])
    return [*similarity_and_words(inputs, outputs, texts, references, least_similarity, language), naturalness(outputs, language)]


def across_languages() -> list[list[str]]:
    """Similarity of Kokoro's styles to their own English, in English, French and Italian."""
    rows = []
    for style in BILINGUAL:
        files = {language: recordings(style, {style: 1}, language) for language in ("en", "fr", "it")}
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
    itself = lines(["style", "English", "French", "Italian"], across_languages())
    head = ["person", "", "recordings", *(bar.name for bar in bars)]
    text = "\n".join([f"Networks {version()}, {date.today().isoformat()}.", "", *lines(head, rows), "", verdict(missed), "", "Not converted, to its own English:", "", *itself])
    print(text)
    report.rewrite("same_language", text)


if __name__ == "__main__":
    main()
