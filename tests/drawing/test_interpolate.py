"""Interpolation: against signed distances between all voxel centres of a slice in LPS mm, and shapes that are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.ndimage import label
from scipy.spatial.distance import cdist

from proseg_gui.drawing.interpolate import fill_between
from proseg_gui.phantom import RATERS, Phantom
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry


def filled(mask: np.ndarray, geometry: Geometry, drawn: list[int], axis: int = 0) -> np.ndarray:
    for part in fill_between(mask, geometry, drawn, axis=axis):
        mask = part.over(mask)
    return mask


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def centred(shape: tuple[int, int], seed: int) -> np.ndarray:
    """A few boxes and their mirror images through the middle: every such shape has the same centroid."""
    random, flat = np.random.default_rng(seed), np.zeros(shape, bool)
    for _ in range(3):
        row, column = (int(random.integers(0, max(n - 2, 1))) for n in shape)
        flat[row : row + 1 + int(random.integers(4)), column : column + 1 + int(random.integers(4))] = True
    return flat | flat[::-1, ::-1]


def depth(flat: np.ndarray, centres: np.ndarray) -> np.ndarray:
    places, inside = centres.reshape(-1, 3), flat.ravel()
    away = cdist(places, places)
    return np.where(inside, away[:, ~inside].min(axis=1), -away[:, inside].min(axis=1)).reshape(flat.shape)


def test_between_two_slices_the_distances_in_mm_are_averaged_by_mm(geometry, axis, plain):
    n = geometry.shape[axis]
    if n < 4:
        assert fill_between(np.ones(geometry.shape, bool), geometry, range(n), axis=axis) == ()
        return
    drawn = [0, 1, n - 1] if n == 4 else [1, n // 2, n - 1]
    flat_shape = tuple(np.delete(geometry.shape, axis))
    mask = np.random.default_rng(0).random(geometry.shape) < 0.2  # what lies on slices that are not drawn is replaced
    for number in drawn:
        Plane(axis, number).take(mask)[:] = centred(flat_shape, number)
    expected, centres = mask.copy(), plain.world(geometry)
    heights = centres[:, 0, 0] @ geometry.normal
    for a, b in itertools.pairwise(drawn):
        maps = [depth(Plane(axis, i).take(mask), Plane(axis, i).take(centres)) for i in (a, b)]
        for k in range(a + 1, b):
            at = [heights[i] if axis == 0 else i for i in (a, k, b)]
            share = (at[1] - at[0]) / (at[2] - at[0])
            Plane(axis, k).take(expected)[:] = (1 - share) * maps[0] + share * maps[1] >= -1e-9
    assert (filled(mask, geometry, drawn, axis) == expected).all()


def test_drawn_slices_are_in_no_result(geometry, axis):
    mask = np.random.default_rng(0).random(geometry.shape) < 0.3
    drawn = [0, 1, 3, geometry.shape[axis] - 1]
    if geometry.shape[axis] < 6:
        return
    parts = fill_between(mask, geometry, [*drawn[::-1], 3], axis=axis)
    covered = [list(range(part.box[axis].start, part.box[axis].stop)) for part in parts]
    assert covered == [[2], list(range(4, geometry.shape[axis] - 1))]


def disc(centres: np.ndarray, middle: np.ndarray, radius: float) -> np.ndarray:
    return np.linalg.norm((centres - middle)[..., :2], axis=-1) <= radius


@pytest.mark.parametrize("heights", [[0, 1, 2, 3, 4, 5, 6], [0, 1, 4, 5, 6, 9, 12]])
def test_a_shape_that_moves_without_overlap_travels_at_the_pace_of_the_gaps(heights, plain):
    origins = np.array([(0, 0, h) for h in heights], dtype=float)
    geometry = Geometry((7, 50, 90), origins[0], (heights[-1] / 6, 1.0, 1.0), np.eye(3), origins)
    centres = plain.world(geometry)
    truth = np.stack(
        [disc(centres[k], np.array([15 + 60 * h / heights[-1], 25, h]), 10.0) for k, h in enumerate(heights)]
    )
    assert not (truth[0] & truth[-1]).any()
    drawn = np.zeros_like(truth)
    drawn[[0, -1]] = truth[[0, -1]]
    made = filled(drawn, geometry, [0, 6])
    assert min(dice(made[k], truth[k]) for k in range(1, 6)) > 0.97


def test_a_cone_stays_a_cone(plain):
    heights = [0, 1, 4, 5, 6, 9, 12]
    origins = np.array([(0, 0, h) for h in heights], dtype=float)
    geometry = Geometry((7, 64, 64), origins[0], (2.0, 0.7, 0.7), np.eye(3), origins)
    centres = plain.world(geometry)
    middle = centres[0].mean(axis=(0, 1))
    truth = np.stack([disc(centres[k], middle, 20.0 - h) for k, h in enumerate(heights)])
    drawn = np.zeros_like(truth)
    drawn[[0, -1]] = truth[[0, -1]]
    made = filled(drawn, geometry, [0, 6])
    assert min(dice(made[k], truth[k]) for k in range(1, 6)) > 0.96


def test_lobes_grow_out_of_a_trunk_and_a_lobe_on_its_own_shrinks():
    mask = np.zeros((9, 40, 60), bool)
    mask[0, 10:30, 5:55] = True
    mask[8, 12:28, 8:24] = mask[8, 12:28, 36:52] = True
    made = filled(mask, Geometry.plain(mask.shape), [0, 8])
    parts = [label(flat)[1] for flat in made]
    assert parts[0] == 1 and parts[7] == 2 and sorted(parts) == parts
    mask[8] = mask[0]
    near, far = mask.copy(), mask.copy()
    near[8, 32:37, 20:25] = True
    far[8, 34:39, 20:25] = True
    stay = [filled(m, Geometry.plain(mask.shape), [0, 8])[:, 32:, 20:25].any(axis=(1, 2)).sum() for m in (near, far)]
    assert 9 > stay[0] > stay[1] >= 1


def test_equal_slices_are_copied(geometry, axis):
    if geometry.shape[axis] < 3:
        return
    flat = np.random.default_rng(3).random(np.delete(geometry.shape, axis)) < 0.5
    mask = np.zeros(geometry.shape, bool)
    for number in (0, geometry.shape[axis] - 1):
        Plane(axis, number).take(mask)[:] = flat
    made = filled(mask, geometry, [0, geometry.shape[axis] - 1], axis)
    assert (np.moveaxis(made, axis, 0) == flat).all()


def test_full_slices_stay_full():
    mask = np.zeros((5, 6, 7), bool)
    mask[[0, 4]] = True
    assert filled(mask, Geometry.plain(mask.shape), [0, 4]).all()
    mask[4, :3] = False
    made = filled(mask, Geometry.plain(mask.shape), [0, 4])
    assert made[0].all() and made[1].all() and not made[4].all()


def test_a_gap_beside_an_empty_slice_is_left_alone():
    mask = np.zeros((9, 8, 8), bool)
    mask[[2, 5], 2:6, 2:6] = True
    mask[7, 0, 0] = True
    parts = fill_between(mask, Geometry.plain(mask.shape), [0, 2, 5, 8])
    assert [part.box[0] for part in parts] == [slice(3, 5)]
    assert fill_between(np.zeros_like(mask), Geometry.plain(mask.shape), [0, 8]) == ()
    for drawn in ([2], []):
        assert fill_between(mask, Geometry.plain(mask.shape), drawn) == ()


def test_on_the_phantom_it_is_nearer_than_the_nearest_slice():
    phantom = Phantom(100)
    lesion = phantom.mask(RATERS[0], phantom.draws(RATERS[0], 1)[0]).array
    slices = np.flatnonzero(lesion.any(axis=(1, 2)))
    truth = lesion[slices[0] : slices[-1] + 1]
    drawn = list(range(0, len(truth), 4))
    left = [k for k in range(drawn[-1]) if k not in drawn]
    assert len(left) >= 6
    start = truth.copy()
    start[left] = False
    made = filled(start, Geometry.plain(truth.shape, phantom.spacing_mm), drawn)
    copied = truth[[min(drawn, key=lambda d: abs(d - k)) for k in left]]
    assert (made[drawn] == truth[drawn]).all()
    assert dice(made[left], truth[left]) > dice(copied, truth[left]) + 0.02


@pytest.mark.parametrize("drawn", [[-1, 3], [0, 8], [0, 10**12]])
def test_a_slice_that_is_not_there(grids, drawn):
    geometry = grids["tilted"]
    with pytest.raises(ValueError, match="plane"):
        fill_between(np.ones(geometry.shape, bool), geometry, drawn)
    with pytest.raises(ValueError, match="mask"):
        fill_between(np.ones((1, 1, 1), bool), geometry, [0, 1])
