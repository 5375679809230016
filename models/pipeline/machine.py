"""What the machine that recorded a voice did to it, measured on the recording: band, noise and wow. Reference of src/engine/synthesis/period-sound.ts.

Gains are natural logs of amplitude at the 80 bands of the synthesis (docs/architecture.md, "Synthesis").
"""

from dataclasses import dataclass

import numpy as np
import soxr
from scipy.signal import fftconvolve

from . import frontend
from .frontend import BAND_EDGES_MEL, hz_to_mel, mel_to_hz
from .networks import BANDS
from .synthesis import RATE_HZ

FFT = 1024
BANDS_MEL = np.linspace(0, hz_to_mel(RATE_HZ / 2), BANDS)
# The analysis ends here; above it gains fall by as much as is usual for such machines.
HIGHEST_HZ, FALL_PER_OCTAVE = 7800.0, 2.0
QUIET_SHARE, DIGITAL_SILENCE_DB = 0.08, -75.0
MIN_LOG_GAIN, MAX_LOG_GAIN, MIN_NOISE_LOG_GAIN = -7.0, 2.5, -14.0
ITERATIONS = 6
# Voiced stretches of at least so many frames; larger deviations of log F0 from their mean are intonation.
LEAST_FRAMES, MAX_JUMP, MAX_DEVIATION = 20, 0.05, 0.12
WOW_STEP_HZ, AROUND, INTONATION_QUANTILE, MAX_WOW_DEPTH = 0.005, 1.5, 0.9, 0.01


@dataclass(frozen=True)
class Machine:
    """`band`, `noise` [80]; `noise` is heard with white noise of unit variance. `wow_depth`: largest deviation from the mean speed."""

    band: np.ndarray
    noise: np.ndarray
    wow_rate_hz: float
    wow_depth: float


def at_synthesis_bands(values: np.ndarray) -> np.ndarray:
    """Values at the frontend's bands -> at those of the synthesis; constant beyond the outer ones."""
    return np.interp(BANDS_MEL, BAND_EDGES_MEL[1:-1], values)


def with_fall(gains: np.ndarray) -> np.ndarray:
    """Gains [80] that fall by 17 dB an octave above the highest frequency of the analysis."""
    hz = mel_to_hz(BANDS_MEL)
    above = hz > HIGHEST_HZ
    return np.where(above, gains[~above][-1] - FALL_PER_OCTAVE * np.log2(np.maximum(hz, 1) / HIGHEST_HZ), gains)


def response(log_gains: np.ndarray) -> np.ndarray:
    """The first 512 samples of the response of minimum phase at 24 kHz."""
    bins_mel = hz_to_mel(np.arange(FFT // 2 + 1) * RATE_HZ / FFT)
    cepstrum = np.fft.irfft(np.interp(bins_mel, BANDS_MEL, log_gains))
    fold = np.zeros(FFT)
    fold[[0, FFT // 2]], fold[1 : FFT // 2] = 1, 2
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum * fold)))[: FFT // 2]


def with_wow(samples: np.ndarray, machine: Machine) -> np.ndarray:
    """Samples at 24 kHz, read at t - D (1 - cos(2 pi f t)) with D = depth / (2 pi f)."""
    radians = 2 * np.pi * machine.wow_rate_hz / RATE_HZ
    index = np.arange(len(samples))
    return np.interp(index - machine.wow_depth / radians * (1 - np.cos(radians * index)), index, samples)


def recorded(samples: np.ndarray, machine: Machine, seed: int = 0) -> np.ndarray:
    """Samples at 24 kHz as the machine records them."""
    noise = np.random.default_rng(seed).normal(size=len(samples))
    heard = fftconvolve(with_wow(samples, machine), response(machine.band)) + fftconvolve(noise, response(machine.noise))
    return heard[: len(samples)]


def heard_in(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`logMel` [n, 80] and `loudnessDb` [n] of samples at 24 kHz."""
    return frontend.spectrum(soxr.resample(samples.astype(np.float32), RATE_HZ, frontend.RATE_HZ))


def log_mel(samples: np.ndarray) -> np.ndarray:
    """`logMel` [n, 80] of samples at 24 kHz."""
    return heard_in(samples)[0]


def mean_power(mel: np.ndarray) -> np.ndarray:
    """Natural log of the mean power in each band of `logMel` [n, 80]."""
    return np.log(np.exp(mel.astype(np.float64)).mean(0))


def quiet_frames(loudness_db: np.ndarray) -> np.ndarray:
    """Which frames [n] are among the quietest 8 %, without digital silence."""
    audible = loudness_db > DIGITAL_SILENCE_DB
    return audible & (loudness_db < np.quantile(loudness_db[audible], QUIET_SHARE))


def band_and_noise(mel: np.ndarray, loudness_db: np.ndarray, active: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gains [80] of the band and of the noise that make of `own`, the recording converted to its own voice as if in the room (24 kHz), the
    recording itself, `mel` [n, 80] and `loudness_db` [n].

    The band is fitted to the mean spectrum over the frames that are `active` [n], the noise to that of the quietest frames. Those of noise
    alone are quieter than noise is on the mean, so the quietest frames of what is made are compared and not all of its noise (as the bias of
    minimum statistics: Martin 2001, section V).
    """
    band, noise = np.zeros(BANDS), np.full(BANDS, -6.0)
    wanted = mean_power(mel[quiet_frames(loudness_db)])
    for _ in range(ITERATIONS):
        heard, heard_db = heard_in(recorded(own, Machine(band, noise, 1.0, 0.0)))
        frames = active[: len(heard)]
        band = np.clip(band + at_synthesis_bands(mel[active].mean(0) - heard[: len(active)][frames].mean(0)) / 2, MIN_LOG_GAIN, MAX_LOG_GAIN)
        noise = noise + at_synthesis_bands(wanted - mean_power(heard[quiet_frames(heard_db)])) / 2
        band, noise = np.maximum(with_fall(band), MIN_LOG_GAIN), np.maximum(with_fall(noise), MIN_NOISE_LOG_GAIN)
    return band, noise


def wow_of(f0_hz: np.ndarray, lowest_hz: float, highest_hz: float) -> tuple[float, float, float]:
    """Rate in Hz and depth of the wow, and the share of all rates between .5 and 6 Hz that explain less of F0.

    A turntable keeps its phase over the whole recording, intonation does not: the least squares fit of one sine to the deviations of log F0
    [n] (100 a second, 0 where unvoiced) from the mean of their voiced stretch finds the one and averages the other out. Of the power found,
    the 90th percentile of that at the rates around it is taken for what is left of intonation. The depth is limited to 1 %.
    """
    voiced = np.flatnonzero(f0_hz > 0)
    log_f0 = np.log(np.maximum(f0_hz, 1))
    breaks = np.flatnonzero((np.diff(voiced) > 1) | (np.abs(np.diff(log_f0[voiced])) > MAX_JUMP)) + 1
    stretches = [each for each in np.split(voiced, breaks) if len(each) >= LEAST_FRAMES]
    centred = lambda x: np.concatenate([x[each] - x[each].mean() for each in stretches])  # noqa: E731
    deviation = np.clip(centred(log_f0), -MAX_DEVIATION, MAX_DEVIATION)
    seconds, rates = np.arange(len(f0_hz)) / 100, np.arange(0.5, 6, WOW_STEP_HZ)
    depths, explained = [], []
    for rate in rates:
        basis = np.stack([centred(turn(2 * np.pi * rate * seconds)) for turn in (np.cos, np.sin)], 1)
        fit = np.linalg.lstsq(basis, deviation, rcond=None)[0]
        depths.append(np.hypot(*fit))
        explained.append(np.square(basis @ fit).sum())
    allowed = np.flatnonzero((rates >= lowest_hz) & (rates <= highest_hz))
    best = allowed[np.argmax(np.array(explained)[allowed])]
    around = np.array(depths)[(rates > rates[best] / AROUND) & (rates < rates[best] * AROUND)]
    depth = np.sqrt(max(0.0, depths[best] ** 2 - np.quantile(around, INTONATION_QUANTILE) ** 2))
    return float(rates[best]), float(min(depth, MAX_WOW_DEPTH)), float(np.mean(np.array(explained) < explained[best]))
