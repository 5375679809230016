"""Log-mel, loudness and F0 of signals whose values are known, and the fixture that the app's own frontend is tested with."""

import json

import numpy as np
import pytest

from pipeline import frontend

SECONDS = np.arange(frontend.RATE_HZ) / frontend.RATE_HZ


@pytest.mark.parametrize("band", [30, 50, 70])
def test_sine_at_a_band_centre_peaks_in_that_band(band: int) -> None:
    hz = frontend.mel_to_hz(frontend.BAND_EDGES_MEL[band + 1])
    log_mel, _ = frontend.spectrum(0.5 * np.sin(2 * np.pi * hz * SECONDS))
    assert (log_mel[5:].argmax(1) == band).all()


def test_silence_gives_the_floor() -> None:
    log_mel, loudness_db = frontend.spectrum(np.zeros(frontend.RATE_HZ))
    assert log_mel.shape == (100, 80)
    np.testing.assert_allclose(log_mel, np.log(1e-5), rtol=1e-6)
    np.testing.assert_allclose(loudness_db, -80, atol=1e-4)


def test_full_scale_sine_is_3_db_below_full_scale() -> None:
    _, loudness_db = frontend.spectrum(np.sin(2 * np.pi * 1000 * SECONDS))
    np.testing.assert_allclose(loudness_db[5:], 10 * np.log10(0.5), atol=0.01)


def pulse_train(hz: float) -> np.ndarray:
    """Harmonics that fall by 6 dB per octave, about as those of voiced speech do."""
    return 0.1 * sum(np.cos(2 * np.pi * k * hz * SECONDS) / k for k in range(1, int(7000 / hz)))


@pytest.mark.parametrize("hz", [220.0, 95.3])
def test_f0_of_a_pulse_train_is_within_one_percent(hz: float) -> None:
    samples = pulse_train(hz)
    _, loudness_db = frontend.spectrum(samples)
    f0_hz, voiced = frontend.pitch(samples, loudness_db)
    assert voiced[10:-10].all()
    np.testing.assert_allclose(f0_hz[10:-10], hz, rtol=0.01)


def test_frames_below_60_dbfs_are_unvoiced() -> None:
    samples = 0.005 * pulse_train(220.0)
    _, loudness_db = frontend.spectrum(samples)
    _, voiced = frontend.pitch(samples, loudness_db)
    assert loudness_db.max() < -60
    assert not voiced.any()


def test_fixture_is_what_the_frontend_writes() -> None:
    stored = json.loads(frontend.FIXTURE.read_text())
    computed = frontend.fixture_of(stored["samples"])
    assert stored.keys() == computed.keys()
    for key, value in stored.items():
        if isinstance(value, list):
            # Rounded to five decimals; FFT libraries differ in the last bits.
            np.testing.assert_allclose(computed[key], value, atol=2e-4, err_msg=key)
        else:
            assert computed[key] == value
