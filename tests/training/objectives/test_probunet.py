"""Probabilistic U-Net's objective: what every one must hold; its divergence and its choice of a reading."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch.distributions import Normal, kl_divergence

sys.path.insert(0, str(Path(__file__).parent))
from objective_tests import ObjectiveTests

from proseg_gui.training.objectives.probunet import elbo, gaussian_divergence, one_reading


class TestProbabilisticUNet(ObjectiveTests):
    kind = "probunet"


def test_the_divergence_is_torchs():
    torch.manual_seed(0)
    mean, prior_mean = torch.randn(2, 4, 3)
    scale, prior_scale = torch.rand(2, 4, 3) + 0.1
    expected = kl_divergence(Normal(mean, scale), Normal(prior_mean, prior_scale)).sum(-1)
    assert torch.allclose(gaussian_divergence(mean, scale, prior_mean, prior_scale), expected, atol=1e-5)


def test_a_reading_is_drawn_evenly_over_raters_who_drew():
    torch.manual_seed(0)
    masks = torch.zeros(4000, 3, 2, 1, 1, 1)
    masks[:, 0, 0], masks[:, 0, 1], masks[:, 1, 0], masks[:, 1, 1], masks[:, 2] = 0.1, 0.2, 0.3, 9.0, 9.0
    observed = torch.zeros(4000, 3, 2, 1, dtype=torch.bool)
    observed[:, 0] = observed[:, 1, :1] = True  # rater 1 read twice, rater 2 once, rater 3 never
    chosen, there = one_reading(masks, observed)
    values, counts = chosen.flatten().unique(return_counts=True)
    assert [round(float(v), 1) for v in values] == [0.1, 0.2, 0.3] and there.all()
    assert torch.allclose(counts / 4000, torch.tensor([0.25, 0.25, 0.5]), atol=0.03)
    nothing, absent = one_reading(masks, torch.zeros_like(observed))
    assert not nothing.any() and not absent.any()


def test_the_divergence_weighs_1_beside_a_sum_over_pixels():
    """As in the paper; the rest of this loss is a mean over pixels."""
    logits, mask, there = torch.zeros(2, 1, 1, 48), torch.ones(2, 1, 6, 8), torch.ones(2, 1, dtype=torch.bool)
    terms = elbo(logits, mask, there, torch.tensor([1.0, 5.0]))
    assert float(terms["kl"]) * 48 == pytest.approx(3.0)
