"""Detection of the app's watermark in its exported files, and false alarms.

    python -m evaluate.exports

Runs `npm run detect` on every conversion of `evaluate.run --make`, as exported, after MP3 at 64 kbit/s and after Opus at 24 kbit/s; and on
unmarked recordings: the sources of those conversions, and an hour of kathleen.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from pipeline.paths import MODELS, SPEECH

from . import report, sets
from .run import CONVERTED, STRANGERS, TO_OWN, version
from .scores import RATE, load

PRESENT_SECONDS, PAYLOAD_SECONDS = 3, 6
KATHLEEN_SECONDS = 3600
CODECS = {"as exported": None, "MP3 64 kbit/s": ("mp3", "libmp3lame", "64k"), "Opus 24 kbit/s": ("ogg", "libopus", "24k")}


def detect(folder: Path) -> dict[str, dict]:
    """Stem -> the app's result for each file of a folder."""
    command = ["npm", "run", "--silent", "detect", "--", str(folder)]
    answers = subprocess.run(command, cwd=MODELS.parent, check=True, capture_output=True, text=True).stdout.splitlines()
    return {Path(found["file"]).stem: found for found in map(json.loads, answers)}


def encode(file: Path, folder: Path, codec: tuple[str, str, str] | None, stem: str) -> None:
    if codec is None:
        (folder / f"{stem}{file.suffix}").symlink_to(file)
        return
    ending, encoder, rate = codec
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-c:a", encoder, "-b:a", rate, str(folder / f"{stem}.{ending}")]
    subprocess.run(command, check=True)


def marked_rows() -> list[str]:
    files = [CONVERTED / f"{source}-{voice}" / file.name for source, voice in [*TO_OWN, STRANGERS] for file in sets.files_of(source)]
    seconds = [len(load(file)) / RATE for file in files]
    rows = []
    for name, codec in CODECS.items():
        with tempfile.TemporaryDirectory() as folder:
            for index, file in enumerate(files):
                encode(file, Path(folder), codec, str(index))
            found = detect(Path(folder))
        present = [found[str(i)]["present"] == "yes" for i, s in enumerate(seconds) if s >= PRESENT_SECONDS]
        read = [found[str(i)]["payloadOk"] for i, s in enumerate(seconds) if s >= PAYLOAD_SECONDS]
        rows.append(f"| {name} | {sum(present)} of {len(present)} | {sum(read)} of {len(read)} |")
    return rows


def unmarked() -> list[Path]:
    files = [file for source, _ in [*TO_OWN, STRANGERS] for file in sets.files_of(source)]
    seconds = 0.0
    for file in sorted((SPEECH / "kathleen").glob("*.opus")):
        if seconds >= KATHLEEN_SECONDS:
            break
        seconds += len(load(file)) / RATE
        files.append(file)
    return files


def main() -> None:
    rows = marked_rows()
    plain = unmarked()
    with tempfile.TemporaryDirectory() as folder:
        for index, file in enumerate(plain):
            encode(file, Path(folder), None, str(index))
        alarms = sum(found["present"] == "yes" for found in detect(Path(folder)).values())
    text = [
        f"Networks {version()}.",
        "",
        f"| exports | found, of {PRESENT_SECONDS} s or more | payload read, of {PAYLOAD_SECONDS} s or more |",
        "|---|---|---|",
        *rows,
        "",
        f"False alarms: {alarms} in {len(plain)} recordings that carry no mark, an hour of kathleen among them.",
    ]
    report.rewrite("exports", "\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
