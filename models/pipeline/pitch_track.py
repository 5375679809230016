"""F0 from samples: YIN's normalised difference, a Viterbi path through its minima, and refinement. Reference for the files of
`src/engine/analysis` with the same parts (`yin`, `pitch-path`, `pitch-refine`, `pitch-band`, `periodicity`).

Everything is at 16 kHz in frames of 160 samples.
"""

import numba
import numpy as np
from scipy.signal import butter, sosfilt

RATE_HZ = 16000
HOP = 160
PITCH_SPAN = 1024
PITCH_WINDOW = 704
PITCH_DELAY_FRAMES = 2
LOWEST_HZ, HIGHEST_HZ = 200, 2000
MIN_LAG, MAX_LAG = 16, 320
MAX_CANDIDATES = 4
VITERBI_LAG_FRAMES = 1
UNVOICED_COST = 0.8
WHISPER_UNVOICED_COST = 0.25
LOUD_COST = 0.3
FAINT_DB, LOUD_DB = -30.0, -10.0
SWITCH_COST = 0.25
JUMP_COST = 1.5
# Multiples of the period are minima too: lags cost this per octave, and a candidate with a multiple less than half as deep costs as much as that,
# unless both are nearly exact.
COST_PER_OCTAVE = 0.04
MULTIPLE_TOLERANCE, MULTIPLE_DEPTH, EXACT_DEPTH = 0.04, 0.5, 0.02
REGISTER_OCTAVES = 0.5
OFF_REGISTER_COST = 1.5
QUIET_DB = -60.0
REFINE_LAGS = 3
PERIODICITY_DECAY = np.exp(-1 / 200)
# A low difference at a lag from here on shows a period; noise in the band of a formant is alike only over shorter lags.
LONG_LAG = 64
PRIOR_FRAMES, UNKNOWN_PERIODICITY = 25, 0.1
WHISPERED, VOICED = 0.04, 0.05

BAND = np.concatenate([butter(2, LOWEST_HZ, "highpass", fs=RATE_HZ, output="sos"), butter(1, HIGHEST_HZ, fs=RATE_HZ, output="sos")])


def pitch_band(samples: np.ndarray) -> np.ndarray:
    """What the pitch is measured on: 12 dB per octave less below 200 Hz, 6 dB per octave less above 2 kHz."""
    return sosfilt(BAND, np.asarray(samples, np.float32)).astype(np.float32).astype(np.float64)


def normalised_difference(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative mean normalised difference [frames, 321] (YIN, de Cheveigné & Kawahara 2002, eq. 8), and the root of each frame's energy [frames].

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
    return out, np.sqrt(energy[:, -1])


@numba.njit(cache=True)
def _candidates(row, lag_out, depth_out, cost_out):
    """Writes lags (samples), depths and costs of up to four local minima of one frame of the normalised difference; returns their number."""
    count = 0
    for lag in range(MIN_LAG, MAX_LAG):
        if row[lag] < row[lag - 1] and row[lag] <= row[lag + 1] and row[lag] < 1.0:
            a, b, c = row[lag - 1], row[lag], row[lag + 1]
            bend = a - 2 * b + c
            shift = 0.5 * (a - c) / bend if bend > 1e-12 else 0.0
            depth = max(0.0, b - (a - c) * shift / 4)
            cost = depth + COST_PER_OCTAVE * np.log2((lag + shift) / MIN_LAG)
            rank = count
            while rank > 0 and cost_out[rank - 1] > cost:
                rank -= 1
            if rank >= MAX_CANDIDATES:
                continue
            for i in range(min(count, MAX_CANDIDATES - 1), rank, -1):
                lag_out[i] = lag_out[i - 1]
                depth_out[i] = depth_out[i - 1]
                cost_out[i] = cost_out[i - 1]
            lag_out[rank] = lag + shift
            depth_out[rank] = depth
            cost_out[rank] = cost
            count = min(count + 1, MAX_CANDIDATES)
    for i in range(count):
        if depth_out[i] <= EXACT_DEPTH:
            continue
        for j in range(count):
            ratio = lag_out[j] / lag_out[i]
            if ratio > 1.5 and abs(ratio / np.round(ratio) - 1) < MULTIPLE_TOLERANCE and depth_out[j] < MULTIPLE_DEPTH * depth_out[i]:
                cost_out[i] = max(cost_out[i], depth_out[i] + COST_PER_OCTAVE * np.log2(lag_out[j] / MIN_LAG))
    return count


@numba.njit(cache=True)
def track(cmnd, amplitude, loudness, register_hz, level_db, known_periodicity):
    """F0 in Hz and clarity, (1 - cost)^4 or 0 where unvoiced, [frames], by fixed-lag Viterbi over state 0, unvoiced, and states 1 to 4, the frame's
    candidates; and how periodic the recording is, 0..1: the mean of (1 - lowest difference at lags of 64 and more)^4, weighted by `amplitude`.

    `cmnd` [frames, 321] and `amplitude` [frames] are those of `normalised_difference`, `loudness` [frames] is in dBFS. With a `register_hz`
    other than 0, candidates more than .5 octaves from it cost more, and so does the unvoiced state in frames less than 30 dB below the speech
    level `level_db`. In whispers, where the running mean of that is low, the unvoiced state costs .25
    (docs/decisions/0027-whispers.md).
    """
    frames = cmnd.shape[0]
    states = MAX_CANDIDATES + 1
    lags = np.zeros((frames, states))
    back = np.zeros((frames, states), np.int64)
    score = np.zeros(states)
    costs = np.ones((frames, states))
    f0 = np.zeros(frames)
    clarity = np.zeros(frames)
    lag_row = np.zeros(MAX_CANDIDATES)
    depth_row = np.zeros(MAX_CANDIDATES)
    cost_row = np.zeros(MAX_CANDIDATES)
    best = np.zeros(frames, np.int64)
    evidence = weight = all_evidence = all_weight = loudest = 0.0
    prior_frames = float(PRIOR_FRAMES)
    for t in range(frames):
        count = _candidates(cmnd[t], lag_row, depth_row, cost_row) if loudness[t] > QUIET_DB else 0
        w = amplitude[t] if loudness[t] > QUIET_DB else 0.0
        found = max(0.0, 1 - cmnd[t, LONG_LAG:].min()) ** 4 * w
        evidence = PERIODICITY_DECAY * evidence + found
        weight = PERIODICITY_DECAY * weight + w
        prior_frames *= PERIODICITY_DECAY
        loudest = max(loudest, w)
        all_evidence += found
        all_weight += w
        prior = prior_frames * loudest
        mean = (evidence + known_periodicity * prior) / max(weight + prior, 1e-9)
        voicing = min(1.0, max(0.0, (mean - WHISPERED) / (VOICED - WHISPERED)))
        fresh = np.full(states, 1e9)
        for s in range(count + 1):
            if s == 0:
                local = UNVOICED_COST
                if register_hz > 0:
                    loud = (loudness[t] - level_db - FAINT_DB) / (LOUD_DB - FAINT_DB)
                    local += LOUD_COST * min(1.0, max(0.0, loud))
                local = WHISPER_UNVOICED_COST + voicing * (local - WHISPER_UNVOICED_COST)
            else:
                local = costs[t, s] = cost_row[s - 1]
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
            clarity[t] = max(0.0, 1 - costs[t, state]) ** 4
    return f0, clarity, all_evidence / max(all_weight, 1e-9)


@numba.njit(cache=True)
def refine(samples, f0):
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
