"""The factor on the width of draws: the least value is found, from either side, with few calls."""

from __future__ import annotations

import math

import pytest

from proseg_gui.training.spread import MOST_STEPS, RATIO, best_factor


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
