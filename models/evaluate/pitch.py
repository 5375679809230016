"""How well the frontend's F0 agrees with swift-f0's, with and without its last step (docs/decisions/0009).

    python -m evaluate.pitch

For each source of `evaluate.run`: the median and the 90th percentile of the difference in cents, on frames both call voiced.
"""

import numpy as np

from pipeline import frontend
from .scores import f0_detector, load
from .sets import files_of

FILES = 12
CONFIDENCE = 0.9
SOURCES = ["kathleen", "jm_kumo", "joe", "asterisk"]


def cents_apart(source: str) -> tuple[np.ndarray, np.ndarray]:
    """Ours minus swift-f0's: of the path's lags, and refined."""
    rough, fine = [], []
    for file in files_of(source)[:FILES]:
        samples = load(file)
        samples = samples[: len(samples) // frontend.HOP * frontend.HOP]
        _, loudness = frontend.spectrum(samples)
        found = f0_detector().detect(samples, frontend.RATE_HZ, fmin=50, fmax=600)
        times = np.arange(len(loudness)) * frontend.HOP / frontend.RATE_HZ
        theirs = np.interp(times, found.timestamps, found.pitch_hz)
        sure = np.interp(times, found.timestamps, found.confidence) > CONFIDENCE
        path, _ = frontend.track(frontend.normalised_difference(samples), loudness.astype(np.float64))
        refined, _ = frontend.pitch(samples, loudness)
        both = sure & (path > 0)
        rough.append(1200 * np.log2(path[both] / theirs[both]))
        fine.append(1200 * np.log2(refined[both] / theirs[both]))
    return np.concatenate(rough), np.concatenate(fine)


def main() -> None:
    print("| source | path alone: median, 90th percentile | refined |\n|---|---|---|")
    for source in SOURCES:
        cells = [f"{np.median(np.abs(each)):.1f}, {np.percentile(np.abs(each), 90):.0f}" for each in cents_apart(source)]
        print(f"| {source} | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()
