"""Stage 2c: recordings in rooms and noise, and what whisper's encoder makes of them.

    python -m pipeline.heard

Every recording once more with the disguises of `pipeline.acoustics`, computed once because whisper's encoder and the disguises cost more than
a step of training. Windows of different speakers are disguised together, as each is the babble of others. Writes `work/heard/<speaker>.npz`,
aligned with `work/arrays`: `logMel` float16 [frames, 80] and `codes` float16 [frames / 2, 128], z-scored window by window as a take is.
Existing files are kept; speakers that came later are disguised among themselves.
"""

import numpy as np
import torch

from . import whisper
from .acoustics import augment_waveform
from .content_targets import CONTENT_TARGETS, as_codes, prior, take_statistics, windows
from .data import HEARD, LOG_FLOOR
from .losses import log_mel_16k
from .networks import BANDS, CODES
from .paths import SEED
from .prepare import ARRAYS
from .synthesis import HOP
from .voices import LOG_POWER_PER_DB

SPEAKERS_TOGETHER, WINDOWS_TOGETHER = 48, 8


def hear(speakers: list[str], encoder: whisper.Encoder, average: tuple[torch.Tensor, torch.Tensor], basis: torch.Tensor) -> None:
    """Disguises and encodes all windows of these speakers, in random order, and writes their files."""
    audio, found, places = {}, {}, []
    for speaker in speakers:
        arrays = np.load(ARRAYS / f"{speaker}.npz")
        frames = int(arrays["starts"][-1])
        audio[speaker] = arrays["audio"]
        found[speaker] = (np.full((frames, BANDS), LOG_FLOOR, np.float16), np.zeros((frames // 2, CODES), np.float16))
        places += [(speaker, *window) for window in windows(arrays["starts"])]
    for some in torch.randperm(len(places)).split(WINDOWS_TOGETHER):
        chosen = [places[index] for index in some]
        batch = torch.zeros(len(chosen), max(b - a for _, a, b in chosen) * HOP)
        for row, (speaker, a, b) in zip(batch, chosen):
            row[: (b - a) * HOP] = torch.tensor(audio[speaker][a * HOP : b * HOP] / np.float32(32768))
        batch = augment_waveform(batch)
        for features, log_mel, (speaker, a, b) in zip(encoder(whisper.log_mel(batch)), log_mel_16k(batch), chosen):
            log_mel, features = log_mel[: b - a], features[: (b - a) // 2]
            statistics = take_statistics(features, torch.logsumexp(log_mel, 1).cpu().numpy() / LOG_POWER_PER_DB, average)
            found[speaker][0][a:b] = log_mel.half().cpu()
            found[speaker][1][a // 2 : b // 2] = as_codes(features, *statistics, basis).half().cpu()
    for speaker, (log_mel, codes) in found.items():
        np.savez(HEARD / f"{speaker}.npz", logMel=log_mel, codes=codes)


def main() -> None:
    HEARD.mkdir(exist_ok=True)
    torch.manual_seed(SEED)
    encoder, average = whisper.load(), prior()
    basis = torch.tensor(np.load(next(CONTENT_TARGETS.glob("*.npz")))["basis"])
    missing = [f.stem for f in sorted(ARRAYS.glob("*.npz")) if not (HEARD / f.name).exists()]
    with torch.no_grad():
        for group in torch.randperm(len(missing)).split(SPEAKERS_TOGETHER):
            hear([missing[index] for index in group], encoder, average, basis)
            print(f"heard: {len(list(HEARD.glob('*.npz')))} speakers", flush=True)


if __name__ == "__main__":
    main()
