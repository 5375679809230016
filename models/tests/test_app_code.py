"""The evaluations that run the app's own TypeScript still find it, and it opens the published networks."""

import numpy as np
import pytest

from evaluate import app_code, cleaning, words


@pytest.fixture(autouse=True)
def cache() -> None:
    (app_code.ROOT / ".cache").mkdir(exist_ok=True)


def test_cleaning_judges_a_recording() -> None:
    silence = np.zeros(16000, np.float32)
    assert app_code.run(cleaning.EXPORTS, cleaning.DRIVER, [silence]) == [[]]


def test_words_are_compared() -> None:
    rng = np.random.default_rng(1)
    hiss = rng.normal(0, 0.01, 32000).astype(np.float32)
    asked = [{"language": "en", "lists": [["river", "amber", "window", "garden", "silver", "morning"]]}]
    assert app_code.run(words.EXPORTS, words.DRIVER, [hiss], asked) == [[False]]
