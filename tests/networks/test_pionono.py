"""Pionono: the abstract tests; draws follow the Gaussians, whose covariance stays positive; the head is the paper's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.pionono import Pionono


class Trainable(Pionono):
    def personalised_for_training(self, features, rater):
        return self.head(features.flatten(2), self.rater_mean[rater].expand(1, 1, -1))

    def samples_for_training(self, features):
        codes = self.rater_mean + (self.scales() @ torch.randn(self.n_raters, self.code, 1)).squeeze(-1)
        return self.head(features.flatten(2), codes.unsqueeze(0))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, code=5)


class TestPiononoAsMethod(MethodTests):
    make = staticmethod(small)


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=3, n_structures=2, n_channels=1).eval().requires_grad_(False)


def test_draws_follow_the_raters_gaussian(method):
    with torch.no_grad():
        method.rater_scale += 0.5 * torch.randn_like(method.rater_scale)
    tau = method.draw(1, 100_000, torch.Generator().manual_seed(0))["tau"]
    covariance = method.scales()[1] @ method.scales()[1].T
    assert torch.allclose(tau.mean(0), method.rater_mean[1], atol=0.05)
    assert torch.allclose(torch.cov(tau.T), covariance, atol=0.05 * float(covariance.abs().max()))


def test_the_covariance_stays_positive_whatever_is_learned(method):
    with torch.no_grad():
        method.rater_scale -= 30.0
    assert (torch.linalg.eigvalsh(method.scales() @ method.scales().mT) >= -1e-3).all()
    assert (method.scales().diagonal(dim1=-2, dim2=-1) > 0).all()


def test_the_head_is_three_layers_on_features_and_the_tiled_code(method):
    features = method.encode(torch.randn(1, 1, 16, 12))
    z = torch.randn(5)
    both = torch.cat([features[0], z[:, None, None].expand(-1, 16, 12)])
    head = method.head
    first = torch.einsum("hc,cyx->hyx", torch.cat([head.first_pixels, head.first_code], 1), both)
    hidden = torch.relu(first + head.first_bias[:, None, None])
    hidden = torch.relu(torch.einsum("hc,cyx->hyx", head.second.weight, hidden) + head.second.bias[:, None, None])
    expected = torch.einsum("hc,cyx->hyx", head.third.weight, hidden) + head.third.bias[:, None, None]
    assert torch.allclose(method.decode(features, {"tau": z, "eps": torch.zeros(0)})[0], expected, atol=1e-5)


def test_the_rater_is_all_in_eight_numbers_and_a_scale(method):
    more = small(n_raters=5, n_structures=2, n_channels=1).state_dict()
    depends = {name for name, value in method.state_dict().items() if value.shape != more[name].shape}
    assert depends == {"rater_mean", "rater_scale", "rater_area"}
