"""Whole shapes: against distances between all pairs of voxel centres in LPS mm, and connected parts by a plain walk."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from proseg_gui.drawing.painted import Painted
from proseg_gui.drawing.shape import (
    LARGEST_CHANGE_MM,
    combine,
    fill_holes,
    grow,
    hollow,
    keep_largest,
    remove_small,
    shrink,
)
from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry, Mask


def ball(geometry: Geometry, plain, mm: float) -> np.ndarray:
    """A lump about the middle with a dent, so that it is not symmetric."""
    middle = geometry.index_to_world((np.array(geometry.shape) - 1) / 2)
    centres = plain.world(geometry)
    dent = np.linalg.norm(centres - middle - [mm, 0, 0], axis=-1) < 0.7 * mm
    return (np.linalg.norm(centres - middle, axis=-1) < mm) & ~dent


def reached(seeds: np.ndarray, centres: np.ndarray, mm: float) -> np.ndarray:
    if not seeds.any():
        return seeds
    return (cdist(centres.reshape(-1, 3), centres[seeds]).min(axis=1) <= mm + 1e-6).reshape(seeds.shape)


@pytest.mark.parametrize("mm", [1.2, 3.0, 5.5])
def test_grow_and_shrink_reach_as_far_as_the_distance_in_the_patient(geometry, mm, plain):
    mask, centres = ball(geometry, plain, 6.0), plain.world(geometry)
    assert (grow(mask, geometry, mm).mask(mask.shape) == reached(mask, centres, mm)).all()
    assert (shrink(mask, geometry, mm).mask(mask.shape) == ~reached(~mask, centres, mm)).all()


def test_in_a_plane_they_look_at_that_plane_only(geometry, axis, plain):
    mask, centres = ball(geometry, plain, 6.0), plain.world(geometry)
    plane = Plane.middle(geometry.shape, axis)
    there = np.indices(geometry.shape)[axis] == plane.index
    grown = np.where(there, reached(mask & there, centres, 2.4), mask)
    shrunk = np.where(there, mask & ~reached(~mask & there, centres, 2.4), mask)
    assert (grow(mask, geometry, 2.4, plane=plane).over(mask) == grown).all()
    assert (shrink(mask, geometry, 2.4, plane=plane).over(mask) == shrunk).all()


@pytest.mark.parametrize("mm", [1.2, 3.0, 50.0])
def test_a_hollow_shape_keeps_what_lies_within_a_distance_of_its_outside(geometry, mm, plain):
    mask, centres = ball(geometry, plain, 6.0), plain.world(geometry)
    shell = mask & reached(~mask, centres, mm)
    assert (hollow(mask, geometry, mm).mask(mask.shape) == shell).all()
    plane = Plane.middle(geometry.shape, 0)
    there = np.indices(geometry.shape)[0] == plane.index
    flat = np.where(there, mask & reached(~mask & there, centres, mm), mask)
    assert (hollow(mask, geometry, mm, plane=plane).over(mask) == flat).all()
    assert not hollow(np.zeros(geometry.shape, bool), geometry, mm).inside.size


def test_a_shape_at_the_border_is_grown_up_to_it_and_not_eaten_from_there(geometry, plain):
    centres = plain.world(geometry)
    mask = np.linalg.norm(centres - centres[0, 0, 0], axis=-1) < 6.0
    assert (grow(mask, geometry, 3.0).mask(mask.shape) == reached(mask, centres, 3.0)).all()
    assert (shrink(mask, geometry, 3.0).mask(mask.shape) == ~reached(~mask, centres, 3.0)).all()
    full = np.ones(geometry.shape, bool)
    assert shrink(full, geometry, 3.0).inside.all() and grow(full, geometry, 3.0).inside.all()


def test_closing_only_adds_opening_only_takes_and_one_is_the_other_of_what_is_outside(geometry, plain):
    mask, shape = ball(geometry, plain, 6.0), geometry.shape
    closed = shrink(grow(mask, geometry, 2.0).mask(shape), geometry, 2.0).mask(shape)
    opened = grow(shrink(mask, geometry, 2.0).mask(shape), geometry, 2.0).mask(shape)
    assert not (mask & ~closed).any() and not (opened & ~mask).any()
    again = shrink(grow(closed, geometry, 2.0).mask(shape), geometry, 2.0).mask(shape)
    assert (again == closed).all()
    assert (~grow(~mask, geometry, 2.0).mask(shape) == shrink(mask, geometry, 2.0).mask(shape)).all()


def test_more_mm_reach_further(geometry, plain):
    mask = ball(geometry, plain, 5.0)
    sizes = [int(grow(mask, geometry, mm).inside.sum()) for mm in (0.1, 1.6, 3.2, 9.0, LARGEST_CHANGE_MM)]
    assert sizes == sorted(sizes) and sizes[0] == mask.sum() and sizes[-1] == mask.size


def test_a_moved_shape_grows_to_the_moved_shape(grids):
    for name in ("isotropic", "tilted"):
        geometry = grids[name]
        mask = np.zeros(geometry.shape, bool)
        mask[3:5, 4:7, 5:8] = True
        moved = np.roll(mask, (1, 2, 1), axis=(0, 1, 2))
        one, other = grow(mask, geometry, 1.7), grow(moved, geometry, 1.7)
        assert (np.roll(one.mask(mask.shape), (1, 2, 1), axis=(0, 1, 2)) == other.mask(mask.shape)).all()


def test_only_the_box_around_the_shape_is_given():
    geometry = Geometry.plain((60, 200, 200), (2.0, 1.0, 1.0))
    mask = np.zeros(geometry.shape, bool)
    mask[30, 100:104, 90:95] = True
    assert grow(mask, geometry, 4.0).inside.shape == (5, 12, 13)
    assert shrink(mask, geometry, 4.0).box == (slice(30, 31), slice(100, 104), slice(90, 95))


def test_nothing_stays_nothing(grids):
    geometry = grids["uneven"]
    none = np.zeros(geometry.shape, bool)
    for result in (
        grow(none, geometry, 3.0),
        shrink(none, geometry, 3.0),
        fill_holes(none),
        keep_largest(none, geometry),
        remove_small(none, geometry, 1.0),
        combine(none, none, "union"),
        grow(none, geometry, 3.0, plane=Plane(1, 2)),
    ):
        assert not result and result.inside.size == 0


@pytest.mark.parametrize("mm", [0.0, -2.0, float("nan"), float("inf"), 1e9])
def test_a_distance_must_be_a_size(grids, mm):
    mask = np.ones(grids["tilted"].shape, bool)
    for tool in (grow, shrink):
        with pytest.raises(ValueError, match="distance"):
            tool(mask, grids["tilted"], mm)
    with pytest.raises(ValueError, match="volume"):
        remove_small(mask, grids["tilted"], mm if mm != 1e9 else float("nan"))


def test_mask_and_plane_must_fit_the_grid(grids):
    geometry = grids["tilted"]
    with pytest.raises(ValueError, match="mask"):
        grow(np.ones((2, 2, 2), bool), geometry, 3.0)
    with pytest.raises(ValueError, match="mask"):
        shrink(np.ones(geometry.shape, np.uint8), geometry, 3.0)
    with pytest.raises(ValueError, match="mask"):
        combine(np.ones(geometry.shape, bool), np.ones((2, 2, 2), bool), "union")
    with pytest.raises(ValueError, match="plane"):
        grow(np.ones(geometry.shape, bool), geometry, 3.0, plane=Plane(0, geometry.shape[0]))
    with pytest.raises(ValueError, match="operation"):
        combine(np.ones(geometry.shape, bool), np.ones(geometry.shape, bool), "xor")


# -- parts and holes --------------------------------------------------------------------------------------------------
def walk(mask: np.ndarray, start: tuple[int, ...]) -> np.ndarray:
    """What hangs together with ``start`` over faces, voxel by voxel."""
    found, todo = np.zeros_like(mask), [start]
    while todo:
        at = todo.pop()
        if all(0 <= i < n for i, n in zip(at, mask.shape, strict=True)) and mask[at] and not found[at]:
            found[at] = True
            for axis in range(mask.ndim):
                for step in (-1, 1):
                    todo.append((*at[:axis], at[axis] + step, *at[axis + 1 :]))
    return found


def parts_of(mask: np.ndarray) -> list[np.ndarray]:
    left, found = mask.copy(), []
    while left.any():
        found.append(walk(left, tuple(int(i) for i in np.argwhere(left)[0])))
        left &= ~found[-1]
    return found


def speckle(shape: tuple[int, ...], share: float = 0.35) -> np.ndarray:
    return np.random.default_rng(5).random(shape) < share


def holes_by_walk(mask: np.ndarray) -> np.ndarray:
    outside = walk(np.pad(~mask, 1, constant_values=True), (0,) * mask.ndim)
    return ~outside[tuple(slice(1, -1) for _ in range(mask.ndim))]


def test_holes_are_what_no_path_over_faces_joins_to_the_outside():
    mask = speckle((8, 12, 11), 0.6)
    assert (fill_holes(mask).mask(mask.shape) == holes_by_walk(mask)).all()
    assert holes_by_walk(mask).sum() > mask.sum()
    for axis in range(3):
        flat = np.stack([holes_by_walk(p) for p in np.moveaxis(mask, axis, 0)])
        each = np.moveaxis(flat, 0, axis)
        assert each.sum() > mask.sum()
        assert (fill_holes(mask, axis=axis).mask(mask.shape) == each).all()
        one = np.where(np.indices(mask.shape)[axis] == 4, each, mask)
        assert (fill_holes(mask, plane=Plane(axis, 4)).over(mask) == one).all()


def test_what_opens_to_the_border_is_no_hole():
    mask = np.ones((1, 6, 6), bool)
    mask[0, 2:4, :4] = False
    assert (fill_holes(mask, axis=0).mask(mask.shape) == mask).all()


def test_parts_are_weighed_in_ml(geometry):
    mask = speckle(geometry.shape)
    parts = parts_of(mask)
    volumes = np.array([Mask(part, geometry).volume_ml for part in parts])
    assert len(parts) > 10
    assert (keep_largest(mask, geometry).mask(mask.shape) == parts[int(volumes.argmax())]).all()
    for limit in (float(np.sort(volumes)[-3]), float(np.median(volumes)) * 1.01, 1e9):
        kept = np.any([np.zeros_like(mask), *(p for p, v in zip(parts, volumes, strict=True) if v >= limit)], axis=0)
        assert (remove_small(mask, geometry, limit).mask(mask.shape) == kept).all()


def test_the_largest_part_of_uneven_slices_is_not_that_of_the_most_voxels(grids):
    geometry = grids["uneven"]  # slices 0 and 2 mm apart at first, 5 and more later
    thickness = geometry.slice_thickness_mm()
    mask = np.zeros(geometry.shape, bool)
    thin, thick = int(thickness.argmin()), int(thickness.argmax())
    mask[thin, :3, :4] = True
    mask[thick, 8:10, 10:15] = True
    assert thickness[thick] / thickness[thin] > 1.2
    assert np.flatnonzero(keep_largest(mask, geometry).mask(mask.shape).any(axis=(1, 2))).tolist() == [thick]


def test_parts_of_a_plane(geometry, axis):
    mask = speckle(geometry.shape)
    plane = Plane.middle(geometry.shape, axis)
    there = np.indices(mask.shape)[axis] == plane.index
    parts = parts_of(mask & there)
    volumes = np.array([Mask(part, geometry).volume_ml for part in parts])
    largest = np.where(there, parts[int(volumes.argmax())], mask)
    assert (keep_largest(mask, geometry, plane=plane).over(mask) == largest).all()
    limit = float(np.sort(volumes)[len(volumes) // 2])
    kept = np.any([p for p, v in zip(parts, volumes, strict=True) if v >= limit * (1 - 1e-9)], axis=0)
    assert (remove_small(mask, geometry, limit, plane=plane).over(mask) == np.where(there, kept, mask)).all()


@pytest.mark.parametrize("plane", [None, Plane(1, 3)])
def test_two_masks_are_combined_as_sets(plane):
    a, b = np.zeros((6, 7, 8), bool), np.zeros((6, 7, 8), bool)
    a[1:4, 2:5, 2:5], b[2:6, 3:6, 1:4] = True, True
    expected = {
        "union": np.logical_or(a, b),
        "intersect": np.logical_and(a, b),
        "subtract": np.logical_and(a, np.logical_not(b)),
        "exclusive or": np.logical_xor(a, b),
    }
    there = np.ones(a.shape, bool) if plane is None else np.indices(a.shape)[1] == 3
    for operation, whole in expected.items():
        assert (combine(a, b, operation, plane=plane).over(a) == np.where(there, whole, a)).all()


def test_painted_says_what_it_holds():
    with pytest.raises(ValueError, match="box"):
        Painted((slice(0, 2), slice(0, 2), slice(0, 2)), np.ones((1, 2, 2), bool))
    painted = Painted((slice(0, 1), slice(0, 2), slice(0, 2)), np.ones((1, 2, 2), bool))
    with pytest.raises(ValueError, match="read-only"):
        painted.inside[0, 0, 0] = False
    assert painted and not Painted.empty() and not painted.united(Painted.empty()).mask((1, 3, 3))[0, 2].any()
