"""Acoustic conditions for `evaluate.sets`: noise at an SNR of 15 dB, a small room, and other registers; parts of them for `evaluate.disguises`.

Speech level is `pipeline.frontend.speech_level_db`, that of the active frames; noise level is that of the whole signal.
Everything is mono float32 at 16 kHz.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pyworld
import soundfile as sf
from scipy.signal import butter, sosfilt

from pipeline.frontend import RATE_HZ, spectrum, speech_level_db
from pipeline.paths import SEED, SPEECH

from .debian import unpacked
from .scores import load

SNR_DB = 15.0
CAFE_VOICES = 8
CAFE_SPEAKERS = ["kerstin", "nathalie", "flemishguy", "arabic30"]
MUSIC_PACKAGE, MUSIC_FILE = "frozen-bubble-data", "usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg"
SOUND_M_S = 343.0
# Size, speaker, microphone in metres, and RT60 in seconds.
SMALL_ROOM = ((3.6, 2.9, 2.5), (1.2, 1.1, 1.5), (1.6, 1.4, 1.1), 0.35)
ROOM_HIGH_PASS_HZ = 100
REGISTERS = {"low": (0.62, 0.9), "high": (1.85, 1.2)}


def level_db(samples: np.ndarray) -> float:
    """Mean square, dBFS."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))


def level_of(speech: np.ndarray) -> float:
    """Speech level, dBFS."""
    return speech_level_db(spectrum(speech)[1])


def with_noise(speech: np.ndarray, noise: np.ndarray, snr_db: float = SNR_DB) -> np.ndarray:
    """`noise` added `snr_db` below the speech level."""
    gain_db = level_of(speech) - snr_db - level_db(noise)
    return speech + noise * 10 ** (gain_db / 20)


def cafe(samples: int, rng) -> np.ndarray:
    """Babble: the sum of eight voices, each a concatenation of sentences of equal level."""
    lines = []
    for voice in range(CAFE_VOICES):
        speaker, line = CAFE_SPEAKERS[voice % len(CAFE_SPEAKERS)], np.zeros(0, np.float32)
        files = sorted((SPEECH / speaker).glob("*.opus"))
        while len(line) < 2 * samples:
            words = load(files[rng.integers(len(files))])
            line = np.concatenate([line, words * 10 ** (-level_db(words) / 20)])
        start = rng.integers(0, len(line) - samples)
        lines.append(line[start : start + samples])
    return np.sum(lines, axis=0)


def traffic(samples: int, rng) -> np.ndarray:
    """Engine noise (falling above 60 Hz) and tyre noise (a peak at 1 kHz: Sandberg 2003), rising by 10 dB every 5 s as a vehicle passes."""
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    engines = 1 / (1 + (hz / 60) ** 2)
    tyres = 0.1 * np.exp(-0.5 * (np.log2(np.maximum(hz, 1) / 1000) / 0.8) ** 2)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * np.sqrt(engines + tyres), samples)
    seconds = np.arange(samples) / RATE_HZ
    swell_db = np.zeros(samples)
    for passing in np.arange(rng.uniform(0, 4), seconds[-1], 5.0):
        swell_db = np.maximum(swell_db, 10 * np.exp(-0.5 * ((seconds - passing) / 1.2) ** 2))
    return noise * 10 ** (swell_db / 20)


@cache
def song() -> np.ndarray:
    with unpacked(MUSIC_PACKAGE) as root:
        return load(root / MUSIC_FILE)


def music(samples: int, rng) -> np.ndarray:
    """A random excerpt of the music of a free game."""
    start = rng.integers(0, len(song()) - samples)
    return song()[start : start + samples]


@cache
def room_response(size_m: tuple, speaker_m: tuple, microphone_m: tuple, rt60_s: float) -> np.ndarray:
    """Image sources of a shoebox room (Allen & Berkley 1979, eq. 8), with uniform walls whose absorption follows from the RT60 by Eyring's formula.

    All images are positive, which adds up at 0 Hz; a high-pass at 100 Hz removes it, as in the paper.
    """
    size, speaker, microphone = map(np.array, (size_m, speaker_m, microphone_m))
    surface = 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    absorption = 1 - np.exp(-24 * np.log(10) * size.prod() / (SOUND_M_S * surface * rt60_s))
    reflection = np.sqrt(1 - absorption)
    reach = np.ceil(SOUND_M_S * rt60_s / (2 * size)).astype(int)
    cells = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), -1).reshape(-1, 3)
    out = np.zeros(int(rt60_s * RATE_HZ) + 1)
    for parity in np.ndindex(2, 2, 2):
        position = (1 - 2 * np.array(parity)) * speaker + 2 * cells * size
        metres = np.linalg.norm(position - microphone, axis=1)
        bounces = (np.abs(cells - parity) + np.abs(cells)).sum(1)
        at = np.round(metres / SOUND_M_S * RATE_HZ).astype(int)
        inside = at < len(out)
        np.add.at(out, at[inside], (reflection**bounces / metres)[inside])
    out = out[np.argmax(out != 0) :]
    return sosfilt(butter(2, ROOM_HIGH_PASS_HZ, "highpass", fs=RATE_HZ, output="sos"), out / out[0])


def convolved(speech: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Convolved with a room's response; the direct sound keeps its time and the speech its level."""
    size = len(speech) + len(response)
    wet = np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(response, size), size)[: len(speech)]
    return wet * 10 ** ((level_of(speech) - level_of(wet)) / 20)


def register(speech: np.ndarray, pitch: float, formants: float) -> np.ndarray:
    """F0 multiplied by `pitch` and formant frequencies by `formants`, by WORLD (Morise et al. 2016)."""
    wide = speech.astype(np.float64)
    f0, times = pyworld.harvest(wide, RATE_HZ)
    envelope = pyworld.cheaptrick(wide, f0, times, RATE_HZ)
    noise = pyworld.d4c(wide, f0, times, RATE_HZ)
    bins = np.arange(envelope.shape[1])
    read = lambda rows: np.stack([np.interp(bins / formants, bins, row) for row in rows])  # noqa: E731
    return pyworld.synthesize(f0 * pitch, np.exp(read(np.log(envelope))), read(noise), RATE_HZ)[: len(speech)]


def make(condition: str, source: Path, target: Path, index: int) -> None:
    """Writes one recording under one condition; `index` seeds the random numbers."""
    speech, rng = load(source), np.random.default_rng([SEED, index])
    if condition in REGISTERS:
        made = register(speech, *REGISTERS[condition])
    elif condition == "room":
        made = convolved(speech, room_response(*SMALL_ROOM))
    else:
        made = with_noise(speech, {"cafe": cafe, "traffic": traffic, "music": music}[condition](len(speech), rng))
    target.parent.mkdir(parents=True, exist_ok=True)
    sf.write(target, made * min(1.0, 0.98 / np.abs(made).max()), RATE_HZ, subtype="PCM_16")
