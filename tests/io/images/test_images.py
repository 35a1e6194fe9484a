"""Image files in: the same voxels in the same place from every format; masks on the image's grid, or refused."""

from __future__ import annotations

import gzip
import logging
import os

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.raw import SeveralComponents
from proseg_gui.io.images.reading import image_files, image_stem, read_image
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry

VALUES = np.arange(3 * 4 * 5, dtype=np.int16).reshape(3, 4, 5)  # (z, y, x)
LAS = np.diag([-2.0, 3.0, 4.0, 1.0])
LAS[:3, 3] = (10, 20, 30)
SHEAR = np.array([[2.0, 0, 0.9, 5], [0, 3, 0, 6], [0, 0, 4, 7], [0, 0, 0, 1]])


def _nifti(path, values_zyx, affine=LAS, kind=nib.Nifti1Image, codes=(1, 1), slope=None):
    image = kind(np.ascontiguousarray(values_zyx.T), affine)
    image.set_qform(affine, codes[1])
    image.set_sform(affine, codes[0])
    if slope:
        image.header.set_slope_inter(*slope)
    nib.save(image, path)
    return path


def _sitk(path, values_zyx, direction=None):
    image = sitk.GetImageFromArray(values_zyx)
    image.SetSpacing((2.0, 3.0, 4.0))
    image.SetOrigin((-10.0, -20.0, 30.0))
    if direction is not None:
        image.SetDirection(np.asarray(direction).ravel().tolist())
    sitk.WriteImage(image, str(path))
    return path


# -- geometry and values ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "b.nii", "c.hdr"])
def test_nifti_in_all_its_shapes(name, tmp_path):
    kind = {"a": nib.Nifti1Image, "b": nib.Nifti2Image, "c": nib.Nifti1Pair}[name[0]]
    path = _nifti(tmp_path / name, VALUES, kind=kind)
    volume, notices = read_image(path)
    assert volume.array.dtype == np.int16 and np.array_equal(volume.array, VALUES) and notices == ()
    # RAS (10, 20, 30) is LPS (-10, -20, 30); -x in RAS is +x in LPS; +y in RAS is -y in LPS
    assert volume.geometry.index_to_world((0, 0, 0)) == pytest.approx((-10, -20, 30))
    assert volume.geometry.index_to_world((1, 2, 3)) == pytest.approx((-10 + 6, -20 - 6, 34))
    if name == "c.hdr":
        assert np.array_equal(read_image(tmp_path / "c.img")[0].array, VALUES)
        assert [p.name for p in image_files(tmp_path)] == ["c.hdr"]


@pytest.mark.parametrize("name", ["a.nrrd", "a.nhdr", "a.mha", "a.mhd"])
def test_nrrd_and_metaimage(name, tmp_path):
    direction = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1.0]])
    volume, notices = read_image(_sitk(tmp_path / name, VALUES, direction))
    assert np.array_equal(volume.array, VALUES) and notices == ()
    expected = np.array([-10, -20, 30]) + 2.0 * 3 * direction[:, 0] + 3.0 * 2 * direction[:, 1] + (0, 0, 4)
    assert volume.geometry.index_to_world((1, 2, 3)) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["s.nrrd", "s.mha"])
def test_shear_in_nrrd_and_metaimage_is_kept(name, tmp_path):
    direction = np.eye(3)
    direction[:, 2] = (0.3, 0.0, np.sqrt(1 - 0.09))
    volume, _ = read_image(_sitk(tmp_path / name, VALUES, direction))
    assert volume.geometry.is_sheared
    assert volume.geometry.index_to_world((2, 0, 0)) == pytest.approx((-10 + 2.4, -20, 30 + 8 * np.sqrt(0.91)))


def test_sheared_sform_is_kept_exactly_and_its_disagreement_with_the_qform_told(tmp_path):
    volume, notices = read_image(_nifti(tmp_path / "a.nii", VALUES, SHEAR))
    assert volume.geometry.is_sheared
    assert volume.geometry.ras_affine() == pytest.approx(SHEAR, abs=1e-6)
    assert len(notices) == 1 and "disagree by up to" in notices[0] and "sform is used" in notices[0]


def test_qform_alone_and_neither_form(tmp_path):
    volume, notices = read_image(_nifti(tmp_path / "q.nii", VALUES, codes=(0, 1)))
    assert volume.geometry.index_to_world((0, 0, 0)) == pytest.approx((-10, -20, 30)) and notices == ()
    volume, notices = read_image(_nifti(tmp_path / "n.nii", VALUES, codes=(0, 0)))
    assert "no position or orientation" in notices[0]
    assert volume.geometry.spacing_mm == (4, 3, 2) and np.array_equal(volume.geometry.direction, np.eye(3))
    read = sitk.ReadImage(str(tmp_path / "n.nii"))  # the same reading as ITK's
    assert (read.GetOrigin(), read.GetDirection()) == ((0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))


def test_slope_and_intercept_are_applied(tmp_path):
    volume, _ = read_image(_nifti(tmp_path / "a.nii", VALUES, slope=(0.5, -1024)))
    assert volume.array.dtype == np.float32 and np.allclose(volume.array, VALUES * 0.5 - 1024)


def test_units_of_micrometres_become_mm(tmp_path):
    image = nib.Nifti1Image(VALUES.T, LAS)
    image.header.set_xyzt_units("micron")
    nib.save(image, tmp_path / "a.nii")
    volume, notices = read_image(tmp_path / "a.nii")
    assert volume.geometry.spacing_mm == pytest.approx((0.004, 0.003, 0.002)) and "micrometres" in notices[0]


def test_analyze_reads(tmp_path):
    nib.save(nib.AnalyzeImage(VALUES.T, np.diag([2.0, 3, 4, 1])), tmp_path / "a.hdr")
    volume, _ = read_image(tmp_path / "a.hdr")
    assert volume.geometry.spacing_mm == (4, 3, 2) and sorted(volume.array.ravel()) == list(range(60))


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
def test_pictures_are_one_slice(name, tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(VALUES[0].astype(np.uint8)), str(tmp_path / name))
    volume, notices = read_image(tmp_path / name)
    assert np.array_equal(volume.array, VALUES[:1]) and volume.geometry.shape == (1, 4, 5)
    assert any("1 mm is assumed" in notice for notice in notices)


def test_colour_becomes_grey_with_a_notice(tmp_path):
    rgb = np.zeros((4, 5, 3), np.uint8)
    rgb[..., 0], rgb[..., 1], rgb[..., 2] = 100, 200, 50
    sitk.WriteImage(sitk.GetImageFromArray(rgb, isVector=True), str(tmp_path / "a.png"))
    volume, notices = read_image(tmp_path / "a.png")
    assert (volume.array == round(0.299 * 100 + 0.587 * 200 + 0.114 * 50)).all()
    assert any("converted to grey" in notice for notice in notices)


def test_4d_asks_for_the_component(tmp_path):
    stack = np.stack([VALUES, VALUES + 100])  # (t, z, y, x)
    path = _nifti(tmp_path / "a.nii", stack)
    with pytest.raises(SeveralComponents, match="holds 2 volumes") as caught:
        read_image(path)
    assert caught.value.count == 2
    volume, notices = read_image(path, component=1)
    assert np.array_equal(volume.array, VALUES + 100) and "Volume 1" in notices[0]
    with pytest.raises(UserError, match="no volume 2"):
        read_image(path, component=2)
    image = sitk.JoinSeries([sitk.GetImageFromArray(part) for part in stack])
    sitk.WriteImage(image, str(tmp_path / "b.nrrd"))
    assert np.array_equal(read_image(tmp_path / "b.nrrd", component=1)[0].array, VALUES + 100)


def test_a_time_axis_of_one_is_no_choice(tmp_path):
    assert np.array_equal(read_image(_nifti(tmp_path / "a.nii", VALUES[None]))[0].array, VALUES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("float64", "float32"), ("int64", "int32"), ("uint32", "int32"), ("uint16", "uint16"), (">i2", "int16")],
)
def test_number_types(given, expected, tmp_path):
    image = nib.Nifti1Image(VALUES.T.astype(given), LAS, dtype=np.dtype(given))
    nib.save(image, tmp_path / "a.nii")
    array = read_image(tmp_path / "a.nii")[0].array
    assert array.dtype == np.dtype(expected) and array.dtype.isnative and np.array_equal(array, VALUES)


# -- hostile content -------------------------------------------------------------------------------------------------
def test_some_nan_is_background_with_a_count_and_all_nan_is_refused(tmp_path):
    values = VALUES.astype(np.float32) - 7
    values[0, 0, :2], values[2, 3, 4] = np.nan, np.inf
    volume, notices = read_image(_nifti(tmp_path / "a.nii", values))
    assert np.isfinite(volume.array).all() and (volume.array[0, 0, :2] == -5).all() and volume.array[2, 3, 4] == -5
    assert notices == ("3 of 60 voxels (5 %) are NaN or infinite; they count as background (-5).",)
    with pytest.raises(UserError, match="every voxel is NaN"):
        read_image(_nifti(tmp_path / "b.nii", np.full_like(values, np.nan)))


def test_constant_image_reads_with_a_notice(tmp_path):
    assert "same value" in read_image(_nifti(tmp_path / "a.nii", np.ones_like(VALUES)))[1][0]


def test_complex_voxels_are_refused(tmp_path):
    with pytest.raises(UserError, match="complex"):
        read_image(_nifti(tmp_path / "a.nii", VALUES.astype(np.complex64)))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha", "a.png", "a.tif", "a.jpg"])
def test_truncated_and_foreign_files_are_one_sentence_that_names_the_file(name, tmp_path, capfd):
    rng = np.random.default_rng(0)
    path = tmp_path / name
    picture = rng.integers(0, 255, (3, 40, 50)).astype(np.uint8)
    if ".nii" in name:
        _nifti(path, picture)
    elif name.endswith((".png", ".jpg")):
        sitk.WriteImage(sitk.GetImageFromArray(picture[0]), str(path))
    else:
        sitk.WriteImage(sitk.GetImageFromArray(picture), str(path))
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[: len(whole) - len(whole) // 8], whole[:40], b"", b"text " * 100):
        path.write_bytes(content)
        with pytest.raises(UserError) as caught:
            read_image(path)
        assert caught.value.path == path and "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_nifti_header_that_lies_about_its_size_is_refused(tmp_path):
    path = _nifti(tmp_path / "a.nii", VALUES)
    content = bytearray(path.read_bytes())
    content[42:48] = np.array([32000, 32000, 32000], "<i2").tobytes()
    path.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(UserError, match="damaged or cut short"):
        read_image(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"NDims = 3", b"NDims = 9", "NDims"),
        (b"DimSize = 5 4 3", b"DimSize = 5 4", "DimSize"),
        (b"DimSize = 5 4 3", b"DimSize = 5 -4 3", "DimSize"),
        (b"DimSize = 5 4 3", b"DimSize = 5 4 4000000", "cut short"),
        (b"ElementType = MET_SHORT", b"ElementType = MET_OTHER", "ElementType"),
        (b"Offset = -10 -20 30", b"Offset = -10 -20 xx", "Offset"),
        (b"ElementDataFile", b"ElementDataFiles", "ElementDataFile"),
        (b"DimSize", b"D\x00mSize", "damaged"),
    ],
)
def test_a_metaimage_header_that_contradicts_itself_never_reaches_the_c_reader(old, new, said, tmp_path):
    path = _sitk(tmp_path / "a.mha", VALUES)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    with pytest.raises(UserError, match=said):
        read_image(path)


def test_header_repairs_are_not_printed(tmp_path, capfd):
    content = bytearray(_nifti(tmp_path / "a.nii", VALUES).read_bytes())
    content[80:84] = np.array([-3.0], "<f4").tobytes()  # a negative pixdim, which nibabel mends and reports
    (tmp_path / "a.nii").write_bytes(content)
    read_image(tmp_path / "a.nii")
    assert capfd.readouterr() == ("", "")


def test_missing_folder_and_unknown_files(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"something")
    (tmp_path / "b.img").write_bytes(b"something")
    for path, said in (("none.nii", "no such file"), ("", "a folder"), ("a.xyz", "no known"), ("b.img", "hdr")):
        with pytest.raises(UserError, match=said):
            read_image(tmp_path / path)


def test_cancel(tmp_path):
    token = CancelToken()
    token.cancel()
    for path in (_nifti(tmp_path / "a.nii.gz", VALUES), _sitk(tmp_path / "a.mha", VALUES)):
        with pytest.raises(Cancelled):
            read_image(path, token=token)


def test_stems_keep_their_dots():
    from pathlib import Path

    assert [image_stem(Path(n)) for n in ("dr.a.nii.gz", "x.MHA", "y.dcm")] == ["dr.a", "x", "y"]


# -- masks -----------------------------------------------------------------------------------------------------------
MASK = VALUES % 7 == 1


def _geometry(affine=LAS):
    return Geometry.from_ras_affine(affine, VALUES.shape)


@pytest.mark.parametrize("value", [1, 255, 3])
def test_mask_on_the_same_grid(value, tmp_path):
    mask = read_mask(_nifti(tmp_path / "rater.nii.gz", (MASK * value).astype(np.uint8)), _geometry())
    assert np.array_equal(mask.array, MASK) and mask.name == "rater"


@pytest.mark.parametrize("flips", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_mask_stored_flipped_and_permuted_with_an_affine_that_says_so_is_exact(flips, order, tmp_path):
    image = nib.Nifti1Image(MASK.T.astype(np.uint8), LAS)
    orientation = np.array([[axis, -1 if axis in flips else 1] for axis in order])
    turned = image.as_reoriented(orientation)
    nib.save(turned, tmp_path / "m.nii.gz")
    assert np.array_equal(read_mask(tmp_path / "m.nii.gz", _geometry()).array, MASK)


def test_mask_flipped_without_saying_so_cannot_be_known_but_another_grid_is_refused(tmp_path):
    moved = LAS.copy()
    moved[0, 3] += 0.1  # 1/20 of a voxel
    for affine in (moved, np.diag([-2.1, 3, 4, 1.0]), SHEAR):
        path = _nifti(tmp_path / "m.nii", MASK.astype(np.uint8), affine)
        with pytest.raises(
            UserError, match=r"not on the image's grid: .*its voxels lie up to .* mm \(.* voxels\) away"
        ):
            read_mask(path, _geometry())
    coarser = np.diag([-2.0, 3, 6, 1])
    coarser[:3, 3] = LAS[:3, 3]
    with pytest.raises(UserError, match="5 x 4 x 2 voxels instead of 5 x 4 x 3"):
        read_mask(_nifti(tmp_path / "m.nii", MASK[:2].astype(np.uint8), coarser), _geometry())


def test_mask_of_a_tilted_image_goes_by_the_sform(tmp_path):
    assert np.array_equal(
        read_mask(_nifti(tmp_path / "m.nii", MASK.astype(np.uint8), SHEAR), _geometry(SHEAR)).array, MASK
    )


def test_mask_for_uneven_slices_is_matched_slice_by_slice(tmp_path):
    places = np.array([[0.0, 0, 0], [0, 0, 2], [0, 0, 8]])
    uneven = Geometry(VALUES.shape, places[0], (4.0, 3.0, 2.0), np.eye(3), places)
    notices: list[str] = []
    path = _nifti(tmp_path / "m.nii", MASK.astype(np.uint8), uneven.ras_affine())
    assert np.array_equal(read_mask(path, uneven, notices=notices).array, MASK)
    assert "slice by slice" in notices[0]
    flipped = nib.Nifti1Image(MASK.T.astype(np.uint8), uneven.ras_affine()).as_reoriented(
        np.array([[0, 1], [1, 1], [2, -1]])
    )
    nib.save(flipped, path)
    assert np.array_equal(read_mask(path, uneven).array, MASK)
    far = uneven.ras_affine()
    far[2, 2] += 0.1
    with pytest.raises(UserError, match="not on the image's grid"):
        read_mask(_nifti(tmp_path / "m.nii", MASK.astype(np.uint8), far), uneven)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (VALUES % 3, "several labels"),
        (VALUES / 60.0, "not whole numbers"),
        (np.where(MASK, np.nan, 0.0), "nothing but 0 and NaN"),
        (np.stack([MASK, MASK]).astype(np.uint8), "holds 2 volumes"),
    ],
)
def test_what_is_no_mask_is_refused(values, said, tmp_path):
    values = values.astype(np.float32) if values.dtype == float else values
    with pytest.raises(UserError, match=said):
        read_mask(_nifti(tmp_path / "m.nii", values), _geometry())


def test_grey_mask_stored_as_colour_png(tmp_path):
    rgb = np.repeat((MASK[0] * 255).astype(np.uint8)[..., None], 3, axis=2)
    sitk.WriteImage(sitk.GetImageFromArray(rgb, isVector=True), str(tmp_path / "m.png"))
    assert np.array_equal(read_mask(tmp_path / "m.png", Geometry.plain((1, 4, 5))).array, MASK[:1])


def test_what_a_library_remarks_about_a_file_stays_out_of_the_log(tmp_path, monkeypatch, caplog):
    path = tmp_path / "ZQDOE.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(np.ones((2, 3, 4), np.int16)), str(path))
    read = sitk.ReadImage

    def remarks(name, **_kwargs):
        os.write(2, f"warning: {name} of ZQDOE\n".encode())
        return read(name)

    monkeypatch.setattr(sitk, "ReadImage", remarks)
    caplog.set_level(logging.DEBUG)
    assert read_image(path)[0].array.shape == (2, 3, 4)
    assert "remarks" in caplog.text and "ZQDOE" not in caplog.text
