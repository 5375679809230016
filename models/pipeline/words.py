"""Stage 4c: one reading of every word of src/enrol/permission/permission-words.json; the app compares a spoken consent sentence with their content codes.

    python -m pipeline.words

Synthesises them with Kokoro into `work/words`; `pipeline.export` publishes their content codes as int8 in `published/words.bin`.
"""

import json
import struct

import numpy as np
import soundfile as sf
import soxr
import torch

from .frontend import RATE_HZ, spectrum, speech_level_db
from .networks import CODES, Content
from .paths import MODELS, WORK
from .tts import Kokoro, write

WORDS = WORK / "words"
LISTS = MODELS.parent / "src" / "enrol" / "permission" / "permission-words.json"
VOICE, SPEED = "jf_alpha", 0.95
LEVEL_DB, RANGE_DB = -23, 35


def synthesise_words() -> dict[str, list[str]]:
    """Language -> words; synthesises those that `work/words` lacks."""
    lists = {language: entry["words"] for language, entry in json.loads(LISTS.read_text()).items()}
    missing = [(language, word) for language, words in lists.items() for word in words if not (WORDS / language / f"{word}.wav").exists()]
    if missing:
        kokoro = Kokoro()
        style = kokoro.style({VOICE: 1.0})
        for language, word in missing:
            write(WORDS / language, word, kokoro.speak(f"{word}.", style, SPEED, language))
    return lists


def codes_of(content: Content, language: str, word: str) -> np.ndarray:
    """Content codes [n, 128] of a word, from its first to its last code louder than the maximum less 35 dB."""
    audio, rate = sf.read(WORDS / language / f"{word}.wav", dtype="float32")
    audio = soxr.resample(audio, rate, RATE_HZ)
    audio = np.pad(audio * 10 ** ((LEVEL_DB - speech_level_db(spectrum(audio)[1])) / 20), (0, -len(audio) % 320))
    mel, loud = spectrum(audio)
    with torch.no_grad():
        codes = content.offline(torch.from_numpy(mel.astype(np.float32))[None])[0].numpy()
    active = np.flatnonzero(loud[::2] > loud.max() - RANGE_DB)
    return codes[active[0] : active[-1] + 1]


def words_file(content: Content) -> bytes:
    """`words.bin`: `UDW1`, the byte length of a JSON header (uint32 LE), the header, and int8 codes [n, 128].

    Header: `factor`, which codes are multiplied by, and `words`: language -> word -> [first code, count].
    """
    positions, parts, at = {}, [], 0
    for language, words in synthesise_words().items():
        for word in words:
            parts.append(codes_of(content, language, word))
            positions.setdefault(language, {})[word] = [at, len(parts[-1])]
            at += len(parts[-1])
    codes = np.concatenate(parts)
    factor = float(np.abs(codes).max() / 127)
    assert codes.shape[1] == CODES
    header = json.dumps({"factor": factor, "words": positions}, ensure_ascii=False).encode()
    return b"UDW1" + struct.pack("<I", len(header)) + header + np.round(codes / factor).astype(np.int8).tobytes()


if __name__ == "__main__":
    print({language: len(words) for language, words in synthesise_words().items()})
