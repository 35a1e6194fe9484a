"""Where a mask may lie and still be the image's: rounded headers, the other form, a box, and what somebody accepts."""

from __future__ import annotations

import struct

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.images.grid import OtherGrid
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.reading import read_image
from proseg_gui.io.images.resample import straightened
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

SHAPE = (6, 20, 24)  # z, y, x
AFFINE = np.array([[-0.8, 0, 0, 20.0], [0, -0.9, 0, 15.0], [0, 0, 3.0, 50.0], [0, 0, 0, 1.0]])


def _drawn():
    """A mask without symmetry: no flip or exchange of axes leaves it as it is."""
    z, y, x = np.indices(SHAPE)
    return ((z >= 1) & (z <= 3) & (y >= 3 + z) & (y <= 12) & (x >= 5) & (x <= 16 - z)) | (
        (z == 4) & (y == 17) & (x > 19)
    )


DRAWN = _drawn()


def _turned(degrees, axis=2):
    a, b = [i for i in range(3) if i != axis]
    matrix, angle = np.eye(4), np.radians(degrees)
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[a, b], matrix[b, a] = -np.sin(angle), np.sin(angle)
    return matrix


def _write(path, values, sform=None, qform=None):
    image = nib.Nifti1Image(np.ascontiguousarray(values.T), np.diag([0.8, 0.9, 3.0, 1]))
    for form, setter in ((sform, image.set_sform), (qform, image.set_qform)):
        if form is not None:
            setter(form, 1)
    nib.save(image, path)
    content = bytearray(path.read_bytes())  # nibabel writes a form where none was asked for
    for form, code_at in ((qform, 252), (sform, 254)):
        if form is None:
            struct.pack_into("<h", content, code_at, 0)
    path.write_bytes(content)
    return path


def _image(tmp_path, sform=AFFINE, qform=AFFINE):
    values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    return read_image(_write(tmp_path / "image.nii", values, sform, qform))[0]


def _mask(tmp_path, image, values, sform=None, qform=None, **how):
    notices: list[str] = []
    path = _write(tmp_path / "mask.nii", np.asarray(values).astype(np.uint8), sform, qform)
    return read_mask(path, image.geometry, notices=notices, **how), notices


def _moved(affine, *steps):
    """``affine`` moved by voxels (x, y, z)."""
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ np.array(steps, float)
    return moved


@pytest.mark.parametrize("base", [AFFINE, _turned(25, 0) @ AFFINE, np.diag([1e-2, 1e-2, 1e-2, 1]) @ AFFINE])
def test_one_hundredth_of_a_voxel_is_no_other_grid_whatever_its_size(base, tmp_path):
    image = _image(tmp_path, base, None)
    for steps in ((0.008, 0, 0), (0, -0.008, 0), (0.005, 0.005, 0.008)):
        mask, notices = _mask(tmp_path, image, DRAWN, _moved(base, *steps))
        assert np.array_equal(mask.array, DRAWN) and mask.geometry is image.geometry
        assert len(notices) == 1 and "rounded differently, by up to" in notices[0] and "0.008 voxels" in notices[0]
    assert _mask(tmp_path, image, DRAWN, base)[1] == []
    for steps in ((0.012, 0, 0), (0, 0, -0.012), (0, 0.3, 0)):
        with pytest.raises(OtherGrid) as error:
            _mask(tmp_path, image, DRAWN, _moved(base, *steps))
        assert error.value.gap.voxels == pytest.approx(max(map(abs, steps)), abs=2e-4)


def test_a_rounded_spacing_adds_up_to_the_far_corner(tmp_path):
    shape = (2, 200, 256)
    exact, rounded = np.diag([-0.78125, -0.78125, 3, 1.0]), np.diag([-0.7812, -0.7812, 3, 1.0])
    image = read_image(_write(tmp_path / "image.nii", np.indices(shape)[2].astype(np.int16), exact))[0]
    drawn = np.indices(shape)[2] % 7 == 3
    mask, notices = _mask(tmp_path, image, drawn, rounded)
    assert np.array_equal(mask.array, drawn) and "0.016 voxels" in notices[0]  # 255.5 x 0.00005 / 0.78125
    with pytest.raises(OtherGrid, match=r"its voxels are 0.78 x 0.78 x 3 mm and the image's 0.78125 x 0.78125 x 3 mm"):
        _mask(tmp_path, image, drawn, np.diag([-0.78, -0.78, 3, 1.0]))


def test_the_distance_is_measured_after_flips_and_axes_are_undone(tmp_path):
    image = _image(tmp_path)
    stored = DRAWN.transpose(2, 0, 1)[:, ::-1]  # its axes (z, y, x) are the image's x, -z, y
    columns = np.zeros((4, 4))
    columns[:3, 0], columns[:3, 1], columns[:3, 2] = AFFINE[:3, 1], -AFFINE[:3, 2], AFFINE[:3, 0]
    columns[:, 3] = AFFINE @ [0, 0, SHAPE[0] - 1, 1]
    mask, notices = _mask(tmp_path, image, stored, columns)
    assert np.array_equal(mask.array, DRAWN) and notices == []
    columns[2, 3] += 3.2
    with pytest.raises(OtherGrid, match=r"up to 3.2 mm \(1.1 voxels\) away") as error:
        _mask(tmp_path, image, stored, columns)
    assert error.value.can_accept and error.value.gap.mm == pytest.approx(3.2, abs=1e-4)
    assert "--accept-grid" in str(error.value)
    mask, notices = _mask(tmp_path, image, stored, columns, accept_grid=True)
    assert np.array_equal(mask.array, DRAWN)
    assert mask.remark == "grid accepted by the user: was off by 3.2 mm (1.1 voxels)"
    assert "with its axes turned as its header says, as asked for" in notices[0]


def test_what_is_turned_says_by_how_much(tmp_path):
    image = _image(tmp_path)
    with pytest.raises(OtherGrid, match=r"it is turned by 12 degrees and its voxels lie up to"):
        _mask(tmp_path, image, DRAWN, _turned(12) @ AFFINE)


def test_accepting_needs_as_many_voxels_and_takes_a_meaningless_header_in_stored_order(tmp_path):
    image = _image(tmp_path)
    mask, notices = _mask(tmp_path, image, DRAWN, np.eye(4), accept_grid=True)  # what numpy users write
    assert np.array_equal(mask.array, DRAWN) and "in its stored order" in notices[0] and mask.remark
    with pytest.raises(OtherGrid) as error:
        _mask(tmp_path, image, DRAWN[:, :-1], np.eye(4), accept_grid=True)
    assert not error.value.can_accept and "--accept-grid" not in str(error.value)
    assert _mask(tmp_path, image, DRAWN, AFFINE, accept_grid=True)[0].remark == ""


def test_a_mask_without_a_position_says_so_and_can_be_accepted(tmp_path):
    image = _image(tmp_path)
    with pytest.raises(OtherGrid, match="its file says no position"):
        _mask(tmp_path, image, DRAWN)
    assert np.array_equal(_mask(tmp_path, image, DRAWN, accept_grid=True)[0].array, DRAWN)


@pytest.mark.parametrize("used", ["sform", "qform"])
def test_a_mask_on_the_images_other_form_lies_on_its_voxels(used, tmp_path):
    scanner, template = AFFINE, _turned(12) @ AFFINE @ np.diag([-1.0, 1, 1, 1])
    image = _image(tmp_path, template, scanner)
    form = template if used == "sform" else scanner
    mask, notices = _mask(tmp_path, image, DRAWN, form, form)
    assert np.array_equal(mask.array, DRAWN)
    assert [("two positions" in text) for text in notices] == ([] if used == "sform" else [True])
    # flipped in storage, and its affine says so
    back = form @ np.array([[-1.0, 0, 0, SHAPE[2] - 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert np.array_equal(_mask(tmp_path, image, DRAWN[:, :, ::-1], back)[0].array, DRAWN)
    with pytest.raises(OtherGrid):
        _mask(tmp_path, image, DRAWN, _moved(form, 1, 0, 0))


def test_a_mask_whose_second_form_is_the_images(tmp_path):
    image = _image(tmp_path)
    mask, notices = _mask(tmp_path, image, DRAWN, _turned(30) @ AFFINE, AFFINE)
    assert np.array_equal(mask.array, DRAWN) and "the second one is the image's" in notices[0]


def test_masks_on_an_image_without_a_position(tmp_path):
    image = _image(tmp_path, None, None)
    assert image.geometry.assumed
    assert np.array_equal(_mask(tmp_path, image, DRAWN)[0].array, DRAWN)
    # what nibabel assumes: x runs to the right of a centred block, which the mask's affine then says
    base = nib.Nifti1Header()
    base.set_data_shape(SHAPE[::-1])
    base.set_zooms((0.8, 0.9, 3.0))
    mask, notices = _mask(tmp_path, image, DRAWN, base.get_base_affine())
    assert np.array_equal(mask.array, DRAWN) and "as nibabel assumes" in notices[0]
    mask, notices = _mask(tmp_path, image, DRAWN, AFFINE)
    assert np.array_equal(mask.array, DRAWN) and "no position is said" in notices[0]
    with pytest.raises(OtherGrid):
        _mask(tmp_path, image, DRAWN, np.diag([-0.5, -0.5, 3, 1.0]))


@pytest.mark.parametrize("base", [AFFINE, _turned(25, 1) @ AFFINE])
def test_a_box_of_the_images_lattice_is_put_in_its_place(base, tmp_path):
    image = _image(tmp_path, base, None)
    z, y, x = 1, 2, 4
    box = DRAWN[z:6, y:19, x:24]
    mask, notices = _mask(tmp_path, image, box, _moved(base, x, y, z))
    assert np.array_equal(mask.array, DRAWN) and "box of 20 x 17 x 5" in notices[0]
    # the same box stored with x running back
    back = _moved(base, 23, y, z) @ np.diag([-1.0, 1, 1, 1])
    assert np.array_equal(_mask(tmp_path, image, box[:, :, ::-1], back)[0].array, DRAWN)
    for steps in ((x + 0.5, y, z), (x + 0.02, y, z)):
        with pytest.raises(OtherGrid, match="24 x 20 x 6") as error:
            _mask(tmp_path, image, box, _moved(base, *steps))
        assert not error.value.can_accept


def test_a_box_that_reaches_beyond_the_image_tells_what_was_left_out(tmp_path):
    image = _image(tmp_path)
    larger = np.pad(DRAWN, ((2, 0), (0, 1), (3, 3)))
    mask, notices = _mask(tmp_path, image, larger, _moved(AFFINE, -3, 0, -2))
    assert np.array_equal(mask.array, DRAWN) and len(notices) == 1
    larger[0, 0, :5] = True
    mask, notices = _mask(tmp_path, image, larger, _moved(AFFINE, -3, 0, -2))
    assert np.array_equal(mask.array, DRAWN) and "5 drawn voxels lie outside the image" in notices[1]
    beside = np.zeros((8, 20, 24), bool)
    beside[0] = True
    with pytest.raises(UserError, match="all that it holds lies outside"):
        _mask(tmp_path, image, beside, _moved(AFFINE, 0, 0, -1))
    with pytest.raises(OtherGrid):
        _mask(tmp_path, image, beside, _moved(AFFINE, 0, 0, 40))


def test_what_was_accepted_is_still_known_after_straightening():
    tilted = Geometry(SHAPE, np.zeros(3), (3.0, 0.9, 0.8), np.array([[1, 0, 0], [0, 1, 0.2], [0, 0, np.sqrt(0.96)]]))
    reading = Reading("a", "s", Mask(DRAWN, tilted, "s", "grid accepted by the user"))
    study = Study("c", {"image": Volume(DRAWN.astype(np.int16), tilted)}, ("s",), (reading,))
    assert straightened(study)[0].readings[0].mask.remark == "grid accepted by the user"
