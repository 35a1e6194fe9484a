"""Stochastic segmentation network: the interface, the objective, and that its draws are the Gaussian that it says."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.distributions import Bernoulli

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.ssn import StochasticSegmentationNetwork
from proseg_gui.training.objectives.ssn import mask_likelihood


class Trainable(StochasticSegmentationNetwork):
    def personalised_for_training(self, features, rater):
        return self.decode_points(features.flatten(2), self.presets()[None, rater : rater + 1], torch.zeros(1, 1, 6))

    def samples_for_training(self, features):
        tau = self.presets()[None]
        return self.decode_points(features.flatten(2), tau, torch.randn(1, self.n_raters, 6))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, rank=6)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "ssn"


def test_draws_have_the_covariance_of_the_factors():
    torch.manual_seed(0)
    method = small(n_raters=2, n_structures=1, n_channels=1).eval().requires_grad_(False)
    features = method.encode(torch.randn(1, 1, 4, 4))
    drawn = method.sample(features, 20_000, seed=1, rater=1).flatten(1)
    factors = method.factors[:, 0] @ features[0].flatten(1)  # (K, P)
    assert torch.allclose(drawn.mean(0), method.personalised(features, 1).flatten(), atol=0.02)
    expected = factors.T @ factors
    assert torch.allclose(torch.cov(drawn.T), expected, atol=0.05 * float(expected.abs().max()))


def test_the_likelihood_is_that_of_whole_masks():
    torch.manual_seed(0)
    means, apart = torch.randn(2, 3, 2, 5), torch.randn(2, 4, 2, 5)
    masks = torch.randint(0, 2, (2, 3, 1, 2, 5)).float()
    observed = torch.ones(2, 3, 1, 2, dtype=torch.bool)
    observed[0, 1, 0, 1] = False
    found = mask_likelihood(means, apart, masks, observed)
    for v in range(2):
        for r in range(3):
            seen = observed[v, r, 0]
            p = [Bernoulli(logits=(means[v, r] + apart[v, m])[seen]).log_prob(masks[v, r, 0][seen]).sum().exp()
                 for m in range(4)]  # fmt: skip
            assert found[v, r, 0] == pytest.approx(float(torch.stack(p).mean().log()) / 5, rel=1e-4)


def test_doubt_that_the_image_leaves_becomes_spread(layout, make_cases, tmp_path):
    """Raters who differ by size are told apart, and what is left over is drawn."""
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=80))
    trainer.run()
    area = trainer.method.rater_area
    assert area[0] < area[1]
    assert trainer.method.preference_controls()[0].share > 0.5
