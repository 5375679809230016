"""Word error rate by pocketsphinx, a recogniser that has no part in training.

    python -m evaluate.second_recogniser [--converted <folder>]

The generator is trained with a loss on whisper's encoder, and `evaluate.run` counts word errors with whisper. This counts them, on the same
conversions (`work/converted`, or another release's), with an independent recogniser. Its error rates are far higher on any recording: use it
to compare releases, not as an absolute figure. Prints.
"""

import argparse
from functools import cache
from pathlib import Path

import numpy as np

from . import scores, sets
from .run import CONVERTED, STRANGERS, TO_OWN

# pocketsphinx's initial cepstral means, set before each recording so that recordings are independent.
INITIAL_MEANS = "40,3,-1,0,0,0,0,0,0,0,0,0,0"


@cache
def decoder():
    from pocketsphinx import Decoder

    return Decoder(samprate=scores.RATE, loglevel="FATAL")


def transcribe(audio: np.ndarray) -> str:
    """Of 16 kHz samples."""
    decoder().set_cmn(INITIAL_MEANS)
    decoder().start_utt()
    decoder().process_raw((np.clip(audio, -1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder().end_utt()
    found = decoder().hyp()
    return scores.normalise(found.hypstr) if found else ""


def heard(file: Path) -> str:
    """Cached beside the other scores, at the same level."""
    return str(scores.cached(file, "pocketsphinx", lambda audio: {"heard": transcribe(audio)})["heard"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--converted", type=Path, default=CONVERTED)
    folder = parser.parse_args().converted
    print("| | WER of the source, % | WER, % |\n|---|---|---|")
    with scores.workers() as pool:
        for source, voice in [*TO_OWN, STRANGERS]:
            files = sets.files_of(source)
            texts = [scores.normalise(sets.texts_of(source)[file.stem]) for file in files]
            outputs = [folder / f"{source}-{voice}" / file.name for file in files]
            before, after = (scores.percent_lost(texts, list(pool.map(heard, each))) for each in (files, outputs))
            print(f"| {source} -> {voice} | {before:.1f} | {after:.1f} |", flush=True)


if __name__ == "__main__":
    main()
