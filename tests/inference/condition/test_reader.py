"""The simulated reader: where strokes go and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.inference.condition.reader import GOOD_DICE, Reader
from proseg_gui.metrics.overlap import dice


@pytest.fixture
def truth():
    mask = np.zeros((3, 30, 30), bool)
    mask[:, 5:20, 5:20] = True
    return mask


def test_a_stroke_goes_to_the_deepest_point_of_the_largest_error(truth):
    shown = truth.copy()
    shown[1, 5:12, 5:20] = False  # 7 x 15 missing: its middle row is 8
    shown[2, 22:26, 22:26] = True  # a smaller one
    reader = Reader(truth, (2.0, 1.0, 1.0), 2.5)
    k, y, x = reader.worst(shown, {})
    assert (k, y) == (1, 8) and 8 <= x <= 16
    assert reader.worst(shown, {1: None})[0] == 2
    assert reader.worst(shown, {1: None, 2: None}) is None and reader.worst(truth, {}) is None


def test_a_stroke_says_nothing_across_the_own_contour(truth):
    reader = Reader(truth, (2.0, 1.0, 2.0), 3.0)
    disc = reader.disc((1, 5, 5))
    assert disc[5, 5] and disc[7, 5] and not disc[9, 5]  # 3 mm down is 3 rows
    assert disc[5, 6] and not disc[5, 7]  # and one column and a half
    assert not disc[4, 5] and not (disc & ~truth[1]).any()


def test_strokes_correct_slice_by_slice_until_each_is_good(truth):
    shown, said, done = np.roll(truth, 3, 2), np.zeros(truth.shape, np.uint8), set()
    reader, before = Reader(truth, (2.0, 1.0, 1.0), 2.5), 0.0
    while (place := reader.stroke(shown, said, done)) is not None:
        assert shown[place] == truth[place] and said[place] == (1 if truth[place] else 2)
        assert dice(shown, truth) > before
        before = dice(shown, truth)
    assert done == {0, 1, 2} and all(dice(shown[k], truth[k]) >= GOOD_DICE for k in done)
    assert ((said == 1) <= truth).all() and ((said == 2) <= ~truth).all()
