"""Per-rater heads: the abstract tests; heads are apart, blends mix logits, axes are those that move the drawing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.rater_heads import RaterHeads


class Trainable(RaterHeads):
    def personalised_for_training(self, features, rater):
        return self.decode(features, self.rater_coords(rater))

    def samples_for_training(self, features):
        return self.heads(features.flatten(2))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8)


class TestRaterHeadsAsMethod(MethodTests):
    make = staticmethod(small)


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=3, n_structures=2, n_channels=1).eval().requires_grad_(False)


@pytest.fixture
def features(method):
    return method.encode(torch.randn(1, 1, 24, 24))


def test_a_blend_mixes_the_heads_logits(method, features):
    own = [method.personalised(features, r) for r in range(3)]
    blend = method.decode(features, method.style_coords(torch.tensor([0.2, 0.0, 0.8])))
    assert torch.allclose(blend, 0.2 * own[0] + 0.8 * own[2], atol=1e-5)


def test_a_head_is_its_own_two_layers(method, features):
    for r in range(3):
        heads = method.heads
        hidden = torch.relu(torch.einsum("hc,bcyx->bhyx", heads.first[r], features) + heads.first_bias[r, :, :, None])
        expected = torch.einsum("sh,bhyx->bsyx", heads.second[r], hidden) + heads.second_bias[r, :, :, None]
        assert torch.allclose(method.personalised(features, r), expected, atol=1e-5)


def test_axes_change_the_drawing_most_first(method, features):
    method.blend_gram.copy_(method.measure(features))
    axes = method.preference_controls()
    start = method.consensus_style()
    base = method.decode(features, start)
    weight = torch.sigmoid(base) * torch.sigmoid(-base)
    effects = [((method.decode(features, method.moved(a, start, 1.0)) - base).square() * weight).sum() for a in axes]
    assert len(axes) == 2 and effects[0] > effects[1] > 0
    shares = torch.tensor([a.share for a in axes])
    assert torch.allclose(shares, torch.stack(effects) / sum(effects), atol=1e-3)


def test_moving_along_an_axis_keeps_the_weights_sum(method):
    start = method.rater_coords(0)
    for axis in method.preference_controls():
        assert float(method.moved(axis, start, 3.0)["tau"].sum()) == pytest.approx(1.0, abs=1e-5)
        positions = torch.tensor([method.position(axis, method.rater_coords(r)) for r in range(3)])
        assert float(positions.mean()) == pytest.approx(0.0, abs=1e-5)
        assert float(positions.square().mean()) == pytest.approx(1.0, abs=1e-4)


def test_axes_point_to_the_raters_who_draw_more(method, features):
    method.blend_gram.copy_(method.measure(features))
    for area in ([0.5, -0.2, -0.3], [-0.5, 0.2, 0.3]):
        method.rater_area.copy_(torch.tensor(area))
        for axis in method.preference_controls():
            positions = torch.tensor([method.position(axis, method.rater_coords(r)) for r in range(3)])
            assert float(positions @ method.rater_area) >= -1e-6
