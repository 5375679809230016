"""Phones of the English recordings, for the ablation of content targets.

    python -m pipeline.align --utterances 450

pocketsphinx aligns each prompt with its text. Writes `work/phones/<speaker>.npz`: `phones` int16, one a content frame
(50 a second) in the order of `work/arrays/<speaker>.npz`, -1 where nothing is known; and `names`.
"""

import argparse

import numpy as np
import soxr

from .paths import WORK
from .prepare import load, sources
from .speak import prompts

PHONES = WORK / "phones"
SPEAKERS = ["kathleen", "joe", "jm_kumo"]
SILENCE = "SIL"


class Phones:
    """What was aligned, in one numbering over all speakers: `labels[speaker]` [50 Hz frames], -1 where unknown."""

    def __init__(self, data) -> None:
        names: list[str] = []
        self.labels = {}
        for path in sorted(PHONES.glob("*.npz")):
            if path.stem not in data.arrays:
                continue
            kept = np.load(path)
            names += [str(name) for name in kept["names"] if str(name) not in names]
            places = np.array([names.index(str(name)) for name in kept["names"]])
            self.labels[path.stem] = np.where(kept["phones"] >= 0, places[kept["phones"]], -1)
        self.count = len(names)


def aligned(decoder, samples: np.ndarray, text: str) -> list[tuple[str, int, int]]:
    """16 kHz -> phone, first frame, frames (10 ms). Raises RuntimeError where words are unknown or do not fit."""
    raw = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    words = "".join(c if c.isalpha() or c == "'" else " " for c in text.lower().replace("-", " ")).split()
    decoder.set_align_text(" ".join(words))
    for _ in range(2):
        decoder.start_utt()
        decoder.process_raw(raw, full_utt=True)
        decoder.end_utt()
        if _ == 0:
            decoder.set_alignment()
    return [(phone.name, phone.start, phone.duration) for word in decoder.get_alignment() for phone in word]


def main() -> None:
    import pocketsphinx

    parser = argparse.ArgumentParser()
    parser.add_argument("--utterances", type=int, default=450)
    count = parser.parse_args().utterances
    PHONES.mkdir(parents=True, exist_ok=True)
    texts = prompts()
    for speaker in SPEAKERS:
        target = PHONES / f"{speaker}.npz"
        if target.exists():
            continue
        decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
        starts = np.load(WORK / "arrays" / f"{speaker}.npz")["starts"]
        labels, names, at, done = np.full(starts[-1] // 2, -1, np.int16), [SILENCE], 0, 0
        for file in sources()[speaker]:
            audio = load(file)
            if len(audio) // 480 * 2 < 30:
                continue
            first, at = starts[at], at + 1
            text = texts.get("_".join(file.stem.split("_")[:2]))
            if text is None or done >= count:
                continue
            try:
                phones = aligned(decoder, soxr.resample(audio, 24000, 16000), text)
            except RuntimeError:
                continue
            done += 1
            frames = np.zeros((starts[at] - first), np.int16)
            for name, start, length in phones:
                if name not in names:
                    names.append(name)
                frames[start : start + length] = names.index(name)
            labels[first // 2 : starts[at] // 2] = frames[::2]
        np.savez(target, phones=labels, names=np.array(names))
        print(f"{speaker}: {done} utterances, {len(names)} phones", flush=True)


if __name__ == "__main__":
    main()
