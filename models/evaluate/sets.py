"""The evaluation sets, and the reference recordings of a target speaker.

    python -m evaluate.sets

Writes under `work/heldout`; existing files are kept:
    jm_kumo, joe                  40 ARCTIC prompts, made by `python -m pipeline.tts held-out`
    kathleen                      her first reading of the same 40 prompts, 24 kHz
    kerstin, nathalie, flemishguy 20 of the sentences held out of training, German and Dutch, 24 kHz
    asterisk, french              the 20 longest spoken prompts of Debian's asterisk-core-sounds-en-g722 and -fr-g722, 16 kHz
    german                        words of Debian's ktuberling-data, four per recording
    asterisk-<condition>          the ten shortest of `asterisk` in a cafe, in traffic, with music, in a small room
    joe-low, kathleen-high        20 of these prompts at a pitch below 100 Hz and above 280 Hz, formants scaled with it
"""

import subprocess
from pathlib import Path

from pipeline.paths import SPEECH, WORK, held_out, read_tsv

from . import conditions
from .debian import unpacked

HELDOUT = WORK / "heldout"
LANGUAGES = {"kerstin": "de", "german": "de", "nathalie": "nl", "flemishguy": "nl", "french": "fr"}
SENTENCES = ["kerstin", "nathalie", "flemishguy"]
PROMPTS = {
    "asterisk": ("asterisk-core-sounds-en-g722", "usr/share/asterisk/sounds/en_US_f_Allison"),
    "french": ("asterisk-core-sounds-fr-g722", "usr/share/asterisk/sounds/fr_CA_f_June"),
}
WORDS_PACKAGE, WORDS_FOLDER = "ktuberling-data", "usr/share/ktuberling/sounds/de"
CONDITIONS = {"cafe": 10, "traffic": 10, "music": 10, "room": 10, "low": 20, "high": 20}
CHANGED = [*(f"asterisk-{name}" for name in ("cafe", "traffic", "music", "room")), "joe-low", "kathleen-high"]
SETS = ["jm_kumo", "joe", "kathleen", *SENTENCES, *PROMPTS, "german", *CHANGED]
SENTENCE_FILES = 20
REFERENCES = 20


def spread(items: list, count: int) -> list:
    """`count` items, evenly spaced over the list."""
    return [items[i * len(items) // count] for i in range(count)]


def language_of(name: str) -> str:
    return LANGUAGES.get(name, "en")


def texts_of(name: str) -> dict[str, str]:
    """Stem -> text of one evaluation set."""
    base, _, condition = name.partition("-")
    if base in SENTENCES:
        texts = read_tsv(SPEECH / base / "transcripts.tsv")
        return {stem: texts[stem] for stem in spread(sorted(held_out(base, list(texts))), SENTENCE_FILES)}
    own = Path(__file__).with_name(f"{base}.tsv")
    texts = read_tsv(own if own.exists() else HELDOUT / "transcripts.tsv")
    return dict(list(texts.items())[-CONDITIONS[condition] :]) if condition else texts


def files_of(name: str) -> list[Path]:
    """The source recordings of one evaluation set, in order."""
    files = [HELDOUT / name / f"{stem}.wav" for stem in sorted(texts_of(name))]
    if absent := missing(name):
        raise SystemExit(f"{name}: {len(absent)} recordings are missing, first {absent[0].name}; run python -m evaluate.sets")
    return files


def references_of(speaker: str) -> list[Path]:
    """Twenty recordings of a speaker outside the evaluation sets, evenly spaced over those available."""
    natural = SPEECH / speaker
    if natural.is_dir():
        stems = [file.stem for file in sorted(natural.glob("*.opus"))]
        kept = held_out(speaker, stems)
        files = [natural / f"{stem}.opus" for stem in stems if stem not in kept]
    else:
        files = sorted((WORK / "tts" / speaker).glob("*.wav"))
    if len(files) < REFERENCES:
        raise SystemExit(f"{speaker}: needs {REFERENCES} reference recordings, found {len(files)}")
    return spread(files, REFERENCES)


def ffmpeg(sources: list[Path], target: Path, rate: int, *source_format: str, pause_s: float = 0) -> None:
    """Concatenates recordings of any format, with a pause after each, to a mono WAV file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    inputs = [word for source in sources for word in (*source_format, "-i", str(source))]
    pads = "".join(f"[{i}]aresample={rate},aformat=channel_layouts=mono,apad=pad_dur={pause_s}[p{i}];" for i in range(len(sources)))
    joined = pads + "".join(f"[p{i}]" for i in range(len(sources))) + f"concat=n={len(sources)}:v=0:a=1"
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", joined, "-ac", "1", "-ar", str(rate), str(target)]
    subprocess.run(command, check=True)


def missing(name: str) -> list[Path]:
    """The recordings of a set that do not exist yet."""
    files = [HELDOUT / name / f"{stem}.wav" for stem in texts_of(name)]
    return [file for file in files if not file.exists()]


def make_sentences(speaker: str) -> None:
    for target in missing(speaker):
        ffmpeg(sorted((SPEECH / speaker).glob(f"{target.stem}*.opus"))[:1], target, 24000)


def make_prompts(name: str) -> None:
    if targets := missing(name):
        package, folder = PROMPTS[name]
        with unpacked(package) as root:
            for target in targets:
                ffmpeg([root / folder / f"{target.stem}.g722"], target, 16000, "-f", "g722")


def make_words() -> None:
    """Recordings named after the words in them, `eye+nose+mouth+ear`."""
    if targets := missing("german"):
        with unpacked(WORDS_PACKAGE) as root:
            for target in targets:
                ffmpeg([root / WORDS_FOLDER / f"{word}.ogg" for word in target.stem.split("+")], target, 16000, pause_s=0.35)


def make_changed(name: str) -> None:
    base, _, condition = name.partition("-")
    every = list(texts_of(name))
    for target in missing(name):
        conditions.make(condition, HELDOUT / base / target.name, target, every.index(target.stem))


def main() -> None:
    for speaker in ("kathleen", *SENTENCES):
        make_sentences(speaker)
    for name in PROMPTS:
        make_prompts(name)
    make_words()
    for name in CHANGED:
        make_changed(name)
    for name in SETS:
        print(f"{name}: {len(files_of(name))} recordings")


if __name__ == "__main__":
    main()
