"""Stage 4: train the generator, the speaker encoder and the voices' embeddings; the content network learns on with them.

    python -m pipeline.generator --minutes 90 [--start checkpoints/v1.pt]

Half of each batch is speech of the cast as it is: multi-resolution spectral and log-mel losses. The other half is anybody's
speech converted to one of the cast. Discriminators with a head a voice (one for all the others) hear both beside real
recordings (hinge loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016); what lies above the band of a
recording is not judged. What was said is held by the content network as stage 3 left it: its codes of what comes out must be
those of what went in; who says it by the network of `pipeline.identity`, which must hear in it who it hears in other pieces of the
target. The speaker encoder learns from the generator's losses and from telling all speakers apart. A content network that
learns on from the generator's losses gives codes that more can be said with; it hears copies warped, so that who speaks is no
use to it, and stays near what it was (docs/decisions/0010). For the first tenth of the time there are no discriminators; with
`--start`, if none were kept, they alone learn in it. Resumable from
`work/generator.pt`; the weights kept for publishing are a running mean.
"""

import argparse
import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .colour import coloured_audio, coloured_mel, coloured_timbre, colours, louder
from .data import ALSO_IMITATED, LOG_FLOOR, VOICES, Data, band_hz, disguise, hold, sometimes
from .identity import CHECKPOINT as IDENTITY
from .identity import Identity
from .losses import Discriminator, below, log_mel_16k, mel_loss, spectral_loss
from .networks import BANDS, NEPERS_PER_DB, VOICE, Content, Generator, Speaker
from .paths import SEED, WORK
from .synthesis import HOP, synthesise
from .tape import noises, noises_of, taped_mel, taped_timbre
from .training import Run, descend, load_weights
from .voices import Codebooks

FRAMES, HALF, EDGE = 130, 5, 12
PIECE_FRAMES, PIECES = 200, 3
VOICE_SHARE = np.array([0.3, 0.24, 0.1, 0.1, 0.14, 0.12])
OTHERS = 0.7
SPECTRAL, MEL, ADVERSARIAL, MATCHING, CONTENT, SAME_SPEAKER, TELL, HOLD = 0.4, 1.0, 0.2, 1.0, 8.0, 4.0, 0.1, 1.0
EMA = 0.999
RATE, JUDGE_RATE, CONTENT_SHARE = 4e-4, 6e-4, 0.5
RESOLUTIONS = [(1024, 240), (512, 120)]
CHECKPOINT = WORK / "generator.pt"


class Cast:
    """Everybody whom the generator may imitate, and anybody whose speech it may be given."""

    def __init__(self, data: Data, content: Content) -> None:
        self.data = data
        others = [s for s in data.speakers if s.startswith(ALSO_IMITATED) or "_x" in s]
        self.names = [*VOICES, *others]
        self.books = Codebooks(content, [data.arrays[name] for name in self.names])
        frames = np.array([data.arrays[s]["starts"][-1] for s in others]) ** 0.5
        self.share = np.concatenate([VOICE_SHARE / VOICE_SHARE.sum() * (1 - OTHERS), frames / frames.sum() * OTHERS])
        self.band_hz = torch.tensor([band_hz(data.arrays[s]["audio"]) for s in self.names])
        self.median = {s: float(np.median(a["f0Hz"][a["f0Hz"] > 0])) for s, a in data.arrays.items()}
        crowd = {s: 0.42 / 6 if s in VOICES else 0.43 / len(others) if s in others else 0.15 / 30 for s in data.speakers}
        self.sources = list(crowd)
        self.source_share = np.array(list(crowd.values())) / sum(crowd.values())

    def choose(self, count: int) -> np.ndarray:
        return self.data.rng.choice(len(self.names), count, p=self.share)

    def pieces(self, speakers: list[str]) -> torch.Tensor:
        """Another two seconds of each [B, 200, 80], for the speaker encoder."""
        mels = [self.data.arrays[s]["logMel"][self.data.segment(s, PIECE_FRAMES)] for s in speakers]
        return torch.from_numpy(np.stack(mels).astype(np.float32))

    def converted(self, who: np.ndarray) -> dict[str, torch.Tensor]:
        """Segments of other speakers than `who`, pitch and level moved to those of `who`."""
        data, rng = self.data, self.data.rng
        out = {k: np.zeros((len(who), FRAMES), np.float32) for k in ("f0Hz", "voiced", "loudnessDb")}
        out["logMel"] = np.zeros((len(who), FRAMES, BANDS), np.float32)
        for i, target in enumerate(self.names[w] for w in who):
            while (name := self.sources[rng.choice(len(self.sources), p=self.source_share)]) == target:
                pass
            cut, a = data.segment(name, FRAMES, least_voiced=20), data.arrays[name]
            data.segment(target, FRAMES)
            gain = data.arrays[target]["levelDb"] - a["levelDb"]
            ratio = self.median[target] / self.median[name] * np.exp(rng.normal() * 0.04)
            out["voiced"][i] = a["voiced"][cut]
            out["f0Hz"][i] = np.clip(hold(a["f0Hz"][cut]) * ratio, 45, 700)
            out["loudnessDb"][i] = np.maximum(a["loudnessDb"][cut] + gain, -80)
            out["logMel"][i] = np.maximum(a["logMel"][cut].astype(np.float32) + gain * np.log(10) / 10, LOG_FLOOR)
        return {k: torch.from_numpy(v) for k, v in out.items()}


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


@dataclass
class Batch:
    """HALF segments of the cast as it is (`own`), HALF of anybody to be converted to one of the cast (`other`)."""

    who: torch.Tensor
    names: list[str]
    colour: torch.Tensor
    noise: torch.Tensor
    own: dict[str, torch.Tensor]
    other: dict[str, torch.Tensor]

    def both(self, key: str) -> torch.Tensor:
        return torch.cat([self.own[key], self.other[key]])

    def brighten(self) -> None:
        """The cues of copies become those of the coloured recordings; what is said was heard before."""
        rise = louder(self.own["logMel"], self.colour[:HALF])
        self.own["loudnessDb"] += rise / (2 * NEPERS_PER_DB)
        self.own["logMel"] += rise.unsqueeze(2)


def draw(cast: Cast) -> Batch:
    own, target = cast.choose(HALF), cast.choose(HALF)
    who = torch.from_numpy(np.concatenate([own, target]))
    names = [cast.names[w] for w in who]
    return Batch(who, names, colours(who), noises_of(who), cast.data.speech(names[:HALF], FRAMES), cast.converted(target))


@dataclass
class Rendered:
    """What came out [B, samples], what was said, and how far the codes were from it."""

    audio: torch.Tensor
    said: torch.Tensor
    held: torch.Tensor


def render(batch: Batch, cast: Cast, content: Content, taught: Content, player: Player) -> Rendered:
    """Codes by the network that learns; `said` by the one that stage 3 `taught`, of the speech as it is."""
    masked = torch.cat([disguise(batch.own["logMel"], 0.3), partly_disguised(batch.other["logMel"], 0.6)])
    with torch.autocast("cpu", torch.bfloat16):
        with torch.no_grad():
            said = taught.whole(batch.both("logMel")).float()
        heard = content.whole(masked).float()
    batch.brighten()
    texture = partly_disguised(batch.both("logMel"), 0.5)
    codes, timbre = cast.books.find(heard, batch.who, torch.rand(2 * HALF) ** 2 * 0.6, torch.rand(2 * HALF) * 0.7 + 0.3)
    f0_hz, voiced, loudness_db = map(batch.both, ("f0Hz", "voiced", "loudnessDb"))
    with torch.autocast("cpu", torch.bfloat16):
        pieces = taped_mel(coloured_mel(cast.pieces(batch.names), batch.colour), batch.noise)
        embeddings = player.speaker(pieces).float()
        timbre = taped_timbre(coloured_timbre(timbre, batch.colour), batch.noise)
        harmonic, noise = player.generator.whole(codes, timbre, f0_hz, voiced, loudness_db, texture, player.mix(batch.who, embeddings))
    return Rendered(synthesise(f0_hz, voiced, harmonic.float(), noise.float()), said, apart(heard, said))


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


def said_again(taught: Content, heard: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """How far the codes of what came out, `heard` [B, n, 80], are from those that went in."""
    with torch.autocast("cpu", torch.bfloat16):
        return apart(taught.whole(heard).float(), said)


def unlike(identity: Identity, cast: Cast, batch: Batch, heard: torch.Tensor) -> torch.Tensor:
    """1 - cosine of who speaks in what came out, `heard` [B, n, 80], to who speaks in other pieces of the targets."""
    with torch.autocast("cpu", torch.bfloat16):
        with torch.no_grad():
            wanted = sum(identity(coloured_mel(cast.pieces(batch.names), batch.colour)) for _ in range(PIECES))
        return 1 - F.cosine_similarity(identity(heard[:, EDGE:-EDGE]), wanted, dim=1).mean()


def tell_apart(speaker: Speaker, tell: nn.Linear, cast: Cast, beginning: bool) -> torch.Tensor:
    """Cross-entropy of telling 16 pieces of all speakers apart; `tell`, which knows nobody at the beginning, learns alone then."""
    known = cast.data.speakers
    crowd = cast.data.rng.choice(len(known), 16)
    with torch.autocast("cpu", torch.bfloat16):
        pieces = cast.pieces([known[i] for i in crowd])
        heard = speaker(taped_mel(pieces, noises(len(crowd)))).float()
        told = tell(heard.detach() if beginning else heard)
    return F.cross_entropy(told, torch.from_numpy(crowd))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--start", type=Path)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    run = Run(CHECKPOINT, args.minutes)
    data, taught = Data(), Content()
    load_weights(taught, torch.load(WORK / "content.pt", weights_only=False)["content"])
    content, identity = copy.deepcopy(taught), Identity()
    identity.load_state_dict(torch.load(IDENTITY, weights_only=False)["network"])
    taught.eval().requires_grad_(False)
    identity.eval().requires_grad_(False)
    player, tell = Player(), nn.Linear(VOICE, len(data.speakers))
    nn.init.normal_(player.voices.weight, std=0.5)
    judges = nn.ModuleList(Discriminator(len(VOICES) + 1, size, hop) for size, hop in RESOLUTIONS)
    kept = torch.load(args.start, weights_only=False) if args.start else {}
    if kept:
        begin_from(kept, content, player, judges)
    first_minutes = args.minutes / 10
    whole = nn.ModuleDict({"content": content, "player": player})
    mean = copy.deepcopy(whole).requires_grad_(False)
    learning = [*whole.parameters(), *tell.parameters()]
    optimiser = torch.optim.AdamW([*player.parameters(), *tell.parameters()], RATE, betas=(0.8, 0.99), weight_decay=0.01)
    content_optimiser = torch.optim.AdamW(content.parameters(), RATE, betas=(0.9, 0.98), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), JUDGE_RATE, betas=(0.8, 0.99), weight_decay=0.01)
    run.begin({
        "whole": whole, "mean": mean, "tell": tell, "judges": judges,
        "optimiser": optimiser, "contentOptimiser": content_optimiser, "judgeOptimiser": judge_optimiser,
    }, {"before": run.saved.get("before", kept.get("generatorSteps", 0))})  # fmt: skip
    cast = Cast(data, content)
    inner = slice(EDGE * HOP, -EDGE * HOP)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        run.set_rate(content_optimiser, RATE * CONTENT_SHARE, 100, 1e-5)
        run.set_rate(judge_optimiser, JUDGE_RATE, 100, 1e-5)
        batch = draw(cast)
        made = render(batch, cast, content, taught, player)
        band_hz = cast.band_hz[batch.who]
        fake = below(made.audio, band_hz)[:, inner]
        real = below(coloured_audio(batch.own["audio"], batch.colour[:HALF]), band_hz[:HALF])[:, inner]
        copied, mels = spectral_loss(fake[:HALF], real), mel_loss(fake[:HALF], real)
        loss = SPECTRAL * copied + MEL * mels
        run.note(copied=copied, mel=mels)
        beginning = run.minutes < first_minutes
        if kept or not beginning:
            heads = torch.clamp(batch.who, max=len(VOICES))
            # Real speech of the voices that were converted to, so that every head hears both.
            others = data.speech(batch.names[HALF:], FRAMES)["audio"]
            genuine = torch.cat([real, below(coloured_audio(others, batch.colour[HALF:]), band_hz[HALF:])[:, inner]])
            judge_loss = judgement(judges, genuine, fake, heads)
            descend(judge_loss, [judge_optimiser], list(judges.parameters()), limit=5.0)
            run.note(judge=judge_loss)
            if beginning and "judges" not in kept:
                run.stepped()
                continue
            adversarial, matching = persuasion(judges, fake, real, heads)
            loss = loss + ADVERSARIAL * adversarial + MATCHING * matching / len(RESOLUTIONS)
            run.note(adversarial=adversarial, matching=matching)
        again = log_mel_16k(made.audio)
        unsaid, unalike = said_again(taught, again, made.said), unlike(identity, cast, batch, again)
        telling = tell_apart(player.speaker, tell, cast, beginning)
        run.note(content=unsaid, unlike=unalike, telling=telling, held=made.held)
        descend(loss + CONTENT * unsaid + SAME_SPEAKER * unalike + TELL * telling + HOLD * made.held, [optimiser, content_optimiser], learning)
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), whole.parameters()):
                slow.lerp_(fast, 1 - EMA)
        run.stepped()


if __name__ == "__main__":
    main()
