"""A band for the set with music: drums, bass, chords and a melody, composed at random over a progression of four chords.

Everything is mono at 16 kHz; the same generator state gives the same samples.
"""

import numpy as np
from scipy.signal import butter, sosfilt

from pipeline.frontend import RATE_HZ

PROGRESSIONS = [[(0, 0), (7, 0), (9, 1), (5, 0)], [(9, 1), (5, 0), (0, 0), (7, 0)], [(0, 0), (9, 1), (2, 1), (7, 0)]]
MAJOR = [0, 2, 4, 5, 7, 9, 11]
EIGHTHS = 8


def hz_of(note: float) -> float:
    """MIDI note number to frequency, A4 = 440 Hz."""
    return 440.0 * 2 ** ((note - 69) / 12)


def time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE_HZ)) / RATE_HZ


def kick() -> np.ndarray:
    t = time(0.25)
    return np.sin(2 * np.pi * (50 * t + 9 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08)


def snare(rng) -> np.ndarray:
    t = time(0.2)
    return 0.5 * np.sin(2 * np.pi * 185 * t) * np.exp(-t / 0.05) + 0.5 * rng.standard_normal(len(t)) * np.exp(-t / 0.06)


def hat(rng) -> np.ndarray:
    t = time(0.08)
    noise = sosfilt(butter(2, 5000, "highpass", fs=RATE_HZ, output="sos"), rng.standard_normal(len(t)))
    return 0.4 * noise * np.exp(-t / 0.02)


def harmonics(f0: float, seconds: float, rolloff: float, vibrato: float = 0.0) -> np.ndarray:
    """Partials below 7 kHz with amplitudes k to the power of -rolloff; vibrato in semitones at 5.5 Hz."""
    t = time(seconds)
    turns = np.cumsum(f0 * 2 ** (vibrato / 12 * np.sin(2 * np.pi * 5.5 * t))) / RATE_HZ
    return sum(np.sin(2 * np.pi * k * turns) / k**rolloff for k in range(1, max(2, int(7000 / f0))))


def swelling(samples: np.ndarray, rise_s: float, decay_s: float) -> np.ndarray:
    t = np.arange(len(samples)) / RATE_HZ
    return samples * np.minimum(1, t / rise_s) * np.exp(-t / decay_s) * np.minimum(1, (t[-1] - t) / 0.02)


def string(f0: float, seconds: float, rng) -> np.ndarray:
    """A plucked string (Karplus & Strong 1983): noise in a delay line that averages neighbours."""
    period = int(round(RATE_HZ / f0))
    line = rng.uniform(-1, 1, period)
    rows = []
    for _ in range(int(seconds * RATE_HZ) // period + 1):
        rows.append(line)
        line = 0.498 * (line + np.roll(line, 1))
    return np.concatenate(rows)[: int(seconds * RATE_HZ)]


def play(samples: int, rng) -> np.ndarray:
    """`samples` of a piece in a random key, progression and tempo of 84 to 132 quarters a minute, begun at a random place."""
    eighth = 30.0 / rng.uniform(84, 132)
    bars = int(samples / RATE_HZ / (EIGHTHS * eighth)) + 2
    out = np.zeros(int((bars * EIGHTHS + EIGHTHS) * eighth * RATE_HZ) + 4 * RATE_HZ)
    key, progression = 48 + rng.integers(0, 12), PROGRESSIONS[rng.integers(len(PROGRESSIONS))]

    def add(at: float, sound: np.ndarray, gain: float) -> None:
        start = int(at * eighth * RATE_HZ)
        out[start : start + len(sound)] += gain * sound

    step = 7
    for bar in range(bars):
        root, minor = progression[bar % len(progression)]
        first = bar * EIGHTHS
        for beat in range(EIGHTHS):
            add(first + beat, hat(rng), 0.3)
            if beat in (0, 3, 4):
                add(first + beat, kick(), 2.0)
            if beat in (2, 6):
                add(first + beat, snare(rng), 0.4)
            add(first + beat, swelling(harmonics(hz_of(key + root - 12), eighth, 2.0), 0.005, 0.4), 1.0)
        for interval in (0, 3 if minor else 4, 7):
            add(first, swelling(harmonics(hz_of(key + root + interval), EIGHTHS * eighth, 1.5, 0.1), 0.2, 3.0), 0.1)
            for beat in (0, 3, 6):
                add(first + beat, string(hz_of(key + 12 + root + interval), 2 * eighth, rng), 0.08)
        for beat in range(0, EIGHTHS, 2):
            step = int(np.clip(step + rng.integers(-2, 3), 0, 13))
            note = key + 24 + MAJOR[step % 7] + 12 * (step // 7) - 12
            add(first + beat, swelling(harmonics(hz_of(note), 2 * eighth, 1.1, 0.3), 0.03, 0.8), 0.14)
    start = rng.integers(0, int(EIGHTHS * eighth * RATE_HZ))
    return out[start : start + samples]
