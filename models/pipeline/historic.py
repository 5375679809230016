"""Stage 5d: the voices of two people who are known from one old recording each; no training.

    python -m pipeline.historic

Reads the MP3 files of `UNDERSTUDY_HISTORIC` (default `../../shared/historic`) and the published networks and voices; writes
`published/roosevelt.voice` and `nightingale.voice`, lists them in `manifest.json`, and cuts the excerpts in `public/recordings`. Run it
again after every stage 5. What is decided is in docs/decisions/0035-historical-voices.md:

1. The app's denoiser and the restoring network take the noise away (`src/enrol/cleaning/denoise.ts`, `src/enrol/restorer.ts`).
2. What the recording's spectrum has beyond that of voices alike, saying the same codes, is taken for the horn and removed inside the band of
   the machine; outside of it the spectrum is that of the voices alike.
3. Codebook, timbre and colour are computed from that, as in enrolment. The embedding is that of the denoised recording at first; with it the
   recording is converted to its own voice, without horn and noise, and the embedding heard in that conversion takes its place.
4. What the recording has beyond its conversion to its own voice is the machine (`pipeline.machine`).
"""

import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr
import torch

from . import frontend
from .catalogue import CATALOGUE
from .checkpoints import load_restorer, load_trained
from .convert import Features, Voice, batch, gains_for, load_voice, retrieve
from .data import LOG_FLOOR, hold_f0
from .denoised_pairs import denoise
from .export import PUBLISHED, voice_entry, voice_file
from .frontend import BAND_EDGES_MEL, RATE_HZ, mel_to_hz
from .machine import Machine, at_synthesis_bands, band_and_noise, log_mel, wow_of
from .networks import BANDS, TIMBRE
from .paths import MODELS
from .prepare import load
from .restore import FLOOR_QUANTILE
from .synthesis import RATE_HZ as SYNTHESIS_RATE_HZ
from .synthesis import synthesise
from .voices import CHUNK_FRAMES, LOG_POWER_PER_DB, cluster, timbre_of

RECORDINGS = Path(os.environ.get("UNDERSTUDY_HISTORIC", MODELS.parents[1] / "shared" / "historic"))
EXCERPTS = MODELS.parent / "public" / "recordings"
EXCERPT_SECONDS, EXCERPT_BIT_RATE = 4.2, "32k"
LEVEL_DB = -23.0
# Frames further below the speech level are not speech.
ACTIVE_RANGE_DB = 22.0
SEGMENT_FRAMES = 400
ROUNDS = 2
# Bands over which the horn's response is averaged.
SMOOTH = 5
# Natural log of power by which the spectrum of the voices alike may be moved to that of the recording, in every frame.
MAX_OFFSET = 3.0
# Of the colour, natural log: 15 dB, as in src/enrol/colour.ts.
MAX_COLOUR = 15 / 20 * np.log(10)
# Fewer codes than other voices have, of 60 s of speech and less, so that the published files keep to 12 MB.
CODEBOOK = 160
RETRIEVAL_BLEND, TEXTURE_BLEND = 0.25, 0.0
# Of the embeddings of the voices alike.
ALIKE_SHARE = 0.15


@dataclass(frozen=True)
class Recording:
    """`seconds`: where the speech ends. `band_hz`: what the machine passed well. `turns_hz`: rates at which it may have turned. `alike`:
    published voices of the same sex, from which is taken what the machine did not pass. `room_semitones`: pitch in the room, from that on the
    recording."""

    file: str
    seconds: float
    band_hz: tuple[float, float]
    turns_hz: tuple[float, float]
    alike: tuple[str, ...]
    room_semitones: float


HISTORIC = {
    "roosevelt": Recording("theodore-roosevelt-1913", 89.2, (260, 3000), (1.15, 1.45), ("joe", "jm_kumo", "flemishguy", "ambrose"), -4.0),
    "nightingale": Recording("florence-nightingale-1890", 58.9, (260, 3600), (1.4, 3.2), ("kathleen", "kerstin", "nathalie"), -10.0),
}


def samples_of(recording: Recording) -> np.ndarray:
    """At 16 kHz and a speech level of -23 dBFS, as recorded."""
    audio = soxr.resample(load(RECORDINGS / f"{recording.file}.mp3", 1.0), 24000, RATE_HZ)
    return levelled(audio[: int(recording.seconds * RATE_HZ)])


def levelled(samples: np.ndarray) -> np.ndarray:
    level_db = frontend.speech_level_db(frontend.spectrum(samples)[1])
    return samples * 10 ** ((LEVEL_DB - level_db) / 20)


def even(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`logMel` [2n, 80] and `loudnessDb` [2n]."""
    mel, loudness_db = frontend.spectrum(samples)
    whole = len(mel) // 2 * 2
    return mel[:whole], loudness_db[:whole]


def as_mel(timbre: np.ndarray) -> np.ndarray:
    """Timbre [n, 40] -> the same at the 80 bands and for both frames of each code [2n, 80]."""
    place = (np.arange(BANDS) - 0.5) * TIMBRE / BANDS
    return np.repeat(np.stack([np.interp(place, np.arange(TIMBRE), row) for row in timbre]), 2, 0)


def in_band(low_hz: float, high_hz: float) -> np.ndarray:
    """1 for bands of the frontend that the machine passed, 0 for those that it did not, with slopes between [80]."""
    hz = mel_to_hz(BAND_EDGES_MEL[1:-1])
    return np.clip(np.minimum((hz - 0.8 * low_hz) / (0.4 * low_hz), (1.1 * high_hz - hz) / (0.25 * high_hz)), 0, 1)


class Studio:
    """Makes a voice of a recording with the networks as they are published."""

    def __init__(self, recording: Recording) -> None:
        self.content, self.model, _ = load_trained()
        self.restorer = load_restorer(self.model)
        self.recording = recording
        self.alike = [load_voice(name) for name in recording.alike]
        noisy = samples_of(recording)
        self.samples = levelled(denoise(noisy))
        self.noisy_mel, self.noisy_loudness_db = even(noisy)
        self.mel, self.loudness_db = even(self.samples)
        self.active = self.loudness_db > LEVEL_DB - ACTIVE_RANGE_DB
        f0, self.voiced, _ = frontend.speakers_pitch(self.samples, frontend.spectrum(self.samples)[1])
        self.f0_hz, self.voiced = f0[: len(self.mel)], self.voiced[: len(self.mel)]

    def codes(self, mel: np.ndarray) -> np.ndarray:
        """Content codes [n, 128] of `logMel` [2n, 80], in chunks of ten seconds."""
        parts = [torch.from_numpy(mel[i : i + CHUNK_FRAMES]).float()[None] for i in range(0, len(mel), CHUNK_FRAMES)]
        with torch.no_grad():
            return np.concatenate([self.content.offline(part)[0].numpy() for part in parts])

    def restored(self) -> np.ndarray:
        """`logMel` [2n, 80] without noise."""
        floor = np.quantile(self.mel, FLOOR_QUANTILE, axis=0)
        with torch.no_grad():
            return self.restorer(torch.from_numpy(self.mel)[None].float(), torch.from_numpy(floor)[None].float())[0].numpy()

    def of_voices_alike(self, mel: np.ndarray) -> np.ndarray:
        """`logMel` [2n, 80] of the voices alike where they say the codes of `mel`, at the recording's loudness."""
        codes = self.codes(mel)
        timbre = np.mean([retrieve(codes, voice.codebook, voice.timbre, 0)[1] for voice in self.alike], 0)
        return as_mel(timbre) + LOG_POWER_PER_DB * self.loudness_db[:, None]

    def in_room(self) -> np.ndarray:
        """`logMel` [2n, 80] as it might have been in the room: without noise and horn, and with the bands that the machine did not pass."""
        restored, band = self.restored(), in_band(*self.recording.band_hz)
        mel = restored
        for _ in range(ROUNDS):
            alike = self.of_voices_alike(mel)
            horn = (restored - alike)[self.active].mean(0)
            horn = horn - horn[band > 0.5].mean()
            own = restored - np.convolve(np.pad(horn, SMOOTH // 2, "edge"), np.ones(SMOOTH) / SMOOTH, "valid")
            offset = ((own - alike) * band).sum(1, keepdims=True) / band.sum()
            mel = band * own + (1 - band) * (alike + np.clip(offset, -MAX_OFFSET, MAX_OFFSET))
            mel = np.maximum(mel, LOG_FLOOR)
        return mel.astype(np.float32)

    def embedding(self, mel: np.ndarray) -> np.ndarray:
        """Mean speaker embedding [128] of segments of four seconds."""
        segments = [mel[i : i + SEGMENT_FRAMES] for i in range(0, len(mel) - SEGMENT_FRAMES + 1, SEGMENT_FRAMES)]
        with torch.no_grad():
            return self.model.speaker(torch.from_numpy(np.stack(segments)).float()).mean(0).numpy()

    def to_itself(self, voice: Voice, mel: np.ndarray) -> np.ndarray:
        """The recording, with the features of `mel`, converted to `voice`, at 24 kHz."""
        f0 = batch(hold_f0(self.f0_hz))
        features = Features(batch(mel), batch(self.loudness_db), f0, batch(self.voiced), 1.0, self.samples)
        codes, timbre = retrieve(self.codes(mel), voice.codebook, voice.timbre, RETRIEVAL_BLEND)
        gains = gains_for(codes, timbre, features, voice, self.model.generator)
        return synthesise(f0, batch(self.voiced), *gains, torch.Generator().manual_seed(0))[0].numpy()

    def coloured(self, voice: Voice, mel: np.ndarray) -> Voice:
        """The voice with the colour by which `mel`, converted to it, keeps its mean spectrum; as src/enrol/colour.ts."""
        colour, band = np.zeros(BANDS), in_band(*self.recording.band_hz) > 0.5
        for _ in range(ROUNDS):
            heard = log_mel(self.to_itself(replace(voice, colour=batch(colour)), mel))[: len(mel)]
            difference = mel[self.active].mean(0) - heard[self.active[: len(heard)]].mean(0)
            difference -= difference[band].mean()
            colour = np.clip(colour + at_synthesis_bands(difference / 2), -MAX_COLOUR, MAX_COLOUR)
        return replace(voice, colour=batch(colour))

    def heard_again(self, voice: Voice, mel: np.ndarray) -> Voice:
        """The voice with the embedding that the encoder finds in `mel` converted to it, and a little of those of the voices alike."""
        clean, _ = even(levelled(soxr.resample(self.to_itself(voice, mel), SYNTHESIS_RATE_HZ, RATE_HZ)))
        alike = np.mean([each.embedding[0].numpy() for each in self.alike], 0)
        return replace(voice, embedding=batch((1 - ALIKE_SHARE) * self.embedding(clean) + ALIKE_SHARE * alike))

    def make(self, name: str) -> tuple[dict, list[tuple[str, np.ndarray]]]:
        """Header and arrays of the voice file."""
        mel = self.in_room()
        spoken = self.active.reshape(-1, 2).any(1)
        loudness = loudness_of(mel, self.loudness_db, self.active)
        timbre = timbre_of(torch.from_numpy(mel), torch.from_numpy(loudness).float())
        codebook, timbres = cluster(torch.from_numpy(self.codes(mel))[spoken], timbre[spoken], CODEBOOK)
        register = frontend.in_register(self.f0_hz)
        median = float(np.median(register))
        header = {
            "id": name, "name": CATALOGUE[name].name, "medianF0Hz": round(median * 2 ** (self.recording.room_semitones / 12), 2),
            "f0StdSt": round(float(np.std(12 * np.log2(register))), 3), "speechLevelDb": LEVEL_DB,
            "retrievalBlend": RETRIEVAL_BLEND, "textureBlend": TEXTURE_BLEND,
        }  # fmt: skip
        first = Voice.of(header, {"embedding": self.embedding(self.mel), "codebook": codebook.numpy(), "timbre": timbres.numpy()})
        voice = self.coloured(self.heard_again(self.coloured(first, mel), mel), mel)
        machine, above = self.machine(self.to_itself(voice, mel))
        header["recorded"] = {"wowRateHz": round(machine.wow_rate_hz, 3), "wowDepth": round(machine.wow_depth, 5), "medianF0Hz": round(median, 2)}
        arrays = [
            ("embedding", voice.embedding[0].numpy().astype("<f4")), ("codebook", voice.codebook.astype("<f2")),
            ("timbre", voice.timbre.astype("<f2")), ("colour", voice.colour[0].numpy().astype("<f4")),
            ("recordedBand", machine.band.astype("<f4")), ("recordedNoise", machine.noise.astype("<f4")),
        ]  # fmt: skip
        print(f"{name}: median F0 {header['medianF0Hz']} Hz in the room, {header['recorded']} as recorded; the wow explains more of F0 than {100 * above:.1f} % of other rates")
        return header, arrays

    def machine(self, own: np.ndarray) -> tuple[Machine, float]:
        """The machine, and `wow_of`'s share."""
        rate, depth, share = wow_of(self.f0_hz, *self.recording.turns_hz)
        return Machine(*band_and_noise(self.noisy_mel, self.noisy_loudness_db, self.active, own), rate, depth), share


def loudness_of(mel: np.ndarray, loudness_db: np.ndarray, active: np.ndarray) -> np.ndarray:
    """`loudnessDb` [n] of `mel` [n, 80], on the mean of the active frames that of the recording."""
    own = 10 * np.log10(np.exp(mel.astype(np.float64)).sum(1))
    return own + np.mean((loudness_db - own)[active])


def list_in_manifest(names: list[str]) -> None:
    path = PUBLISHED / "manifest.json"
    manifest = json.loads(path.read_text())
    files = [each for each in manifest["files"] if each.get("id") not in names]
    last = max(i for i, each in enumerate(files) if each["kind"] == "voice")
    files[last + 1 : last + 1] = [voice_entry(name) for name in names]
    path.write_text(json.dumps(manifest | {"files": files}, indent=2, ensure_ascii=False) + "\n")


def cut_excerpt(recording: Recording) -> None:
    """The first seconds of the recording itself, as Opus."""
    EXCERPTS.mkdir(parents=True, exist_ok=True)
    source, target = RECORDINGS / f"{recording.file}.mp3", EXCERPTS / f"{recording.file}-authentic.opus"
    options = ["-map_metadata", "-1", "-ac", "1", "-c:a", "libopus", "-b:a", EXCERPT_BIT_RATE]
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-t", str(EXCERPT_SECONDS), "-i", str(source), *options, str(target)], check=True)


def main() -> None:
    torch.set_num_threads(1)
    for name, recording in HISTORIC.items():
        (PUBLISHED / f"{name}.voice").write_bytes(voice_file(*Studio(recording).make(name)))
        cut_excerpt(recording)
    list_in_manifest(list(HISTORIC))


if __name__ == "__main__":
    main()
