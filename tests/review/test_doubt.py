"""The order in which doubtful slices are visited."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review.doubt import doubt_floor, next_slice


def _walk(by_slice, start: int) -> list[int]:
    at, visited, went = start, {start}, []
    while (found := next_slice(np.array(by_slice, float), visited, at)) is not None:
        at = found
        visited.add(found)
        went.append(found)
    return went


def test_a_hill_is_walked_from_its_top_before_far_foothills() -> None:
    assert _walk([0.2, 0.0, 5.0, 9.0, 10.0, 8.0, 1.0, 0.0, 0.6], 0) == [4, 3, 5, 2, 6, 8]


def test_what_is_below_the_floor_or_not_measured_is_never_proposed() -> None:
    assert _walk([np.nan, 10.0, 0.49, 0.5, np.nan], 1) == [3]
    assert next_slice(np.full(3, np.nan), set(), 0) is None
    assert next_slice(np.zeros(3), set(), 0) is None


def test_of_equal_doubts_the_nearer_slice_comes_first() -> None:
    assert _walk([4.0, 4.0, 4.0, 4.0], 2) == [1, 0, 3]


@pytest.mark.parametrize(("values", "floor"), [([1.0, 20.0], 1.0), ([np.nan], None), ([0.0], None)])
def test_the_floor(values, floor) -> None:
    assert doubt_floor(np.array(values)) == floor
