from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.metrics.bootstrap import paired_difference


def test_a_clear_difference_is_no_tie_though_cases_vary_more() -> None:
    rng = np.random.default_rng(0)
    cases = rng.normal(0.8, 0.1, 30)
    result = paired_difference(cases + 0.02 + rng.normal(0, 0.01, 30), cases)
    assert result.low > 0 and not result.tie
    assert result.mean == pytest.approx(0.02, abs=0.005)


def test_noise_is_a_tie() -> None:
    delta = np.array([0.02, -0.02, 0.01, -0.01])
    result = paired_difference(delta, np.zeros(4))
    assert result.tie
    assert result.low < 0 < result.high


def test_the_interval_has_the_width_of_the_standard_error() -> None:
    delta = np.random.default_rng(3).normal(0, 1, 400)
    result = paired_difference(delta, np.zeros(400))
    assert result.high - result.low == pytest.approx(2 * 1.96 * delta.std() / 20, rel=0.05)


def test_the_same_seed_gives_the_same_interval() -> None:
    a, b = [0.5, 0.7, 0.9], [0.4, 0.8, 0.7]
    assert paired_difference(a, b, seed=4) == paired_difference(a, b, seed=4)


def test_one_case_is_always_a_tie_and_nan_is_refused() -> None:
    assert paired_difference([0.9], [0.1]).tie
    with pytest.raises(ValueError, match="finite"):
        paired_difference([0.9, np.nan], [0.1, 0.2])
    with pytest.raises(ValueError, match="at least one"):
        paired_difference([], [])
