"""NIfTI out, read back by nibabel and SimpleITK: bit exact voxels on the image's own grid, and a side-car."""

from __future__ import annotations

import errno
import json

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from scipy.spatial.transform import Rotation

from proseg_gui.errors import UserError
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.images import nifti_write as module
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.nifti_write import side_car_path, write_nifti
from proseg_gui.io.images.reading import read_image
from proseg_gui.volume import Geometry, Mask

SHAPE = (4, 5, 6)
MASK = np.random.default_rng(0).random(SHAPE) < 0.4
ROTATED = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
OBLIQUE = Geometry(SHAPE, [-123.456789, 77.7, -987.654321], (3.0, 0.7, 0.4883), ROTATED)


def _tilted():
    direction = np.eye(3)
    direction[:, 2] = (0.0, np.sin(0.3), np.cos(0.3))
    return Geometry(SHAPE, [1.0, 2.0, 3.0], (3.0, 0.7, 0.9), direction)


def _uneven():
    places = np.array([[0.0, 0, 0], [0, 0, 2.5], [0, 0, 7.5], [0, 0, 10.0]])
    return Geometry(SHAPE, places[0], (10.0 / 3, 0.8, 0.6), np.eye(3), places)


@pytest.mark.parametrize("name", ["m.nii", "m.nii.gz"])
@pytest.mark.parametrize("geometry", [Geometry.plain(SHAPE), OBLIQUE, _tilted()], ids=["plain", "oblique", "tilted"])
def test_mask_is_bit_exact_on_the_same_grid(geometry, name, tmp_path):
    notices = write_nifti(Mask(MASK, geometry, "lesion"), geometry, tmp_path / name)
    image = nib.load(tmp_path / name)
    assert image.get_data_dtype() == np.uint8 and image.header["sform_code"] > 0
    assert np.array_equal(np.asarray(image.dataobj), MASK.T)
    corners = np.array([[x, y, z, 1.0] for x in (-0.5, 5.5) for y in (-0.5, 4.5) for z in (-0.5, 3.5)])
    world = (corners @ image.affine.T)[:, :3] * (-1, -1, 1)
    expected = geometry.index_to_world(corners[:, 2::-1])
    assert np.abs(world - expected).max() < 1e-3
    assert np.array_equal(read_mask(tmp_path / name, geometry).array, MASK)
    assert bool(notices) == geometry.is_sheared


def test_simpleitk_sees_the_same_oblique_grid(tmp_path):
    write_nifti(Mask(MASK, OBLIQUE), OBLIQUE, tmp_path / "m.nii.gz")
    image = sitk.ReadImage(str(tmp_path / "m.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(image), MASK)
    for index in [(0, 0, 0), (3, 4, 5), (1, 2, 3)]:
        point = image.TransformIndexToPhysicalPoint(index[::-1])
        assert point == pytest.approx(OBLIQUE.index_to_world(index), abs=1e-3)


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.random.default_rng(1).random(SHAPE), np.float32),
        (np.full(SHAPE, np.nan, np.float32), np.float32),
        (np.arange(120, dtype=np.int16).reshape(SHAPE) - 60, np.int16),
        (np.arange(120, dtype=np.uint8).reshape(SHAPE), np.uint8),
    ],
)
def test_maps_images_and_label_maps(array, kind, tmp_path):
    write_nifti(array, OBLIQUE, tmp_path / "a.nii.gz", unit="probability")
    read = np.asarray(nib.load(tmp_path / "a.nii.gz").dataobj)
    assert read.dtype == kind and np.array_equal(read.T, array.astype(kind), equal_nan=kind == np.float32)
    assert json.loads((tmp_path / "a.json").read_text())["unit"] == "probability"


def test_side_car_says_names_grid_and_provenance(tmp_path):
    provenance = Provenance("phantom", "1.0", "cd" * 32, {"tau": np.array([0.25, 0.75])}, "smooth", edits="brush")
    write_nifti(Mask(MASK, OBLIQUE, "lesion"), OBLIQUE, tmp_path / "dr.a.nii.gz", provenance=provenance)
    assert side_car_path(tmp_path / "dr.a.nii.gz") == tmp_path / "dr.a.json"
    content = json.loads((tmp_path / "dr.a.json").read_text())
    assert content["labels"] == {"1": "lesion"} and content["grid"]["shape_xyz"] == [6, 5, 4]
    assert content["provenance"]["latents"] == {"tau": [0.25, 0.75]}
    assert content["provenance"]["bundle_sha256"] == "cd" * 32 and content["provenance"]["edits"] == "brush"


def test_uneven_slices_are_told_and_come_back(tmp_path):
    geometry = _uneven()
    (notice,) = write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz")
    # even places are 0, 3.33, 6.67, 10 for slices at 0, 2.5, 7.5, 10: off by 0.833
    assert "uneven" in notice and "0.833 mm" in notice
    content = json.loads((tmp_path / "m.json").read_text())
    assert content["grid"]["slice_origins_lps_mm"][2] == [0, 0, 7.5] and content["notices"] == [notice]
    assert np.array_equal(read_mask(tmp_path / "m.nii.gz", geometry).array, MASK)


def test_refusals_leave_nothing(tmp_path, monkeypatch):
    geometry = Geometry.plain(SHAPE)
    with pytest.raises(UserError, match="not on the image's grid"):
        write_nifti(Mask(MASK, OBLIQUE), geometry, tmp_path / "m.nii.gz")
    with pytest.raises(UserError, match="must end with"):
        write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.mha")
    with pytest.raises(ValueError, match="does not fit"):
        write_nifti(MASK[:2], geometry, tmp_path / "m.nii.gz")
    with pytest.raises(ValueError, match="int64"):
        write_nifti(MASK.astype(np.int64), geometry, tmp_path / "m.nii.gz")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(nib, "save", full)
    with pytest.raises(UserError, match="the disk is full"):
        write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz")
    assert list(tmp_path.iterdir()) == []


def test_existing_side_car_is_not_overwritten_unasked(tmp_path):
    geometry = Geometry.plain(SHAPE)
    (tmp_path / "m.json").write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz")
    assert [p.name for p in tmp_path.iterdir()] == ["m.json"] and (tmp_path / "m.json").read_text() == "mine"
    write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz", overwrite=True)
    assert (tmp_path / "m.nii.gz").exists()


def test_voxels_that_read_back_differently_are_not_kept(tmp_path, monkeypatch):
    geometry = Geometry.plain(SHAPE)
    good = module._image

    def wrong(stored, grid):
        return good(1 - stored, grid)

    monkeypatch.setattr(module, "_image", wrong)
    with pytest.raises(UserError, match="do not read back the same"):
        write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_float32_cannot_hold_is_refused(tmp_path):
    geometry = Geometry(SHAPE, [1e6 + 0.123, 0.0, 0.0], (1.0, 1.0, 1.0), np.eye(3))
    with pytest.raises(UserError, match="too far from the origin"):
        write_nifti(Mask(MASK, geometry), geometry, tmp_path / "m.nii.gz")


def test_image_and_mask_round_trip_through_read_image(tmp_path):
    values = np.arange(120, dtype=np.int16).reshape(SHAPE)
    write_nifti(values, OBLIQUE, tmp_path / "image.nii.gz")
    volume, notices = read_image(tmp_path / "image.nii.gz")
    assert notices == () and volume.geometry.same_grid(OBLIQUE) and np.array_equal(volume.array, values)
