"""The measured attributes of a style: each one answers to what it is called, and little else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from proseg_gui.metrics.style import majority, perimeter, style_attributes
from proseg_gui.prompts.attributes import ATTRIBUTES

GRID = np.indices((96, 96)) - 47.5
FAR, ANGLE = np.hypot(*GRID), np.arctan2(*GRID)
DISC = (FAR < 24)[None]


def of(mask, consensus=DISC):
    values = style_attributes(np.atleast_3d(mask).reshape(1, 1, 96, 96), consensus)[0]
    return dict(zip(ATTRIBUTES, values, strict=True))


def test_the_consensus_itself_has_no_style():
    values = of(DISC)
    assert all(value == 0.0 for value in values.values())


@pytest.mark.parametrize("radius", [20, 22, 26, 29])
def test_a_larger_disc_is_larger_and_nothing_else(radius):
    values = of(radius > FAR)
    assert values["size"] == pytest.approx(2 * np.log(radius / 24), abs=0.02)
    assert abs(values["smoothness"]) < 0.02 and abs(values["spikes"]) < 0.03
    assert values["parts"] == 0.0 and values["holes"] == 0.0
    assert (values["rim"] > 0) == (radius > 24)


def test_the_rim_is_what_lies_around_the_consensus():
    assert of(FAR < 28)["rim"] == 1.0
    assert of(ndimage.shift(DISC[0].astype(float), (0, 40), order=0) > 0)["rim"] < 0.2


def test_a_wavy_outline_is_less_smooth_and_spikes_are_spikes():
    wavy = of(24 + 1.5 * np.sin(24 * ANGLE) > FAR)
    spiky = of(DISC[0] | ((FAR < 38) & (np.abs(np.sin(3 * ANGLE)) < 0.12)))
    assert wavy["smoothness"] < -0.02
    assert spiky["spikes"] > 0.05 > wavy["spikes"]
    assert spiky["parts"] == 0.0


def test_parts_and_holes_are_counted_and_specks_are_not():
    two = DISC[0] | (np.hypot(GRID[0], GRID[1] - 40) < 5)
    holed = DISC[0] & ~(np.hypot(GRID[0] - 8, GRID[1]) < 4)
    speck = DISC[0].copy()
    speck[5, 5] = True
    speck[47, 47] = False
    assert of(two)["parts"] > 0.5 and of(two)["holes"] == 0.0
    assert of(holed)["holes"] > 0.02 and of(holed)["parts"] == 0.0
    assert of(speck)["parts"] == 0.0 and of(speck)["holes"] == 0.0


def test_a_shape_counts_the_same_at_twice_the_size():
    fine = np.indices((192, 192)) - 95.5
    far, angle = np.hypot(*fine), np.arctan2(*fine)
    wide = lambda f, a, s: (f < 24 * s) | ((f < 38 * s) & (np.abs(np.sin(3 * a)) < 0.12))  # noqa: E731
    small = of(wide(FAR, ANGLE, 1))
    large = style_attributes(wide(far, angle, 2)[None, None], (far < 48)[None])[0]
    assert np.allclose(large, list(small.values()), atol=0.05)


def test_nothing_drawn_has_no_style_and_no_consensus_neither():
    nothing = np.zeros((1, 96, 96), bool)
    assert np.isnan(style_attributes(nothing[None], DISC)).all()
    assert np.isnan(style_attributes(DISC[None], nothing)).all()


def test_slices_without_consensus_say_nothing():
    stray = np.stack([DISC[0], DISC[0]])
    assert np.allclose(style_attributes(stray[None], np.stack([DISC[0], DISC[0] & False])), 0.0)


def test_the_outline_of_a_disc_and_the_majority():
    assert perimeter(DISC[0]) == pytest.approx(2 * np.pi * 24, rel=0.02)
    assert (majority([DISC[0], DISC[0], ~DISC[0]]) == DISC[0]).all()
