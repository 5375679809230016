"""The content, speaker, restoring and generator networks.

All are stacks of ConvNeXt blocks (Liu et al. 2022) over time. Those of the content network and the generator stream: their
depthwise convolutions see a bounded number of frames ahead, and a block takes new frames and the frames it remembers, so
training is the stream run once over a segment with `look_ahead` frames of padding behind it.
"""

from itertools import accumulate, pairwise

import torch
from torch import nn
from torch.nn import functional as F

CODES = 128
BANDS = 80
VOICE = 128
TIMBRE = 40
TEXTURE = 5
RANK = 8
NEPERS_PER_DB = 0.1151293
# Kernel taps, their spacing, and how many of them lie after the frame that comes out.
CONTENT_PLAN = [(9, 1, 1), (9, 1, 1), *((9, spacing, 0) for spacing in (2, 1, 2, 1, 4, 1, 2, 1, 4, 1, 2))]
GENERATOR_PLAN = [(7, spacing, 0) for spacing in (1, 1, 2, 1, 2, 1, 4, 1, 2, 1)]


def adapted(layer: nn.Linear, x, change=None):
    """A layer with a voice's low-rank change of it (Hu et al. 2021, "LoRA", section 4.1): `change` is down [RANK, in] and up [RANK, out]."""
    return layer(x) if change is None else layer(x) + x @ change[0].T @ change[1]


class Block(nn.Module):
    """kernel taps spaced by `dilation`, `ahead` of them after the frame that comes out (dilation 1 only)."""

    def __init__(self, width: int, kernel: int, dilation: int, ahead: int, growth: int, voice: int = 0) -> None:
        super().__init__()
        self.memory = (kernel - 1) * dilation
        self.ahead = ahead
        self.depthwise = nn.Conv1d(width, width, kernel, dilation=dilation, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, width * growth)
        self.shrink = nn.Linear(width * growth, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))
        self.film = nn.Linear(voice, 2 * width) if voice else None

    def forward(self, x, state, voice=None, changes=(None, None)):
        """x [B, width, n], state [B, width, memory] -> the same; the output is `ahead` frames late."""
        joined = torch.cat([state, x], 2)
        y = self.norm(self.depthwise(joined).transpose(1, 2))
        if self.film is not None:
            gain, shift = self.film(voice).unsqueeze(1).chunk(2, 2)
            y = y * (1 + gain) + shift
        y = adapted(self.shrink, F.gelu(adapted(self.expand, y, changes[0]), approximate="tanh"), changes[1]) * self.scale
        start = self.memory - self.ahead
        count = x.shape[2]
        return joined[:, :, start : start + count] + y.transpose(1, 2), joined[:, :, count:]


class Streaming(nn.Module):
    blocks: nn.ModuleList
    width: int

    def states(self, batch: int = 1) -> list:
        return [torch.zeros(batch, self.width, block.memory) for block in self.blocks]

    @property
    def look_ahead(self) -> int:
        return sum(block.ahead for block in self.blocks)


class Content(Streaming):
    """logMel [B, 2n, 80] -> contentCodes [B, n, 128] at 50 Hz, `look_ahead` frames late."""

    def __init__(self, width: int = 256, growth: int = 3) -> None:
        super().__init__()
        self.width = width
        self.enter = nn.Linear(2 * BANDS, width)
        self.enter_norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, k, d, a, growth) for k, d, a in CONTENT_PLAN)
        self.leave_norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, CODES)

    def forward(self, log_mel, *states):
        pairs = ((log_mel + 4.0) / 4.0).reshape(log_mel.shape[0], -1, 2 * BANDS)
        x = self.enter_norm(self.enter(pairs)).transpose(1, 2)
        after = []
        for block, state in zip(self.blocks, states):
            x, kept = block(x, state)
            after.append(kept)
        return self.leave(self.leave_norm(x.transpose(1, 2))), *after

    def whole(self, log_mel):
        """A padded run over a segment: the output is aligned with the input."""
        padded = F.pad(log_mel, (0, 0, 0, 2 * self.look_ahead), mode="replicate")
        return self(padded, *self.states(log_mel.shape[0]))[0][:, self.look_ahead :]

    def late(self, log_mel):
        """As `whole`, but what goes with frames 2k and 2k + 1 was heard in 2k - 1 and 2k, as the stream has it: a frame less to wait for."""
        return self.whole(torch.cat([log_mel[:, :1], log_mel[:, :-1]], 1))


def through(blocks: nn.ModuleList, x: torch.Tensor) -> torch.Tensor:
    """[B, width, n] of a whole piece through blocks that hear nothing around it."""
    for block in blocks:
        x, _ = block(F.pad(x, (0, block.ahead)), torch.zeros(*x.shape[:2], block.memory))
        x = x[:, :, block.ahead :]
    return x


class Speaker(nn.Module):
    """logMel [B, 2n, 80] of one piece of speech -> embedding [B, 128]: who says it, not what. Blind to level."""

    def __init__(self, width: int = 96, depth: int = 3) -> None:
        super().__init__()
        self.enter = nn.Linear(2 * BANDS, width)
        self.blocks = nn.ModuleList(Block(width, 5, 1, 2, 2) for _ in range(depth))
        self.attend = nn.Linear(width, 1)
        self.leave = nn.Linear(2 * width, VOICE)

    def forward(self, log_mel):
        level = torch.logsumexp(log_mel, (1, 2), keepdim=True) - torch.logsumexp(torch.zeros_like(log_mel), (1, 2), keepdim=True)
        pairs = ((torch.clamp(log_mel - level, min=-10.0) + 2.0) / 4.0).reshape(log_mel.shape[0], -1, 2 * BANDS)
        x = through(self.blocks, self.enter(pairs).transpose(1, 2))
        # Attentive statistics pooling (Okabe et al. 2018).
        weight = torch.softmax(self.attend(x.transpose(1, 2)), 1).transpose(1, 2)
        mean = (x * weight).sum(2)
        spread = torch.sqrt(((x - mean.unsqueeze(2)).square() * weight).sum(2) + 1e-4)
        return self.leave(torch.cat([mean, spread], 1))


class Restorer(nn.Module):
    """logMel [B, n, 80] of a recording that was denoised, and the quietest that its bands get [B, 80] -> logMel as it was before the noise."""

    def __init__(self, width: int = 128, depth: int = 4) -> None:
        super().__init__()
        self.enter = nn.Linear(2 * BANDS, width)
        self.blocks = nn.ModuleList(Block(width, 7, 1, 3, 2) for _ in range(depth))
        self.leave_norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, BANDS)

    def forward(self, log_mel, floor):
        both = torch.cat([log_mel, floor.unsqueeze(1).expand_as(log_mel)], 2)
        x = through(self.blocks, self.enter((both + 4.0) / 4.0).transpose(1, 2))
        return log_mel + self.leave(self.leave_norm(x.transpose(1, 2)))


class Generator(Streaming):
    """Codes, the target's timbre for them, pitch, loudness, the source's texture and voice -> natural log gains in 80 bands, 100 Hz.

    The texture is the source's logMel less its loudness, averaged over five groups of 16 bands: too coarse to tell who
    speaks, and twice as fine in time as the codes, so that a burst stays a burst.
    """

    def __init__(self, width: int = 192, growth: int = 3) -> None:
        super().__init__()
        self.width = width
        self.enter = nn.Linear(CODES + TIMBRE + 4 + TEXTURE, width)
        self.blocks = nn.ModuleList(Block(width, k, d, a, growth, VOICE) for k, d, a in GENERATOR_PLAN)
        self.leave_norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 2 * BANDS)

    @property
    def adaptable(self) -> list[nn.Linear]:
        return [self.enter, *(layer for block in self.blocks for layer in (block.expand, block.shrink)), self.leave]

    @property
    def adapter_size(self) -> int:
        return sum(layer.in_features + layer.out_features for layer in self.adaptable)

    def changes(self, adapter) -> list:
        """adapter [RANK, adapter_size]: `down` and `up` of every layer in `adaptable`, one after another."""
        # Slices, not one split: WebGPU cannot write so many buffers in one kernel.
        ends = list(accumulate(size for layer in self.adaptable for size in (layer.in_features, layer.out_features)))
        parts = [adapter[:, start:end] for start, end in pairwise([0, *ends])]
        return list(zip(parts[::2], parts[1::2]))

    def forward(self, codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter, *states):
        """codes [B, n, 128], timbre [B, n, 40]; f0_hz, voiced, loudness_db [B, 2n]; log_mel [B, 2n, 80]; voice [B, 128]; adapter [RANK, adapter_size]."""
        enter, *inner, leave = self.changes(adapter) if adapter is not None else [None] * len(self.adaptable)
        pitch = (torch.log(torch.clamp(f0_hz, min=40.0)) - 5.0) * 2.0
        cues = torch.stack([pitch, pitch * voiced, voiced, loudness_db / 20.0 + 1.5], 2)
        slow = torch.cat([codes, timbre / 3.0], 2).repeat_interleave(2, 1)
        groups = log_mel.reshape(log_mel.shape[0], -1, TEXTURE, BANDS // TEXTURE).mean(3)
        texture = torch.clamp(groups - (2 * NEPERS_PER_DB * loudness_db).unsqueeze(2), -9.0, 6.0) / 3.0
        x = adapted(self.enter, torch.cat([slow, cues, texture], 2), enter).transpose(1, 2)
        after = []
        for block, state, changes in zip(self.blocks, states, zip(inner[::2], inner[1::2])):
            x, kept = block(x, state, voice, changes)
            after.append(kept)
        gains = adapted(self.leave, self.leave_norm(x.transpose(1, 2)), leave) + (loudness_db * NEPERS_PER_DB).unsqueeze(2)
        harmonic, noise = gains.chunk(2, 2)
        return harmonic, noise, *after

    def whole(self, codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter=None):
        return self(codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter, *self.states(codes.shape[0]))[:2]
