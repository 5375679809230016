"""The four measures: word error rate, speaker similarity, naturalness and F0 correlation.

Every recording is measured at a speech level of -23 dBFS, on which Resemblyzer (models/log/0012), DNSMOS and recognisers depend, once
(`measure_all`), by two processes of one thread each; the results are cached in `work/scores` under the recording's checksum and `JUDGE`.
"""

import hashlib
import multiprocessing
import os
import re
import sys
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jiwer
import numpy as np
import soundfile as sf
import soxr
import torch
from num2words import num2words

from pipeline.frontend import speech_level_db
from pipeline.paths import WORK
from pipeline.whisper import model_folder

from .numbers import spell

RATE = 16000
PROCESSES, THREADS = 2, 1
CACHE = WORK / "scores"
VOICED_CONFIDENCE = 0.9
FRAME, SPEECH_DB, REPEATED_TOKENS = RATE // 50, -23, 4
# Changes with whatever changes the measurements of a recording.
JUDGE = f"{-SPEECH_DB}db{REPEATED_TOKENS}"


def load(file: Path) -> np.ndarray:
    """Mono float32 at 16 kHz."""
    audio, rate = sf.read(file, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(axis=1), rate, RATE).astype(np.float32)


def levelled(audio: np.ndarray) -> np.ndarray:
    """16 kHz samples scaled to a speech level of -23 dBFS, in frames of 20 ms; digital silence stays silent."""
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    level_db = speech_level_db(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))
    return (audio * 10 ** ((SPEECH_DB - level_db) / 20)).astype(np.float32)


@cache
def whisper():
    from faster_whisper import WhisperModel

    return WhisperModel(str(model_folder()), device="cpu", compute_type="int8", cpu_threads=THREADS)


def transcribe(audio: np.ndarray, language: str = "en") -> str:
    """Greedy, at temperature 0 without fallback, each window of 30 s independent of the previous text, no four tokens twice."""
    segments, _ = whisper().transcribe(
        audio,
        language=language,
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        no_repeat_ngram_size=REPEATED_TOKENS,
        compression_ratio_threshold=None,
        log_prob_threshold=None,
        no_speech_threshold=None,
    )
    return " ".join(segment.text.strip() for segment in segments)


def normalise(text: str, language: str = "en") -> str:
    """Lower case, numbers in words, hyphens as spaces, no punctuation."""
    read = spell if language == "en" else lambda number: num2words(number, lang=language)
    text = text.lower().replace("’", "'")
    text = re.sub(r"\d+", lambda digits: f" {read(int(digits[0]))} ", text)
    text = re.sub(r"[^\w' ]|_", " ", text)
    return " ".join(re.sub(r"(?<!\w)'|'(?!\w)", " ", text).split())


def cached(file: Path, kind: str, measured: Callable[[np.ndarray], dict]) -> dict[str, np.ndarray]:
    """What `measured` finds in a recording at -23 dBFS, from `work/scores` where it stands there."""
    store = CACHE / f"{hashlib.sha256(file.read_bytes()).hexdigest()[:24]}-{kind}-{JUDGE}.npz"
    if not store.exists():
        found = measured(levelled(load(file)))
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = store.with_name(f"{os.getpid()}.new.npz")
        np.savez(temporary, **found)
        temporary.rename(store)
    return dict(np.load(store))


def measurements(audio: np.ndarray, language: str) -> dict:
    """Transcript (`heard`), speaker embedding, DNSMOS, log F0 and its confidence."""
    log_f0, confidence = f0_track(audio)
    found = {"heard": transcribe(audio, language), "embedding": embed(audio), "dnsmos": dnsmos_of(audio)}
    return found | {"logF0": np.where(confidence >= VOICED_CONFIDENCE, log_f0, np.nan), "confidence": confidence}


def measure(file: Path, language: str) -> dict[str, np.ndarray]:
    """Cached `measurements` of one recording."""
    return cached(file, language, lambda audio: measurements(audio, language))


def measure_all(files: list[Path], language: str = "en") -> list[dict[str, np.ndarray]]:
    return list(workers().map(measure, files, [language] * len(files)))


@cache
def workers() -> ProcessPoolExecutor:
    os.environ["OMP_NUM_THREADS"] = str(THREADS)
    model_folder()
    return ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))


def words_lost(text: str, heard: str) -> tuple[int, int]:
    """Errors, at most as many as there are words, and words, of two normalised texts."""
    found = jiwer.process_words(text, heard)
    words = found.hits + found.substitutions + found.deletions
    return min(words, found.substitutions + found.deletions + found.insertions), words


def percent_lost(texts: list[str], heard: list[str]) -> float:
    """Errors over words of a corpus of normalised texts, in percent; no recording has more errors than words."""
    counts = [words_lost(*pair) for pair in zip(texts, heard, strict=True)]
    return 100 * sum(errors for errors, _ in counts) / sum(words for _, words in counts)


def wer(files: list[Path], texts: list[str], language: str = "en") -> float:
    """`percent_lost` by whisper."""
    heard = [normalise(str(each["heard"]), language) for each in measure_all(files, language)]
    return percent_lost([normalise(text, language) for text in texts], heard)


@cache
def speaker_encoder():
    if find_spec("webrtcvad") is None:
        # Resemblyzer imports it for silence trimming, which is not used here.
        sys.modules.setdefault("webrtcvad", types.ModuleType("webrtcvad"))
    torch.set_num_threads(THREADS)
    from resemblyzer import VoiceEncoder

    return VoiceEncoder("cpu", verbose=False)


def embed(audio: np.ndarray) -> np.ndarray:
    """Unit-length Resemblyzer embedding of a whole recording."""
    return speaker_encoder().embed_utterance(audio)


def similarity(files: list[Path], references: list[Path], language: str = "en", references_language: str = "en") -> float:
    """Mean cosine of each recording to the normalised mean embedding of the references."""
    centre = np.mean([each["embedding"] for each in measure_all(references, references_language)], axis=0)
    centre /= np.linalg.norm(centre)
    return float(np.mean([each["embedding"] @ centre for each in measure_all(files, language)]))


@cache
def dnsmos_module():
    """speechmos, its ONNX sessions reopened with one thread in place of one per core."""
    import onnxruntime as ort
    from speechmos import dnsmos

    dnsmos.run(np.zeros(RATE), RATE)
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    model = dnsmos.dnsmos
    model.onnx_sess = ort.InferenceSession(model.primary_model_path, options)
    model.p808_onnx_sess = ort.InferenceSession(str(Path(dnsmos.__file__).parent / "dnsmos_models" / "model_v8.onnx"), options)
    return dnsmos


def dnsmos_of(audio: np.ndarray) -> float:
    """DNSMOS P.835, overall."""
    return float(dnsmos_module().run(np.clip(audio, -1, 1), RATE)["ovrl_mos"])


def naturalness(files: list[Path], language: str = "en") -> float:
    """Mean DNSMOS P.835 overall score."""
    return float(np.mean([each["dnsmos"] for each in measure_all(files, language)]))


@cache
def f0_detector():
    from swift_f0 import SwiftF0

    return SwiftF0(threads=THREADS)


def f0_track(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log F0 and its confidence by swift-f0, which makes no octave errors over a telephone (`evaluate.trackers`), in frames of 16 ms."""
    found = f0_detector().detect(audio, RATE, fmin=50, fmax=600)
    return np.log(np.maximum(found.pitch_hz, 1.0)), found.confidence


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r of two tracks of log F0 on frames voiced in both, without compensation of a delay; 0 where there are fewer than three."""
    frames = min(len(a), len(b))
    both = np.isfinite(a[:frames]) & np.isfinite(b[:frames])
    return float(np.corrcoef(a[:frames][both], b[:frames][both])[0, 1]) if both.sum() > 2 else 0.0


def f0_correlation(outputs: list[Path], sources: list[Path], language: str = "en") -> float:
    """Mean `correlation` of log F0 over recordings."""
    pairs = zip(measure_all(outputs, language), measure_all(sources, language), strict=True)
    return float(np.mean([correlation(output["logF0"], source["logF0"]) for output, source in pairs]))


def median_f0_hz(files: list[Path], language: str = "en") -> float:
    """Of all voiced frames of all recordings."""
    return float(np.exp(np.nanmedian(np.concatenate([each["logF0"] for each in measure_all(files, language)]))))
