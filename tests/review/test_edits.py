"""Volumes as bricks, and edits of them as deltas that can be taken back."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proseg_gui.review.edits import ORIGINS, Bricks, code, has_origin, said_in, said_out

SHAPE = (70, 65, 130)


def _some(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.random(shape) < 0.01).astype(np.uint8) * random.integers(1, 9, shape, dtype=np.uint8)


def test_a_volume_comes_back_whole_by_plane_and_by_box() -> None:
    array = _some()
    bricks = Bricks.of(array)
    assert np.array_equal(bricks.array(), array)
    assert bricks.count() == np.count_nonzero(array)
    for axis, position in ((0, 0), (0, 69), (1, 64), (2, 63), (2, 64), (2, 129)):
        assert np.array_equal(bricks.plane(axis, position), np.take(array, position, axis))
    box = (slice(60, 70), slice(3, 65), slice(62, 130))
    assert np.array_equal(bricks.region(box), array[box])


def test_counts_are_those_of_the_slices() -> None:
    array = _some(3)
    assert Bricks.of(array).counts().tolist() == np.count_nonzero(array, axis=(1, 2)).tolist()


def test_only_bricks_that_hold_something_are_kept() -> None:
    array = np.zeros(SHAPE, bool)
    array[69, 64, 129] = True
    assert set(Bricks.of(array).packed) == {(1, 1, 2)}
    assert not Bricks.of(np.zeros(SHAPE, bool)).packed


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_patch_does_what_it_says_and_its_inverse_takes_it_back(data) -> None:
    before = Bricks.of(_some(1))
    box = tuple(
        slice(lo, data.draw(st.integers(lo + 1, n))) for n in SHAPE for lo in [data.draw(st.integers(0, n - 1))]
    )
    values = _some(2)[box]
    patch = before.changed(box, values)
    after = before.patched(patch)
    wanted = before.array()
    wanted[box] = values
    assert np.array_equal(after.array(), wanted)
    assert after.patched(patch.inverse).digest == before.digest
    assert all(data is None or len(data) for data in after.packed.values())


def test_a_patch_that_changes_nothing_is_false_and_one_of_another_shape_is_refused() -> None:
    bricks = Bricks.of(_some())
    box = (slice(0, 5), slice(0, 5), slice(0, 5))
    assert not bricks.changed(box, bricks.region(box))
    other = Bricks.empty((5, 5, 5)).changed(box, np.ones((5, 5, 5), np.uint8))
    with pytest.raises(ValueError, match="does not fit"):
        bricks.patched(other)


def test_the_digest_is_of_the_voxels_and_the_shape() -> None:
    array = _some()
    assert Bricks.of(array).digest == Bricks.of(array.copy()).digest
    moved = array.copy()
    moved[0, 0, 0] ^= 1
    assert Bricks.of(moved).digest != Bricks.of(array).digest
    assert Bricks.empty((2, 3, 4)).digest != Bricks.empty((4, 3, 2)).digest


def test_codes_say_in_or_out_and_by_whom() -> None:
    codes = np.array([0, *(code(origin, way) for origin in ORIGINS for way in (True, False))], np.uint8)
    assert len(set(codes.tolist())) == 1 + 2 * len(ORIGINS)
    assert said_in(codes).tolist() == [False] + [True, False] * len(ORIGINS)
    assert said_out(codes).tolist() == [False] + [False, True] * len(ORIGINS)
    for number, origin in enumerate(ORIGINS):
        wanted = np.zeros(len(codes), bool)
        wanted[1 + 2 * number : 3 + 2 * number] = True
        assert has_origin(codes, origin).tolist() == wanted.tolist()


def test_two_hundred_strokes_on_a_large_scan_stay_under_50_mb() -> None:
    shape = (300, 512, 512)
    bricks, size = Bricks.empty(shape), 0
    random = np.random.default_rng(0)
    y, x = np.mgrid[:41, :41]
    disc = ((y - 20) ** 2 + (x - 20) ** 2 <= 400).astype(np.uint8)
    for _ in range(200):
        k, top, left = random.integers(0, 300), random.integers(200, 260), random.integers(200, 260)
        box = (slice(k, k + 1), slice(top, top + 41), slice(left, left + 41))
        patch = bricks.changed(box, np.maximum(bricks.region(box), disc[None]))
        bricks, size = bricks.patched(patch), size + patch.size
    assert size < 50e6


def test_a_brick_that_unpacks_to_more_than_its_place_holds_is_refused() -> None:
    bomb = Bricks((4, 4, 4), {(0, 0, 0): zlib.compress(bytes(50_000_000))})
    with pytest.raises(ValueError, match="reshape"):
        bomb.brick((0, 0, 0))


def test_single_voxels_are_read_from_their_own_bricks() -> None:
    array = np.zeros((70, 70, 70), np.uint8)
    array[65, 1, 69] = 3
    voxels = np.array([[65, 1, 69], [1, 1, 1], [65, 1, 68]], np.int32)
    assert Bricks.of(array).at(voxels).tolist() == [3, 0, 0]
    assert Bricks.of(array).at(voxels[:0]).tolist() == []
