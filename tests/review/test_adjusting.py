"""What a model draws without adjusting for the scanner: asked for beside each drawn slice, and shown with that only."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review.adjusting import LANE

from .conftest import AMBIGUITY, SHAPE, scan


@pytest.fixture
def adjusting(bench):
    """A case whose model adjusts for the scanner."""
    bench.open(scan("a"))
    review = bench.desk.review
    review.engine.method.capabilities.adjusts = True
    review.asked = []

    def otherwise(k, points, token):
        review.asked.append((k, points))
        return np.full((len(points), *SHAPE[1:]), 0.25, np.float32)

    review.otherwise = otherwise
    return bench


def come(bench):
    for lane, _token, do in bench.worker.looks:
        if lane == LANE:
            do()
    bench.worker.looks.clear()


def test_it_comes_beside_the_slice_in_view_and_is_gone_with_it(adjusting):
    bench, desk = adjusting, adjusting.desk
    assert desk.adjusting.adjusted and desk.adjusting.shown() is None
    bench.worker.answer()
    come(bench)
    assert desk.adjusting.shown().probability.shape[1:] == SHAPE[1:]
    assert bench.sayings("otherwise_changed")[-1] is desk.adjusting.shown()
    bench.worker.answer()  # drawn again as it was: there is nothing new to ask
    come(bench)
    assert len(desk.review.asked) == 1
    desk.step_slice(1)
    assert desk.adjusting.shown() is None
    bench.worker.answer()
    come(bench)
    assert desk.adjusting.shown().slice_index == desk.slice_index and len(desk.review.asked) == 2


def test_a_drag_is_not_slowed_and_its_end_asks(adjusting):
    bench, desk = adjusting, adjusting.desk
    desk.latents.begin_drag()
    desk.latents.move_axis(AMBIGUITY, 2.0)
    bench.worker.answer()
    come(bench)
    assert desk.review.asked == [] and desk.adjusting.shown() is None
    desk.latents.end_drag()
    come(bench)
    assert desk.review.asked[-1][1] == desk.drawn.frame.points


def test_switched_off_or_without_the_capability_nothing_is_asked_for(adjusting):
    bench, desk = adjusting, adjusting.desk
    desk.review.engine.adjusted = False
    bench.worker.answer()
    desk.review.engine.adjusted, desk.review.engine.method.capabilities.adjusts = True, False
    bench.worker.answer()
    assert not [what for what in bench.worker.of("look") if what == (LANE,)]


def test_another_model_forgets_it(adjusting):
    bench, desk = adjusting, adjusting.desk
    bench.worker.answer()
    come(bench)
    desk.begin(desk.review)
    assert desk.adjusting.drawn is None and bench.sayings("otherwise_changed")[-1] is None
