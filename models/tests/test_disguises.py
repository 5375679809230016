"""Disguises of synthetic speech: their bands and levels, and the same samples from the same random state."""

import shutil

import numpy as np
import pytest

from evaluate import disguises
from evaluate.band import play
from evaluate.conditions import level_of, room_response
from pipeline import frontend

SECONDS = np.arange(2 * frontend.RATE_HZ) / frontend.RATE_HZ
# Babble is mixed from recordings, which the tests do without.
MADE = [name for name in disguises.DISGUISES if name != "babble-5" and (name != "opus-8k" or shutil.which("ffmpeg"))]


def spoken() -> np.ndarray:
    """Harmonics of 140 Hz that fall by 6 dB per octave, under a syllabic envelope."""
    envelope = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * SECONDS)
    return 0.1 * envelope * sum(np.cos(2 * np.pi * k * 140 * SECONDS) / k for k in range(1, 50))


def band_db(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / frontend.RATE_HZ)
    return 10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].mean() + 1e-12)


@pytest.mark.parametrize("name", MADE)
def test_same_state_gives_the_same_samples(name: str) -> None:
    first, second = (disguises.DISGUISES[name](spoken(), np.random.default_rng(5)) for _ in range(2))
    assert len(first) == len(SECONDS)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["telephone-2m", "two-metres", "music-0", "rumble", "whisper", "hum"])
def test_other_state_gives_other_samples(name: str) -> None:
    first, second = (disguises.DISGUISES[name](spoken(), np.random.default_rng(seed)) for seed in (5, 6))
    assert np.abs(first - second).max() > 1e-4


def test_telephone_passes_its_band_alone() -> None:
    noise = 0.05 * np.random.default_rng(1).standard_normal(len(SECONDS))
    line = disguises.through_line(noise)
    change = lambda low, high: band_db(line, low, high) - band_db(noise, low, high)  # noqa: E731
    assert abs(change(500, 3000)) < 1
    assert change(20, 120) < -20
    assert change(4000, 8000) < -30


def test_far_speech_is_faint() -> None:
    assert level_of(disguises.two_metres(spoken(), np.random.default_rng(1))) == pytest.approx(disguises.FAR_LEVEL_DB, abs=0.1)


def test_clipping_keeps_the_level_and_lowers_the_crest() -> None:
    speech = spoken()
    clipped = disguises.clipped(speech)
    assert level_of(clipped) == pytest.approx(level_of(speech), abs=0.01)
    assert np.abs(clipped).max() < 0.7 * np.abs(speech).max()


def test_rumble_is_low() -> None:
    noise = disguises.rumble(len(SECONDS), np.random.default_rng(2))
    assert band_db(noise, 20, 80) - band_db(noise, 300, 1000) > 15


def test_hall_falls_by_60_db_in_2_5_seconds() -> None:
    """By Schroeder's integral of the squared response (1965), between -5 and -25 dB."""
    response = room_response(*disguises.HALL)
    decay_db = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2))
    from_s, to_s = (np.argmax(decay_db < level) / frontend.RATE_HZ for level in (-5, -25))
    assert 3 * (to_s - from_s) == pytest.approx(2.5, abs=0.2)


def test_whisper_has_no_pitch_and_the_words_envelope() -> None:
    speech = spoken()
    whispered = disguises.whispered(speech, np.random.default_rng(3))
    voiced = lambda samples: frontend.pitch(samples, frontend.spectrum(samples)[1])[1].mean()  # noqa: E731
    assert voiced(speech) > 0.8
    assert voiced(whispered) < 0.1
    syllables = [frontend.spectrum(samples)[1][20:-20] for samples in (speech, whispered)]
    assert np.corrcoef(*syllables)[0, 1] > 0.8


def test_music_fills_the_time() -> None:
    music = play(len(SECONDS), np.random.default_rng(4))
    assert len(music) == len(SECONDS)
    assert frontend.spectrum(music)[1][3:].min() > -60 + level_of(music)
