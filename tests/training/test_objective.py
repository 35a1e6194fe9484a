"""ProSeg with Gaussian raters: the abstract tests of an objective (Dirichlet: test_floors), and its divergence."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

sys.path.insert(0, str(Path(__file__).parent / "objectives"))
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.training.dataset import Batches
from proseg_gui.training.recipe import Recipe

GAUSSIAN = replace(RECIPE, network={"preference": "gaussian"})


class TestGaussianProSeg(ObjectiveTests):
    kind = "proseg"

    def objective(self, layout, recipe=GAUSSIAN):
        assert not recipe.network or recipe.network == GAUSSIAN.network
        return super().objective(layout, replace(recipe, network=GAUSSIAN.network))

    def test_the_raters_gaussians_are_held_to_the_prior(self, layout, make_cases):
        objective = self.objective(layout)
        terms = objective(Batches(make_cases(3), RECIPE, objective.method.stride)(0))
        rows = objective.method.rater_rows()
        scale = torch.nn.functional.softplus(rows["rater_scale"].diagonal(dim1=-2, dim2=-1)).diag_embed()
        prior = MultivariateNormal(torch.zeros(8), torch.eye(8))
        expected = kl_divergence(MultivariateNormal(rows["rater_mean"], scale_tril=scale), prior).mean()
        assert float(terms["kl"].detach()) == pytest.approx(float(expected.detach()), rel=1e-4)
        assert objective.rater_parameters() == [objective.method.rater_mean, objective.method.rater_scale]


def test_a_recipe_without_options_is_written_as_before_there_were_any():
    assert "network" not in Recipe().as_dict()
    assert GAUSSIAN.as_dict()["network"] == {"preference": "gaussian"}
