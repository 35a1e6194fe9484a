"""Pionono's objective: what every one must hold, and its divergence against torch's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

sys.path.insert(0, str(Path(__file__).parent))
from objective_tests import ObjectiveTests

from proseg_gui.training.losses import gaussian_kl
from proseg_gui.training.objectives.pionono import PiononoObjective


class TestPionono(ObjectiveTests):
    kind = "pionono"

    def test_raters_learn_faster_and_without_decay(self, layout):
        objective = self.objective(layout)
        assert isinstance(objective, PiononoObjective)
        fast = objective.rater_parameters()
        assert [tuple(p.shape) for p in fast] == [(3, 8), (3, 8, 8)]


@pytest.mark.parametrize("sd", [0.5, 2.0])
def test_the_divergence_is_torchs(sd):
    torch.manual_seed(0)
    mean = torch.randn(4, 3)
    scale = torch.randn(4, 3, 3).tril(-1) + torch.diag_embed(torch.rand(4, 3) + 0.1)
    prior = MultivariateNormal(torch.zeros(3), scale_tril=sd * torch.eye(3))
    expected = kl_divergence(MultivariateNormal(mean, scale_tril=scale), prior)
    assert torch.allclose(gaussian_kl(mean, scale, sd), expected, rtol=1e-4)
