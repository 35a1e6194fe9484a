"""A contour against given masks: the figures are those of the metrics, and the consensuses those of evaluate."""

from __future__ import annotations

import math

import numpy as np
import pytest

from proseg_gui.review.agreement import MAJORITY, STAPLE, agreement, references
from proseg_gui.volume import Geometry, Mask, Reading

GRID = Geometry.plain((3, 20, 20), (3.0, 1.0, 1.0))


def square(left, right, slices=slice(0, 3)):
    mask = np.zeros(GRID.shape, bool)
    mask[slices, 5:15, left:right] = True
    return mask


def reading(rater, mask, structure="lesion", number=""):
    return Reading(rater, structure, Mask(mask, GRID), number)


def test_readings_come_first_then_majority_and_staple():
    masks = [square(4, 10), square(5, 10), square(5, 15)]
    found = references([reading("a", masks[0]), reading("b", masks[1], number="2"), reading("c", masks[2])])
    assert [(r.name, r.rater) for r in found] == [("a", "a"), ("b (2)", "b"), ("c", "c"), (MAJORITY, ""), (STAPLE, "")]
    assert np.array_equal(found[3].mask, square(5, 10))
    assert found[4].mask.any() and not (found[4].mask & ~square(4, 15)).any()
    assert [r.name for r in references([reading("a", masks[0])])] == ["a"]


def test_figures_of_a_shifted_square():
    found = agreement(square(5, 15), square(6, 16), GRID)
    assert found.dice == pytest.approx(0.9) and found.volume_ml == 0.0
    assert found.surface_dice == 1.0 and found.hd95_mm == 1.0 and 0 < found.assd_mm < 1.0
    larger = agreement(square(5, 15), square(5, 10), GRID)
    assert larger.volume_ml == pytest.approx(3 * 10 * 5 * 3.0 / 1000) and larger.hd95_mm == pytest.approx(5.0)
    empty = agreement(square(5, 15), np.zeros(GRID.shape, bool), GRID)
    assert empty.dice == 0.0 and math.isinf(empty.hd95_mm) and math.isinf(empty.assd_mm)
