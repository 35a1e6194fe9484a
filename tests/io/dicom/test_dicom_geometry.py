"""Hand-computed positions for axial, coronal, sagittal, oblique, tilted, reversed and shuffled series.

Each table row was worked out on paper from PS3.3 C.7.6.2.1.1: position of column c, row r is
``IPP + c * PixelSpacing[1] * IOP[0:3] + r * PixelSpacing[0] * IOP[3:6]``.
"""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.open import open_study

# name: (IOP, first IPP, step between slices, then {index (z, y, x): LPS mm}); PixelSpacing is 2 (rows) by 3 (columns)
TABLE = {
    "axial": ([1, 0, 0, 0, 1, 0], (10, 20, 30), (0, 0, 5), {(0, 0, 0): (10, 20, 30), (1, 2, 3): (19, 24, 35)}),
    # slices run to anterior: the normal of (left, inferior) is (0, 1, 0) x ... = left x inferior = posterior
    "coronal": ([1, 0, 0, 0, 0, -1], (10, 20, 30), (0, 5, 0), {(0, 0, 0): (10, 20, 30), (1, 2, 3): (19, 25, 26)}),
    "coronal to anterior": (
        [1, 0, 0, 0, 0, -1], (10, 20, 30), (0, -5, 0), {(0, 0, 0): (10, 0, 30), (4, 0, 0): (10, 20, 30)},
    ),
    # posterior x inferior = (0,1,0) x (0,0,-1) = (-1,0,0): slices sort towards the right
    "sagittal": ([0, 1, 0, 0, 0, -1], (10, 20, 30), (-5, 0, 0), {(0, 0, 0): (10, 20, 30), (1, 2, 3): (5, 29, 26)}),
    "sagittal to left": (
        [0, 1, 0, 0, 0, -1], (10, 20, 30), (5, 0, 0), {(0, 0, 0): (30, 20, 30), (4, 2, 3): (10, 29, 26)},
    ),
    # rows along (0.8, 0.6, 0), columns along (-0.6, 0.8, 0), normal z
    "oblique in plane": (
        [0.8, 0.6, 0, -0.6, 0.8, 0], (10, 20, 30), (0, 0, 5), {(0, 0, 1): (12.4, 21.8, 30), (2, 1, 0): (8.8, 21.6, 40)},
    ),
    # rows along x, columns along (0, 0.6, 0.8): normal (0, -0.8, 0.6)
    "double oblique": (
        [1, 0, 0, 0, 0.6, 0.8], (10, 20, 30), (0, -4, 3), {(0, 1, 1): (13, 21.2, 31.6), (2, 0, 0): (10, 12, 36)},
    ),
    "feet first": ([1, 0, 0, 0, -1, 0], (10, 20, 30), (0, 0, -5), {(0, 0, 0): (10, 20, 30), (1, 2, 3): (19, 16, 25)}),
}  # fmt: skip


def _series(write, folder, name, order, ct_array):
    orientation, first, step, _ = TABLE[name]
    positions = [np.add(first, np.multiply(step, k)).tolist() for k in range(5)]
    write(
        folder, ct_array[order], [positions[k] for k in order], ImageOrientationPatient=orientation,
        PixelSpacing=[2.0, 3.0],
    )  # fmt: skip
    (info,) = scan_folder(folder).series
    return read_series(info)


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 2, 1]], ids=["in order", "reversed", "shuffled"]
)
@pytest.mark.parametrize("name", TABLE)
def test_positions_by_hand(name, order, dicom_series, ct_array, tmp_path):
    volume, notices = _series(dicom_series, tmp_path / "s", name, order, ct_array)
    for index, world in TABLE[name][3].items():
        assert volume.geometry.index_to_world(index) == pytest.approx(world, abs=1e-9), index
    assert volume.geometry.spacing_mm == pytest.approx((5.0, 2.0, 3.0))
    assert volume.geometry.is_even and not volume.geometry.is_sheared
    assert notices == ()
    against_step = name in ("coronal to anterior", "sagittal to left")
    assert np.array_equal(volume.array, ct_array[::-1] if against_step else ct_array)


def test_volume_is_right_handed(dicom_series, ct_array, tmp_path):
    for name in TABLE:
        volume, _ = _series(dicom_series, tmp_path / name, name, [2, 0, 1, 4, 3], ct_array)
        assert np.linalg.det(volume.geometry.direction) == pytest.approx(1.0)


def test_missing_slice_keeps_true_places_and_names_the_gap(dicom_series, along_z, ct_array, tmp_path):
    positions = along_z(6)
    del positions[3]
    dicom_series(tmp_path / "s", ct_array, positions)
    volume, notices = read_series(scan_folder(tmp_path / "s").series[0])
    assert not volume.geometry.is_even
    assert volume.geometry.slice_origins()[:, 2].tolist() == [30.0, 32.5, 35.0, 40.0, 42.5]
    assert "mostly 2.5 mm, but 5 mm between slices 3 and 4 (a slice may be missing)" in notices[0]
    assert volume.geometry.slice_thickness_mm().tolist() == [2.5, 2.5, 3.75, 3.75, 2.5]


def test_slices_shifted_sideways_keep_their_places(dicom_series, along_z, ct_array, tmp_path):
    positions = along_z(5)
    positions[2][0] += 0.3
    dicom_series(tmp_path / "s", ct_array, positions)
    volume, notices = read_series(scan_folder(tmp_path / "s").series[0])
    assert volume.geometry.index_to_world((2, 0, 0)) == pytest.approx(positions[2])
    assert notices == ("The slices are not stacked in a straight line (up to 0.3 mm off); their true places are kept.",)


def test_rounded_positions_count_as_even(dicom_series, ct_array, tmp_path):
    places = [[-10, -20, round(k * 0.625, 2)] for k in range(5)]  # 0.62, 1.25, 1.88, ... as scanners write them
    dicom_series(tmp_path / "s", ct_array, places)
    volume, notices = read_series(scan_folder(tmp_path / "s").series[0])
    assert volume.geometry.is_even and notices == ()


def test_gantry_tilt_is_kept_as_shear_and_told(dicom_series, ct_array, tmp_path):
    angle = np.radians(15.0)
    orientation = [1, 0, 0, 0, np.cos(angle), -np.sin(angle)]
    places = [[-10, -20, 5.0 * k] for k in range(5)]  # the couch moves along z, the slices lean
    dicom_series(tmp_path / "s", ct_array, places, ImageOrientationPatient=orientation)
    volume, notices = read_series(scan_folder(tmp_path / "s").series[0])
    assert volume.geometry.is_sheared and volume.geometry.is_even
    assert "tilted by 15 degrees" in notices[0]
    expected = np.array([-10 + 3, -20 + 2 * np.cos(angle), 20 - 2 * np.sin(angle)])
    assert volume.geometry.index_to_world((4, 2, 3)) == pytest.approx(expected)
    assert volume.geometry.voxel_volume_ml == pytest.approx(5.0 * np.cos(angle) / 1000)


def test_one_slice_has_the_thickness_of_its_header(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path / "a", ct_array[:1], along_z(1))
    volume, notices = read_series(scan_folder(tmp_path / "a").series[0])
    assert volume.geometry.shape == (1, 6, 7) and volume.geometry.spacing_mm[0] == 2.5 and notices == ()
    dicom_series(tmp_path / "b", ct_array[:1], along_z(1), SliceThickness=None)
    _, notices = read_series(scan_folder(tmp_path / "b").series[0])
    assert "1 mm is assumed" in notices[0]


@pytest.mark.parametrize("step", [0.009, 0.001])
def test_micrometres_between_slices_are_no_repeats(step, dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(5, step, (1, 2, 3)), PixelSpacing=[step, step])
    volume = open_study(tmp_path).image
    assert np.array_equal(volume.array, ct_array) and volume.geometry.is_even
    assert volume.geometry.spacing_mm == pytest.approx((step, step, step))


def test_what_counts_as_even_depends_on_the_pixels(dicom_series, along_z, ct_array, tmp_path):
    places = along_z(5, 0.09, (1, 2, 3))
    places[2][2] += 0.006
    for name, pixel, even in (("coarse", 0.5, True), ("fine", 0.009, False)):
        dicom_series(tmp_path / name, ct_array, places, PixelSpacing=[pixel, pixel])
        assert open_study(tmp_path / name).image.geometry.is_even == even
    assert "unevenly spaced" in open_study(tmp_path / "fine").notices[0]


def test_rows_and_columns_that_are_not_at_right_angles_are_said(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(5), ImageOrientationPatient=[1, 0, 0, 0.005, 0.9999875, 0])
    study = open_study(tmp_path)
    assert study.notices == ("The image's rows and columns are 0.29 degrees off a right angle; that is kept.",)
    assert study.image.geometry.index_to_world([0, 4, 0]) == pytest.approx([-10 + 0.02, -20 + 3.99995, 30], abs=1e-6)
