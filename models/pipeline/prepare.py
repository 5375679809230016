"""Stage 2: features of every recording.

    python -m pipeline.prepare

For each speaker writes `work/arrays/<speaker>.npz`: `audio` int16 24 kHz (utterances end to end, each a whole
number of 20 ms), `starts` (in 10 ms frames, one more than utterances), `logMel` float16, `loudnessDb`, `f0Hz` and
`voiced`. Existing files are kept.

`<speaker>_x085` and the like are target speakers played slower or faster: scaling pitch, formants and tempo together makes further
synthetic speakers.
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile as sf
import soxr

from . import frontend
from .data import IMITATED_PREFIXES, VOICES
from .paths import CONVERTED, SPEECH, WORK, held_out, held_out_learners, read_clips

ARRAYS = WORK / "arrays"
# Playback speeds of the built-in voices and of other targets, and the minutes used of each.
FACTORS = [0.85, 0.92, 1.09, 1.18]
OTHER_FACTORS = [0.88, 1.14]
SCALED_MINUTES = 8.0
READERS = WORK / "readers"
MIN_READ_SECONDS = 8.0
# Of CMU ARCTIC's slt, every third sentence: twenty minutes.
ARCTIC_STEP = 3
# Enrolled in evaluation (`evaluate.unseen`), so excluded from training.
EVALUATED_READERS = {"2033", "2609", "3080"}


class Clip(NamedTuple):
    """`samples` at 16 kHz of a file that holds utterances end to end, from `start` on."""

    path: Path
    start: int
    samples: int


def clips_of(speaker_set: str, column: str) -> dict[str, list[Clip]]:
    """The utterances of each file of `learners178`, `orders50` or `sung1`; `column` of its `clips.tsv` names the file."""
    found = defaultdict(list)
    for row in read_clips(speaker_set):
        name = row.get(column, "sung")
        found[name].append(Clip(SPEECH / speaker_set / f"{name}.opus", int(row["start_sample_16k"]), int(row["samples"])))
    return found


def sources() -> dict[str, list]:
    """Speaker -> recordings to train on. Files of `orders50` hold several speakers each."""
    found = {}
    for speaker in ("kathleen", "flemishguy", "kerstin", "nathalie", "arabic30"):
        files = sorted((SPEECH / speaker).glob("*.opus"))
        out = held_out(speaker, [f.stem for f in files]) if speaker != "arabic30" else set()
        files = [f for f in files if f.stem not in out]
        if speaker == "arabic30":
            found |= {f"arabic_{f.stem}": [f] for f in files}
        else:
            found[speaker] = files
    found |= {f"learner_{name}": clips for name, clips in clips_of("learners178", "speaker").items() if name not in held_out_learners()}
    found |= {f"orders_{name}": clips for name, clips in clips_of("orders50", "file").items()}
    found |= clips_of("sung1", "file")
    for folder in sorted((WORK / "tts").glob("*")):
        found[folder.name] = sorted(folder.glob("*.wav"))
    for file in sorted(READERS.rglob("*.flac")):
        number = file.stem.split("-")[0]
        if number not in EVALUATED_READERS and sf.info(file).duration > MIN_READ_SECONDS:
            found.setdefault(f"reader_{number}", []).append(file)
    arctic = sorted((READERS / "arctic_slt").glob("*.wav"))
    for file in [f for f in arctic if not f.stem.startswith(CONVERTED)][::ARCTIC_STEP]:
        found.setdefault("reader_slt", []).append(file)
    return found


def first_minutes(files: list) -> list:
    """The first eight minutes of these recordings, in whole files."""
    chosen, seconds = [], 0.0
    for file in files:
        chosen.append(file)
        seconds += sf.info(file).duration
        if seconds > SCALED_MINUTES * 60:
            break
    return chosen


def time_scaled(speaker: str, files: list) -> list[tuple[str, list, float]]:
    """Name, recordings and playback speed of each copy of a target speaker; a built-in voice's recordings are divided among its copies."""
    named = lambda factor: f"{speaker}_x{round(100 * factor):03}"  # noqa: E731
    if speaker in VOICES:
        return [(named(factor), first_minutes(files[index :: len(FACTORS)]), factor) for index, factor in enumerate(FACTORS)]
    return [(named(factor), files, factor) for factor in OTHER_FACTORS] if speaker.startswith(IMITATED_PREFIXES) else []


def load(recording: Path | Clip, factor: float = 1.0) -> np.ndarray:
    """Mono samples at 24 kHz, played `factor` times as fast."""
    if isinstance(recording, Clip):
        per_sample = sf.info(recording.path).samplerate / 16000
        start, count = (round(n * per_sample) for n in recording[1:])
        audio, rate = sf.read(recording.path, count, start, dtype="float32", always_2d=True)
    else:
        audio, rate = sf.read(recording, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(1), rate * factor, 24000) if rate * factor != 24000 else audio.mean(1)


def prepare(speaker: str, files: list, factor: float = 1.0, folder: Path = ARRAYS) -> None:
    """Writes `<speaker>.npz` of recordings played `factor` times as fast; those under 300 ms are left out."""
    pieces, starts, mels, louds, f0s, voicing = [], [0], [], [], [], []
    for path in files:
        audio = load(path, factor)
        frames = len(audio) // 480 * 2
        if frames < 30:
            continue
        audio = audio[: frames * 240]
        low = soxr.resample(audio, 24000, 16000)[: frames * 160]
        low = np.pad(low, (0, frames * 160 - len(low)))
        mel, loud = frontend.spectrum(low)
        f0, voiced, _ = frontend.speakers_pitch(low, loud)
        pieces.append((np.clip(audio, -1, 1) * 32767).astype(np.int16))
        mels.append(mel.astype(np.float16))
        louds.append(loud)
        f0s.append(f0)
        voicing.append(voiced)
        starts.append(starts[-1] + frames)
    boundaries = np.array(starts)
    np.savez(
        folder / f"{speaker}.npz", audio=np.concatenate(pieces), starts=boundaries, logMel=np.concatenate(mels),
        loudnessDb=np.concatenate(louds), f0Hz=np.concatenate(f0s), voiced=np.concatenate(voicing),
    )  # fmt: skip
    print(f"{speaker}: {boundaries[-1] / 6000:.1f} min, {len(boundaries) - 1} utterances", flush=True)


def main() -> None:
    ARRAYS.mkdir(parents=True, exist_ok=True)
    requested = sys.argv[1:]
    missing = lambda name: (not requested or name in requested) and not (ARRAYS / f"{name}.npz").exists()  # noqa: E731
    for speaker, files in sources().items():
        if missing(speaker):
            prepare(speaker, files)
        for name, chosen, factor in time_scaled(speaker, files):
            if missing(name):
                prepare(name, chosen, factor)


if __name__ == "__main__":
    main()
