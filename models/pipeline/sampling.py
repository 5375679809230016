"""Training batches of stages 4 and 4a: which speakers the generator imitates, and whose speech is converted to them."""

from dataclasses import dataclass

import torch

from .colour import loudness_gain, random_colours
from .data import IMITATED_PREFIXES, LOG_FLOOR, VOICES, Data, apply_to_share, augment, sample_index
from .denoising_artefacts import target_noise_spectra
from .networks import LOG_AMPLITUDE_PER_DB, Content
from .training import ON_GPU
from .voices import Codebooks

FRAMES, HALF_BATCH = 160, 32 if ON_GPU else 5
REFERENCE_FRAMES = 200
KEYS = ("audio", "log_mel", "loudness_db", "f0_hz", "voiced", "codes", "heard_log_mel", "heard_codes")
# Relative sampling weights of VOICES; all other targets together are drawn with probability .7.
VOICE_WEIGHTS = torch.tensor([0.3, 0.24, 0.1, 0.1, 0.14, 0.12])
OTHER_TARGETS_SHARE = 0.7
HEARD_SHARE = 0.5
# Relative sampling weights, as sources, of the built-in voices together, of the other targets, and of the speakers that are sources only.
VOICES_AS_SOURCES, TARGETS_AS_SOURCES = 0.35, 0.35
SOURCES_ONLY = {"arabic_": 0.08, "learner_": 0.17, "orders_": 0.08, "sung": 0.01}


def source_weights(speakers: list[str], targets: set[str]) -> torch.Tensor:
    """Sampling weight of each speaker as a source; `targets` are those that the generator imitates beside the built-in voices."""

    def group(speaker: str) -> str:
        return "voice" if speaker in VOICES else "target" if speaker in targets else next(p for p in SOURCES_ONLY if speaker.startswith(p))

    groups = [group(speaker) for speaker in speakers]
    weights = {"voice": VOICES_AS_SOURCES, "target": TARGETS_AS_SOURCES} | SOURCES_ONLY
    return torch.tensor([weights[each] / groups.count(each) for each in groups])


class SpeakerSampler:
    """Draws target and source speakers and segments of their speech.

    `targets`: data indices of the built-in voices, then of all other speakers that the generator learns to imitate (or of the single
    built-in voice `only`). "Target index" below is a position in this tensor.
    """

    def __init__(self, data: Data, content: Content, only: str | None = None) -> None:
        self.data = data
        others = [s for s in data.speakers if s.startswith(IMITATED_PREFIXES) or "_x" in s]
        self.targets = torch.tensor([data.index[name] for name in ([only] if only else [*VOICES, *others])])
        self.codebooks = Codebooks(content, [data.features_of(int(s)) for s in self.targets])
        root_frames = (data.ends - data.begins)[[data.index[name] for name in others]] ** 0.5
        voices, rest = VOICE_WEIGHTS / VOICE_WEIGHTS.sum() * (1 - OTHER_TARGETS_SHARE), root_frames / root_frames.sum() * OTHER_TARGETS_SHARE
        self.target_weights = torch.ones(1) if only else torch.cat([voices, rest])
        self.source_weights = source_weights(data.speakers, set(others))

    def sample_targets(self, count: int) -> torch.Tensor:
        """Target indices [count]."""
        return sample_index(self.target_weights, count)

    def sample_sources(self, targets: torch.Tensor) -> torch.Tensor:
        """Data indices of speakers to convert to `targets`, which are data indices; a second draw replaces one that equals its target."""
        first, second = (sample_index(self.source_weights, len(targets)) for _ in range(2))
        return torch.where(first == targets, second, first)

    def references(self, speakers: torch.Tensor) -> torch.Tensor:
        """logMel of a random two seconds of each speaker [B, 200, 80], for the speaker encoder."""
        return self.data.segments("log_mel", self.data.sample_starts(speakers, REFERENCE_FRAMES), REFERENCE_FRAMES)

    def segments(self, speakers: torch.Tensor, min_voiced: int = 0) -> dict[str, torch.Tensor]:
        """Unmodified features and audio of a random 1.6 s of each speaker, with at least `min_voiced` voiced frames."""
        starts = self.data.sample_starts(speakers, FRAMES, min_voiced)
        return {key: self.data.segments(key, starts, FRAMES) for key in KEYS}


def augment_half(log_mel: torch.Tensor, strength: float) -> torch.Tensor:
    """Segments [B, n, 80], each augmented with probability .5."""
    return apply_to_share(log_mel, augment(log_mel, strength), 0.5)


def heard(speech: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """logMel [B, n, 80] and the teacher's codes [B, n / 2, 128]; with probability .5, those of the recording in a room or noise."""
    rows = torch.rand(len(speech["log_mel"]), 1, 1) < HEARD_SHARE
    return torch.where(rows, speech["heard_log_mel"], speech["log_mel"]), torch.where(rows, speech["heard_codes"], speech["codes"])


@dataclass
class Batch:
    """HALF_BATCH segments of targets to be reconstructed, then HALF_BATCH of other speakers to be converted to a target.

    Per segment of both halves [B]: `target` (target index), `target_speaker` and `source_speaker` (data indices), `colour` [B, 80]
    (random equaliser of the target, log power) and `noise` [B, 80] (log power of the noise that was removed from its recording). Of both
    halves, `ear_codes` is what the teacher hears, half of it in rooms and noise; of the first half, `content_mel` is what the content network is given.
    """

    target: torch.Tensor
    target_speaker: torch.Tensor
    source_speaker: torch.Tensor
    colour: torch.Tensor
    noise: torch.Tensor
    reconstructed: dict[str, torch.Tensor]
    converted: dict[str, torch.Tensor]

    def both(self, key: str) -> torch.Tensor:
        return torch.cat([self.reconstructed[key], self.converted[key]])

    def colour_reconstructed(self) -> None:
        """Changes loudness and logMel of the segments to be reconstructed to those of the coloured recordings; to be called once the
        content codes have been computed."""
        rise = loudness_gain(self.reconstructed["log_mel"], self.colour[:HALF_BATCH])
        self.reconstructed["loudness_db"] += rise / (2 * LOG_AMPLITUDE_PER_DB)
        self.reconstructed["log_mel"] += rise.unsqueeze(2)


def transposed(speech: dict[str, torch.Tensor], data: Data, source: torch.Tensor, target: torch.Tensor) -> dict[str, torch.Tensor]:
    """Segments of `source`, half of them in rooms and noise, with median F0 and speech level moved to those of `target`."""
    log_mel, ear_codes = heard(speech)
    rise = torch.logsumexp(log_mel, 2) - torch.logsumexp(speech["log_mel"], 2)
    gain_db = (data.level_db[target] - data.level_db[source]).unsqueeze(1)
    ratio = (data.median_hz[target] / data.median_hz[source] * torch.exp(torch.randn(len(source)) * 0.04)).unsqueeze(1)
    return speech | {
        "f0_hz": torch.clamp(speech["f0_hz"] * ratio, 45, 700),
        "loudness_db": torch.clamp(speech["loudness_db"] + rise / (2 * LOG_AMPLITUDE_PER_DB) + gain_db, min=-80),
        "ear_codes": ear_codes,
        "log_mel": torch.clamp(log_mel + (gain_db * 2 * LOG_AMPLITUDE_PER_DB).unsqueeze(2), min=LOG_FLOOR),
    }


def sample_batch(sampler: SpeakerSampler) -> Batch:
    target = torch.cat([sampler.sample_targets(HALF_BATCH), sampler.sample_targets(HALF_BATCH)])
    reconstructed, converted = sampler.targets[target].split(HALF_BATCH)
    source = sampler.sample_sources(converted)
    speech = transposed(sampler.segments(source, min_voiced=20), sampler.data, source, converted)
    own = sampler.segments(reconstructed)
    content_mel, ear_codes = heard(own)
    return Batch(
        target, torch.cat([reconstructed, converted]), torch.cat([reconstructed, source]),
        random_colours(target), target_noise_spectra(target),
        own | {"content_mel": content_mel, "ear_codes": ear_codes}, speech,
    )  # fmt: skip
