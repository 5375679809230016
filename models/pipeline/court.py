"""What judges the speech that comes out, in stages 4 and 4a: recordings, discriminators, what is said, who speaks."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from . import whisper
from .cast import HALF, Batch, Cast
from .colour import coloured_audio, coloured_mel
from .data import VOICES, Data, built_in
from .identity import CHECKPOINT as IDENTITY
from .identity import Identity
from .losses import Discriminator, below, log_mel_16k, mel_loss, spectral_loss
from .synthesis import HOP
from .teach import as_codes
from .training import adamw, descend, half, load

EDGE, PIECES = 12, 3
SPECTRAL, MEL, ADVERSARIAL, MATCHING, CONTENT = 0.4, 1.0, 0.2, 1.0, 8.0
# Of the built-in voices, which have embeddings of their own, and of everybody else.
SAME_VOICE, SAME_SPEAKER = 4.0, 7.0
RESOLUTIONS = [(1024, 240), (512, 120), (2048, 480)]
INNER = slice(EDGE * HOP, -EDGE * HOP)


def said_in(encoder: whisper.Encoder, data: Data, audio: torch.Tensor, speakers: torch.Tensor) -> torch.Tensor:
    """What the teacher hears in audio [B, samples] of these speakers, as its codes [B, n, 128]."""
    mean, std = data.mean[speakers].unsqueeze(1), data.std[speakers].unsqueeze(1)
    return as_codes(encoder(whisper.log_mel(audio)), mean, std, data.basis)


def apart(codes: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """1 - cosine of codes [B, n, 128], their edges left out."""
    inner = slice(EDGE // 2, -EDGE // 2)
    return 1 - F.cosine_similarity(codes[:, inner], said[:, inner], dim=2).mean()


def unsaid(encoder: whisper.Encoder, data: Data, batch: Batch, audio: torch.Tensor) -> torch.Tensor:
    """How far what is said in what came out is from what was said in what went in."""
    with torch.no_grad():
        said = said_in(encoder, data, batch.both("audio"), batch.spoke)
    return apart(said_in(encoder, data, audio, batch.wanted), said)


def unlike(identity: Identity, cast: Cast, batch: Batch, audio: torch.Tensor) -> torch.Tensor:
    """1 - cosine of who speaks in what came out to who speaks in other pieces of the targets [B]."""
    with half():
        with torch.no_grad():
            wanted = sum(identity(coloured_mel(cast.pieces(batch.wanted), batch.colour)) for _ in range(PIECES))
        return 1 - F.cosine_similarity(identity(log_mel_16k(audio)[:, EDGE:-EDGE]), wanted, dim=1)


class Court:
    """All of them; the discriminators, which have a head a voice and one for all the others, learn.

    `note` is told every loss, `content` weighs what is said.
    """

    def __init__(self, content: float = CONTENT) -> None:
        self.content = content
        self.judges = nn.ModuleList(Discriminator(len(VOICES) + 1, size, hop) for size, hop in RESOLUTIONS)
        self.optimiser = adamw(self.judges.parameters(), 0.0, (0.8, 0.99))
        self.encoder, self.identity = whisper.load(), Identity()
        self.identity.load_state_dict(load(IDENTITY)["network"])
        self.identity.eval().requires_grad_(False)

    def copies(self, cast: Cast, batch: Batch, audio: torch.Tensor, note: Callable) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What came out [B, samples] and the recordings of the copies, both where they are judged; the copies' loss."""
        band_hz = cast.data.band_hz[batch.wanted]
        fake = below(audio, band_hz)[:, INNER]
        real = below(coloured_audio(batch.own["audio"], batch.colour[:HALF]), band_hz[:HALF])[:, INNER]
        copied, mels = spectral_loss(fake[:HALF], real), mel_loss(fake[:HALF], real)
        note(copied=copied, mel=mels)
        return fake, real, SPECTRAL * copied + MEL * mels

    def learn(self, cast: Cast, batch: Batch, fake: torch.Tensor, real: torch.Tensor, heads: torch.Tensor, note: Callable) -> None:
        """A step of the discriminators. They hear other real speech of the voices converted to, so that every head hears both."""
        others = cast.speech(batch.wanted[HALF:])["audio"]
        others = below(coloured_audio(others, batch.colour[HALF:]), cast.data.band_hz[batch.wanted[HALF:]])[:, INNER]
        genuine = torch.cat([real, others])
        # Hinge loss.
        loss = sum(F.relu(1 - judge(genuine, heads)[0]).mean() + F.relu(1 + judge(fake.detach(), heads)[0]).mean() for judge in self.judges)
        descend(loss, [self.optimiser], list(self.judges.parameters()), limit=5.0)
        note(judge=loss)

    def persuaded(self, fake: torch.Tensor, real: torch.Tensor, heads: torch.Tensor, note: Callable) -> torch.Tensor:
        """What the generator is told by the discriminators: adversarial loss of all, feature matching of the copies."""
        self.judges.requires_grad_(False)
        adversarial, matching = torch.zeros(()), torch.zeros(())
        for judge in self.judges:
            score, features = judge(fake, heads)
            with torch.no_grad():
                _, wanted = judge(real, heads[:HALF])
            adversarial = adversarial - score.mean()
            matching = matching + sum((a[:HALF] - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(features, wanted)) / len(wanted)
        self.judges.requires_grad_(True)
        note(adversarial=adversarial, matching=matching)
        return ADVERSARIAL * adversarial + MATCHING * matching / len(RESOLUTIONS)

    def heard(self, cast: Cast, batch: Batch, audio: torch.Tensor, note: Callable) -> torch.Tensor:
        """What is said and who speaks."""
        lost, strange = unsaid(self.encoder, cast.data, batch, audio), unlike(self.identity, cast, batch, audio)
        weight = torch.where(built_in(batch.who), SAME_VOICE, SAME_SPEAKER)
        note(unsaid=lost, unlike=strange.mean())
        return self.content * lost + (weight * strange).mean()
