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

from proseg_gui.catalogue import CONDITIONING
from proseg_gui.networks.preferences import inverse_softplus
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import objective as objective_module
from proseg_gui.training.dataset import Batches
from proseg_gui.training.methods import new_network
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.objectives.base import TAU_RATE
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
        counted = RECIPE.weights.kl * float(expected.detach())
        assert float(terms["kl"].detach()) == pytest.approx(counted, rel=1e-4)
        assert objective.rater_parameters() == [objective.method.rater_mean, objective.method.rater_scale]


@pytest.mark.parametrize("conditioning", CONDITIONING.names)
def test_what_tau_acts_by_learns_faster_where_it_mixes_matrices(layout, conditioning):
    recipe = Recipe(widths=(4, 8), rater_rate=7.0, network={"conditioning": conditioning})
    method = new_network("proseg", layout, recipe)
    groups = {group["factor"]: group for group in ProSegObjective(method, recipe).groups()}
    assert groups[7.0]["params"] == [method.rater_alpha]
    heads = 4  # weights of those that are thrown away after
    assert sum(len(group["params"]) for group in groups.values()) == len(list(method.parameters())) + heads
    if conditioning == "film":
        assert set(groups) == {1.0, 7.0}
        return
    quick = {id(p) for p in (method.gamma, method.beta, method.first_tau, method.first_mix)}
    assert {id(p) for p in groups[TAU_RATE]["params"]} == quick and groups[TAU_RATE]["weight_decay"] == 0.0


def test_a_recipe_without_options_is_written_as_before_there_were_any():
    assert "network" not in Recipe().as_dict()
    assert GAUSSIAN.as_dict()["network"] == {"preference": "gaussian"}


def calibrated(monkeypatch, judge, error=lambda *_: 0.2):
    monkeypatch.setattr(objective_module, "rater_error", error)
    objective = ProSegObjective(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), RECIPE)
    objective.method.rater_alpha.data.copy_(inverse_softplus(torch.linspace(1.0, 12.0, 24).view(3, 8)))
    learnt = {name: value.clone() for name, value in objective.method.state_dict().items()}
    return objective.method, learnt, lambda: objective.calibrate([], lambda: judge(objective.method, learnt))


def test_calibration_scales_the_modes_to_where_ged2_and_soft_dice_are_best(monkeypatch):
    def judge(method, learnt):
        factor = float((method.mode_weight / learnt["mode_weight"]).mean().detach())
        assert torch.allclose(method.mode_weight, factor * learnt["mode_weight"])
        return {"ged2": 0.2 + (factor - 0.8) ** 2, "dice_soft": 0.9 - 0.5 * (factor - 0.6) ** 2, "factor": factor}

    method, learnt, calibrate = calibrated(monkeypatch, judge)
    own = [method.decode(torch.ones(1, 4, 2, 2), method.rater_coords(r)) for r in range(3)]
    found = calibrate()
    assert found["ambiguity_scale"] == pytest.approx(0.7, abs=0.02) and found["preference_scale"] == 1.0
    assert found["before"] == {"ged2": 0.24, "dice_soft": 0.82}
    assert found["figures"]["factor"] == pytest.approx(found["ambiguity_scale"], abs=1e-4)
    assert torch.allclose(method.mode_weight, found["figures"]["factor"] * learnt["mode_weight"])
    for r, before in enumerate(own):
        assert torch.equal(method.decode(torch.ones(1, 4, 2, 2), method.rater_coords(r)), before)


def test_calibration_narrows_the_raters_draws_to_the_least_error_around_the_same_presets(monkeypatch):
    wanted = 0.6

    def error(method, *_):
        drawn = method.draw(0, 4000, torch.Generator().manual_seed(0))["tau"]
        width = float(method.preference_line(drawn)[:, 0].std())
        return (width / start[0] - wanted) ** 2

    start: list[float] = []
    method, learnt, calibrate = calibrated(monkeypatch, lambda *_: {"ged2": 0.2, "dice_soft": 0.8}, error)
    drawn = method.draw(0, 4000, torch.Generator().manual_seed(0))["tau"]
    start.append(float(method.preference_line(drawn)[:, 0].std()))
    presets = method.presets().detach().clone()
    found = calibrate()
    drawn = method.draw(0, 4000, torch.Generator().manual_seed(0))["tau"]
    assert float(method.preference_line(drawn)[:, 0].std()) == pytest.approx(wanted * start[0], rel=0.1)
    assert 0.4 < found["preference_scale"] < 1.0
    assert torch.allclose(method.presets(), presets, atol=1e-4)
    assert torch.equal(method.mode_weight, learnt["mode_weight"])


def test_calibration_leaves_well_chosen_widths_alone(monkeypatch):
    figures = {"ged2": 0.25, "dice_soft": 0.8}
    method, learnt, calibrate = calibrated(monkeypatch, lambda *_: figures)
    assert calibrate() == {"preference_scale": 1.0, "ambiguity_scale": 1.0, "before": figures, "figures": figures}
    assert all(torch.equal(value, learnt[name]) for name, value in method.state_dict().items())


def test_a_calibration_that_makes_validation_worse_is_not_applied(monkeypatch):
    """The raters' error wants draws of half the width; validation says that this is worse whatever the ambiguity."""

    def error(method, *_):
        return abs(width(method) / start[0] - 0.5)

    def width(method):
        return float(method.preference_line(method.draw(0, 500, torch.Generator().manual_seed(0))["tau"])[:, 0].std())

    def judge(method, learnt):
        modes = float((method.mode_weight / learnt["mode_weight"]).mean().detach())
        return {"ged2": 0.2 + 0.4 * abs(width(method) / start[0] - 1.0) + 0.1 * (modes - 0.8) ** 2, "dice_soft": 0.8}

    start: list[float] = []
    method, learnt, calibrate = calibrated(monkeypatch, judge, error)
    start.append(width(method))
    found = calibrate()
    assert found["refused"]["preference_scale"] < 0.9 and found["refused"]["ged2"] > found["before"]["ged2"]
    assert found["preference_scale"] == 1.0 and found["ambiguity_scale"] == pytest.approx(0.8, abs=0.05)
    assert found["figures"]["ged2"] < found["before"]["ged2"]
    for name, value in method.rater_rows().items():
        assert torch.equal(value, learnt[name])
    assert torch.allclose(method.mode_weight, found["ambiguity_scale"] * learnt["mode_weight"], rtol=1e-3)
    assert judge(method, learnt)["ged2"] == pytest.approx(found["figures"]["ged2"])


def test_calibration_judges_no_width_twice(monkeypatch):
    judged = []

    def judge(method, learnt):
        judged.append(float((method.mode_weight / learnt["mode_weight"]).mean().detach()))
        return {"ged2": 0.25, "dice_soft": 0.8}

    calibrated(monkeypatch, judge)[2]()
    assert len(judged) == len({round(factor, 4) for factor in judged}) >= 3
