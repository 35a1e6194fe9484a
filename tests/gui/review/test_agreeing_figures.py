"""The contour's volume and the range of the readings never contradict each other without a word."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.gui.review.display_link import volume_rows
from proseg_gui.review.figures import Figures
from proseg_gui.review.state import Summary


def _summary(done: int) -> Summary:
    return Summary(
        by_slice=np.zeros(4), shares={}, volumes_ml=np.linspace(10.0, 20.0, 41), rater_volumes_ml={},
        slices_done=done, n_slices=4,
    )  # fmt: skip


def _values(*args, **kwargs) -> list[str]:
    return [row.value for row in volume_rows(*args, **kwargs)]


def test_unknown_and_measuring_are_two_texts() -> None:
    assert _values(None, None, measuring=False) == ["\u2013", "\u2013"]
    assert _values(None, None, measuring=True) == ["measuring", "measuring"]


def test_a_range_over_some_slices_is_not_held_against_the_whole_volume() -> None:
    assert _values(Figures(45.0, True, True), _summary(1), measuring=True) == ["45.0 ml", "1 of 4 slices"]


def test_an_estimate_below_what_one_slice_shows_is_no_figure() -> None:
    assert _values(Figures(0.0, False), None, here_ml=0.4, measuring=True)[0] == "measuring"
    assert _values(Figures(1.0, True), None, here_ml=0.4, measuring=True)[0] == "\u2248 1.00 ml"
    assert _values(Figures(0.0, True, True), None, here_ml=0.4, measuring=True)[0] == "0 ml", "a counted one stands"


def test_what_is_kept_is_held_against_the_range() -> None:
    rows = volume_rows(Figures(15.0, True, True), _summary(4), ("Accepted", 45.0), measuring=True)
    assert [(row.label, row.value) for row in rows] == [
        ("Accepted", "45.0 ml"),
        ("At the sliders", "15.0 ml"),
        ("95 % of readings", "10.2 \u2013 19.8 ml"),
        ("This contour", "larger than these"),
    ]


@pytest.mark.parametrize(("ml", "words"), [(15.0, []), (45.0, ["larger than these"]), (2.0, ["smaller than these"])])
def test_a_volume_outside_the_range_says_so(ml: float, words: list[str]) -> None:
    assert _values(Figures(ml, True, True), _summary(4), measuring=True)[2:] == words


def test_the_line_of_the_histogram_waits_for_all_slices(reviewed) -> None:
    plot, desk = reviewed.plot, reviewed.controller.desk
    assert plot._current == desk.figures.ml
    low, high = plot.limits_ml()
    assert low <= plot._current <= high
    desk.take_figures(Figures(5000.0, complete=False))
    assert plot._current is None, "a volume over some slices is on another axis"
