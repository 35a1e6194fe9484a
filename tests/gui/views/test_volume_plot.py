"""The distribution of volumes: counts, marks, texts."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from proseg_gui.gui.views.palette import DARK, rater_colour
from proseg_gui.gui.views.plot_frame import nice_ticks
from proseg_gui.gui.views.volume_plot import MAX_BINS, RaterMark, VolumePlot

RATERS = [RaterMark("generous", 17.4, rater_colour(0)), RaterMark("tight", 12.9, rater_colour(1))]


@pytest.fixture
def plot(qtbot) -> VolumePlot:
    widget = VolumePlot()
    qtbot.addWidget(widget)
    widget.resize(640, 140)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def column(plot: VolumePlot, eye, ml: float, colour: str) -> int:
    """Painted pixels of ``colour`` where ``ml`` lies on the axis."""
    close = eye.nearness(eye.grabbed(plot), colour) < 6
    return int(close[:, round(plot.x_of(ml)) - 1 : round(plot.x_of(ml)) + 1].any(axis=1).sum())


def test_raters_and_the_current_volume_are_marked_in_their_colours(plot, eye):
    plot.set_volumes(np.random.default_rng(0).normal(14, 1, 56), RATERS)
    plot.set_current(15.5)
    for rater in RATERS:
        assert column(plot, eye, rater.ml, rater.colour) > 40
    assert column(plot, eye, 15.5, DARK.current) > 40
    plot.set_current(16.5)
    assert column(plot, eye, 15.5, DARK.current) == 0
    assert column(plot, eye, 16.5, DARK.current) > 40


def test_a_given_mask_is_dotted_in_its_colour_and_named(plot, eye):
    given = RaterMark("anna", 16.5, rater_colour(2), given=True)
    plot.set_volumes([10.0, 20.0], [given])
    dotted = column(plot, eye, 16.5, given.colour)
    plot.set_volumes([10.0, 20.0], [RaterMark("anna", 16.5, given.colour)])
    assert 15 < dotted < column(plot, eye, 16.5, given.colour)
    plot.set_volumes([10.0, 20.0], [given])
    assert plot.tooltip_at(QPointF(plot.x_of(16.5), 80)) == "anna (given): 16.5 ml"


def test_two_humps_show_as_two(plot, eye):
    plot.set_volumes([*[10.0, 10.1, 10.2] * 10, *[14.0, 14.1] * 10], [])
    bars = (eye.nearness(eye.grabbed(plot), DARK.histogram) < 6).any(axis=0)
    low, between, high = (round(plot.x_of(ml)) for ml in (10.1, 12.0, 14.05))
    assert bars[low]
    assert bars[high]
    assert not bars[between]


def test_every_sample_is_counted_once(plot):
    samples = np.random.default_rng(1).gamma(4, 3, 500)
    plot.set_volumes(samples, [])
    counted = {plot.tooltip_at(QPointF(x, 60)) for x in range(640)} - {""}
    assert sum(int(text.split(": ")[1].split(" of ")[0]) for text in counted) == 500
    assert len(counted) <= MAX_BINS


def test_equal_samples_and_zero_volumes_have_an_axis(plot, eye):
    for value in (0.0, 7.0):
        plot.set_volumes([value] * 9, [RaterMark("a", value, rater_colour(0))])
        low, high = plot.limits_ml()
        assert low <= value < high
        assert column(plot, eye, value, rater_colour(0)) > 40


def test_the_pointer_names_raters_and_the_current_contour(plot):
    plot.set_volumes([12.0, 18.0], [*RATERS, RaterMark("twin", 17.4, rater_colour(2))])
    plot.set_current(15.5)
    assert plot.tooltip_at(QPointF(plot.x_of(17.4) + 2, 70)) == "generous: 17.4 ml\ntwin: 17.4 ml"
    assert plot.tooltip_at(QPointF(plot.x_of(15.5), 70)) == "current contour: 15.5 ml"


def test_progress_is_said_until_all_slices_are_done(plot):
    plot.set_volumes([1.0, 2.0, 3.0], [])
    plot.set_progress(12, 48)
    assert plot.hint() == "computing (12 of 48 slices)"
    plot.set_progress(48, 48)
    assert plot.hint() == "3 samples"


def test_the_empty_state_is_painted_and_has_no_tooltip(plot, eye):
    plot.set_volumes(None, [])
    plot.set_current(None)
    assert plot.limits_ml() is None
    assert plot.tooltip_at(QPointF(100, 70)) == ""
    text = eye.nearness(eye.grabbed(plot)[50:110, 200:440], DARK.muted)
    assert (text < 30).any()


def ink(plot: VolumePlot, eye, top: int) -> np.ndarray:
    """Columns with letters in the row of names that begins at ``top``."""
    return (eye.nearness(eye.grabbed(plot)[top : top + 12], DARK.muted) < 60).any(axis=0)


def test_names_that_would_overlap_go_into_rows_of_their_own(plot, eye):
    wide, other = RaterMark("wide name one", 15.0, "#ff0000"), RaterMark("other", 15.1, "#00ff00")
    plot.set_volumes([10.0, 20.0], [wide])
    assert ink(plot, eye, 24).any()
    plot.set_volumes([10.0, 20.0], [wide, other])
    eye.grabbed(plot)
    assert [(mark.name, row) for mark, _left, row in plot._names] == [("wide name one", 0), ("other", 1)]
    plot.resize(640, 100)  # no room for a second row: the name under the pointer is left
    eye.grabbed(plot)
    assert [mark.name for mark, _left, _row in plot._names] == ["wide name one"]
    assert "other" in plot.tooltip_at(QPointF(plot.x_of(15.1), 60))


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [(10.2, 19.8, 5, [12, 14, 16, 18]), (0, 1, 4, [0, 0.5, 1]), (0.2, 0.31, 6, [0.2, 0.22, 0.24, 0.26, 0.28, 0.3])],
)
def test_ticks_are_round(low, high, count, ticks):
    assert nice_ticks(low, high, count) == pytest.approx(ticks)
