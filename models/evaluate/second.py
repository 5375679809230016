"""Do others hear the words, too? Word errors by pocketsphinx, which taught and judged nothing here.

    python -m evaluate.second [--converted <folder>]

The generator is trained to please whisper's encoder, and `evaluate.run` counts words by whisper. This asks a recogniser that knows nothing
of it, of the same conversions (`work/converted`, or another release's). It mishears far more of any recording: what it says is which of
two releases is the clearer. Prints.
"""

import argparse
from functools import cache
from pathlib import Path

import jiwer
import numpy as np

from . import scores, sets
from .run import CONVERTED, STRANGERS, TO_OWN


# Cepstral means as pocketsphinx begins with them: nothing of one recording is carried on to the next.
FRESH = "40,3,-1,0,0,0,0,0,0,0,0,0,0"


@cache
def decoder():
    from pocketsphinx import Decoder

    return Decoder(samprate=scores.RATE, loglevel="FATAL")


def heard(file: Path) -> str:
    samples = scores.load(file)
    decoder().set_cmn(FRESH)
    decoder().start_utt()
    decoder().process_raw((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder().end_utt()
    found = decoder().hyp()
    return scores.normalise(found.hypstr) if found else ""


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
            before, after = (100 * jiwer.wer(texts, list(pool.map(heard, each))) for each in (files, outputs))
            print(f"| {source} -> {voice} | {before:.1f} | {after:.1f} |", flush=True)


if __name__ == "__main__":
    main()
