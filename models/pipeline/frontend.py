"""Feature extraction for all stages. Reference for `src/engine/analysis/frontend.ts` and `src/engine/analysis/pitch.ts`.

Everything is at 16 kHz in frames of 160 samples; see docs/architecture.md, "Signals".

    python -m pipeline.frontend        recomputes the features in tests/fixtures/frontend.json from its samples
"""

import base64
import json
from pathlib import Path

import numba
import numpy as np

FIXTURE = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "frontend.json"

RATE_HZ = 16000
HOP = 160
WINDOW = 400
FFT = 512
BANDS = 80
LOG_FLOOR = 1e-5

PITCH_SPAN = 1024
PITCH_WINDOW = 704
PITCH_DELAY_FRAMES = 2
MIN_LAG, MAX_LAG = 16, 320
MAX_CANDIDATES = 4
VITERBI_LAG_FRAMES = 1
UNVOICED_COST = 0.8
LOUD_COST = 0.3
FAINT_DB, LOUD_DB = -30.0, -10.0
SWITCH_COST = 0.25
JUMP_COST = 1.5
REGISTER_OCTAVES = 0.7
OFF_REGISTER_COST = 1.2
# Far below the fixture's speaker, so that the register changes the result; and the speech level.
FIXTURE_REGISTER_HZ, FIXTURE_LEVEL_DB = 40.0, -20.0
QUIET_DB = -60.0
REFINE_LAGS = 3


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


def normalised_difference(samples: np.ndarray) -> np.ndarray:
    """Cumulative mean normalised difference [frames, 321] (YIN, de Cheveigné & Kawahara 2002, eq. 8).

    Frame t uses samples [160 (t + 3) - 1024, 160 (t + 3)), zeros outside the signal.
    """
    frames = len(samples) // HOP
    ahead = HOP * PITCH_DELAY_FRAMES
    padded = np.concatenate([np.zeros(PITCH_SPAN - HOP - ahead), np.asarray(samples, np.float64), np.zeros(ahead + HOP)])
    pieces = np.lib.stride_tricks.sliding_window_view(padded, PITCH_SPAN)[::HOP][:frames]
    size = 2 * PITCH_SPAN
    head = np.fft.rfft(pieces[:, :PITCH_WINDOW], size)
    cross = np.fft.irfft(np.conj(head) * np.fft.rfft(pieces, size), size)[:, : MAX_LAG + 1]
    energy = np.concatenate([np.zeros((frames, 1)), np.cumsum(pieces**2, 1)], 1)
    shifted = energy[:, PITCH_WINDOW : PITCH_WINDOW + MAX_LAG + 1] - energy[:, : MAX_LAG + 1]
    difference = np.maximum(0.0, shifted[:, :1] + shifted - 2 * cross)
    difference[:, 0] = 0
    running = np.cumsum(difference, 1)
    lags = np.arange(MAX_LAG + 1)
    out = np.ones_like(difference)
    out[:, 1:] = difference[:, 1:] * lags[1:] / np.maximum(running[:, 1:], 1e-9)
    return out


@numba.njit(cache=True)
def _candidates(row, lag_out, cost_out):
    """Writes lags (samples) and costs of up to four local minima of one frame of the normalised difference, lowest cost first; returns their
    number."""
    count = 0
    for lag in range(MIN_LAG, MAX_LAG):
        if row[lag] < row[lag - 1] and row[lag] <= row[lag + 1] and row[lag] < 1.0:
            a, b, c = row[lag - 1], row[lag], row[lag + 1]
            bend = a - 2 * b + c
            shift = 0.5 * (a - c) / bend if bend > 1e-12 else 0.0
            # A multiple of the period fits as well as the period: lags are penalised by .025 per octave.
            cost = b + 0.1 * np.log2(lag / MIN_LAG) / 4.0
            rank = count
            while rank > 0 and cost_out[rank - 1] > cost:
                rank -= 1
            if rank >= MAX_CANDIDATES:
                continue
            for i in range(min(count, MAX_CANDIDATES - 1), rank, -1):
                lag_out[i] = lag_out[i - 1]
                cost_out[i] = cost_out[i - 1]
            lag_out[rank] = lag + shift
            cost_out[rank] = cost
            count = min(count + 1, MAX_CANDIDATES)
    return count


@numba.njit(cache=True)
def track(cmnd, loudness, register_hz, level_db):
    """F0 in Hz and voicing [frames] by fixed-lag Viterbi over state 0, unvoiced, and states 1 to 4, the frame's candidates.

    `cmnd` [frames, 321] is the normalised difference, `loudness` [frames] in dBFS. With a `register_hz` other than 0, candidates more than
    .7 octaves from it cost more, and so does the unvoiced state in frames less than 30 dB below the speech level `level_db`.
    """
    frames = cmnd.shape[0]
    states = MAX_CANDIDATES + 1
    lags = np.zeros((frames, states))
    back = np.zeros((frames, states), np.int64)
    score = np.zeros(states)
    f0 = np.zeros(frames)
    voiced = np.zeros(frames)
    lag_row = np.zeros(MAX_CANDIDATES)
    cost_row = np.zeros(MAX_CANDIDATES)
    best = np.zeros(frames, np.int64)
    for t in range(frames):
        count = _candidates(cmnd[t], lag_row, cost_row) if loudness[t] > QUIET_DB else 0
        fresh = np.full(states, 1e9)
        for s in range(count + 1):
            if s == 0:
                local = UNVOICED_COST
                if register_hz > 0:
                    loud = (loudness[t] - level_db - FAINT_DB) / (LOUD_DB - FAINT_DB)
                    local += LOUD_COST * min(1.0, max(0.0, loud))
            else:
                local = cost_row[s - 1]
                lags[t, s] = lag_row[s - 1]
                if register_hz > 0:
                    octaves = abs(np.log2(lag_row[s - 1] * register_hz / RATE_HZ))
                    local *= 1 + OFF_REGISTER_COST * max(0.0, octaves - REGISTER_OCTAVES)
            if t == 0:
                fresh[s] = local
                continue
            for p in range(states):
                if score[p] >= 1e8:
                    continue
                if (p == 0) != (s == 0):
                    move = SWITCH_COST
                elif s == 0:
                    move = 0.0
                else:
                    move = JUMP_COST * min(1.0, abs(np.log2(lags[t, s] / lags[t - 1, p])))
                total = score[p] + move + local
                if total < fresh[s]:
                    fresh[s] = total
                    back[t, s] = p
        low = fresh.min()
        for s in range(states):
            score[s] = fresh[s] - low if fresh[s] < 1e8 else 1e9
        best[t] = np.argmin(score)
    for t in range(frames):
        last = min(frames - 1, t + VITERBI_LAG_FRAMES)
        state = best[last]
        for k in range(last, t, -1):
            state = back[k, state]
        if state > 0:
            f0[t] = RATE_HZ / lags[t, state]
            voiced[t] = 1.0
    return f0, voiced


@numba.njit(cache=True)
def _refine(samples, f0):
    """Refines each F0 to the lag within 3 samples of its period that minimises the squared difference over three periods centred at the
    start of its frame."""
    margin = 2 * MAX_LAG + REFINE_LAGS + 2
    padded = np.zeros(len(samples) + 2 * margin)
    padded[margin : margin + len(samples)] = samples
    differences = np.zeros(2 * REFINE_LAGS + 3)
    out = f0.copy()
    for t in range(len(f0)):
        if f0[t] <= 0:
            continue
        near = int(np.floor(RATE_HZ / f0[t] + 0.5))
        half = 3 * near // 2
        for i in range(len(differences)):
            lag = near - REFINE_LAGS - 1 + i
            first = margin + HOP * t - lag // 2
            differences[i] = ((padded[first - half : first + half + 1] - padded[first - half + lag : first + half + 1 + lag]) ** 2).sum()
        i = 1 + np.argmin(differences[1:-1])
        a, b, c = differences[i - 1], differences[i], differences[i + 1]
        if a >= b and c >= b and a + c > 2 * b:
            out[t] = RATE_HZ / (near - REFINE_LAGS - 1 + i + 0.5 * (a - c) / (a - 2 * b + c))
    return out


def speech_level_db(loudness_db: np.ndarray) -> float:
    """Mean power in dBFS of the frames that are less than 20 dB below the 95th percentile of loudness."""
    active = loudness_db[loudness_db > np.percentile(loudness_db, 95) - 20]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def in_register(f0: np.ndarray) -> np.ndarray:
    """The voiced entries of `f0Hz` (0 is unvoiced), sorted, without those .7 octaves or more from the median, which are octave errors."""
    voiced = np.sort(f0[f0 > 0])
    return voiced[np.abs(np.log2(voiced / voiced[len(voiced) // 2])) < REGISTER_OCTAVES] if len(voiced) else voiced


def median_f0_hz(f0: np.ndarray) -> float:
    """Median of `in_register(f0)`; 0 where nothing is voiced."""
    kept = in_register(f0)
    return float(np.median(kept)) if len(kept) else 0.0


def pitch(samples: np.ndarray, loudness: np.ndarray, register_hz: float = 0.0, level_db: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """16 kHz samples and their `loudnessDb` -> (`f0Hz` [frames], 0 where unvoiced; `voiced` [frames], 0 or 1).

    `register_hz` is the speaker's median F0, 0 where it is unknown; `level_db` their speech level, dBFS (docs/decisions/0022-register.md).
    """
    return _pitch_from(normalised_difference(samples), samples, loudness, register_hz, level_db)


def _pitch_from(cmnd: np.ndarray, samples: np.ndarray, loudness: np.ndarray, register_hz: float, level_db: float) -> tuple[np.ndarray, np.ndarray]:
    """As `pitch`, with the normalised difference given."""
    f0, voiced = track(cmnd, loudness.astype(np.float64), float(register_hz), float(level_db))
    f0 = _refine(np.asarray(samples, np.float64), f0)
    return f0.astype(np.float32), voiced.astype(np.float32)


def speakers_pitch(samples: np.ndarray, loudness: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """`pitch` in a first pass without register, then in that of the first pass; also returns that median F0 in Hz."""
    cmnd = normalised_difference(samples)
    register_hz = median_f0_hz(_pitch_from(cmnd, samples, loudness, 0.0, 0.0)[0])
    return (*_pitch_from(cmnd, samples, loudness, register_hz, speech_level_db(loudness)), register_hz)


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
