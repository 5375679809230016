"""The judges' arithmetic: one level for every recording, no clip that loses more than its words, ranges by bootstrap."""

import numpy as np
import pytest

from evaluate import hearing, ranges, scores

SECONDS = np.arange(scores.RATE) / scores.RATE


@pytest.mark.parametrize("gain", [1e-3, 0.1, 1.0])
def test_level_is_that_of_the_speech_without_pauses(gain: float) -> None:
    tone = np.sin(2 * np.pi * 250 * SECONDS)
    heard = scores.levelled(gain * np.concatenate([tone, np.zeros(scores.RATE)]))
    assert 10 * np.log10(np.mean(heard[: scores.RATE] ** 2)) == pytest.approx(scores.SPEECH_DB, abs=0.01)
    assert heard.dtype == np.float32


def test_silence_stays_silent() -> None:
    assert not scores.levelled(np.zeros(scores.RATE)).any()


def test_a_clip_loses_at_most_its_words() -> None:
    assert scores.words_lost("one two three", "one two four") == (1, 3)
    assert scores.words_lost("one two three", "") == (3, 3)
    assert scores.words_lost("one two three", "so " * 40) == (3, 3)


def test_a_corpus_is_weighed_by_its_words() -> None:
    assert scores.percent_lost(["one two three", "one"], ["one two three", "so so so so"]) == pytest.approx(25)


def test_over_is_the_difference_of_the_corpora() -> None:
    found = hearing.words(["a b c d", "a b"], ["a b c d", "a x"], ["a x y d", "x y"])
    assert found.source.value == pytest.approx(100 / 6)
    assert found.output.value == pytest.approx(400 / 6)
    assert found.over.value == pytest.approx(300 / 6)


def test_range_holds_the_mean_and_is_that_of_its_standard_error() -> None:
    values = np.random.default_rng(7).normal(10, 2, 100)
    found = ranges.mean(values)
    error = values.std() / 10
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1)
    assert found == ranges.mean(values)


def test_equal_recordings_have_no_range() -> None:
    assert ranges.ratio(np.array([2.0, 4.0]), np.array([10.0, 20.0])).shown(2) == "0.20 (0.20 to 0.20)"


def test_voiced_share_counts_loud_frames_alone() -> None:
    tone = np.concatenate([np.sin(2 * np.pi * 250 * SECONDS), 1e-3 * np.sin(2 * np.pi * 250 * SECONDS)])
    frames = len(tone) // hearing.F0_HOP
    confidence = np.where(np.arange(frames) < frames // 4, 0.9, 0.1)
    assert hearing.voiced_of_loud(tone, confidence) == pytest.approx(50, abs=3)
