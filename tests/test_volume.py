"""Geometry by hand-computed tables: where each voxel lies, for every kind of grid that a scanner makes."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.volume import (
    Geometry,
    Mask,
    Reading,
    Study,
    Volume,
    areas_to_ml,
    letters_of,
    reorient_to,
)

AXIAL = np.eye(3)
CORONAL = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # columns: x to L, y to I, z to P
SAGITTAL = np.array([[0.0, 0, 1], [1, 0, 0], [0, -1, 0]])  # columns: x to P, y to I, z to L
C30, S30 = np.cos(np.radians(30)), np.sin(np.radians(30))
OBLIQUE = np.array([[1.0, 0, 0], [0, C30, -S30], [0, S30, C30]])  # tilted by 30 degrees about the x axis

TABLE = [
    # name, direction, spacing (z, y, x), index (z, y, x), LPS mm by hand (origin 10, -20, 30)
    ("axial", AXIAL, (2.5, 0.5, 0.75), (4, 2, 3), (10 + 2.25, -20 + 1.0, 30 + 10.0)),
    ("coronal", CORONAL, (3.0, 0.8, 0.6), (1, 5, 10), (10 + 6.0, -20 + 3.0, 30 - 4.0)),
    ("sagittal", SAGITTAL, (4.0, 1.0, 0.5), (2, 3, 8), (10 + 8.0, -20 + 4.0, 30 - 3.0)),
    ("oblique", OBLIQUE, (2.0, 1.0, 1.0), (3, 4, 5), (15.0, -20 + 4 * C30 - 6 * S30, 30 + 4 * S30 + 6 * C30)),
]


def grid(direction: np.ndarray, spacing: tuple[float, float, float]) -> Geometry:
    return Geometry((6, 12, 14), np.array([10.0, -20.0, 30.0]), spacing, direction)


@pytest.mark.parametrize(("name", "direction", "spacing", "index", "world"), TABLE, ids=[row[0] for row in TABLE])
def test_index_to_world_by_hand(name, direction, spacing, index, world) -> None:
    geometry = grid(direction, spacing)
    assert np.allclose(geometry.index_to_world(index), world, atol=1e-12), name
    assert np.allclose(geometry.world_to_index(world), index, atol=1e-9), name


@pytest.mark.parametrize(
    ("direction", "plane", "letters"),
    [
        (AXIAL, "Axial", ("L", "P", "S")),
        (CORONAL, "Coronal", ("L", "I", "P")),
        (SAGITTAL, "Sagittal", ("P", "I", "L")),
        (OBLIQUE, "Axial oblique", ("L", "P", "S")),
    ],
)
def test_names_of_planes_and_axes(direction, plane, letters) -> None:
    geometry = grid(direction, (1.0, 1.0, 1.0))
    assert geometry.plane_name() == plane
    assert geometry.axis_letters() == letters


def test_ras_affine_flips_x_and_y_only() -> None:
    affine = grid(AXIAL, (2.0, 0.5, 0.25)).ras_affine()
    assert np.allclose(affine, [[-0.25, 0, 0, -10], [0, -0.5, 0, 20], [0, 0, 2, 30], [0, 0, 0, 1]])
    back = Geometry.from_ras_affine(affine, (6, 12, 14))
    assert back.same_grid(grid(AXIAL, (2.0, 0.5, 0.25)))


def test_uneven_slices_keep_their_true_positions() -> None:
    origins = np.array([[0, 0, z] for z in (0.0, 2.0, 4.0, 10.0)])
    geometry = Geometry((4, 3, 3), origins[0], (10 / 3, 1.0, 1.0), np.eye(3), origins)
    assert not geometry.is_even
    assert np.allclose(geometry.index_to_world((3, 1, 2)), (2, 1, 10))
    assert np.allclose(geometry.index_to_world((2.5, 0, 0)), (0, 0, 7))
    assert np.allclose(geometry.world_to_index((2, 1, 7)), (2.5, 1, 2))
    assert np.allclose(geometry.world_to_index((0, 0, 13)), (3.5, 0, 0))  # beyond the end: by the last step
    # What each slice stands for: half way to its neighbours, the ends by their only gap.
    assert np.allclose(geometry.slice_thickness_mm(), (2.0, 2.0, 4.0, 6.0))
    assert areas_to_ml([0, 0, 1000, 1000], geometry) == pytest.approx(1000 * (4 + 6) / 1000)


def test_slices_in_descending_order_are_as_good() -> None:
    origins = np.array([[0, 0, z] for z in (9.0, 6.0, 1.0)])
    direction = np.diag([1.0, 1.0, -1.0])
    geometry = Geometry((3, 2, 2), origins[0], (4.0, 1.0, 1.0), direction, origins)
    for index in ((0, 0, 0), (1, 1, 1), (1.5, 0, 1)):
        assert np.allclose(geometry.world_to_index(geometry.index_to_world(index)), index)


def test_slices_out_of_order_are_refused() -> None:
    origins = np.array([[0, 0, 0.0], [0, 0, 5.0], [0, 0, 3.0]])
    with pytest.raises(ValueError, match="ordered"):
        Geometry((3, 2, 2), origins[0], (1.0, 1.0, 1.0), np.eye(3), origins)


def test_gantry_tilt_is_kept_as_shear() -> None:
    tilt = np.radians(15)
    step = np.array([0, np.sin(tilt), np.cos(tilt)])
    direction = np.stack([[1, 0, 0], [0, 1, 0], step], axis=1)
    geometry = Geometry((5, 4, 4), np.zeros(3), (5.0, 1.0, 1.0), direction)
    assert geometry.is_sheared
    assert np.allclose(geometry.index_to_world((2, 0, 0)), (0, 10 * np.sin(tilt), 10 * np.cos(tilt)))
    # A slice's extent is measured along the normal, not along the tilted step.
    assert np.allclose(geometry.slice_thickness_mm(), 5.0 * np.cos(tilt))
    assert not grid(OBLIQUE, (1.0, 1.0, 1.0)).is_sheared


@pytest.mark.parametrize("name", ["shape", "spacing", "origin", "direction"])
def test_difference_names_what_differs(name) -> None:
    base = grid(AXIAL, (1.0, 1.0, 1.0))
    other = {
        "shape": Geometry((6, 12, 13), base.origin_mm, base.spacing_mm, AXIAL),
        "spacing": Geometry(base.shape, base.origin_mm, (1.0, 1.0, 1.01), AXIAL),
        "origin": Geometry(base.shape, base.origin_mm + [0, 0, 0.01], base.spacing_mm, AXIAL),
        "direction": Geometry(base.shape, base.origin_mm, base.spacing_mm, OBLIQUE),
    }[name]
    assert base.difference(other)
    assert not base.same_grid(other)
    near = Geometry(base.shape, base.origin_mm + 5e-4, base.spacing_mm, AXIAL)
    assert base.same_grid(near)


@pytest.mark.parametrize("flips", [(), (0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_reorient_brings_every_voxel_to_its_place(order, flips) -> None:
    target = grid(OBLIQUE, (2.0, 0.5, 0.75))
    values = np.arange(np.prod(target.shape)).reshape(target.shape)
    stored = np.flip(values.transpose(order), flips)
    # The stored grid is what a file with that axis order would say: compute it from three voxels' world positions.
    source_index = np.stack(np.meshgrid(*(np.arange(n) for n in target.shape), indexing="ij"), axis=-1)
    source_index = np.flip(source_index.transpose(*order, 3), flips)
    at = [target.index_to_world(source_index[i]) for i in ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0))]
    matrix = np.eye(4)
    matrix[:3, 3] = at[0]
    matrix[:3, :3] = np.stack([at[1] - at[0], at[2] - at[0], at[3] - at[0]], axis=1)
    geometry = Geometry.from_lps_matrix(matrix, stored.shape)
    result = reorient_to(stored, geometry, target)
    assert result is not None
    assert np.array_equal(result, values)


def test_reorient_refuses_another_grid() -> None:
    target = grid(AXIAL, (1.0, 1.0, 1.0))
    shifted = Geometry(target.shape, target.origin_mm + [0.5, 0, 0], target.spacing_mm, AXIAL)
    assert reorient_to(np.zeros(target.shape), shifted, target) is None
    assert reorient_to(np.zeros(target.shape), grid(OBLIQUE, (1.0, 1.0, 1.0)), target) is None


def test_volume_of_a_mask_in_ml() -> None:
    geometry = grid(OBLIQUE, (2.0, 0.5, 0.25))
    inside = np.zeros(geometry.shape, dtype=bool)
    inside[1:3, 2:6, 3:7] = True  # 32 voxels of 0.25 mm^3
    assert Mask(inside, geometry).volume_ml == pytest.approx(32 * 0.25 / 1000)


def test_arrays_cannot_be_changed() -> None:
    geometry = Geometry.plain((2, 3, 4))
    volume = Volume(np.zeros(geometry.shape, np.float32), geometry)
    with pytest.raises(ValueError, match="read-only"):
        volume.array[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        geometry.direction[0, 0] = 2


def test_display_window_from_header_then_percentiles() -> None:
    geometry = Geometry.plain((1, 10, 10))
    values = np.arange(100, dtype=np.float32).reshape(1, 10, 10)
    assert Volume(values, geometry, window=(40.0, 400.0)).display_window() == (40.0, 400.0)
    centre, width = Volume(values, geometry).display_window()
    assert centre == pytest.approx(49.5)
    assert width == pytest.approx(98 * 0.99, rel=0.01)
    assert Volume(np.full((1, 10, 10), 7, np.float32), geometry).display_window()[1] > 0


def test_a_study_refuses_what_lies_on_another_grid() -> None:
    geometry, other = Geometry.plain((2, 3, 4)), Geometry.plain((2, 3, 4), (1.0, 1.0, 1.1))
    image = Volume(np.zeros((2, 3, 4), np.float32), geometry)
    with pytest.raises(ValueError, match="channel T2"):
        Study("case", {"T1": image, "T2": Volume(np.zeros((2, 3, 4), np.float32), other)})
    with pytest.raises(ValueError, match="mask of anna"):
        Study("case", {"T1": image}, readings=(Reading("anna", "s", Mask(np.zeros((2, 3, 4), bool), other)),))


def test_position_letters() -> None:
    assert letters_of((17.6, -35.3, 0.0)) == "L 17.6  A 35.3  S 0.0"
    assert letters_of((-1.0, 2.0, -3.04)) == "R 1.0  P 2.0  I 3.0"


@pytest.mark.parametrize(
    ("shape", "spacing", "direction"),
    [
        ((0, 2, 2), (1, 1, 1), np.eye(3)),
        ((2, 2, 2), (1, 0, 1), np.eye(3)),
        ((2, 2, 2), (1, np.nan, 1), np.eye(3)),
        ((2, 2, 2), (1, 1, 1), np.zeros((3, 3))),
        ((2, 2, 2), (1, 1, 1), np.full((3, 3), np.nan)),
    ],
)
def test_impossible_grids_are_refused(shape, spacing, direction) -> None:
    with pytest.raises(ValueError, match=r"shape|spacing|direction|finite"):
        Geometry(shape, np.zeros(3), spacing, direction)


def test_readings_are_matched_to_a_model_s_structure_by_name_and_two_only_ones_are_the_same() -> None:
    geometry = Geometry.plain((1, 4, 4), (1.0, 1.0, 1.0))
    image, mask = Volume(np.zeros((1, 4, 4), np.float32), geometry), Mask(np.ones((1, 4, 4), bool), geometry)
    lesion, vessel = Reading("a", "lesion", mask), Reading("a", "vena cava", mask)
    one = Study("s", {"c": image}, ("lesion",), (lesion,))
    two = Study("s", {"c": image}, ("lesion", "vena cava"), (lesion, vessel))
    assert one.readings_of("tumour", ("tumour",)) == (lesion,)
    assert one.readings_of("vena cava", ("lesion", "vena cava")) == ()  # a lesion is no vessel
    assert two.readings_of("vena cava", ("lesion", "vena cava")) == (vessel,)
    assert two.readings_of("lesion", ("lesion",)) == (lesion,) and two.readings_of("tumour", ("tumour",)) == ()
