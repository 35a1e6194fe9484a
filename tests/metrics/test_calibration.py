from __future__ import annotations

import math

import numpy as np
import pytest

from proseg_gui.metrics.calibration import (
    calibration_error,
    fleiss_kappa,
    inner_calibration_error,
    reliability,
    volume_coverage,
    volume_crps,
    volume_error,
)


def test_crps_by_hand() -> None:
    # |1-2|, |3-2| -> mean 1; spread: (0 + 2 + 2 + 0) / 4 / 2 = .5
    assert volume_crps([1.0, 3.0], [2.0]) == pytest.approx(0.5)
    assert volume_crps([2.0, 2.0], [2.0]) == 0.0
    assert volume_crps([5.0], [2.0, 4.0]) == pytest.approx(2.0)


def test_crps_equals_the_integral_of_the_squared_difference_of_distribution_functions() -> None:
    samples, truth = np.random.default_rng(0).normal(10, 3, 40), 11.3
    grid = np.linspace(-5, 30, 350_001)
    cdf = (samples[:, None] <= grid[::100]).mean(0)
    integral = float(np.square(cdf - (grid[::100] >= truth)).sum() * (grid[100] - grid[0]))
    assert volume_crps(samples, [truth]) == pytest.approx(integral, rel=5e-3)


def test_volume_error_has_a_sign() -> None:
    assert volume_error([4.0, 6.0], [3.0, 3.0]) == 2.0
    assert volume_error([1.0], [3.0]) == -2.0


def test_a_map_equal_to_the_frequency_is_calibrated_and_air_does_not_help() -> None:
    frequency = np.array([0.0, 0.25, 0.5, 1.0])
    assert calibration_error(frequency, frequency) == 0.0
    wrong = np.array([0.0, 0.45, 0.7, 0.8])
    padded = np.concatenate([wrong, np.zeros(1000)]), np.concatenate([frequency, np.zeros(1000)])
    assert calibration_error(*padded) == pytest.approx(calibration_error(wrong, frequency))
    assert calibration_error(wrong, frequency) == pytest.approx(0.2)
    assert calibration_error(np.zeros(4), np.zeros(4)) == 0.0


def test_calibration_averages_within_a_bin() -> None:
    assert calibration_error([0.55, 0.55], [0.1, 1.0]) == pytest.approx(0.0)


def test_fleiss_kappa_by_hand() -> None:
    # 3 raters, 4 voxels with 3, 0, 2, 1 votes: P = (1 + 1 + 1/3 + 1/3) / 4 = 2/3, share 1/2, chance 1/2
    assert fleiss_kappa(np.array([3, 0, 2, 1]) / 3, 3) == pytest.approx((2 / 3 - 0.5) / 0.5)
    assert fleiss_kappa(np.array([1.0, 0.0]), 5) == pytest.approx(1.0)
    assert fleiss_kappa(np.zeros(3), 2) == 1.0
    assert math.isnan(fleiss_kappa(np.zeros(3), 1))


def test_reliability_adds_up_over_cases_and_its_inner_bins_leave_out_what_is_easy() -> None:
    p = np.array([0.05, 0.15, 0.15, 0.55, 0.95, 1.0])
    f = np.array([0.5, 0.25, 0.25, 0.75, 0.0, 1.0])
    summed = reliability(p[:3], f[:3]) + reliability(p[3:], f[3:])
    assert np.allclose(summed, reliability(p, f))
    assert summed[0].tolist() == [1, 2, 0, 0, 0, 1, 0, 0, 0, 2] and summed[1].sum() == pytest.approx(p.sum())
    assert inner_calibration_error(summed) == pytest.approx((2 * 0.10 + 0.20) / 3)
    assert math.isnan(inner_calibration_error(reliability([0.0, 1.0], [0.0, 1.0])))


def test_coverage_is_that_of_the_central_interval_and_right_for_right_draws() -> None:
    assert volume_coverage(np.arange(101), [4.9, 10.0, 90.0, 90.1], 0.8) == 0.5
    rng = np.random.default_rng(0)
    cases = [rng.normal(rng.uniform(5, 50), 2, 407) for _ in range(300)]
    for share in (0.8, 0.95):
        assert np.mean([volume_coverage(v[:400], v[400:], share) for v in cases]) == pytest.approx(share, abs=0.02)
    few = np.mean([volume_coverage(v[:56], v[400:], 0.95) for v in cases])
    assert few < 0.945, "of 56 draws an interval is too short"
