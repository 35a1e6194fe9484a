"""The factor on the width of draws: the least value is found, from either side, with few calls."""

from __future__ import annotations

import math

import pytest
import torch

from proseg_gui.errors import Cancelled
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.spread import DRAWS, MOST_STEPS, RATIO, best_factor, rater_error


def parabola(least, calls):
    def cost(factor):
        calls.append(factor)
        return 0.1 + (math.log(factor) - math.log(least)) ** 2

    return cost


@pytest.mark.parametrize("least", [0.5, 0.77, 0.95, 1.0, 1.04, 1.6, 2.2])
def test_the_least_value_of_a_parabola_is_found(least):
    calls: list[float] = []
    assert best_factor(parabola(least, calls)) == pytest.approx(least, rel=1e-9)
    assert len(calls) == len(set(calls)) <= 3 + MOST_STEPS


@pytest.mark.parametrize(("least", "end"), [(0.01, RATIO**-MOST_STEPS), (100.0, RATIO**MOST_STEPS)])
def test_it_goes_no_further_than_its_range(least, end):
    assert best_factor(parabola(least, [])) == pytest.approx(end, rel=RATIO**0.5 - 1.0)


def test_where_the_width_makes_no_difference_draws_stay_as_they_are():
    assert best_factor(lambda _: 0.3) == 1.0


def test_the_raters_error_is_the_brier_score_of_their_mean_maps(make_cases):
    torch.manual_seed(0)
    method = ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3).eval()
    cases = make_cases(2)
    half = torch.randn(DRAWS // 2, 3, generator=torch.Generator().manual_seed(0))
    error = drawn = 0.0
    for case in cases:
        for r in range(3):
            tau = method.draw(r, DRAWS, torch.Generator().manual_seed(0))["tau"]
            for k in range(case.image.shape[0]):
                features = method.encode(case.image[k : k + 1])
                points = zip(tau, torch.cat([half, -half]), strict=True)
                maps = [torch.sigmoid(method.decode(features, {"tau": t, "eps": e}))[0, 0] for t, e in points]
                mean = torch.stack(maps).mean(0)
                for q in range(case.observed.shape[1]):
                    if case.observed[r, q, 0]:
                        mask = case.masks[r, q, 0, k].float()
                        error += float((mean - mask).square().sum().detach())
                        drawn += float(mask.sum())
    assert drawn > 0
    assert rater_error(method, cases) == pytest.approx(error / drawn, rel=1e-4)


def test_the_error_is_not_waited_for_once_nobody_wants_it(make_cases):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        rater_error(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), make_cases(1), token)
