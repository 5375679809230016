"""The ear: its front end, its windows over a take, its quantised matrices, and what it joins."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from pipeline import ear_join, ear_take, whisper
from pipeline.content_targets import as_codes
from pipeline.ear import Quantiser
from pipeline.ear_network import BEYOND, SAMPLES_PER_CODE, Ear, sinusoids
from pipeline.export import EAR
from pipeline.paths import PUBLISHED

WIDTH, CODES = 512, 128


def join(**options) -> ear_join.EarJoin:
    torch.manual_seed(1)
    return ear_join.EarJoin(torch.randn(WIDTH, CODES), torch.zeros(WIDTH), torch.ones(WIDTH), **options)


def test_front_end_is_whispers() -> None:
    samples = torch.randn(1, 20 * SAMPLES_PER_CODE + BEYOND) * 0.1
    heard = []
    ear = Ear(whisper.Encoder())
    ear.encode = lambda mel: heard.append(mel) or mel
    _, loudness_db = ear(samples)
    spectrum = torch.stft(samples[0], 400, 160, window=torch.hann_window(400), center=False, return_complex=True)
    mel = torch.log10(torch.clamp(whisper.MEL @ spectrum.abs().square(), min=1e-10))
    torch.testing.assert_close(heard[0][0], (torch.maximum(mel, mel.max() - 8) + 4) / 4, atol=1e-3, rtol=0)
    assert loudness_db.shape == (1, 20)
    assert (loudness_db + 20).abs().max() < 2


def test_positions_are_whispers() -> None:
    places = sinusoids(3)
    assert places.shape == (3, WIDTH)
    torch.testing.assert_close(places[2, [0, 256]], torch.tensor([np.sin(2), np.cos(2)], dtype=torch.float32))


@pytest.mark.parametrize("seconds", [0.02, 5, 16, 16.98, 17, 23.4, 30, 61, 1003, 3600])
def test_windows_cover_a_take_and_none_is_short(seconds: float) -> None:
    codes = round(seconds * 50)
    windows = ear_take.plan(codes)
    assert windows[0][0] == 0 and windows[-1][1] == codes
    for (_, end), (start, _) in zip(windows, windows[1:]):
        assert end - start == 100
    lengths = [b - a for a, b in windows]
    assert max(lengths) <= 17 * 50 and (len(windows) == 1 or min(lengths) >= 8 * 50)
    shares = np.zeros(codes)
    for i, (a, b) in enumerate(windows):
        shares[a:b] += ear_take.weights(windows, i)
    np.testing.assert_allclose(shares, 1, atol=1e-6)
    assert sum(len(range(*ear_take.own_codes(windows, i).indices(b - a))) for i, (a, b) in enumerate(windows)) == codes


def test_long_takes_are_measured_in_windows_spread_over_them() -> None:
    assert ear_take.measured(30) == list(range(30))
    found = ear_take.measured(360)
    assert len(set(found)) == 30 and found[0] == 0 and found[-1] == 359


def test_join_z_scores_by_the_take_where_it_is_long_and_by_all_speakers_where_it_is_short() -> None:
    features, content = torch.randn(1, 7, WIDTH) * 3 + 2, torch.randn(1, 7, CODES)
    own = torch.full((1, WIDTH), 2.0), torch.full((1, WIDTH), 3.0)
    network = join(share=1.0)
    of = lambda frames: network(features, *own, torch.tensor([float(frames)]), content)  # noqa: E731
    torch.testing.assert_close(of(0), as_codes(features, torch.zeros(WIDTH), torch.ones(WIDTH), network.basis))
    half = as_codes(features, torch.full((WIDTH,), 1.0), torch.full((WIDTH,), 2.0), network.basis)
    torch.testing.assert_close(of(ear_join.PRIOR_FRAMES), half)


def test_join_mixes() -> None:
    features, content = torch.randn(1, 7, WIDTH), torch.randn(1, 7, CODES)
    rest = torch.zeros(1, WIDTH), torch.ones(1, WIDTH), torch.ones(1), content
    mixed = lambda share: join(share=share)(features, *rest)  # noqa: E731
    torch.testing.assert_close(mixed(0.0), content)
    torch.testing.assert_close(mixed(0.25), 0.25 * mixed(1.0) + 0.75 * content)


def test_quantised_matrix_is_off_by_little_in_each_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    weight, x = rng.standard_normal((64, 32)).astype(np.float32), rng.standard_normal((1, 10, 64)).astype(np.float32)
    x[0, 3] *= 1000
    x[0, 5] = 0
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 10, size])  # noqa: E731
    nodes = [helper.make_node("MatMul", ["x", "weight"], ["y"])]
    graph = helper.make_graph(nodes, "product", [value("x", 64)], [value("y", 32)], [numpy_helper.from_array(weight, "weight")])
    Quantiser(graph).run()
    path = tmp_path / "product.onnx"
    onnx.save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), str(path))
    y, exact = onnxruntime.InferenceSession(str(path)).run(None, {"x": x})[0], x @ weight
    assert (np.abs(y - exact).max(2) <= 0.03 * np.abs(exact).max(2)).all()


@pytest.mark.skipif(not (PUBLISHED / EAR).exists(), reason="the ear is not published")
def test_published_ear_takes_any_number_of_codes() -> None:
    session = onnxruntime.InferenceSession(str(PUBLISHED / EAR), providers=["CPUExecutionProvider"])
    for codes in (1, 77):
        samples = (0.1 * np.random.default_rng(1).standard_normal((1, codes * SAMPLES_PER_CODE + BEYOND))).astype(np.float32)
        features, loudness = session.run(None, {"samples": samples})
        assert features.shape == (1, codes, WIDTH) and loudness.shape == (1, codes)
        assert np.isfinite(features).all()
