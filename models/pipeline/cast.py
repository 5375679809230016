"""Who speaks in stages 4 and 4a: whom the generator imitates, and whose speech is converted to them."""

from dataclasses import dataclass

import torch

from .colour import colours, louder
from .data import ALSO_IMITATED, LOG_FLOOR, VOICES, Data, disguise, pick, sometimes
from .losses import log_mel_16k
from .networks import NEPERS_PER_DB, Content
from .places import placed
from .tape import noises_of
from .training import LARGE
from .voices import Codebooks

FRAMES, HALF = 160, 32 if LARGE else 5
PIECE_FRAMES = 200
VOICE_SHARE = torch.tensor([0.3, 0.24, 0.1, 0.1, 0.14, 0.12])
OTHERS = 0.7
PLACED = 0.5


class Cast:
    """Everybody whom the generator may imitate (or one built-in voice `alone`), and anybody whose speech it may be given."""

    def __init__(self, data: Data, content: Content, alone: str | None = None) -> None:
        self.data = data
        others = [s for s in data.speakers if s.startswith(ALSO_IMITATED) or "_x" in s]
        self.speaker = torch.tensor([data.place[name] for name in ([alone] if alone else [*VOICES, *others])])
        self.books = Codebooks(content, [data.speech_of(int(s)) for s in self.speaker])
        frames = (data.ends - data.begins)[[data.place[name] for name in others]] ** 0.5
        self.share = torch.ones(1) if alone else torch.cat([VOICE_SHARE / VOICE_SHARE.sum() * (1 - OTHERS), frames / frames.sum() * OTHERS])
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
