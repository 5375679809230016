"""Whether pitch trackers survive a telephone line: the tracker of `evaluate.scores` is chosen by this.

    python -m evaluate.trackers

Clean recordings of `strangers` and their copies over a telephone (`telephone-band`). The reference is the clean F0 on frames where swift-f0
(confidence over .9) and pyworld's harvest agree within half a semitone. For each tracker, in percent of these frames: those found voiced but half
an octave or more from the reference, and those found unvoiced.
"""

import numpy as np
import pyworld

from pipeline import frontend

from .hearing_sets import files_of
from .scores import RATE, VOICED_CONFIDENCE, f0_track, levelled, load

FRAME_S = 0.016
OCTAVES_WRONG, SEMITONES_AGREED = 0.5, 0.5


def swift(audio: np.ndarray) -> np.ndarray:
    log_f0, confidence = f0_track(audio)
    return np.where(confidence >= VOICED_CONFIDENCE, np.exp(log_f0), 0)


def at_frames(f0: np.ndarray, hop_s: float, audio: np.ndarray) -> np.ndarray:
    """The nearest value of a track with frames of `hop_s`, in frames of 16 ms."""
    index = np.round(np.arange(len(audio) // int(RATE * FRAME_S)) * FRAME_S / hop_s).astype(int)
    return f0[np.minimum(index, len(f0) - 1)]


def harvest(audio: np.ndarray) -> np.ndarray:
    return at_frames(pyworld.harvest(audio.astype(np.float64), RATE, 50, 600)[0], 0.005, audio)


def own(audio: np.ndarray) -> np.ndarray:
    return at_frames(frontend.speakers_pitch(audio, frontend.spectrum(audio)[1])[0], frontend.HOP / RATE, audio)


TRACKERS = {"swift-f0": swift, "harvest": harvest, "the frontend": own}


def main() -> None:
    found = {name: [] for name in TRACKERS}
    references = []
    for source, line in zip(files_of("strangers"), files_of("telephone-band"), strict=True):
        clean, narrow = levelled(load(source)), levelled(load(line))
        first, second = swift(clean), harvest(clean)
        size = min(len(first), len(second))
        agreed = np.abs(12 * np.log2(np.maximum(first[:size], 1) / np.maximum(second[:size], 1))) < SEMITONES_AGREED
        reference = np.where(agreed & (first[:size] > 0), first[:size], 0)
        references.append(reference)
        for name, tracker in TRACKERS.items():
            found[name].append(np.resize(tracker(narrow), size))
    reference = np.concatenate(references)
    voiced = reference > 0
    print("| tracker | half an octave off, % | unvoiced, % |\n|---|---|---|")
    for name, tracks in found.items():
        heard = np.concatenate(tracks)[voiced]
        off = (heard > 0) & (np.abs(np.log2(np.maximum(heard, 1) / reference[voiced])) > OCTAVES_WRONG)
        print(f"| {name} | {100 * off.mean():.1f} | {100 * (heard == 0).mean():.1f} |")
    print(f"{voiced.sum()} frames of 16 ms")


if __name__ == "__main__":
    main()
