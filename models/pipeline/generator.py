"""Stage 4: train the generator, the speaker encoder and the voices' embeddings; the content network learns on with them.

    python -m pipeline.generator --minutes 90 [--start checkpoints/v2.pt] [--content work/content.pt]

Half of each batch is speech of the cast as it is: multi-resolution spectral and log-mel losses. The other half is anybody's
speech converted to one of the cast. Discriminators with a head a voice (one for all the others) hear both beside real
recordings (hinge loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016); what lies above the band of a
recording is not judged. What was said is held by whisper's encoder: what it hears in what comes out must be what it heard in what
went in; who says it by the network of `pipeline.identity`, which must hear in it who it hears in other pieces of the
target. The speaker encoder learns from the generator's losses and from telling all speakers apart. A content network that
learns on from the generator's losses gives codes that more can be said with; it hears copies warped, so that who speaks is no
use to it, and stays with the targets of stage 3 (docs/decisions/0010, 0013). Some of what is converted was said in rooms and noise.
For the first tenth of the time there are no discriminators; with `--start`, if none were kept, they alone learn in it. `--content`
takes the content network from stage 3. Resumable from `work/generator.pt`; the weights kept for publishing are a running mean.
"""

import argparse
import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from . import whisper
from .colour import coloured_audio, coloured_mel, coloured_timbre, colours, louder
from .data import ALSO_IMITATED, LOG_FLOOR, VOICES, Data, disguise, pick, sometimes
from .identity import CHECKPOINT as IDENTITY
from .identity import Identity
from .losses import Discriminator, below, log_mel_16k, mel_loss, spectral_loss
from .networks import NEPERS_PER_DB, VOICE, Content, Generator, Speaker
from .paths import SEED, WORK
from .places import placed
from .synthesis import HOP, synthesise
from .tape import noises, noises_of, taped_mel, taped_timbre
from .teach import as_codes
from .training import LARGE, Recorded, Run, adamw, descend, half, load, load_weights
from .voices import Codebooks

FRAMES, HALF, EDGE = 160, 32 if LARGE else 5, 12
PIECE_FRAMES, PIECES = 200, 3
TOLD_APART = 3 * HALF
VOICE_SHARE = torch.tensor([0.3, 0.24, 0.1, 0.1, 0.14, 0.12])
OTHERS = 0.7
PLACED = 0.5
SPECTRAL, MEL, ADVERSARIAL, MATCHING, CONTENT, SAME_SPEAKER, TELL, HOLD = 0.4, 1.0, 0.2, 1.0, 8.0, 4.0, 0.1, 1.0
EMA = 0.999
RATE, JUDGE_RATE, CONTENT_SHARE = 4e-4, 6e-4, 0.5
RESOLUTIONS = [(1024, 240), (512, 120), (2048, 480)]
CHECKPOINT = WORK / "generator.pt"


class Cast:
    """Everybody whom the generator may imitate, and anybody whose speech it may be given."""

    def __init__(self, data: Data, content: Content) -> None:
        self.data = data
        others = [s for s in data.speakers if s.startswith(ALSO_IMITATED) or "_x" in s]
        self.speaker = torch.tensor([data.place[name] for name in [*VOICES, *others]])
        self.books = Codebooks(content, [data.speech_of(int(s)) for s in self.speaker])
        frames = (data.ends - data.begins)[self.speaker[len(VOICES) :]] ** 0.5
        self.share = torch.cat([VOICE_SHARE / VOICE_SHARE.sum() * (1 - OTHERS), frames / frames.sum() * OTHERS])
        crowd = [0.42 / 6 if s in VOICES else 0.43 / len(others) if s in others else 0.15 / 30 for s in data.speakers]
        self.source_share = torch.tensor(crowd)

    def choose(self, count: int) -> torch.Tensor:
        return pick(self.share, count)

    def pieces(self, speakers: torch.Tensor) -> torch.Tensor:
        """Another two seconds of each [B, 200, 80], for the speaker encoder."""
        return self.data.cut("log_mel", self.data.draw(speakers, PIECE_FRAMES), PIECE_FRAMES)

    def speech(self, speakers: torch.Tensor, least_voiced: int = 0) -> dict[str, torch.Tensor]:
        """Segments of these speakers as they are."""
        starts = self.data.draw(speakers, FRAMES, least_voiced)
        return {key: self.data.cut(key, starts, FRAMES) for key in ("audio", "log_mel", "loudness_db", "f0_hz", "voiced", "codes")}

    def sources(self, target: torch.Tensor) -> torch.Tensor:
        """Speakers whose speech is converted to that of `target`."""
        first, second = (pick(self.source_share, len(target)) for _ in range(2))
        return torch.where(first == target, second, first)


class Player(nn.Module):
    """What is published of this stage: generator, speaker encoder, embeddings of the built-in voices."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.speaker = Generator(), Speaker()
        self.voices = nn.Embedding(len(VOICES), VOICE)

    def mix(self, who: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        """Embeddings as the encoder `heard` them [B, 128]; for half of the built-in voices, as kept."""
        kept = self.voices(torch.clamp(who, max=len(VOICES) - 1))
        own = (who < len(VOICES)) & (torch.rand(len(who)) < 0.5)
        return torch.where(own.unsqueeze(1), kept, heard)


def begin_from(saved: dict, content: Content, player: Player, judges: nn.ModuleList) -> None:
    """Weights kept by `pipeline.export`."""
    load_weights(content, saved["content"])
    load_weights(player, saved["player"])
    if "judges" in saved:
        load_weights(judges, saved["judges"])


def partly_disguised(log_mel: torch.Tensor, strength: float) -> torch.Tensor:
    """Half of the segments [B, n, 80] disguised, the others as they are."""
    return sometimes(log_mel, disguise(log_mel, strength), 0.5)


def away(speech: dict[str, torch.Tensor]) -> torch.Tensor:
    """logMel of some of the segments as it is in rooms and noise, of the others as they are."""
    with torch.no_grad():
        return sometimes(speech["log_mel"], log_mel_16k(placed(speech["audio"])), PLACED)


@dataclass
class Batch:
    """HALF segments of the cast as it is (`own`), HALF of anybody to be converted to one of the cast (`other`).

    `who` shall be heard, by their place in the cast; `wanted` are the same, and `spoke` those whose words they are, by their place in the data.
    """

    who: torch.Tensor
    wanted: torch.Tensor
    spoke: torch.Tensor
    colour: torch.Tensor
    noise: torch.Tensor
    own: dict[str, torch.Tensor]
    other: dict[str, torch.Tensor]

    def both(self, key: str) -> torch.Tensor:
        return torch.cat([self.own[key], self.other[key]])

    def brighten(self) -> None:
        """The cues of copies become those of the coloured recordings; what is said was heard before."""
        rise = louder(self.own["log_mel"], self.colour[:HALF])
        self.own["loudness_db"] += rise / (2 * NEPERS_PER_DB)
        self.own["log_mel"] += rise.unsqueeze(2)


def moved(speech: dict[str, torch.Tensor], data: Data, source: torch.Tensor, target: torch.Tensor) -> dict[str, torch.Tensor]:
    """Segments of `source` as they are heard somewhere, pitch and level moved to those of `target`."""
    heard = away(speech)
    rise = torch.logsumexp(heard, 2) - torch.logsumexp(speech["log_mel"], 2)
    gain = (data.level_db[target] - data.level_db[source]).unsqueeze(1)
    ratio = (data.median_hz[target] / data.median_hz[source] * torch.exp(torch.randn(len(source)) * 0.04)).unsqueeze(1)
    return speech | {
        "f0_hz": torch.clamp(speech["f0_hz"] * ratio, 45, 700),
        "loudness_db": torch.clamp(speech["loudness_db"] + rise / (2 * NEPERS_PER_DB) + gain, min=-80),
        "log_mel": torch.clamp(heard + (gain * 2 * NEPERS_PER_DB).unsqueeze(2), min=LOG_FLOOR),
    }


def draw(cast: Cast) -> Batch:
    who = torch.cat([cast.choose(HALF), cast.choose(HALF)])
    own, target = cast.speaker[who].split(HALF)
    source = cast.sources(target)
    other = moved(cast.speech(source, least_voiced=20), cast.data, source, target)
    return Batch(who, torch.cat([own, target]), torch.cat([own, source]), colours(who), noises_of(who), cast.speech(own), other)


def said_in(encoder: whisper.Encoder, data: Data, audio: torch.Tensor, speakers: torch.Tensor) -> torch.Tensor:
    """What the teacher hears in audio [B, samples] of these speakers, as its codes [B, n, 128]."""
    mean, std = data.mean[speakers].unsqueeze(1), data.std[speakers].unsqueeze(1)
    return as_codes(encoder(whisper.log_mel(audio)), mean, std, data.basis)


@dataclass
class Rendered:
    """What came out [B, samples], and how far the codes were from what was said."""

    audio: torch.Tensor
    held: torch.Tensor


def render(batch: Batch, cast: Cast, content: Content, player: Player) -> Rendered:
    masked = torch.cat([disguise(away(batch.own), 0.3), partly_disguised(batch.other["log_mel"], 0.6)])
    with half():
        heard = content.whole(masked).float()
    batch.brighten()
    texture = partly_disguised(batch.both("log_mel"), 0.5)
    codes, timbre = cast.books.find(heard, batch.who, torch.rand(2 * HALF) ** 2 * 0.6, torch.rand(2 * HALF) * 0.7 + 0.3)
    f0_hz, voiced, loudness_db = map(batch.both, ("f0_hz", "voiced", "loudness_db"))
    with half():
        pieces = taped_mel(coloured_mel(cast.pieces(batch.wanted), batch.colour), batch.noise)
        embeddings = player.speaker(pieces).float()
        timbre = taped_timbre(coloured_timbre(timbre, batch.colour), batch.noise)
        harmonic, noise = player.generator.whole(codes, timbre, f0_hz, voiced, loudness_db, texture, player.mix(batch.who, embeddings))
    return Rendered(synthesise(f0_hz, voiced, harmonic.float(), noise.float()), apart(heard, batch.both("codes")))


def judgement(judges, genuine: torch.Tensor, fake: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
    """Hinge loss of the discriminators."""
    return sum(F.relu(1 - judge(genuine, heads)[0]).mean() + F.relu(1 + judge(fake.detach(), heads)[0]).mean() for judge in judges)


def persuasion(judges, fake: torch.Tensor, real: torch.Tensor, heads: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What the generator is told by the discriminators: adversarial loss of all, feature matching of the copies."""
    judges.requires_grad_(False)
    adversarial, matching = torch.zeros(()), torch.zeros(())
    for judge in judges:
        score, features = judge(fake, heads)
        with torch.no_grad():
            _, wanted = judge(real, heads[:HALF])
        adversarial = adversarial - score.mean()
        matching = matching + sum((a[:HALF] - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(features, wanted)) / len(wanted)
    judges.requires_grad_(True)
    return adversarial, matching


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
    """1 - cosine of who speaks in what came out to who speaks in other pieces of the targets."""
    with half():
        with torch.no_grad():
            wanted = sum(identity(coloured_mel(cast.pieces(batch.wanted), batch.colour)) for _ in range(PIECES))
        return 1 - F.cosine_similarity(identity(log_mel_16k(audio)[:, EDGE:-EDGE]), wanted, dim=1).mean()


def tell_apart(speaker: Speaker, tell: nn.Linear, cast: Cast, beginning: bool) -> torch.Tensor:
    """Cross-entropy of telling pieces of all speakers apart; `tell`, which knows nobody at the beginning, learns alone then."""
    crowd = torch.randint(len(cast.data.speakers), (TOLD_APART,))
    with half():
        heard = speaker(taped_mel(cast.pieces(crowd), noises(TOLD_APART))).float()
        told = tell(heard.detach() if beginning else heard)
    return F.cross_entropy(told.float(), crowd)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--content", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    run = Run(CHECKPOINT, args.minutes)
    data, content, identity = Data(), Content(), Identity()
    encoder = whisper.load()
    identity.load_state_dict(load(IDENTITY)["network"])
    identity.eval().requires_grad_(False)
    player, tell = Player(), nn.Linear(VOICE, len(data.speakers))
    nn.init.normal_(player.voices.weight, std=0.5)
    judges = nn.ModuleList(Discriminator(len(VOICES) + 1, size, hop) for size, hop in RESOLUTIONS)
    kept = load(args.start) if args.start else {}
    if kept:
        begin_from(kept, content, player, judges)
    if args.content:
        load_weights(content, load(args.content)["content"])
    first_minutes = args.minutes / 10
    whole = nn.ModuleDict({"content": content, "player": player})
    mean = copy.deepcopy(whole).requires_grad_(False)
    learning = [*whole.parameters(), *tell.parameters()]
    optimiser = adamw([*player.parameters(), *tell.parameters()], RATE, (0.8, 0.99))
    content_optimiser = adamw(content.parameters(), RATE, (0.9, 0.98))
    judge_optimiser = adamw(judges.parameters(), JUDGE_RATE, (0.8, 0.99))
    run.begin({
        "whole": whole, "mean": mean, "tell": tell, "judges": judges,
        "optimiser": optimiser, "contentOptimiser": content_optimiser, "judgeOptimiser": judge_optimiser,
    }, {"before": run.saved.get("before", kept.get("generatorSteps", 0))})  # fmt: skip
    cast = Cast(data, content)
    inner = slice(EDGE * HOP, -EDGE * HOP)

    def step(beginning: bool) -> None:
        batch = draw(cast)
        made = render(batch, cast, content, player)
        band_hz = data.band_hz[batch.wanted]
        fake = below(made.audio, band_hz)[:, inner]
        real = below(coloured_audio(batch.own["audio"], batch.colour[:HALF]), band_hz[:HALF])[:, inner]
        copied, mels = spectral_loss(fake[:HALF], real), mel_loss(fake[:HALF], real)
        loss = SPECTRAL * copied + MEL * mels
        run.note(copied=copied, mel=mels)
        if kept or not beginning:
            heads = torch.clamp(batch.who, max=len(VOICES))
            # Real speech of the voices that were converted to, so that every head hears both.
            others = cast.speech(batch.wanted[HALF:])["audio"]
            genuine = torch.cat([real, below(coloured_audio(others, batch.colour[HALF:]), band_hz[HALF:])[:, inner]])
            judge_loss = judgement(judges, genuine, fake, heads)
            descend(judge_loss, [judge_optimiser], list(judges.parameters()), limit=5.0)
            run.note(judge=judge_loss)
            if beginning and "judges" not in kept:
                return
            adversarial, matching = persuasion(judges, fake, real, heads)
            loss = loss + ADVERSARIAL * adversarial + MATCHING * matching / len(RESOLUTIONS)
            run.note(adversarial=adversarial, matching=matching)
        lost, strange = unsaid(encoder, data, batch, made.audio), unlike(identity, cast, batch, made.audio)
        telling = tell_apart(player.speaker, tell, cast, beginning)
        run.note(unsaid=lost, unlike=strange, telling=telling, held=made.held)
        descend(loss + CONTENT * lost + SAME_SPEAKER * strange + TELL * telling + HOLD * made.held, [optimiser, content_optimiser], learning)
        torch._foreach_lerp_(list(mean.parameters()), list(whole.parameters()), 1 - EMA)

    step = Recorded(step)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        run.set_rate(content_optimiser, RATE * CONTENT_SHARE, 100, 1e-5)
        run.set_rate(judge_optimiser, JUDGE_RATE, 100, 1e-5)
        step(run.minutes < first_minutes)
        run.stepped()


if __name__ == "__main__":
    main()
