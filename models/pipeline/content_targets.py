"""Stage 2b: targets of the content network, from the encoder of whisper-base.

    python -m pipeline.content_targets

The encoder's last layer, over utterances packed into 28 s, is z-scored per speaker and projected to 128 principal axes, each divided by the
square root of its standard deviation. The axes are those in `checkpoints/v2.pt` where it exists, so that training can go on from its
networks. Writes `work/content_targets/<speaker>.npz`: `codes` float16 [50 Hz frames, 128], `mean` and `std` [512], `basis` [512, 128];
existing files are kept. Files of several speakers (`orders_*`) are z-scored utterance by utterance, as a take is (`take_statistics`).
"""

import numpy as np
import torch

from . import whisper
from .checkpoints import PUBLISHED_CHECKPOINT
from .data import CONTENT_TARGETS, SEVERAL_SPEAKERS
from .networks import CODES
from .paths import WORK
from .synthesis import HOP
from .training import ON_GPU

PACK_FRAMES, WINDOW_FRAMES = 2800, 3000
ACTIVE_DB = 35
SAMPLE_FRAMES = 4000
WINDOWS_PER_BATCH = 32 if ON_GPU else 4
# Weight, in active frames, of the statistics of all speakers in those of a take.
PRIOR_FRAMES = 250


def windows(starts: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame (100 Hz) of each window: whole utterances up to 28 s, longer ones cut every 30 s."""
    found, first = [], 0
    while first < len(starts) - 1:
        last = first + 1
        while last < len(starts) - 1 and starts[last + 1] - starts[first] <= PACK_FRAMES:
            last += 1
        found += [(a, min(a + WINDOW_FRAMES, starts[last])) for a in range(starts[first], starts[last], WINDOW_FRAMES)]
        first = last
    return found


def teacher_features(encoder: whisper.Encoder, audio: np.ndarray, starts: np.ndarray) -> torch.Tensor:
    """int16 audio at 24 kHz -> [50 Hz frames, 512]. Windows are padded with silence to the longest that is computed with them."""
    found, every = [], windows(starts)
    for i in range(0, len(every), WINDOWS_PER_BATCH):
        some = every[i : i + WINDOWS_PER_BATCH]
        batch = torch.zeros(len(some), max(b - a for a, b in some) * HOP)
        for row, (a, b) in zip(batch, some):
            row[: (b - a) * HOP] = torch.tensor(audio[a * HOP : b * HOP] / np.float32(32768))
        features = encoder(whisper.log_mel(batch))
        found += [each[: (b - a) // 2] for each, (a, b) in zip(features, some)]
    return torch.cat(found)


def active(features: torch.Tensor, loudness_db: np.ndarray) -> torch.Tensor:
    """The features [n, 512] of frames less than 35 dB below the 95th percentile of loudness."""
    loud = torch.tensor(loudness_db[: 2 * len(features)].reshape(-1, 2).max(1))
    return features[loud > np.percentile(loudness_db, 95) - ACTIVE_DB]


def speech_statistics(features: torch.Tensor, loudness_db: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation [512] over the active frames."""
    speech = active(features, loudness_db)
    return speech.mean(0), speech.std(0) + 1e-3


def prior() -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation [512] of the average speaker whose targets exist."""
    files = [f for f in sorted(CONTENT_TARGETS.glob("*.npz")) if not f.name.startswith(SEVERAL_SPEAKERS)]
    stored = [np.load(file) for file in files]
    return tuple(torch.tensor(np.mean([each[key] for each in stored], 0)) for key in ("mean", "std"))


def take_statistics(features: torch.Tensor, loudness_db: np.ndarray, prior: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation [512] of a take, drawn towards those of the average speaker the more, the shorter it is."""
    speech = active(features, loudness_db)
    own = len(speech) / (len(speech) + PRIOR_FRAMES)
    mean, std = (speech.mean(0), speech.std(0)) if len(speech) > 1 else prior
    return torch.lerp(prior[0], mean, own), torch.lerp(prior[1], std, own)


def as_codes(features: torch.Tensor, mean: torch.Tensor, std: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """Features [..., 512] z-scored and projected [..., 128]."""
    return ((features - mean) / std) @ basis


def principal_axes(sample: torch.Tensor) -> torch.Tensor:
    """[512, 128] of z-scored features [n, 512]: eigenvectors of their covariance over the fourth root of the eigenvalue."""
    values, vectors = torch.linalg.eigh(sample.T @ sample / len(sample))
    return vectors.flip(1)[:, :CODES] / values.flip(0)[:CODES] ** 0.25


def main() -> None:
    CONTENT_TARGETS.mkdir(exist_ok=True)
    encoder = whisper.load()
    known = PUBLISHED_CHECKPOINT.exists()
    basis = torch.tensor(torch.load(PUBLISHED_CHECKPOINT, weights_only=False, map_location="cpu")["basis"]) if known else None
    files = [f for f in sorted((WORK / "arrays").glob("*.npz")) if basis is None or not (CONTENT_TARGETS / f.name).exists()]
    with torch.no_grad():
        if basis is None:
            sample = []
            for file in files:
                arrays = np.load(file)
                features = teacher_features(encoder, arrays["audio"], arrays["starts"])
                mean, std = speech_statistics(features, arrays["loudnessDb"])
                sample.append(((features - mean) / std)[:: max(1, len(features) // SAMPLE_FRAMES)])
            basis = principal_axes(torch.cat(sample))
        average = None
        for file in sorted(files, key=lambda f: f.name.startswith(SEVERAL_SPEAKERS)):
            arrays = np.load(file)
            loudness_db, starts = arrays["loudnessDb"], arrays["starts"]
            features = teacher_features(encoder, arrays["audio"], starts)
            mean, std = speech_statistics(features, loudness_db)
            if file.name.startswith(SEVERAL_SPEAKERS):
                average = average or prior()
                utterances = [(features[a // 2 : b // 2], loudness_db[a:b]) for a, b in zip(starts, starts[1:])]
                codes = torch.cat([as_codes(part, *take_statistics(part, loud, average), basis) for part, loud in utterances])
            else:
                codes = as_codes(features, mean, std, basis)
            found = {"codes": codes.half(), "mean": mean, "std": std, "basis": basis}
            np.savez(CONTENT_TARGETS / file.name, **{k: v.cpu().numpy() for k, v in found.items()})
    print(f"content targets: {len(files)} of {len(list(CONTENT_TARGETS.glob('*.npz')))} speakers", flush=True)


if __name__ == "__main__":
    main()
