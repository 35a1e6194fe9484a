"""Affine recalibration: found again where the answer is known, for every draw alike, and refused where it harms."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.methods import new_network
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.recalibrate import DRAWS, best_affine, gathered, rescale
from proseg_gui.training.recipe import Recipe


def test_the_scale_and_shift_that_were_taken_away_are_found():
    torch.manual_seed(0)
    right = 2.0 * torch.randn(4000, 6) + torch.randn(4000, 1)
    share = torch.sigmoid(right).mean(1)
    a, b = best_affine((right - 0.7) / 1.6, share)
    assert (a, b) == (pytest.approx(1.6, abs=0.05), pytest.approx(0.7, abs=0.03))
    assert best_affine(right, share) == (pytest.approx(1.0, abs=0.02), pytest.approx(0.0, abs=0.02))
    assert best_affine(torch.zeros(0, 6), torch.zeros(0)) == (1.0, 0.0)


def test_every_draw_of_a_structure_is_moved_and_no_other():
    torch.manual_seed(0)
    method = ProSeg(3, n_structures=2, widths=(4, 8))
    features = torch.randn(1, 16, 5, 6)
    points = method.draw(None, 9, torch.Generator().manual_seed(1))
    with torch.no_grad():
        before = method.decode_many(features, points)
        rescale(method, [(1.5, -0.5), (1.0, 0.0)])
        after = method.decode_many(features, points)
    assert torch.allclose(after[:, 0], 1.5 * before[:, 0] - 0.5, atol=1e-5)
    assert torch.allclose(after[:, 1], before[:, 1], atol=1e-6)


def test_missing_readings_have_no_vote_and_readings_of_a_rater_share_one(make_cases, layout):
    torch.manual_seed(0)
    method, case = new_network("proseg", layout, Recipe(widths=(4, 8))), make_cases(2)[1]
    assert case.observed[2].sum() == 2
    case.masks[:] = 0
    case.masks[0], case.masks[2, 1] = 1, 1  # rater 1 all, rater 2 nothing, rater 3 all in one of two readings
    (found,) = gathered(method, [case])
    assert found[0].shape[1] == DRAWS and torch.allclose(found[1], torch.full_like(found[1], 0.5))
    case.observed[1] = False
    ((_, share),) = gathered(method, [case])
    assert torch.allclose(share, torch.full_like(share, 0.75))


@pytest.mark.parametrize("harms", [False, True])
def test_what_makes_validation_worse_is_refused(make_cases, layout, harms):
    torch.manual_seed(0)
    recipe = replace(Recipe(widths=(4, 8)), recalibrate=True)
    objective, cases = ProSegObjective(new_network("proseg", layout, recipe), recipe), make_cases(2)
    learnt = objective.method.third.bias.clone()

    def judge():
        moved = not torch.equal(objective.method.third.bias, learnt)
        worse = 0.2 if moved and harms else 0.0
        return {"ged2": 0.5 + worse, "dice_soft": 0.8, "dice_identity_mean": 0.8}

    made = objective.calibrate(cases, judge)
    assert torch.equal(objective.method.third.bias, learnt) == harms
    assert ("refused" in made["recalibration"]) == harms
    assert made["figures"]["ged2"] == 0.5
