"""Stage 2b: what is said in every recording, as whisper-base hears it.

    python -m pipeline.teach

The last layer of its encoder over utterances packed into 28 s becomes targets: z-scored per speaker, 128 axes by PCA, each divided
by the root of its deviation. Axes are those that `checkpoints/v2.pt` was taught on where it stands, so that networks go on with what
they learnt. Writes `work/taught/<speaker>.npz`: `codes` float16 [50 Hz frames, 128], `mean` and `std` [512], `basis` [512, 128];
what is written is kept.
"""

import numpy as np
import torch

from . import whisper
from .data import TAUGHT
from .networks import CODES
from .paths import CHECKPOINTS, WORK
from .synthesis import HOP

PACK_FRAMES, WINDOW_FRAMES = 2800, 3000
ACTIVE_DB = 35
SAMPLE_FRAMES = 4000
AT_ONCE = 32


def windows(starts: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame of utterances packed into windows."""
    found, first = [], 0
    while first < len(starts) - 1:
        last = first + 1
        while last < len(starts) - 1 and starts[last + 1] - starts[first] <= PACK_FRAMES:
            last += 1
        found += [(a, min(a + WINDOW_FRAMES, starts[last])) for a in range(starts[first], starts[last], WINDOW_FRAMES)]
        first = last
    return found


def features(encoder: whisper.Encoder, audio: np.ndarray, starts: np.ndarray) -> torch.Tensor:
    """int16 at 24 kHz -> [50 Hz frames, 512]."""
    found, packed = [], windows(starts)
    for i in range(0, len(packed), AT_ONCE):
        some = packed[i : i + AT_ONCE]
        heard = torch.zeros(len(some), WINDOW_FRAMES * HOP)
        for row, (a, b) in zip(heard, some):
            row[: (b - a) * HOP] = torch.tensor(audio[a * HOP : b * HOP] / np.float32(32768))
        given = encoder(whisper.log_mel(heard))
        found += [each[: (b - a) // 2] for each, (a, b) in zip(given, some)]
    return torch.cat(found)


def standing(given: torch.Tensor, loudness_db: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of the features of speech."""
    loud = torch.tensor(loudness_db[: 2 * len(given)].reshape(-1, 2).max(1))
    active = given[loud > np.percentile(loudness_db, 95) - ACTIVE_DB]
    return active.mean(0), active.std(0) + 1e-3


def as_codes(given: torch.Tensor, mean: torch.Tensor, std: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """Features [..., 512] z-scored, on the axes of the codes [..., 128]."""
    return ((given - mean) / std) @ basis


def axes(sample: torch.Tensor) -> torch.Tensor:
    """[512, 128] of z-scored features."""
    values, vectors = torch.linalg.eigh(sample.T @ sample / len(sample))
    return vectors.flip(1)[:, :CODES] / values.flip(0)[:CODES] ** 0.25


def main() -> None:
    TAUGHT.mkdir(exist_ok=True)
    encoder = whisper.load()
    kept = CHECKPOINTS / "v2.pt"
    basis = torch.tensor(torch.load(kept, weights_only=False, map_location="cpu")["basis"]) if kept.exists() else None
    files = [f for f in sorted((WORK / "arrays").glob("*.npz")) if basis is None or not (TAUGHT / f.name).exists()]
    with torch.no_grad():
        if basis is None:
            sample = []
            for file in files:
                arrays = np.load(file)
                given = features(encoder, arrays["audio"], arrays["starts"])
                mean, std = standing(given, arrays["loudnessDb"])
                sample.append(((given - mean) / std)[:: max(1, len(given) // SAMPLE_FRAMES)])
            basis = axes(torch.cat(sample))
        for file in files:
            arrays = np.load(file)
            given = features(encoder, arrays["audio"], arrays["starts"])
            mean, std = standing(given, arrays["loudnessDb"])
            codes = as_codes(given, mean, std, basis).half()
            np.savez(TAUGHT / file.name, **{k: v.cpu().numpy() for k, v in {"codes": codes, "mean": mean, "std": std, "basis": basis}.items()})
    print(f"taught: {len(files)} of {len(list(TAUGHT.glob('*.npz')))} speakers", flush=True)


if __name__ == "__main__":
    main()
