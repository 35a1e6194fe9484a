"""Maps of shares in: value for value on the image's grid, and nothing that is no share."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.images.shares import read_share
from proseg_gui.volume import Geometry

GRID = Geometry((3, 5, 4), [4.0, -2.0, 9.0], (3.0, 1.5, 0.75), np.eye(3))
VALUES = np.random.default_rng(4).random(GRID.shape).astype(np.float32)


def test_every_value_comes_back_also_from_turned_axes(tmp_path):
    write_nifti(VALUES, GRID, tmp_path / "p.nii.gz")
    values, remark = read_share(tmp_path / "p.nii.gz", GRID)
    assert np.array_equal(values, VALUES) and values.dtype == np.float32 and remark == ""
    image = nib.load(tmp_path / "p.nii.gz")
    turn = np.diag([1.0, -1.0, 1.0, 1.0])
    turn[1, 3] = GRID.shape[1] - 1
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj)[:, ::-1], image.affine @ turn), tmp_path / "turned.nii.gz")
    assert np.array_equal(read_share(tmp_path / "turned.nii.gz", GRID)[0], VALUES)


def test_rounding_is_cut_off_and_a_mask_is_a_share_of_all_or_nothing(tmp_path):
    values = VALUES.copy()
    values[0, 0, :2] = 1.0 + 5e-7, -5e-7
    write_nifti(values, GRID, tmp_path / "p.nii.gz")
    assert read_share(tmp_path / "p.nii.gz", GRID)[0][0, 0, :2].tolist() == [1.0, 0.0]
    write_nifti(VALUES > 0.5, GRID, tmp_path / "m.nii.gz")
    assert np.array_equal(read_share(tmp_path / "m.nii.gz", GRID)[0], (VALUES > 0.5).astype(np.float32))


@pytest.mark.parametrize(("factor", "found"), [(255.0, "to 25"), (-1.0, "-0.9"), (np.nan, "no numbers")])
def test_what_is_no_share_is_refused_with_what_it_holds(tmp_path, factor, found):
    write = nib.Nifti1Image((VALUES * np.float32(factor)).T, GRID.ras_affine())
    nib.save(write, tmp_path / "p.nii.gz")
    with pytest.raises(UserError, match=found) as error:
        read_share(tmp_path / "p.nii.gz", GRID)
    assert "0 to 1" in str(error.value)


def test_another_grid_is_refused_and_taken_only_when_asked(tmp_path):
    write_nifti(VALUES, GRID, tmp_path / "p.nii.gz")
    other = Geometry(GRID.shape, [4.0, -2.0, 10.0], (3.0, 1.5, 0.75), np.eye(3))
    with pytest.raises(UserError, match="grid"):
        read_share(tmp_path / "p.nii.gz", other)
    values, remark = read_share(tmp_path / "p.nii.gz", other, accept_grid=True)
    assert np.array_equal(values, VALUES) and "accepted by the user" in remark
