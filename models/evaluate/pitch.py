"""Agreement of the frontend's F0 with swift-f0's: Viterbi path alone, refined, and in the speaker's register (docs/decisions/0009, 0022).

    python -m evaluate.pitch

For each source: median and 90th percentile of the difference in cents, on frames voiced in both (swift-f0 with a confidence over .9); then, in
percent, of the frames that swift-f0 finds voiced (confidence over .5), those whose F0 differs by a whole tone or more ("misheard") and those
unvoiced here ("missed"), and of all frames, those voiced only here and over .7 octaves from the speaker's median ("astray").
"""

import numpy as np

from pipeline import frontend

from .scores import f0_detector, load
from .sets import files_of

FILES = 20
CONFIDENT, VOICED = 0.9, 0.5
SOURCES = ["kathleen", "jm_kumo", "joe", "asterisk", "kerstin", "nathalie", "flemishguy"]


def f0_tracks(source: str) -> list[dict[str, np.ndarray]]:
    """F0 in Hz per frame of each recording: path alone, refined, in the register, and swift-f0's; and its confidence."""
    found = []
    for file in files_of(source)[:FILES]:
        samples = load(file)
        samples = samples[: len(samples) // frontend.HOP * frontend.HOP]
        _, loudness = frontend.spectrum(samples)
        swift = f0_detector().detect(samples, frontend.RATE_HZ, fmin=50, fmax=600)
        times = np.arange(len(loudness)) * frontend.HOP / frontend.RATE_HZ
        difference = frontend.normalised_difference(frontend.pitch_band(samples))
        path, _, _ = frontend.track(*difference, loudness.astype(np.float64), 0.0, 0.0, frontend.UNKNOWN_PERIODICITY)
        refined, _ = frontend.pitch(samples, loudness)
        in_register, _, _ = frontend.speakers_pitch(samples, loudness)
        voiced = swift.confidence > VOICED
        found.append({
            "path": path, "refined": refined, "in register": in_register,
            "swift": np.exp(np.interp(times, swift.timestamps[voiced], np.log(swift.pitch_hz[voiced]))),
            "confidence": np.interp(times, swift.timestamps, swift.confidence),
        })  # fmt: skip
    return found


def cents_off(recordings: list[dict[str, np.ndarray]], which: str) -> str:
    cents = []
    for each in recordings:
        both = (each["confidence"] > CONFIDENT) & (each[which] > 0)
        cents.append(1200 * np.abs(np.log2(each[which][both] / each["swift"][both])))
    joined = np.concatenate(cents)
    return f"{np.median(joined):.1f}, {np.percentile(joined, 90):.0f}"


def mistakes(recordings: list[dict[str, np.ndarray]], which: str) -> str:
    wrong = missed = astray = voiced = frames = 0
    for each in recordings:
        f0, theirs, is_voiced = each[which], each["swift"], each["confidence"] > VOICED
        octaves = np.abs(np.log2(np.where(f0 > 0, f0, theirs) / theirs))
        wrong += (octaves[is_voiced] > 1 / 6).sum()
        missed += (f0[is_voiced] == 0).sum()
        alone = f0[~is_voiced]
        astray += (np.abs(np.log2(alone[alone > 0] / np.median(theirs))) > frontend.REGISTER_OCTAVES).sum()
        voiced, frames = voiced + is_voiced.sum(), frames + len(f0)
    return f"{100 * wrong / voiced:.1f}, {100 * missed / voiced:.1f}, {100 * astray / frames:.1f}"


def main() -> None:
    print("| source | cents apart: path alone | refined | in the register | misheard, missed, astray: unbiased | in the register |")
    print("|---|---|---|---|---|---|")
    for source in SOURCES:
        recordings = f0_tracks(source)
        cells = [cents_off(recordings, which) for which in ("path", "refined", "in register")]
        cells += [mistakes(recordings, which) for which in ("refined", "in register")]
        print(f"| {source} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
