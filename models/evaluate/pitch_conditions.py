"""F0 where it is hard to find, and in whispers: errors and voicing of `frontend.speakers_pitch` against F0 of the clean recordings.

    python -m evaluate.pitch_conditions [--development]

Two sentences of each held-out speaker of learners178 and four of each of four adults (`evaluate.pitch_sets`; `--development`: other speakers). For each
condition, in percent: of the frames with a reference that are voiced, those more than half an octave off ("octave errors"), and a whole tone
("tone"); of those with a reference, the unvoiced ("missed"); of those less than 20 dB below the loudest twentieth, the voiced ("loud voiced"); and
of recordings, those whose median F0 is more than .35 octaves off ("register"). In cents: median and 90th percentile of the errors below a tone.
"""

import argparse

import numpy as np

from pipeline import frontend

from .pitch_sets import CONDITIONS, WHISPERS, disguised, recordings, reference

LOUD_DB = 20
OCTAVE, TONE, REGISTER = 0.5, 1 / 6, 0.35


def measured(clean: list[np.ndarray], references: list[np.ndarray], condition: str) -> str:
    off, missed, loud_voiced, registers = [], [], [], []
    for index, (speech, truth) in enumerate(zip(clean, references)):
        samples = disguised(speech, condition, index)
        _, loudness = frontend.spectrum(samples)
        f0, _, register_hz = frontend.speakers_pitch(samples, loudness)
        known = truth > 0
        missed.append(f0[known] == 0)
        both = known & (f0 > 0)
        off.append(np.abs(np.log2(f0[both] / truth[both])))
        loud_voiced.append(f0[loudness > np.percentile(loudness, 95) - LOUD_DB] > 0)
        if known.any() and register_hz > 0:
            registers.append(abs(np.log2(register_hz / np.median(truth[known]))) > REGISTER)
    octaves, percent = np.concatenate(off), lambda parts: f"{100 * np.mean(np.concatenate(parts)):.1f}"
    cells = [percent([octaves > OCTAVE]), percent([octaves > TONE]), percent(missed), percent(loud_voiced), f"{100 * np.mean(registers):.0f}"]
    cents = 1200 * octaves[octaves < TONE]
    return " | ".join([condition, *cells, f"{np.median(cents):.1f}, {np.percentile(cents, 90):.0f}"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--development", action="store_true")
    clean = [speech for each in recordings(not parser.parse_args().development).values() for speech in each]
    references = [reference(speech) for speech in clean]
    print("| condition | octave errors | tone | missed | loud voiced | register | cents |\n|---|---|---|---|---|---|---|")
    for condition in CONDITIONS:
        print(f"| {measured(clean, references, condition)} |", flush=True)
    print("| whispers | loud voiced |\n|---|---|")
    for condition in WHISPERS:
        print(f"| {condition} | {measured(clean, references, condition).split(' | ')[4]} |", flush=True)


if __name__ == "__main__":
    main()
