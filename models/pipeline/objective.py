"""Training objective of stages 4 and 4a: reconstruction, adversarial, content and speaker losses; holds the discriminators."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from . import whisper
from .colour import coloured_audio, coloured_mel
from .content_targets import as_codes
from .data import VOICES, Data, is_built_in
from .identity import CHECKPOINT as IDENTITY_CHECKPOINT
from .identity import Identity
from .losses import Discriminator, log_mel_16k, low_pass, mel_loss, spectral_loss
from .sampling import HALF_BATCH, Batch, SpeakerSampler
from .synthesis import HOP
from .training import adamw, autocast, load, optimise

# Frames left out at either end of a segment, where the networks see padding.
EDGE_FRAMES = 12
REFERENCES = 3
STFT_WEIGHT, MEL_WEIGHT, ADVERSARIAL_WEIGHT, MATCHING_WEIGHT, CONTENT_WEIGHT = 0.4, 1.0, 0.2, 1.0, 8.0
# Of the speaker loss: for the built-in voices, which have learnt embeddings, and for all other targets.
BUILT_IN_SPEAKER_WEIGHT, SPEAKER_WEIGHT = 4.0, 7.0
# FFT size and hop of each discriminator, samples at 24 kHz.
RESOLUTIONS = [(1024, 240), (512, 120), (2048, 480)]
INNER_SAMPLES = slice(EDGE_FRAMES * HOP, -EDGE_FRAMES * HOP)


def teacher_codes(encoder: whisper.Encoder, data: Data, audio: torch.Tensor, speakers: torch.Tensor) -> torch.Tensor:
    """Whisper's features of audio [B, samples], normalised as of these speakers (data indices), as codes [B, n, 128]."""
    mean, std = data.mean[speakers].unsqueeze(1), data.std[speakers].unsqueeze(1)
    return as_codes(encoder(whisper.log_mel(audio)), mean, std, data.basis)


def cosine_distance(codes: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean of 1 - cosine between codes [B, n, 128], six codes at either end left out."""
    inner = slice(EDGE_FRAMES // 2, -EDGE_FRAMES // 2)
    return 1 - F.cosine_similarity(codes[:, inner], target[:, inner], dim=2).mean()


def content_loss(encoder: whisper.Encoder, data: Data, batch: Batch, audio: torch.Tensor) -> torch.Tensor:
    """Cosine distance between whisper's codes of the generated audio [B, samples] and of the source."""
    with torch.no_grad():
        source = teacher_codes(encoder, data, batch.both("audio"), batch.source_speaker)
    return cosine_distance(teacher_codes(encoder, data, audio, batch.target_speaker), source)


def speaker_loss(identity: Identity, sampler: SpeakerSampler, batch: Batch, audio: torch.Tensor) -> torch.Tensor:
    """1 - cosine between the speaker embedding of the generated audio and the sum of those of three other segments of the target [B]."""
    with autocast():
        with torch.no_grad():
            target = sum(identity(coloured_mel(sampler.references(batch.target_speaker), batch.colour)) for _ in range(REFERENCES))
        return 1 - F.cosine_similarity(identity(log_mel_16k(audio)[:, EDGE_FRAMES:-EDGE_FRAMES]), target, dim=1)


class Objective:
    """Losses of the generator, and the discriminators with their optimiser.

    Each discriminator has one head per built-in voice and one for all other targets; `heads` below are their indices [B].
    `log` is called with every loss; `content_weight` weighs the content loss.
    """

    def __init__(self, content_weight: float = CONTENT_WEIGHT) -> None:
        self.content_weight = content_weight
        self.discriminators = nn.ModuleList(Discriminator(len(VOICES) + 1, size, hop) for size, hop in RESOLUTIONS)
        self.optimiser = adamw(self.discriminators.parameters(), 0.0, (0.8, 0.99))
        self.encoder, self.identity = whisper.load(), Identity()
        self.identity.load_state_dict(load(IDENTITY_CHECKPOINT)["network"])
        self.identity.eval().requires_grad_(False)

    def reconstruction(self, sampler: SpeakerSampler, batch: Batch, audio: torch.Tensor, log: Callable) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Generated audio [B, n] and real audio of the first half [B / 2, n], both without their edges and above the target's bandwidth; the loss
        between them."""
        bandwidth_hz = sampler.data.bandwidth_hz[batch.target_speaker]
        fake = low_pass(audio, bandwidth_hz)[:, INNER_SAMPLES]
        real = low_pass(coloured_audio(batch.reconstructed["audio"], batch.colour[:HALF_BATCH]), bandwidth_hz[:HALF_BATCH])[:, INNER_SAMPLES]
        stft, mel = spectral_loss(fake[:HALF_BATCH], real), mel_loss(fake[:HALF_BATCH], real)
        log(stft=stft, mel=mel)
        return fake, real, STFT_WEIGHT * stft + MEL_WEIGHT * mel

    def update_discriminators(self, sampler: SpeakerSampler, batch: Batch, fake: torch.Tensor, real: torch.Tensor, heads: torch.Tensor, log: Callable) -> None:
        """One step on the hinge loss. Real speech is also drawn for the targets of conversion, so that each head sees as much real as generated."""
        targets = batch.target_speaker[HALF_BATCH:]
        others = sampler.segments(targets)["audio"]
        others = low_pass(coloured_audio(others, batch.colour[HALF_BATCH:]), sampler.data.bandwidth_hz[targets])[:, INNER_SAMPLES]
        genuine = torch.cat([real, others])
        loss = sum(F.relu(1 - each(genuine, heads)[0]).mean() + F.relu(1 + each(fake.detach(), heads)[0]).mean() for each in self.discriminators)
        optimise(loss, [self.optimiser], list(self.discriminators.parameters()), max_norm=5.0)
        log(discriminator=loss)

    def adversarial(self, fake: torch.Tensor, real: torch.Tensor, heads: torch.Tensor, log: Callable) -> torch.Tensor:
        """The generator's adversarial loss over the whole batch, and feature matching over the reconstructed half."""
        self.discriminators.requires_grad_(False)
        adversarial, matching = torch.zeros(()), torch.zeros(())
        for discriminator in self.discriminators:
            score, features = discriminator(fake, heads)
            with torch.no_grad():
                _, target = discriminator(real, heads[:HALF_BATCH])
            adversarial = adversarial - score.mean()
            matching = matching + sum((a[:HALF_BATCH] - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(features, target)) / len(target)
        self.discriminators.requires_grad_(True)
        log(adversarial=adversarial, matching=matching)
        return ADVERSARIAL_WEIGHT * adversarial + MATCHING_WEIGHT * matching / len(RESOLUTIONS)

    def perceptual(self, sampler: SpeakerSampler, batch: Batch, audio: torch.Tensor, log: Callable) -> torch.Tensor:
        """Weighted content and speaker losses of the generated audio [B, samples]."""
        content, speaker = content_loss(self.encoder, sampler.data, batch, audio), speaker_loss(self.identity, sampler, batch, audio)
        weight = torch.where(is_built_in(batch.target), BUILT_IN_SPEAKER_WEIGHT, SPEAKER_WEIGHT)
        log(content=content, speaker=speaker.mean())
        return self.content_weight * content + (weight * speaker).mean()
