"""What was said, as arrays: each voxel once, both ways never, and settled voxels always win."""

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.inference.condition.evidence import Evidence, Standing


def test_voxels_are_sorted_and_kept_once():
    index = [(2, 1, 1), (0, 3, 2), (2, 0, 5), (0, 3, 2)]
    evidence = Evidence(np.array(index), np.array([True, False, False, False]))
    assert evidence.index.tolist() == [[0, 3, 2], [2, 0, 5], [2, 1, 1]]
    assert evidence.inside.tolist() == [False, False, True]
    assert list(evidence.by_slice) == [0, 2]
    assert evidence.by_slice[2][0].tolist() == [[0, 5], [1, 1]] and evidence.by_slice[2][1].tolist() == [False, True]


def test_the_same_voxel_in_and_out_is_refused():
    with pytest.raises(UserError, match=r"\(z 0, y 3, x 2\) was said to be both in and out"):
        Evidence(np.array([(0, 3, 2), (1, 1, 1), (0, 3, 2)]), np.array([True, True, False]))


def test_nothing_is_empty_and_changes_nothing():
    nothing = Evidence.none()
    drawn = np.eye(4, dtype=bool)
    assert nothing.empty and np.array_equal(nothing.kept(0, drawn), drawn)
    assert not Evidence(np.zeros((0, 3)), np.zeros(0), accepted={1: Standing(drawn)}).empty


def test_accepted_parts_win_over_the_drawing_and_the_hand_over_both():
    drawn, stood = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    where = np.zeros((3, 3), bool)
    where[0] = True
    evidence = Evidence(np.array([(1, 0, 0), (1, 2, 2)]), np.array([False, True]), {1: Standing(stood, where)})
    assert evidence.kept(1, drawn).tolist() == [[False, True, True], [False] * 3, [False, False, True]]
    assert not evidence.kept(0, drawn).any() and not drawn.any()
    whole = Evidence.none().__class__(np.zeros((0, 3)), np.zeros(0), {1: Standing(stood)})
    assert whole.kept(1, drawn).all()


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="2 voxels and 1 words"):
        Evidence(np.zeros((2, 3)), np.array([True]))
