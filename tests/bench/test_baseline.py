"""What the bench says of two runs: times as multiples of a baseline, and changes beyond noise."""

import pytest

from proseg_gui.bench.baseline import NOISE, baseline_ms, changes, ratios, times_in

RESULTS = {
    "device": "CPU", "peak_rss_mb": 900.0, "threads": {"1": {"encode_ms": 5.0}},
    "slider_to_pixels_ms": {"256": {"median": 12.0, "p95": 20.0}}, "start_to_window_s": 1.5,
    "speedup_vs_reencode": {"256": 7.0}, "survey_slice_ms": {"box": 40.0, "everywhere": 400.0},
    "baseline_ms": {"slider_to_pixels_ms": 4.0, "start_to_window_s": 10.0, "survey_slice_ms": 8.0},
}  # fmt: skip


def test_times_are_told_from_other_figures():
    assert times_in(RESULTS) == {
        "slider_to_pixels_ms/256/median": 12.0, "slider_to_pixels_ms/256/p95": 20.0, "start_to_window_s": 1.5,
        "survey_slice_ms/box": 40.0, "survey_slice_ms/everywhere": 400.0,
    }  # fmt: skip


def test_each_time_is_held_against_the_baseline_of_its_own_part():
    found = ratios(RESULTS)
    assert found["slider_to_pixels_ms/256/median"] == 3.0
    assert found["start_to_window_s"] == 150.0  # seconds against milliseconds
    assert found["survey_slice_ms/everywhere"] == 50.0


def test_only_changes_beyond_noise_are_told():
    before = {"times_baseline": {"a_ms": 10.0, "b_ms": 10.0, "c_ms": 10.0, "gone_ms": 1.0}}
    now = {"times_baseline": {"a_ms": 10.0 * (1 + NOISE * 0.9), "b_ms": 20.0, "c_ms": 5.0, "new_ms": 1.0}}
    assert changes(now, before) == [
        "b_ms: 100% slower (10 -> 20 times the baseline)",
        "c_ms: 50% faster (10 -> 5 times the baseline)",
        "new_ms: new",
        "gone_ms: no longer measured",
    ]
    assert changes(before, before) == []


def test_the_baseline_is_measured():
    assert baseline_ms() == pytest.approx(baseline_ms(), rel=3.0) and baseline_ms() > 0
