"""Stage 4d: pairs of clean and denoised recordings, with the app's denoiser applied to added hum and hiss.

    python -m pipeline.denoised_pairs

For each speaker and playback speed writes `work/denoised_pairs/<speaker>_<speed>.npz`: `clean` and `denoised`, float16 logMel [n, 80] at the
same speech level, utterances concatenated, and `starts`, their first frames. About a minute of each speaker of stage 2; the speeds, which
scale pitch and formants together, make further synthetic speakers.
"""

import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soxr
from scipy.signal import iirnotch, lfilter
from scipy.special import exp1

from . import frontend
from .paths import SEED, WORK
from .prepare import load, sources

PAIRS = WORK / "denoised_pairs"
RATE_HZ, FRAME = 16000, 160
SPEEDS = [1.0, 0.87, 1.14, 0.93, 1.08]
SPEAKER_SECONDS, MAX_SECONDS, MIN_SECONDS, PAUSE_SECONDS = 75, 10, 0.8, 0.6
MIN_SNR_DB, MAX_SNR_DB = 5, 28
LEVEL_DB = -23
PROCESSES = 2
# The constants of src/enrol/cleaning/denoise.ts.
SIZE, HOP = 512, 128
BLOCK_FRAMES = 8 * RATE_HZ // HOP
QUIET_SHARE, QUIET_BIAS, SILENT_POWER = 0.1, 1.3, 1e-9 * SIZE
ALPHA, MIN_GAIN, MIN_PRIOR, CLEAN_RATIO = 0.98, 0.16, 0.003, 10**3.8


def noise_power(powers: np.ndarray) -> np.ndarray | None:
    """Power spectra [frames, 257] -> 1.3 times the mean of the quietest 10 % of the frames that are not digital silence [257].

    None where fewer than ten such frames are left or the mean power is more than 38 dB above the noise.
    """
    loud = powers.sum(1)
    audible = powers[loud >= SILENT_POWER]
    quietest = np.argsort(audible.sum(1))[: max(5, round(QUIET_SHARE * len(audible)))]
    if len(audible) < 10:
        return None
    noise = QUIET_BIAS * audible[quietest].mean(0)
    return None if audible.sum(1).mean() > CLEAN_RATIO * noise.sum() else noise


def denoise(samples: np.ndarray) -> np.ndarray:
    """16 kHz samples -> as many, by log-spectral amplitude estimation (Ephraim & Malah 1985) with decision-directed a priori SNR (1984)."""
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE))
    padded = np.concatenate([np.zeros(SIZE - HOP), samples, np.zeros(SIZE)])
    count = -(-len(samples) // HOP) + SIZE // HOP - 1
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP][:count] * window, axis=1)
    powers, gains = np.abs(spectra) ** 2, np.ones(spectra.shape)
    previous = np.full(SIZE // 2 + 1, MIN_PRIOR)
    for block in range(0, count, BLOCK_FRAMES):
        end = min(count, block + BLOCK_FRAMES)
        noise = noise_power(powers[max(0, block - BLOCK_FRAMES // 2) : min(count, end + BLOCK_FRAMES // 2) : 2])
        if noise is None:
            continue
        for t in range(block, end):
            posterior = np.minimum(1000, powers[t] / (noise + 1e-20))
            prior = np.maximum(MIN_PRIOR, ALPHA * previous + (1 - ALPHA) * np.maximum(0, posterior - 1))
            share = prior / (1 + prior)
            gains[t] = np.clip(share * np.exp(0.5 * exp1(np.maximum(share * posterior, 1e-6))), MIN_GAIN, 1)
            previous = gains[t] ** 2 * posterior
    frames = np.fft.irfft(spectra * gains, axis=1) * window / 2
    out = np.zeros(len(padded) + SIZE)
    for t, frame in enumerate(frames):
        out[t * HOP : t * HOP + SIZE] += frame
    return out[SIZE - HOP : SIZE - HOP + len(samples)]


def degrade_and_denoise(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """16 kHz samples with mains hum and tilted hiss added at an SNR of 5 to 28 dB, then notch-filtered and denoised as in the app."""
    time_s, mains_hz, harmonics = np.arange(len(clean)) / RATE_HZ, rng.choice([50, 60]), rng.integers(1, 8)
    slope = rng.uniform(0.5, 1.5)
    hum = sum(np.sin(2 * np.pi * mains_hz * k * time_s + rng.uniform(0, 2 * np.pi)) / k**slope for k in range(1, harmonics + 1))
    hiss, tilt = rng.normal(size=len(clean)), rng.uniform(-0.3, 0.7)
    hiss = lfilter([1], [1, -tilt], hiss) if tilt > 0 else lfilter([1, tilt], [1], hiss)
    level = lambda x: np.sqrt(np.mean(np.square(x)))  # noqa: E731
    noise = rng.uniform(0, 1.5) * hum / level(hum) + hiss / level(hiss)
    noisy = clean + noise * level(clean) / level(noise) * 10 ** (-rng.uniform(MIN_SNR_DB, MAX_SNR_DB) / 20)
    for k in range(1, harmonics + 1):
        noisy = lfilter(*iirnotch(mains_hz * k, mains_hz * k / 3, RATE_HZ), noisy)
    return denoise(noisy)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """logMel [n, 80] of 16 kHz samples scaled to a speech level of -23 dBFS."""
    _, loudness_db = frontend.spectrum(samples)
    return frontend.spectrum(samples * 10 ** ((LEVEL_DB - frontend.speech_level_db(loudness_db)) / 20))[0]


def make(speaker: str, files: list[Path], speed: float) -> None:
    target = PAIRS / f"{speaker}_{round(100 * speed):03}.npz"
    rng = np.random.default_rng([SEED, zlib.crc32(target.stem.encode())])
    parts, spans, length, pause = [], [], 0, np.zeros(int(PAUSE_SECONDS * RATE_HZ))
    for index in rng.permutation(len(files)):
        audio = soxr.resample(load(files[index], speed), 24000, RATE_HZ)[: MAX_SECONDS * RATE_HZ]
        audio = audio[: len(audio) // (2 * FRAME) * 2 * FRAME]
        if len(audio) < MIN_SECONDS * RATE_HZ:
            continue
        spans.append(slice(length // FRAME, (length + len(audio)) // FRAME))
        parts += [audio, pause]
        length += len(audio) + len(pause)
        if length > SPEAKER_SECONDS * RATE_HZ:
            break
    if not spans:
        return
    clean = np.concatenate(parts)
    pair = [np.concatenate([mel[span] for span in spans]).astype(np.float16) for mel in map(log_mel, (clean, degrade_and_denoise(clean, rng)))]
    np.savez(target, clean=pair[0], denoised=pair[1], starts=np.cumsum([0, *(span.stop - span.start for span in spans)]))


def main() -> None:
    PAIRS.mkdir(exist_ok=True)
    with ProcessPoolExecutor(PROCESSES) as pool:
        jobs = [pool.submit(make, speaker, files, speed) for speaker, files in sources().items() for speed in SPEEDS]
        for job in jobs:
            job.result()


if __name__ == "__main__":
    main()
