"""Recordings for `evaluate.pitch`: speakers of every age, their F0 by two references, and conditions in which F0 is hard to find.

Everything is mono at 16 kHz. The SNR is that of the speech level to the mean power of the noise.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pyworld
import soundfile as sf
from scipy.signal import butter, fftconvolve, sosfilt

from pipeline.frontend import HOP, RATE_HZ
from pipeline.paths import SEED, SPEECH, held_out_learners, read_clips

from . import conditions
from .disguises import scaled
from .scores import f0_detector, load
from .sets import spread

LEARNERS = SPEECH / "learners178"
ADULTS = ["kathleen", "kerstin", "nathalie", "flemishguy"]
SENTENCES, LEVEL_DB = 2, -23
CONFIDENT, AGREEMENT_OCTAVES = 0.9, 1 / 24
TELEPHONE_HZ = (300, 3400)
MUSIC_DB, BABBLE_DB, RUMBLE_DB, HISS_DB = 0.0, 5.0, 0.0, 5.0
RUMBLE_HZ = 80
# RT60 in seconds, and level of the direct sound against the reverberation.
ROOMS = {"room .4 s": (0.4, 3.0), "room .8 s": (0.8, 0.0), "hall 2.5 s": (2.5, -3.0)}
WHISPER_TILT_HZ = 700


def learners(held_out: bool) -> list[str]:
    """Every tenth speaker is held out; of the others every seventh is used for development."""
    kept = held_out_learners()
    return sorted(kept) if held_out else sorted(file.stem for file in LEARNERS.glob("*.opus") if file.stem not in kept)[::7]


@cache
def learners_clips() -> list[dict[str, str]]:
    return read_clips("learners178")


def group_of(speaker: str) -> str:
    """`children` (under 16), `women` or `men`."""
    for clip in learners_clips():
        if clip["speaker"] == speaker:
            return "children" if int(clip["age"]) < 16 else "women" if clip["gender"] == "f" else "men"
    return "men" if speaker == "flemishguy" else "women"


def learner(speaker: str) -> list[np.ndarray]:
    audio = load(LEARNERS / f"{speaker}.opus")
    places = spread([(int(clip["start_sample_16k"]), int(clip["samples"])) for clip in learners_clips() if clip["speaker"] == speaker], SENTENCES)
    return [audio[start : start + length] for start, length in places]


def adult(speaker: str, held_out: bool) -> list[np.ndarray]:
    files = sorted((SPEECH / speaker).glob("*.opus"))
    return [load(file) for file in (files[-1::-7] if held_out else files[3::50])[: 2 * SENTENCES]]


def recordings(held_out: bool) -> dict[str, list[np.ndarray]]:
    """Speaker -> sentences at a speech level of -23 dBFS, of a whole number of frames."""
    found = {each: learner(each) for each in learners(held_out)} | {each: adult(each, held_out) for each in ADULTS}
    return {speaker: [scaled(audio[: len(audio) // HOP * HOP].astype(np.float64), LEVEL_DB) for audio in each] for speaker, each in found.items()}


def reference(speech: np.ndarray) -> np.ndarray:
    """F0 in Hz per frame: swift-f0's, where it is confident and WORLD's harvest (Morise 2017) differs by less than half a semitone; 0 elsewhere."""
    swift = f0_detector().detect(speech.astype(np.float32), RATE_HZ, fmin=50, fmax=600)
    harvest, _ = pyworld.harvest(speech, RATE_HZ, f0_floor=50, f0_ceil=800)
    times = np.arange(len(speech) // HOP) * HOP / RATE_HZ
    near = np.clip(np.round(times / 0.005).astype(int), 0, len(harvest) - 1)
    hz = np.exp(np.interp(times, swift.timestamps, np.log(np.maximum(swift.pitch_hz, 1))))
    other = np.maximum(harvest[near], 1)
    sure = (np.interp(times, swift.timestamps, swift.confidence) > CONFIDENT) & (np.abs(np.log2(hz / other)) < AGREEMENT_OCTAVES)
    return np.where(sure, hz, 0.0)


def telephone(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return sosfilt(butter(4, TELEPHONE_HZ, "bandpass", fs=RATE_HZ, output="sos"), speech)


def reverberant(rt60_s: float, direct_db: float) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """Direct sound, and from 5 ms on decaying noise in its place (Polack's model), high-passed as the responses of `conditions`."""

    def apply(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        seconds = np.arange(int(rt60_s * RATE_HZ)) / RATE_HZ
        tail = rng.standard_normal(len(seconds)) * 10 ** (-3 * seconds / rt60_s) * (seconds > 0.005)
        tail = sosfilt(butter(2, conditions.ROOM_HIGH_PASS_HZ, "highpass", fs=RATE_HZ, output="sos"), tail)
        tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
        tail[0] += 1
        return fftconvolve(speech, tail)[: len(speech)]

    return apply


def rumble(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise below 80 Hz, as of wind, as strong as the speech; its level changes every half second."""
    noise = sosfilt(butter(2, RUMBLE_HZ, fs=RATE_HZ, output="sos"), rng.standard_normal(len(speech)))
    turns = np.arange(0, len(speech) + RATE_HZ, RATE_HZ // 2)
    swell = np.interp(np.arange(len(speech)), turns, rng.uniform(0.3, 1.5, len(speech) * 2 // RATE_HZ + 3)[: len(turns)])
    return conditions.with_noise(speech, noise * swell, RUMBLE_DB)


def whisper(tilted: bool) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """WORLD's envelope excited by noise alone; `tilted`: and falling by 6 dB per octave below 700 Hz, because F1 is weak in whispers."""

    def apply(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        f0, times = pyworld.harvest(speech, RATE_HZ)
        envelope = pyworld.cheaptrick(speech, f0, times, RATE_HZ)
        made = noise_excited(envelope, len(speech), rng)
        if tilted:
            padded = len(speech) + RATE_HZ
            hz = np.fft.rfftfreq(padded, 1 / RATE_HZ)
            made = np.fft.irfft(np.fft.rfft(made, padded) * (hz / np.hypot(hz, WHISPER_TILT_HZ)), padded)[: len(speech)]
        return made

    return apply


def noise_excited(envelope: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """White noise through WORLD's power envelope [n, 513], a row every 5 ms, by overlapping frames of 20 ms."""
    hop, size = RATE_HZ // 200, 1024
    window = np.hanning(4 * hop + 1)[:-1]
    out, noise = np.zeros(samples + 2 * size), rng.standard_normal(samples + 2 * size)
    for i, row in enumerate(np.sqrt(envelope)):
        piece = np.fft.irfft(np.fft.rfft(noise[i * hop : i * hop + len(window)] * window, size) * row, size)
        piece = np.roll(piece, size // 4)[: size // 2 + len(window)]
        if i * hop + len(piece) > len(out):
            break
        out[i * hop : i * hop + len(piece)] += piece
    return out[size // 4 + 2 * hop :][:samples]


CONDITIONS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "clean": lambda speech, rng: speech,
    **{name: reverberant(*room) for name, room in ROOMS.items()},
    "music 0 dB": lambda speech, rng: conditions.with_noise(speech, conditions.music(len(speech), rng), MUSIC_DB),
    "babble 5 dB": lambda speech, rng: conditions.with_noise(speech, conditions.cafe(len(speech), rng), BABBLE_DB),
    "white noise 5 dB": lambda speech, rng: conditions.with_noise(speech, rng.standard_normal(len(speech)), HISS_DB),
    "rumble 0 dB": rumble,
    "telephone band": telephone,
}
WHISPERS = {"whisper": whisper(False), "whisper, weak F1": whisper(True)}


def disguised(speech: np.ndarray, condition: str, index: int) -> np.ndarray:
    """At a speech level of -23 dBFS; `index` seeds the random numbers."""
    return scaled((CONDITIONS | WHISPERS)[condition](speech, np.random.default_rng([SEED, index])), LEVEL_DB)
