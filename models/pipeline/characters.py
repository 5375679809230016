"""Stage 4b: characters that nobody is, made by mixture and warp; no training.

    python -m pipeline.characters

Kokoro reads two minutes as a mixture of its voices, which is played faster or slower (pitch and formants together); what
a voice needs besides is read off by the content network and the speaker encoder, as enrolment in the app does. Writes
`work/characters`, which no training reads; what is written is kept.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .frontend import hz_to_mel, mel_to_hz
from .networks import BANDS, NEPERS_PER_DB, Speaker
from .paths import SEED, WORK
from .prepare import prepare
from .speak import Kokoro, fill, may_train, prompts

FOLDER = WORK / "characters"
MINUTES = 2.0
PIECE_FRAMES = 400


@dataclass(frozen=True)
class Character:
    """`styles`: shares of Kokoro's voices. `factor`: how many times as fast it is played. `horn`: heard through one."""

    styles: dict[str, float]
    factor: float
    horn: bool = False


CHARACTERS = {
    "pip": Character({"jf_nezumi": 0.7, "jf_alpha": 0.3}, 1.16),
    "ambrose": Character({"jm_kumo": 1.2, "jf_tebukuro": -0.2}, 0.93),
    "cylinder": Character({"jm_kumo": 0.75, "jf_gongitsune": 0.25}, 1.0, horn=True),
}


def horn_log_gains() -> np.ndarray:
    """[80] natural log gains: a recording horn passes about 250 to 2,800 Hz, steep on both sides, with resonances of its own."""
    hz = mel_to_hz(np.linspace(0, hz_to_mel(12000.0), BANDS))
    below, above = np.log2(250 / np.maximum(hz, 20)), np.log2(np.maximum(hz, 20) / 2800)
    db = -24 * np.maximum(0, below) - 30 * np.maximum(0, above)
    for centre, height in ((520, 5), (1150, 4), (2100, 5)):
        db += height * np.exp(-0.5 * (np.log2(np.maximum(hz, 20) / centre) / 0.18) ** 2)
    return np.maximum(db, -60.0) * NEPERS_PER_DB


def embedding_of(arrays: dict, speaker: Speaker) -> np.ndarray:
    """The mean of the embeddings of pieces of four seconds, [128]."""
    mel = arrays["logMel"].astype(np.float32)
    pieces = np.stack([mel[i : i + PIECE_FRAMES] for i in range(0, len(mel) - PIECE_FRAMES, PIECE_FRAMES)])
    with torch.no_grad():
        return speaker(torch.from_numpy(pieces)).mean(0).numpy()


def main() -> None:
    texts = prompts()
    names = may_train(texts)
    rng = np.random.default_rng(SEED)
    kokoro = Kokoro()
    for name, character in CHARACTERS.items():
        style = kokoro.style(character.styles)
        fill(name, MINUTES * character.factor, lambda text: kokoro.speak(text, style, 1.0), list(rng.permutation(names)), texts, FOLDER)
        if not (FOLDER / f"{name}.npz").exists():
            prepare(name, sorted((FOLDER / name).glob("*.wav")), character.factor, FOLDER)


if __name__ == "__main__":
    main()
