"""Copy of a slice: the same rows and columns, in and out."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.drawing.copy import copy_slice
from proseg_gui.planes import Plane


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slice_is_copied_with_what_is_out(axis):
    mask = np.random.default_rng(1).random((4, 5, 6)) < 0.5
    copied = copy_slice(mask, Plane(axis, 3), 1)
    expected = mask.copy()
    for at in np.ndindex(4, 5, 6):
        if at[axis] == 1:
            expected[at] = mask[tuple(3 if a == axis else i for a, i in enumerate(at))]
    assert (copied.over(mask) == expected).all()
    mask[:] = False
    assert copied.inside.any()  # it is a copy, not a view of a mask that goes on changing


def test_an_empty_slice_says_out_everywhere():
    mask = np.zeros((3, 4, 4), bool)
    mask[1] = True
    copied = copy_slice(mask, Plane(0, 0), 1)
    assert not copied and not copied.over(mask).any()


@pytest.mark.parametrize("to", [-1, 4, 10**12])
def test_a_slice_that_is_not_there(to):
    with pytest.raises(ValueError, match="plane"):
        copy_slice(np.zeros((4, 5, 6), bool), Plane(0, 0), to)
    with pytest.raises(ValueError, match="plane"):
        copy_slice(np.zeros((4, 5, 6), bool), Plane(0, 4), 0)
