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
from .content_targets import CONTENT_TARGETS, WINDOW_FRAMES, as_codes, prior, take_statistics, windows
from .data import HEARD, LOG_FLOOR
from .losses import log_mel_16k
from .networks import BANDS, CODES
from .paths import SEED
from .prepare import ARRAYS
from .synthesis import HOP
from .voices import LOG_POWER_PER_DB

WINDOWS_TOGETHER = 8


def main() -> None:
    HEARD.mkdir(exist_ok=True)
    torch.manual_seed(SEED)
    encoder, average = whisper.load(), prior()
    basis = torch.tensor(np.load(next(CONTENT_TARGETS.glob("*.npz")))["basis"])
    speakers = [f.stem for f in sorted(ARRAYS.glob("*.npz")) if not (HEARD / f.name).exists()]
    audio, found, places = {}, {}, []
    for speaker in speakers:
        arrays = np.load(ARRAYS / f"{speaker}.npz")
        frames = int(arrays["starts"][-1])
        audio[speaker] = arrays["audio"]
        found[speaker] = (np.full((frames, BANDS), LOG_FLOOR, np.float16), np.zeros((frames // 2, CODES), np.float16))
        places += [(speaker, *window) for window in windows(arrays["starts"])]
    with torch.no_grad():
        for number, some in enumerate(torch.randperm(len(places)).split(WINDOWS_TOGETHER)):
            batch = torch.zeros(len(some), WINDOW_FRAMES * HOP)
            for row, index in zip(batch, some):
                speaker, a, b = places[index]
                row[: (b - a) * HOP] = torch.tensor(audio[speaker][a * HOP : b * HOP] / np.float32(32768))
            batch = augment_waveform(batch)
            features, log_mel = encoder(whisper.log_mel(batch)), log_mel_16k(batch)
            for heard, mel, index in zip(features, log_mel, some):
                speaker, a, b = places[index]
                mel, heard = mel[: b - a], heard[: (b - a) // 2]
                loudness_db = torch.logsumexp(mel, 1).cpu().numpy() / LOG_POWER_PER_DB
                statistics = take_statistics(heard, loudness_db, average)
                found[speaker][0][a:b] = mel.half().cpu()
                found[speaker][1][a // 2 : b // 2] = as_codes(heard, *statistics, basis).half().cpu()
            if number % 50 == 0:
                print(f"{number * WINDOWS_TOGETHER} of {len(places)} windows", flush=True)
    for speaker, (log_mel, codes) in found.items():
        np.savez(HEARD / f"{speaker}.npz", logMel=log_mel, codes=codes)


if __name__ == "__main__":
    main()
