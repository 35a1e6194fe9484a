"""ProSeg's reference mode: the abstract tests; who is in the heads, what is in the shares, and the mended faults."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.reference import ReferenceProSeg


class Trainable(ReferenceProSeg):
    def personalised_for_training(self, features, rater):
        tau = self.presets()[rater].expand(len(features), 1, -1)
        return self.decode_points(features.flatten(2), tau, features.new_zeros(len(features), 1, self.latent))

    def samples_for_training(self, features):
        tau = self.presets()[None]
        logits = self.decode_points(features.flatten(2), tau, torch.randn(1, self.n_raters, self.latent))
        return torch.cat([logits.flatten(), self.classifier(self.alpha()).flatten()])


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, latent=6)


class TestReferenceAsMethod(MethodTests):
    make = staticmethod(small)


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=3, n_structures=2, n_channels=1).eval().requires_grad_(False)


@pytest.fixture
def features(method):
    return method.encode(torch.randn(1, 1, 16, 12))


def test_a_rater_is_its_own_head_and_the_decoder_sees_the_shares(method, features):
    mean, log_variance = features[0].unflatten(0, (3, 2, 6))[1]
    eps, shares = torch.randn(6), torch.softmax(method.presets()[1, 3:], -1)
    z = mean + torch.exp(0.5 * log_variance) * eps[:, None, None]
    expected = method.head(z.flatten(1)[None], shares[None, None])[0, 0]
    coords = {"tau": method.rater_coords(1)["tau"], "eps": eps}
    assert torch.allclose(method.decode(features, coords)[0].flatten(1), expected, atol=1e-5)


def test_a_head_does_not_see_the_others(method, features):
    with torch.no_grad():
        for layer in (method.rater_heads[0], method.rater_heads[2], method.rater_heads[4]):
            size = len(layer.weight) // 3
            layer.weight[:size] += 1.0
    changed = method.encode(torch.zeros(1, 1, 16, 12)).unflatten(1, (3, -1))
    torch.manual_seed(1)
    before = small(n_raters=3, n_structures=2, n_channels=1).eval().encode(torch.zeros(1, 1, 16, 12))
    before = before.unflatten(1, (3, -1))
    assert torch.equal(changed[:, 1:], before[:, 1:]) and not torch.equal(changed[:, 0], before[:, 0])


def test_a_sample_has_no_noise_of_its_own_in_a_pixel(method, features):
    flat = features[..., :1, :1].expand(-1, -1, 5, 5)
    sample = method.sample(flat, 4, seed=0)
    assert (sample - sample[..., :1, :1]).abs().max() < 1e-5


def test_shares_are_drawn_from_the_raters_dirichlet(method):
    tau = method.draw(2, 50_000, torch.Generator().manual_seed(0))["tau"]
    assert torch.equal(tau[:, :3], torch.eye(3)[2].expand(50_000, -1))
    alpha = method.alpha()[2]
    assert torch.allclose(torch.softmax(tau[:, 3:], -1).mean(0), alpha / alpha.sum(), atol=5e-3)


def test_each_rater_starts_high_on_two_own_coordinates(method):
    alpha = method.alpha()
    assert torch.allclose(alpha[1], torch.tensor([0.1, 0.1, 1, 1, 0.1, 0.1, 0.1, 0.1]), atol=1e-5)
