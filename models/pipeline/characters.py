"""Stage 4b: synthetic character voices; no training.

    python -m pipeline.characters

Kokoro reads two minutes with a mixture of its style vectors, played faster or slower, which scales pitch and formants together. The
voice's codebook and embedding are computed by the content network and the speaker encoder, as in enrolment. Writes `work/characters`,
which no training stage reads; existing files are kept.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .frontend import hz_to_mel, mel_to_hz
from .networks import BANDS, LOG_AMPLITUDE_PER_DB, Speaker
from .paths import SEED, WORK
from .prepare import prepare
from .tts import Kokoro, prompts, synthesise_prompts, training_prompts

FOLDER = WORK / "characters"
MINUTES = 2.0
SEGMENT_FRAMES = 400


@dataclass(frozen=True)
class Character:
    """`styles`: weights of Kokoro's style vectors. `factor`: playback speed. `horn`: filtered by a recording horn."""

    styles: dict[str, float]
    factor: float
    horn: bool = False


CHARACTERS = {
    "pip": Character({"jf_nezumi": 0.7, "jf_alpha": 0.3}, 1.16),
    "ambrose": Character({"jm_kumo": 1.2, "jf_tebukuro": -0.2}, 0.93),
    "cylinder": Character({"jm_kumo": 0.75, "jf_gongitsune": 0.25}, 1.0, horn=True),
}


def horn_log_gains() -> np.ndarray:
    """Natural log of amplitude gains [80] in the generator's bands: a recording horn.

    Passes 250 to 2,800 Hz, falls by 24 dB an octave below and 30 above, to -60 dB, and has resonances at 520, 1,150 and 2,100 Hz.
    """
    hz = mel_to_hz(np.linspace(0, hz_to_mel(12000.0), BANDS))
    below, above = np.log2(250 / np.maximum(hz, 20)), np.log2(np.maximum(hz, 20) / 2800)
    db = -24 * np.maximum(0, below) - 30 * np.maximum(0, above)
    for centre, height in ((520, 5), (1150, 4), (2100, 5)):
        db += height * np.exp(-0.5 * (np.log2(np.maximum(hz, 20) / centre) / 0.18) ** 2)
    return np.maximum(db, -60.0) * LOG_AMPLITUDE_PER_DB


def embedding_of(arrays: dict, speaker: Speaker) -> np.ndarray:
    """Mean speaker embedding [128] of consecutive segments of four seconds."""
    mel = arrays["logMel"].astype(np.float32)
    segments = np.stack([mel[i : i + SEGMENT_FRAMES] for i in range(0, len(mel) - SEGMENT_FRAMES, SEGMENT_FRAMES)])
    with torch.no_grad():
        return speaker(torch.from_numpy(segments)).mean(0).numpy()


def main() -> None:
    texts = prompts()
    names = training_prompts(texts)
    rng = np.random.default_rng(SEED)
    kokoro = Kokoro()
    for name, character in CHARACTERS.items():
        style = kokoro.style(character.styles)
        synthesise_prompts(name, MINUTES * character.factor, lambda text: kokoro.speak(text, style, 1.0), list(rng.permutation(names)), texts, FOLDER)
        if not (FOLDER / f"{name}.npz").exists():
            prepare(name, sorted((FOLDER / name).glob("*.wav")), character.factor, FOLDER)


if __name__ == "__main__":
    main()
