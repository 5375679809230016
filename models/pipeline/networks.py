"""The content, speaker, restoring and generator networks.

All are stacks of ConvNeXt blocks (Liu et al. 2022) over time. Those of the content network and the generator are streaming: a block
takes new frames and a state, the input frames that its depthwise convolution still needs, and looks ahead a fixed number of frames.
Training and offline conversion run the same graph once over a segment, padded with `look_ahead` frames at its end.

Attribute names of the modules are keys of checkpoints and names in the published graphs: renaming one breaks both.
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
# ln(10) / 20: natural log of amplitude per dB.
LOG_AMPLITUDE_PER_DB = 0.1151293
# Kernel size, dilation, and how many of the taps lie after the output frame.
CONTENT_PLAN = [(9, 1, 1), (9, 1, 1), *((9, dilation, 0) for dilation in (2, 1, 2, 1, 4, 1, 2, 1, 4, 1, 2))]
GENERATOR_PLAN = [(7, dilation, 0) for dilation in (1, 1, 2, 1, 2, 1, 4, 1, 2, 1)]


def adapted(layer: nn.Linear, x, adapter=None):
    """A layer with a low-rank adapter (Hu et al. 2021, "LoRA", section 4.1): `adapter` is down [RANK, in] and up [RANK, out]."""
    return layer(x) if adapter is None else layer(x) + x @ adapter[0].T @ adapter[1]


class Block(nn.Module):
    """Streaming ConvNeXt block; `voice` is the size of an embedding for FiLM conditioning (Perez et al. 2018), 0 for none.

    `ahead` of the `kernel` taps lie after the output frame (only with dilation 1).
    """

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

    def forward(self, x, state, voice=None, adapters=(None, None)):
        """x [B, width, n], state [B, width, memory] -> output, delayed by `ahead` frames, and next state, of the same shapes."""
        joined = torch.cat([state, x], 2)
        y = self.norm(self.depthwise(joined).transpose(1, 2))
        if self.film is not None:
            gain, shift = self.film(voice).unsqueeze(1).chunk(2, 2)
            y = y * (1 + gain) + shift
        y = adapted(self.shrink, F.gelu(adapted(self.expand, y, adapters[0]), approximate="tanh"), adapters[1]) * self.scale
        start = self.memory - self.ahead
        count = x.shape[2]
        return joined[:, :, start : start + count] + y.transpose(1, 2), joined[:, :, count:]


class Streaming(nn.Module):
    """A stack of streaming blocks; `look_ahead` is its delay in its own frames."""

    blocks: nn.ModuleList
    width: int

    def states(self, batch: int = 1) -> list:
        return [torch.zeros(batch, self.width, block.memory) for block in self.blocks]

    @property
    def look_ahead(self) -> int:
        return sum(block.ahead for block in self.blocks)


class Content(Streaming):
    """logMel [B, 2n, 80] at 100 Hz -> contentCodes [B, n, 128] at 50 Hz, delayed by `look_ahead` codes, and the next states."""

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
        next_states = []
        for block, state in zip(self.blocks, states):
            x, next_state = block(x, state)
            next_states.append(next_state)
        return self.leave(self.leave_norm(x.transpose(1, 2))), *next_states

    def offline(self, log_mel):
        """logMel [B, 2n, 80] -> codes [B, n, 128] aligned with it; the last frame is repeated as look-ahead."""
        padded = F.pad(log_mel, (0, 0, 0, 2 * self.look_ahead), mode="replicate")
        return self(padded, *self.states(log_mel.shape[0]))[0][:, self.look_ahead :]

    def offline_delayed(self, log_mel):
        """As `offline`, but code k is computed from frames 2k - 1 and 2k instead of 2k and 2k + 1, as in the stream, where this saves 10 ms of latency."""
        return self.offline(torch.cat([log_mel[:, :1], log_mel[:, :-1]], 1))


def run_offline(blocks: nn.ModuleList, x: torch.Tensor) -> torch.Tensor:
    """A whole segment [B, width, n] through blocks that are zero-padded at both ends."""
    for block in blocks:
        x, _ = block(F.pad(x, (0, block.ahead)), torch.zeros(*x.shape[:2], block.memory))
        x = x[:, :, block.ahead :]
    return x


class Speaker(nn.Module):
    """logMel [B, 2n, 80] of a segment of speech -> speaker embedding [B, 128]. Invariant to level."""

    def __init__(self, width: int = 96, depth: int = 3) -> None:
        super().__init__()
        self.enter = nn.Linear(2 * BANDS, width)
        self.blocks = nn.ModuleList(Block(width, 5, 1, 2, 2) for _ in range(depth))
        self.attend = nn.Linear(width, 1)
        self.leave = nn.Linear(2 * width, VOICE)

    def forward(self, log_mel):
        level = torch.logsumexp(log_mel, (1, 2), keepdim=True) - torch.logsumexp(torch.zeros_like(log_mel), (1, 2), keepdim=True)
        pairs = ((torch.clamp(log_mel - level, min=-10.0) + 2.0) / 4.0).reshape(log_mel.shape[0], -1, 2 * BANDS)
        x = run_offline(self.blocks, self.enter(pairs).transpose(1, 2))
        # Attentive statistics pooling (Okabe et al. 2018).
        weight = torch.softmax(self.attend(x.transpose(1, 2)), 1).transpose(1, 2)
        mean = (x * weight).sum(2)
        deviation = torch.sqrt(((x - mean.unsqueeze(2)).square() * weight).sum(2) + 1e-4)
        return self.leave(torch.cat([mean, deviation], 1))


class Restorer(nn.Module):
    """logMel [B, n, 80] of a denoised recording and the 5 % quantile of each of its bands [B, 80] -> logMel of the clean speech [B, n, 80]."""

    def __init__(self, width: int = 128, depth: int = 4) -> None:
        super().__init__()
        self.enter = nn.Linear(2 * BANDS, width)
        self.blocks = nn.ModuleList(Block(width, 7, 1, 3, 2) for _ in range(depth))
        self.leave_norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, BANDS)

    def forward(self, log_mel, floor):
        both = torch.cat([log_mel, floor.unsqueeze(1).expand_as(log_mel)], 2)
        x = run_offline(self.blocks, self.enter((both + 4.0) / 4.0).transpose(1, 2))
        return log_mel + self.leave(self.leave_norm(x.transpose(1, 2)))


class Generator(Streaming):
    """Codes, the target's timbre for them, F0, voicing, loudness, the source's texture and the voice -> log gains of harmonics and noise.

    The texture is the source's logMel less its loudness, averaged over five groups of 16 bands: too coarse to identify the
    speaker, but at 100 Hz, twice the rate of the codes, so that plosive bursts keep their timing.
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
        """The layers that an adapter changes, in the order of its columns."""
        return [self.enter, *(layer for block in self.blocks for layer in (block.expand, block.shrink)), self.leave]

    @property
    def adapter_size(self) -> int:
        return sum(layer.in_features + layer.out_features for layer in self.adaptable)

    def split_adapter(self, adapter) -> list:
        """adapter [RANK, adapter_size] -> (down [RANK, in], up [RANK, out]) of every layer in `adaptable`."""
        # Slices, not one split: a WebGPU kernel cannot write to so many buffers.
        ends = list(accumulate(size for layer in self.adaptable for size in (layer.in_features, layer.out_features)))
        parts = [adapter[:, start:end] for start, end in pairwise([0, *ends])]
        return list(zip(parts[::2], parts[1::2]))

    def forward(self, codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter, *states):
        """codes [B, n, 128], timbre [B, n, 40]; f0_hz, voiced, loudness_db [B, 2n]; log_mel [B, 2n, 80]; voice [B, 128]; adapter [RANK, adapter_size].

        Returns natural log amplitude gains of harmonics and noise in 80 bands [B, 2n, 80] each, and the next states.
        """
        enter, *inner, leave = self.split_adapter(adapter) if adapter is not None else [None] * len(self.adaptable)
        pitch = (torch.log(torch.clamp(f0_hz, min=40.0)) - 5.0) * 2.0
        cues = torch.stack([pitch, pitch * voiced, voiced, loudness_db / 20.0 + 1.5], 2)
        slow = torch.cat([codes, timbre / 3.0], 2).repeat_interleave(2, 1)
        groups = log_mel.reshape(log_mel.shape[0], -1, TEXTURE, BANDS // TEXTURE).mean(3)
        texture = torch.clamp(groups - (2 * LOG_AMPLITUDE_PER_DB * loudness_db).unsqueeze(2), -9.0, 6.0) / 3.0
        x = adapted(self.enter, torch.cat([slow, cues, texture], 2), enter).transpose(1, 2)
        next_states = []
        for block, state, adapters in zip(self.blocks, states, zip(inner[::2], inner[1::2])):
            x, next_state = block(x, state, voice, adapters)
            next_states.append(next_state)
        gains = adapted(self.leave, self.leave_norm(x.transpose(1, 2)), leave) + (loudness_db * LOG_AMPLITUDE_PER_DB).unsqueeze(2)
        harmonic, noise = gains.chunk(2, 2)
        return harmonic, noise, *next_states

    def offline(self, codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter=None):
        """`forward` over a whole segment, from zero states; returns the gains alone."""
        return self(codes, timbre, f0_hz, voiced, loudness_db, log_mel, voice, adapter, *self.states(codes.shape[0]))[:2]


class ConditionedGenerator(nn.Module):
    """The generator with what conditions it: the speaker encoder, and learnt embeddings [voices, 128] of the built-in voices."""

    def __init__(self, voices: int) -> None:
        super().__init__()
        self.generator, self.speaker = Generator(), Speaker()
        self.voices = nn.Embedding(voices, VOICE)
