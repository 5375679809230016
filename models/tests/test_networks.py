"""The streaming networks: frame by frame with states, they compute what they compute over a whole segment."""

import torch

from pipeline.networks import BANDS, CODES, RANK, TIMBRE, VOICE, Block, Content, Generator


def test_block_delays_its_residual_by_its_look_ahead() -> None:
    block, x = Block(4, 9, 1, 2, 2), torch.randn(1, 4, 20)
    torch.nn.init.zeros_(block.scale)
    out, state = block(x, torch.zeros(1, 4, block.memory))
    torch.testing.assert_close(out[:, :, 2:], x[:, :, :-2])
    torch.testing.assert_close(state, x[:, :, -block.memory :])


def test_content_network_looks_ahead_as_far_as_it_says() -> None:
    torch.manual_seed(1)
    content, log_mel, changed = Content().eval(), torch.randn(1, 60, BANDS), 20
    other = log_mel.clone()
    other[:, 2 * changed] += 1
    with torch.no_grad():
        differs = (content.offline(log_mel) != content.offline(other)).any(2)[0]
    assert differs.nonzero()[0].item() == changed - content.look_ahead


def test_content_network_streams() -> None:
    torch.manual_seed(1)
    content, log_mel = Content().eval(), torch.randn(1, 40, BANDS)
    with torch.no_grad():
        expected, states, found = content.offline(log_mel), content.states(), []
        padded = torch.cat([log_mel, log_mel[:, -1:].expand(-1, 2 * content.look_ahead, -1)], 1)
        for chunk in padded.split(4, 1):
            codes, *states = content(chunk, *states)
            found.append(codes)
    torch.testing.assert_close(torch.cat(found, 1)[:, content.look_ahead :], expected, atol=1e-4, rtol=1e-4)


def test_delayed_codes_are_those_of_input_one_frame_later() -> None:
    torch.manual_seed(1)
    content, log_mel = Content().eval(), torch.randn(1, 40, BANDS)
    with torch.no_grad():
        shifted = torch.cat([log_mel[:, :1], log_mel[:, :-1]], 1)
        torch.testing.assert_close(content.offline_delayed(log_mel), content.offline(shifted))


def test_generator_streams_and_a_zero_adapter_changes_nothing() -> None:
    torch.manual_seed(1)
    generator, codes, frames = Generator().eval(), 12, 24
    slow = [torch.randn(1, codes, size) for size in (CODES, TIMBRE)]
    fast = [torch.rand(1, frames) * 200 + 80, torch.ones(1, frames), torch.full((1, frames), -25.0), torch.randn(1, frames, BANDS)]
    voice, adapter = torch.randn(1, VOICE), torch.zeros(RANK, generator.adapter_size)
    with torch.no_grad():
        expected, states, found = generator.offline(*slow, *fast, voice), generator.states(), []
        for i in range(0, codes, 3):
            chunk = [*(part[:, i : i + 3] for part in slow), *(part[:, 2 * i : 2 * i + 6] for part in fast)]
            harmonic, noise, *states = generator(*chunk, voice, adapter, *states)
            found.append((harmonic, noise))
    for parts, whole in zip(zip(*found), expected):
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-4, rtol=1e-4)
