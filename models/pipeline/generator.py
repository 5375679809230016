"""Stage 4: train the generator, the speaker encoder and the voices' embeddings; the content network learns on with them.

    python -m pipeline.generator --minutes 90 [--start checkpoints/v2.pt] [--content work/content.pt]

Half of each batch is speech of the cast as it is: multi-resolution spectral and log-mel losses. The other half is anybody's
speech converted to one of the cast. Discriminators with a head a voice (one for all the others) hear both beside real
recordings (hinge loss, Lim & Ye 2017; feature matching on the first half, Larsen et al. 2016); what lies above the band of a
recording is not judged. What was said is held by whisper's encoder: what it hears in what comes out must be what it heard in what
went in; who says it by the network of `pipeline.identity`, which must hear in it who it hears in other pieces of the
target. The speaker encoder learns from the generator's losses and from telling all speakers apart. A content network that
learns on from the generator's losses gives codes that more can be said with; it hears copies warped, so that who speaks is no
use to it, and stays with the targets of stage 3 (models/log/0010, 0013). Some of what is converted was said in rooms and noise.
For the first tenth of the time there are no discriminators; with `--start`, if none were kept, they alone learn in it. `--content`
takes the content network from stage 3. Resumable from `work/generator.pt`; the weights kept for publishing are a running mean.
"""

import argparse
import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from .cast import HALF, Batch, Cast, away, draw, partly_disguised
from .colour import coloured_mel, coloured_timbre
from .court import Court, apart
from .data import VOICES, Data, built_in, disguise
from .networks import VOICE, Content, Generator, Speaker
from .paths import SEED, WORK
from .synthesis import synthesise
from .tape import noises, taped_mel, taped_timbre
from .training import Recorded, Run, adamw, descend, half, load, load_weights
from .voices import textured

TOLD_APART = 3 * HALF
TELL, HOLD = 0.1, 1.0
EMA = 0.999
RATE, JUDGE_RATE, CONTENT_SHARE = 4e-4, 6e-4, 0.5
# So much of the codebook's codes and timbre is mixed in, at most: enrolled voices use .5 and .3 (src/enrol), built-in voices .25 and none.
MOST_CODES, MOST_CODES_BUILT_IN, MOST_TEXTURE = 0.8, 0.6, 0.4
CHECKPOINT = WORK / "generator.pt"


class Player(nn.Module):
    """What is published of this stage: generator, speaker encoder, embeddings of the built-in voices."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.speaker = Generator(), Speaker()
        self.voices = nn.Embedding(len(VOICES), VOICE)

    def mix(self, who: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        """Embeddings as the encoder `heard` them [B, 128]; for half of the built-in voices, as kept."""
        kept = self.voices(torch.clamp(who, max=len(VOICES) - 1))
        own = built_in(who) & (torch.rand(len(who)) < 0.5)
        return torch.where(own.unsqueeze(1), kept, heard)

    def say(self, cast: Cast, batch: Batch, codes: torch.Tensor, timbre: torch.Tensor, *cues: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Gains in the voices wanted, which are heard in another piece of each; some of the texture is theirs, but of the built-in voices."""
        pieces = taped_mel(coloured_mel(cast.pieces(batch.wanted), batch.colour), batch.noise)
        embeddings = self.speaker(pieces).float()
        timbre = taped_timbre(coloured_timbre(timbre, batch.colour), batch.noise)
        f0_hz, voiced, loudness_db, log_mel = cues
        share = (torch.rand(len(codes)) * MOST_TEXTURE * ~built_in(batch.who)).view(-1, 1, 1)
        log_mel = textured(log_mel, loudness_db, timbre, share)
        return self.generator.whole(codes, timbre, f0_hz, voiced, loudness_db, log_mel, self.mix(batch.who, embeddings))


@dataclass
class Rendered:
    """What came out [B, samples], and how far the codes were from what was said."""

    audio: torch.Tensor
    held: torch.Tensor


def render(batch: Batch, cast: Cast, content: Content, say: Callable) -> Rendered:
    """`say` makes gains of codes, timbre and cues, as `Player.say`."""
    masked = torch.cat([disguise(away(batch.own), 0.3), partly_disguised(batch.other["log_mel"], 0.6)])
    with half():
        heard = content.late(masked).float()
    batch.brighten()
    texture = partly_disguised(batch.both("log_mel"), 0.5)
    blend = torch.where(built_in(batch.who), torch.rand(2 * HALF) ** 2 * MOST_CODES_BUILT_IN, torch.rand(2 * HALF) * MOST_CODES)
    codes, timbre = cast.books.find(heard, batch.who, blend, torch.rand(2 * HALF) * 0.7 + 0.3)
    f0_hz, voiced, loudness_db = map(batch.both, ("f0_hz", "voiced", "loudness_db"))
    with half():
        harmonic, noise = say(cast, batch, codes, timbre, f0_hz, voiced, loudness_db, texture)
    return Rendered(synthesise(f0_hz, voiced, harmonic.float(), noise.float()), apart(heard, batch.both("codes")))


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
    data, content = Data(), Content()
    player, tell = Player(), nn.Linear(VOICE, len(data.speakers))
    nn.init.normal_(player.voices.weight, std=0.5)
    kept = load(args.start) if args.start else {}
    if kept:
        load_weights(content, kept["content"])
        load_weights(player, kept["player"])
    if args.content:
        load_weights(content, load(args.content)["content"])
    first_minutes = args.minutes / 10
    whole = nn.ModuleDict({"content": content, "player": player})
    mean = copy.deepcopy(whole).requires_grad_(False)
    learning = [*whole.parameters(), *tell.parameters()]
    optimiser = adamw([*player.parameters(), *tell.parameters()], RATE, (0.8, 0.99))
    content_optimiser = adamw(content.parameters(), RATE, (0.9, 0.98))
    court = Court()
    if "judges" in kept:
        load_weights(court.judges, kept["judges"])
    run.begin({
        "whole": whole, "mean": mean, "tell": tell, "judges": court.judges,
        "optimiser": optimiser, "contentOptimiser": content_optimiser, "judgeOptimiser": court.optimiser,
    }, {"before": run.saved.get("before", kept.get("generatorSteps", 0))})  # fmt: skip
    cast = Cast(data, content)

    def step(beginning: bool) -> None:
        batch = draw(cast)
        made = render(batch, cast, content, player.say)
        fake, real, loss = court.copies(cast, batch, made.audio, run.note)
        if kept or not beginning:
            heads = torch.clamp(batch.who, max=len(VOICES))
            court.learn(cast, batch, fake, real, heads, run.note)
            if beginning and "judges" not in kept:
                return
            loss = loss + court.persuaded(fake, real, heads, run.note)
        telling = tell_apart(player.speaker, tell, cast, beginning)
        run.note(telling=telling, held=made.held)
        loss = loss + court.heard(cast, batch, made.audio, run.note) + TELL * telling + HOLD * made.held
        descend(loss, [optimiser, content_optimiser], learning)
        torch._foreach_lerp_(list(mean.parameters()), list(whole.parameters()), 1 - EMA)

    step = Recorded(step)
    while run.goes_on():
        run.set_rate(optimiser, RATE, 100, 1e-5)
        run.set_rate(content_optimiser, RATE * CONTENT_SHARE, 100, 1e-5)
        run.set_rate(court.optimiser, JUDGE_RATE, 100, 1e-5)
        step(run.minutes < first_minutes)
        run.stepped()


if __name__ == "__main__":
    main()
