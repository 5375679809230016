"""Feature extraction for all stages. Reference for `src/engine/analysis/frontend.ts` and `src/engine/analysis/pitch.ts`.

Everything is at 16 kHz in frames of 160 samples; see docs/architecture.md, "Signals".

    python -m pipeline.frontend        recomputes the features in tests/fixtures/frontend.json from its samples
"""

import base64
import json
from pathlib import Path

import numpy as np

from .pitch_track import HOP, RATE_HZ, UNKNOWN_PERIODICITY, normalised_difference, pitch_band, refine, track

FIXTURE = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "frontend.json"

WINDOW = 400
FFT = 512
BANDS = 80
LOG_FLOOR = 1e-5

# F0 this far from the median is most likely an octave error.
REGISTER_OCTAVES = 0.7
LEAST_CLARITY = 0.01
PROFILE_LEVEL_DB = -23.0
# Far below the fixture's speaker, so that the register changes the result; and the speech level.
FIXTURE_REGISTER_HZ, FIXTURE_LEVEL_DB = 40.0, -20.0


def hz_to_mel(hz):
    """HTK mel scale: 2595 log10(1 + f / 700)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz, np.float64) / 700.0)


def mel_to_hz(mel):
    return 700.0 * (10.0 ** (np.asarray(mel, np.float64) / 2595.0) - 1.0)


# Edges of the 80 triangular bands, 40 to 7800 Hz: band k starts at edge k, peaks at k + 1 and ends at k + 2.
BAND_EDGES_MEL = np.linspace(hz_to_mel(40.0), hz_to_mel(7800.0), BANDS + 2)


def mel_matrix() -> np.ndarray:
    """Triangles [80, 257] with peak 1 between 40 and 7800 Hz."""
    edges = mel_to_hz(BAND_EDGES_MEL)
    bins = np.arange(FFT // 2 + 1) * RATE_HZ / FFT
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(up, down))


def spectrum(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """16 kHz samples -> `logMel` [frames, 80] (natural log of power, floored at 1e-5) and `loudnessDb` [frames] (mean square under the window, dBFS).

    Frame t is windowed over samples [160 (t + 1) - 400, 160 (t + 1)), zeros before the signal.
    """
    frames = len(samples) // HOP
    padded = np.concatenate([np.zeros(WINDOW - HOP), np.asarray(samples, np.float64)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames] * window
    power = np.abs(np.fft.rfft(pieces, FFT)) ** 2
    log_mel = np.log(np.maximum(power @ mel_matrix().T, LOG_FLOOR))
    loudness = 10 * np.log10((pieces**2).sum(1) / (window**2).sum() + 1e-8)
    return log_mel.astype(np.float32), loudness.astype(np.float32)


def speech_level_db(loudness_db: np.ndarray) -> float:
    """Mean power in dBFS of the frames that are less than 20 dB below the 95th percentile of loudness."""
    active = loudness_db[loudness_db > np.percentile(loudness_db, 95) - 20]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def in_register(f0: np.ndarray) -> np.ndarray:
    """The voiced entries of `f0Hz` (0 is unvoiced), sorted, without those .7 octaves or more from the median, which are octave errors."""
    voiced = np.sort(f0[f0 > 0])
    return voiced[np.abs(np.log2(voiced / voiced[len(voiced) // 2])) < REGISTER_OCTAVES] if len(voiced) else voiced


def weighted_middle(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """The two of the sorted values between which half of the weight is passed; mostly one and the same."""
    passed = np.cumsum(weights)
    i = int(np.searchsorted(passed, passed[-1] / 2, "right"))
    return values[i - (i > 0 and passed[i - 1] == passed[-1] / 2)], values[i]


def median_f0_hz(f0: np.ndarray, clarity: np.ndarray | None = None) -> float:
    """Median of the voiced entries less than .7 octaves from the median of all, weighted by `clarity` (default: equally); 0 where nothing is voiced."""
    if not (f0 > 0).any():
        return 0.0
    order = np.argsort(f0, kind="stable")
    order = order[f0[order] > 0]
    values, weights = f0[order], np.ones(len(order)) if clarity is None else np.maximum(clarity[order], LEAST_CLARITY)
    kept = np.abs(np.log2(values / weighted_middle(values, weights)[1])) < REGISTER_OCTAVES
    return float(np.mean(weighted_middle(values[kept], weights[kept])))


def pitch(samples: np.ndarray, loudness: np.ndarray, register_hz: float = 0.0, level_db: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """16 kHz samples and their `loudnessDb` -> (`f0Hz` [frames], 0 where unvoiced; `voiced` [frames], 0 or 1).

    `register_hz` is the speaker's median F0, 0 where it is unknown; `level_db` their speech level, dBFS (docs/decisions/0022-register.md).
    """
    heard = pitch_band(samples)
    f0, _, _ = track(*normalised_difference(heard), loudness.astype(np.float64), float(register_hz), float(level_db), UNKNOWN_PERIODICITY)
    return refined(heard, f0)


def refined(heard: np.ndarray, f0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`f0Hz` and `voiced` as float32."""
    return refine(heard, f0).astype(np.float32), (f0 > 0).astype(np.float32)


def speakers_pitch(samples: np.ndarray, loudness: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """`pitch` in the register and with the periodicity of a first pass without them; also returns the register, a median F0 in Hz.

    In the first pass the loudness is that at a speech level of -23 dBFS, as in `profileTake` of the app.
    """
    heard, wide, level_db = pitch_band(samples), loudness.astype(np.float64), speech_level_db(loudness)
    cmnd, amplitude = normalised_difference(heard)
    first, clarity, periodicity = track(cmnd, amplitude, wide + PROFILE_LEVEL_DB - level_db, 0.0, 0.0, UNKNOWN_PERIODICITY)
    register_hz = median_f0_hz(refine(heard, first), clarity)
    f0, _, _ = track(cmnd, amplitude, wide, register_hz, level_db, periodicity)
    return (*refined(heard, f0), register_hz)


def fixture_of(encoded: str) -> dict:
    """The content of tests/fixtures/frontend.json for samples given as base64 of little-endian int16."""
    samples = np.frombuffer(base64.b64decode(encoded), "<i2") / 32768.0
    log_mel, loudness = spectrum(samples)
    f0, voiced = pitch(samples, loudness)
    elsewhere, _ = pitch(samples, loudness, FIXTURE_REGISTER_HZ, FIXTURE_LEVEL_DB)
    arrays = {"logMel": log_mel, "loudnessDb": loudness, "f0Hz": f0, "voiced": voiced, "f0HzElsewhere": elsewhere}
    rounded = {key: np.round(array.astype(float), 5).tolist() for key, array in arrays.items()}
    return {"samples": encoded, "elsewhereHz": FIXTURE_REGISTER_HZ, "levelDb": FIXTURE_LEVEL_DB} | rounded


def main() -> None:
    FIXTURE.write_text(json.dumps(fixture_of(json.loads(FIXTURE.read_text())["samples"])))


if __name__ == "__main__":
    main()
