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

from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.dataset import Batches
from proseg_gui.training.objective import ProSegObjective
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


def test_calibration_scales_the_modes_to_where_ged2_and_soft_dice_are_best():
    objective = ProSegObjective(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), RECIPE)
    method, learnt = objective.method, objective.method.mode_weight.detach().clone()
    own = [method.decode(torch.ones(1, 4, 2, 2), method.rater_coords(r)) for r in range(3)]

    def judge():
        factor = float((method.mode_weight / learnt).mean().detach())
        assert torch.allclose(method.mode_weight, factor * learnt)
        return {"ged2": 0.2 + (factor - 0.8) ** 2, "dice_soft": 0.9 - 0.5 * (factor - 0.6) ** 2, "factor": factor}

    found = objective.calibrate(judge)
    assert found["ambiguity_scale"] == pytest.approx(0.7, abs=0.02)
    assert found["before"] == {"ged2": 0.24, "dice_soft": 0.82}
    assert found["figures"]["factor"] == pytest.approx(found["ambiguity_scale"], abs=1e-4)
    assert torch.allclose(method.mode_weight, found["figures"]["factor"] * learnt)
    for r, before in enumerate(own):
        assert torch.equal(method.decode(torch.ones(1, 4, 2, 2), method.rater_coords(r)), before)


def test_calibration_leaves_well_chosen_modes_alone():
    objective = ProSegObjective(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), RECIPE)
    learnt = objective.method.mode_weight.detach().clone()
    figures = {"ged2": 0.25, "dice_soft": 0.8}
    assert objective.calibrate(lambda: figures) == {"ambiguity_scale": 1.0, "before": figures, "figures": figures}
    assert torch.equal(objective.method.mode_weight, learnt)
