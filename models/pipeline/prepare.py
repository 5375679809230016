"""Stage 2: every recording becomes arrays.

    python -m pipeline.prepare

For each speaker writes `work/arrays/<speaker>.npz`: `audio` int16 24 kHz (utterances end to end, each a whole
number of 20 ms), `starts` (in 10 ms frames, one more than utterances), `logMel` float16, `loudnessDb`, `f0Hz` and
`voiced`. A speaker that is written is kept.

`<voice>_x085` and the like are the speakers that are imitated played slower or faster: pitch, formants and tempo scaled together
make speakers that nobody is.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from . import frontend
from .data import ALSO_IMITATED, VOICES
from .paths import CONVERTED, SPEECH, WORK, held_out

ARRAYS = WORK / "arrays"
FACTORS = [0.85, 0.92, 1.09, 1.18]
OTHERS_FACTORS = [0.88, 1.14]
WARPED_MINUTES = 8.0
READERS = WORK / "readers"
LEAST_READ_SECONDS = 8.0
# Of CMU ARCTIC's slt, every third sentence: twenty minutes.
ARCTIC_STEP = 3
# Who is enrolled in evaluation (`evaluate.unseen`) trains nothing.
EVALUATED_READERS = {"2033", "2609", "3080"}


def sources() -> dict[str, list]:
    """Speaker -> files that may train."""
    found = {}
    for speaker in ("kathleen", "flemishguy", "kerstin", "nathalie", "arabic30"):
        files = sorted((SPEECH / speaker).glob("*.opus"))
        out = held_out(speaker, [f.stem for f in files]) if speaker != "arabic30" else set()
        files = [f for f in files if f.stem not in out]
        if speaker == "arabic30":
            found |= {f"arabic_{f.stem}": [f] for f in files}
        else:
            found[speaker] = files
    for folder in sorted((WORK / "tts").glob("*")):
        found[folder.name] = sorted(folder.glob("*.wav"))
    for file in sorted(READERS.rglob("*.flac")):
        number = file.stem.split("-")[0]
        if number not in EVALUATED_READERS and sf.info(file).duration > LEAST_READ_SECONDS:
            found.setdefault(f"reader_{number}", []).append(file)
    arctic = sorted((READERS / "arctic_slt").glob("*.wav"))
    for file in [f for f in arctic if not f.stem.startswith(CONVERTED)][::ARCTIC_STEP]:
        found.setdefault("reader_slt", []).append(file)
    return found


def some(files: list) -> list:
    """The first minutes of these recordings."""
    chosen, seconds = [], 0.0
    for file in files:
        chosen.append(file)
        seconds += sf.info(file).duration
        if seconds > WARPED_MINUTES * 60:
            break
    return chosen


def warps(speaker: str, files: list) -> list[tuple[str, list, float]]:
    """Name, recordings and factor of each speaker that is made of this one: of a voice, other recordings for every factor."""
    named = lambda factor: f"{speaker}_x{round(100 * factor):03}"  # noqa: E731
    if speaker in VOICES:
        return [(named(factor), some(files[index :: len(FACTORS)]), factor) for index, factor in enumerate(FACTORS)]
    return [(named(factor), files, factor) for factor in OTHERS_FACTORS] if speaker.startswith(ALSO_IMITATED) else []


def load(path, factor: float = 1.0) -> np.ndarray:
    """24 kHz, played `factor` times as fast."""
    audio, rate = sf.read(path, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(1), rate * factor, 24000) if rate * factor != 24000 else audio.mean(1)


def prepare(speaker: str, files: list, factor: float = 1.0, folder: Path = ARRAYS) -> None:
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
    marks = np.array(starts)
    np.savez(
        folder / f"{speaker}.npz", audio=np.concatenate(pieces), starts=marks, logMel=np.concatenate(mels),
        loudnessDb=np.concatenate(louds), f0Hz=np.concatenate(f0s), voiced=np.concatenate(voicing),
    )  # fmt: skip
    print(f"{speaker}: {marks[-1] / 6000:.1f} min, {len(marks) - 1} utterances", flush=True)


def main() -> None:
    ARRAYS.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    missing = lambda name: (not wanted or name in wanted) and not (ARRAYS / f"{name}.npz").exists()  # noqa: E731
    for speaker, files in sources().items():
        if missing(speaker):
            prepare(speaker, files)
        for name, chosen, factor in warps(speaker, files):
            if missing(name):
                prepare(name, chosen, factor)


if __name__ == "__main__":
    main()
