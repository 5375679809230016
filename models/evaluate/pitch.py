"""How well the frontend's F0 agrees with swift-f0's: its path alone, refined, and in the speaker's register (docs/decisions/0009, 0022).

    python -m evaluate.pitch

For each source: the median and the 90th percentile of the difference in cents, on frames both call voiced, swift-f0 surely; then, of
the frames that swift-f0 rather calls voiced, how many are misheard (a tone or more off) or missed, in percent, and of all frames those
that only the frontend calls voiced, an octave or so off the speaker's median.
"""

import numpy as np

from pipeline import frontend
from .scores import f0_detector, load
from .sets import files_of

FILES = 20
SURE, RATHER = 0.9, 0.5
SOURCES = ["kathleen", "jm_kumo", "joe", "asterisk", "kerstin", "nathalie", "flemishguy"]


def heard(source: str) -> list[dict[str, np.ndarray]]:
    """Each recording's F0 by frame: of the path alone, refined, in the register; and swift-f0's with its confidence."""
    found = []
    for file in files_of(source)[:FILES]:
        samples = load(file)
        samples = samples[: len(samples) // frontend.HOP * frontend.HOP]
        _, loudness = frontend.spectrum(samples)
        swift = f0_detector().detect(samples, frontend.RATE_HZ, fmin=50, fmax=600)
        times = np.arange(len(loudness)) * frontend.HOP / frontend.RATE_HZ
        path, _ = frontend.track(frontend.normalised_difference(samples), loudness.astype(np.float64), 0.0, 0.0)
        refined, _ = frontend.pitch(samples, loudness)
        in_register, _, _ = frontend.speakers_pitch(samples, loudness)
        sure = swift.confidence > RATHER
        found.append({
            "path": path, "refined": refined, "in register": in_register,
            "swift": np.exp(np.interp(times, swift.timestamps[sure], np.log(swift.pitch_hz[sure]))),
            "confidence": np.interp(times, swift.timestamps, swift.confidence),
        })  # fmt: skip
    return found


def cents_apart(recordings: list[dict[str, np.ndarray]], which: str) -> str:
    apart = []
    for each in recordings:
        both = (each["confidence"] > SURE) & (each[which] > 0)
        apart.append(1200 * np.abs(np.log2(each[which][both] / each["swift"][both])))
    joined = np.concatenate(apart)
    return f"{np.median(joined):.1f}, {np.percentile(joined, 90):.0f}"


def mistakes(recordings: list[dict[str, np.ndarray]], which: str) -> str:
    misheard = missed = wild = voiced = frames = 0
    for each in recordings:
        f0, theirs, is_voiced = each[which], each["swift"], each["confidence"] > RATHER
        octaves = np.abs(np.log2(np.where(f0 > 0, f0, theirs) / theirs))
        misheard += (octaves[is_voiced] > 1 / 6).sum()
        missed += (f0[is_voiced] == 0).sum()
        alone = f0[~is_voiced]
        wild += (np.abs(np.log2(alone[alone > 0] / np.median(theirs))) > frontend.REGISTER_OCTAVES).sum()
        voiced, frames = voiced + is_voiced.sum(), frames + len(f0)
    return f"{100 * misheard / voiced:.1f}, {100 * missed / voiced:.1f}, {100 * wild / frames:.1f}"


def main() -> None:
    print("| source | cents apart: path alone | refined | in the register | misheard, missed, astray: unbiased | in the register |")
    print("|---|---|---|---|---|---|")
    for source in SOURCES:
        recordings = heard(source)
        cells = [cents_apart(recordings, which) for which in ("path", "refined", "in register")]
        cells += [mistakes(recordings, which) for which in ("refined", "in register")]
        print(f"| {source} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
