"""Places, lines and ways of speaking for `evaluate.hearing_sets`: telephone, distance, babble, music, a hall, rumble, hum, codecs, clipping, whisper.

Everything is mono at 16 kHz and scaled relative to the speech level (`pipeline.frontend.speech_level_db`); the same generator state gives the
same samples.
"""

import subprocess
from functools import cache

import numpy as np
import pyworld
from scipy.signal import butter, sosfiltfilt
from soxr import resample

from pipeline.frontend import RATE_HZ

from .band import play
from .conditions import cafe, convolved, level_of, room_response, with_noise

BAND_HZ, LINE_RATE_HZ, MU = (300.0, 3400.0), 8000, 255
# Size, speaker, microphone in metres, and RT60 in seconds by Eyring's formula. With even walls an oblong hall reverberates longer: 2.5 s.
LIVING_ROOM = ((5.2, 4.1, 2.6), (1.3, 1.6, 1.6), (3.1, 2.5, 1.0), 0.45)
HALL = ((24.0, 15.0, 9.0), (6.0, 7.1, 1.7), (8.6, 7.9, 1.4), 1.95)
FAR_SNR_DB, FAR_LEVEL_DB, PHONE_SNR_DB = 15.0, -42.0, 22.0
QUIET_BABBLE_SNR_DB, BABBLE_SNR_DB, MUSIC_SNR_DB, RUMBLE_SNR_DB, HUM_SNR_DB = 10.0, 5.0, 0.0, -10.0, 5.0
HUM_HZ, HUM_PARTIALS, HUM_WAVER = 50.0, 12, 0.0005
CLIP_DB = 2.0
OPUS_KBIT_S = 8
WHISPER_FLAT_HZ, WHISPER_TILT_DB_OCTAVE = (200.0, 4000.0), 6.0
WHISPER_VOWELS_DB, WHISPER_F1_SCALE, WHISPER_F1_HZ = -15.0, 1.2, (900.0, 2000.0)


def scaled(samples: np.ndarray, level_db: float) -> np.ndarray:
    """At a speech level of `level_db`, dBFS."""
    return samples * 10 ** ((level_db - level_of(samples)) / 20)


def through_line(samples: np.ndarray) -> np.ndarray:
    """300 to 3400 Hz, sampled at 8 kHz in 8 bits by the mu-law (ITU-T G.711, its curve in place of its segments), back at 16 kHz."""
    narrow = resample(sosfiltfilt(butter(4, BAND_HZ, "bandpass", fs=RATE_HZ, output="sos"), samples), RATE_HZ, LINE_RATE_HZ)
    peak = np.abs(narrow).max() + 1e-12
    scale = min(1.0, 0.98 / peak)
    compressed = np.sign(narrow) * np.log1p(MU * np.abs(narrow) * scale) / np.log1p(MU)
    stepped = np.round(compressed * 127) / 127
    expanded = np.sign(stepped) * np.expm1(np.abs(stepped) * np.log1p(MU)) / MU / scale
    return np.resize(np.pad(resample(expanded, LINE_RATE_HZ, RATE_HZ), (0, 2)), len(samples))


def shaped_noise(samples: int, power, rng) -> np.ndarray:
    """Gaussian noise whose power spectrum is `power` of the frequency in Hz."""
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 1.0)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * np.sqrt(power(hz)), samples)


def air(samples: int, rng) -> np.ndarray:
    """Noise of ventilation: level to 200 Hz, then falling by 5 dB per octave (about Hoth's room noise, IEEE 269)."""
    return shaped_noise(samples, lambda hz: 1 / (1 + (hz / 200) ** 1.66), rng)


def two_metres(speech: np.ndarray, rng) -> np.ndarray:
    """From two metres in a living room with ventilation, recorded at a low level."""
    wet = convolved(speech, room_response(*LIVING_ROOM))
    return scaled(with_noise(wet, air(len(wet), rng), FAR_SNR_DB), FAR_LEVEL_DB)


def telephone_at_two_metres(speech: np.ndarray, rng) -> np.ndarray:
    """A hands-free telephone at two metres: room and ventilation, low level, then the line."""
    wet = convolved(speech, room_response(*LIVING_ROOM))
    return through_line(scaled(with_noise(wet, air(len(wet), rng), PHONE_SNR_DB), FAR_LEVEL_DB))


def rumble(samples: int, rng) -> np.ndarray:
    """Wind at a microphone and distant traffic: noise that falls by 8 dB per octave above 60 Hz, under gusts that rise and fall within half a second."""
    noise = shaped_noise(samples, lambda hz: (hz > 15) / (1 + (hz / 60) ** 2.66), rng)
    nodes = 2 + samples // (RATE_HZ // 2)
    gusts_db = np.interp(np.linspace(0, nodes - 1, samples), np.arange(nodes), rng.normal(0, 5, nodes))
    return noise * 10 ** (gusts_db / 20)


def hum(samples: int, rng) -> np.ndarray:
    """Mains hum: twelve partials of 50 Hz of random phase, falling by 6 dB per octave, the even ones (a rectifier's) twice as strong."""
    drift = np.cumsum(rng.standard_normal(samples)) / np.sqrt(RATE_HZ) * HUM_WAVER
    turns = np.cumsum(HUM_HZ * (1 + drift)) / RATE_HZ
    phases = rng.uniform(0, 2 * np.pi, HUM_PARTIALS)
    return sum((2 - k % 2) / k * np.sin(2 * np.pi * k * turns + phases[k - 1]) for k in range(1, HUM_PARTIALS + 1))


def clipped(speech: np.ndarray) -> np.ndarray:
    """Clipped 2 dB above the RMS of the active speech, then at its former level."""
    limit = 10 ** ((level_of(speech) + CLIP_DB) / 20)
    return scaled(np.clip(speech, -limit, limit), level_of(speech))


def through_opus(speech: np.ndarray) -> np.ndarray:
    """Coded by Opus at 8 kbit/s, as for speech, and decoded."""
    raw = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "1"]
    encode = ["ffmpeg", "-v", "error", *raw, "-i", "-", "-c:a", "libopus", "-b:a", f"{OPUS_KBIT_S}k", "-application", "voip", "-f", "ogg", "-"]
    coded = subprocess.run(encode, input=speech.astype("<f4").tobytes(), capture_output=True, check=True).stdout
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", *raw, "-"], input=coded, capture_output=True, check=True).stdout
    heard = np.frombuffer(decoded, "<f4")[: len(speech)]
    return np.pad(heard, (0, len(speech) - len(heard)))


@cache
def whisper_bins(bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each bin of a whispered envelope is read in the spoken one, and the gain of its power."""
    hz = np.arange(bins) * RATE_HZ / 2 / (bins - 1)
    low, high = WHISPER_F1_HZ
    read = np.interp(hz, [0, low * WHISPER_F1_SCALE, high, RATE_HZ / 2], [0, low, high, RATE_HZ / 2])
    octaves = np.log2(np.clip(hz, *WHISPER_FLAT_HZ) / 1000)
    return np.interp(read, hz, np.arange(bins)), 10 ** ((WHISPER_VOWELS_DB + WHISPER_TILT_DB_OCTAVE * octaves) / 10)


def whispered(speech: np.ndarray, rng) -> np.ndarray:
    """The speech, whispered: WORLD's envelope (Morise et al. 2016) excited by noise.

    In voiced frames the glottal source's 6 dB per octave are taken from the envelope between 200 Hz and 4 kHz, the level is 15 dB lower
    beside the unvoiced consonants, whose level stays (Jovičić & Šarić 2008), and the first formant is raised by a fifth (Ito et al. 2005).
    """
    wide = speech.astype(np.float64)
    f0, times = pyworld.harvest(wide, RATE_HZ)
    envelope = pyworld.cheaptrick(wide, f0, times, RATE_HZ)
    bins = np.arange(envelope.shape[1])
    read, gain = whisper_bins(len(bins))
    voiced = f0 > 0
    envelope[voiced] = [np.exp(np.interp(read, bins, np.log(row))) * gain for row in envelope[voiced]]
    return scaled(noise_through(envelope, len(speech), rng), level_of(speech))


def noise_through(envelope: np.ndarray, samples: int, rng) -> np.ndarray:
    """White noise filtered by power spectra [frames of 5 ms, bins] without phase, in 20 ms windows whose squares add up to 1."""
    hop, size = RATE_HZ // 100, 2 * (envelope.shape[1] - 1)
    before = (size - 2 * hop) // 2
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop))
    rows = envelope[::2]
    noise, out = rng.standard_normal((len(rows) + 1) * hop), np.zeros(len(rows) * hop + size)
    for row, power in enumerate(rows):
        piece = np.pad(noise[row * hop : (row + 2) * hop] * window, before)
        out[row * hop : row * hop + size] += np.fft.irfft(np.fft.rfft(piece) * np.sqrt(power), size)
    return out[before + hop :][:samples]


DISGUISES = {
    "telephone-band": lambda speech, rng: through_line(speech),
    "telephone-2m": telephone_at_two_metres,
    "two-metres": two_metres,
    "babble-10": lambda speech, rng: with_noise(speech, cafe(len(speech), rng), QUIET_BABBLE_SNR_DB),
    "babble-5": lambda speech, rng: with_noise(speech, cafe(len(speech), rng), BABBLE_SNR_DB),
    "music-0": lambda speech, rng: with_noise(speech, play(len(speech), rng), MUSIC_SNR_DB),
    "hall-2.5": lambda speech, rng: convolved(speech, room_response(*HALL)),
    "rumble": lambda speech, rng: with_noise(speech, rumble(len(speech), rng), RUMBLE_SNR_DB),
    "whisper": whispered,
    "hum": lambda speech, rng: with_noise(speech, hum(len(speech), rng), HUM_SNR_DB),
    "opus-8k": lambda speech, rng: through_opus(speech),
    "clipped": lambda speech, rng: clipped(speech),
}
