"""The evaluation sets, and the natural or synthetic recordings that stand for a target speaker.

    python -m evaluate.sets

Writes under `work/heldout` and keeps what exists:
    jm_kumo, joe   40 ARCTIC prompts, made by `python -m pipeline.speak held-out`
    kathleen       her first reading of the same 40 prompts, 24 kHz
    asterisk       the 20 longest spoken prompts of Debian's asterisk-core-sounds-en-g722, 16 kHz
"""

import subprocess
import tempfile
from pathlib import Path

from pipeline.paths import SPEECH, WORK, held_out

HELDOUT = WORK / "heldout"
ASTERISK_PACKAGE = "asterisk-core-sounds-en-g722"
ASTERISK_TEXTS = Path(__file__).with_name("asterisk.tsv")
REFERENCES = 20


def read_tsv(path: Path) -> dict[str, str]:
    """`stem<TAB>text` lines; lines that start with `#` are comments."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("\t", 1) for line in lines)


def texts_of(name: str) -> dict[str, str]:
    """Stem -> what is said, for one evaluation set."""
    return read_tsv(ASTERISK_TEXTS if name == "asterisk" else HELDOUT / "transcripts.tsv")


def files_of(name: str) -> list[Path]:
    """The source recordings of one evaluation set, in order."""
    files = [HELDOUT / name / f"{stem}.wav" for stem in sorted(texts_of(name))]
    missing = [file.name for file in files if not file.exists()]
    if missing:
        raise SystemExit(f"{name}: {len(missing)} recordings are missing, first {missing[0]}; run python -m evaluate.sets")
    return files


def references_of(speaker: str) -> list[Path]:
    """Twenty recordings of a speaker that belong to no evaluation set, spread evenly over what there is."""
    natural = SPEECH / speaker
    if natural.is_dir():
        stems = [file.stem for file in sorted(natural.glob("*.opus"))]
        kept = held_out(speaker, stems)
        files = [natural / f"{stem}.opus" for stem in stems if stem not in kept]
    else:
        files = sorted((WORK / "tts" / speaker).glob("*.wav"))
    if len(files) < REFERENCES:
        raise SystemExit(f"{speaker}: needs {REFERENCES} reference recordings, found {len(files)}")
    return [files[i * len(files) // REFERENCES] for i in range(REFERENCES)]


def ffmpeg(source: Path, target: Path, rate: int, *source_format: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", *source_format, "-i", str(source), "-ac", "1", "-ar", str(rate), str(target)]
    subprocess.run(command, check=True)


def make_kathleen() -> None:
    for stem in texts_of("kathleen"):
        target = HELDOUT / "kathleen" / f"{stem}.wav"
        if not target.exists():
            ffmpeg(sorted((SPEECH / "kathleen").glob(f"{stem}_*.opus"))[0], target, 24000)


def make_asterisk() -> None:
    targets = [HELDOUT / "asterisk" / f"{stem}.wav" for stem in texts_of("asterisk")]
    if all(target.exists() for target in targets):
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", ASTERISK_PACKAGE], cwd=folder, check=True)
        package = next(Path(folder).glob("*.deb"))
        subprocess.run(["dpkg", "-x", str(package), folder], check=True)
        sounds = Path(folder) / "usr/share/asterisk/sounds/en_US_f_Allison"
        for target in targets:
            ffmpeg(sounds / f"{target.stem}.g722", target, 16000, "-f", "g722")


def main() -> None:
    make_kathleen()
    make_asterisk()
    for name in ("jm_kumo", "joe", "kathleen", "asterisk"):
        print(f"{name}: {len(files_of(name))} recordings")


if __name__ == "__main__":
    main()
