"""What a path could mean, and opening it."""

from __future__ import annotations

import gc
import json
import tempfile
import zipfile

import numpy as np
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import SeveralSeries, find_inputs, open_study
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (3, 6, 7)
GRID = Geometry(SHAPE, [1.0, 2.0, 3.0], (2.5, 1.0, 1.0), np.eye(3))
IMAGE = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def _nifti(path):
    write_nifti(IMAGE, GRID, path)
    return path


def test_an_image_file(tmp_path):
    study = open_study(_nifti(tmp_path / "brain.nii.gz"))
    assert (study.name, tuple(study.channels), study.structures) == ("brain", ("image",), ("structure",))
    assert study.source == tmp_path / "brain.nii.gz"


def test_a_dicom_folder_with_one_series_and_what_was_passed_over(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "scan", ct_array, along_z(5))
    (tmp_path / "scan" / "readme.txt").write_text("x")
    study = open_study(tmp_path / "scan")
    assert study.name == "scan" and np.array_equal(study.image.array, ct_array)
    assert study.notices == ("Passed over: 1 file that is no DICOM.",)


def test_one_dicom_file_is_one_slice(tmp_path, dicom_series, along_z, ct_array):
    paths = dicom_series(tmp_path, ct_array, along_z(5))
    study = open_study(paths[2])
    assert np.array_equal(study.image.array, ct_array[2:3])


def test_a_zip_of_dicom_opens_and_leaves_nothing_behind(tmp_path, dicom_series, along_z, ct_array, monkeypatch):
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    paths = dicom_series(tmp_path / "s", ct_array, along_z(5))
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"../../evil/{path.name}")
        archive.writestr("readme.txt", "x")
    study = open_study(tmp_path / "scan.zip")
    assert study.name == "scan" and np.array_equal(study.image.array, ct_array)
    assert study.notices == ("Passed over: 1 file that is no DICOM.",)
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == [] and not (tmp_path / "evil").exists()
    whole = (tmp_path / "scan.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(whole[:100] + b"\0" * 200 + whole[300:])
    (tmp_path / "text.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "text.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    for name, said in (("bad.zip", "zip file is damaged"), ("text.zip", "zip file holds no CT")):
        with pytest.raises(UserError, match=said):
            open_study(tmp_path / name)
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == []


def test_several_series_are_a_choice(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "a", ct_array, along_z(5))
    dicom_series(tmp_path / "b", ct_array[:3], along_z(3), SeriesInstanceUID="1.9", SeriesDescription="lung")
    with pytest.raises(SeveralSeries, match=r"holds 2 images .1: CT thorax, 5 slices") as caught:
        open_study(tmp_path)
    assert "\n" not in str(caught.value) and "Secret" not in str(caught.value)
    assert [c.kind for c in caught.value.candidates] == ["series", "series"]
    assert open_study(caught.value.candidates[1]).image.array.shape == (3, 6, 7)


def test_a_series_that_cannot_be_read_is_listed_with_its_problem(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "a", ct_array, along_z(5))
    dicom_series(tmp_path / "b", ct_array[:1], along_z(1), SeriesInstanceUID="1.9", PixelSpacing=None)
    candidates = find_inputs(tmp_path)
    assert [bool(c.problem) for c in candidates] == [False, True]
    with pytest.raises(UserError, match=r"PixelSpacing .* is missing"):
        open_study(candidates[1])


def test_a_case_brings_its_readings_and_a_dataset_its_cases(tmp_path):
    for name in ("c1", "c2"):
        _nifti(tmp_path / name / "image.nii.gz")
        write_nifti(Mask(IMAGE > 50, GRID), GRID, tmp_path / name / "masks" / "r1.nii.gz")
    study = open_study(tmp_path / "c1")
    assert (study.name, study.raters) == ("c1", ("r1",))
    assert [c.label for c in find_inputs(tmp_path)] == ["c1, 1 rater", "c2, 1 rater"]
    with pytest.raises(SeveralSeries) as caught:
        open_study(tmp_path)
    assert open_study(caught.value.candidates[1]).name == "c2"


def test_cases_without_masks_are_found_too(tmp_path):
    for name in ("c1", "c2"):
        _nifti(tmp_path / name / "image.nii.gz")
    assert [c.kind for c in find_inputs(tmp_path)] == ["case", "case"]


def test_pictures_of_a_viewer_on_a_cd_do_not_hide_the_scan(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "DICOM", ct_array, along_z(5))
    _nifti(tmp_path / "VIEWER" / "images" / "logo.nii.gz")
    assert np.array_equal(open_study(tmp_path).image.array, ct_array)


def test_a_folder_of_loose_images_is_a_choice(tmp_path):
    _nifti(tmp_path / "t1.nii.gz")
    _nifti(tmp_path / "t2.nii.gz")
    assert [c.label for c in find_inputs(tmp_path)] == ["t1.nii.gz", "t2.nii.gz"]


def test_a_4d_file_is_a_choice_of_its_volumes(tmp_path):
    import nibabel as nib

    nib.save(nib.Nifti1Image(np.stack([IMAGE.T, IMAGE.T + 9], axis=-1), np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(SeveralSeries, match="holds 2 images") as caught:
        open_study(tmp_path / "a.nii")
    study = open_study(caught.value.candidates[1])
    assert np.array_equal(study.image.array, IMAGE + 9)


def test_channels_join_on_the_first_one_s_grid(tmp_path):
    _nifti(tmp_path / "t1.nii.gz")
    shifted = Geometry(SHAPE, [2.0, 2.0, 3.0], GRID.spacing_mm, np.eye(3))
    write_nifti(IMAGE, shifted, tmp_path / "t2.nii.gz")
    shares: list[float] = []
    study = open_study(
        tmp_path / "t1.nii.gz",
        channels={"T2": tmp_path / "t2.nii.gz"},
        progress=lambda share, text: shares.append(share),
    )
    assert tuple(study.channels) == ("image", "T2") and shares == sorted(shares) and shares[-1] == 1.0
    assert np.array_equal(study.channels["T2"].array[..., 1:], IMAGE[..., :-1])
    assert any("T2 was resampled" in n for n in study.notices)
    with pytest.raises(UserError, match="two channels called 'image'"):
        open_study(tmp_path / "t1.nii.gz", channels={"image": tmp_path / "t2.nii.gz"})


def test_bundles_and_structure_sets_are_known_for_what_they_are(tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "card.json").write_text(json.dumps({}))
    assert [c.kind for c in find_inputs(tmp_path / "bundle")] == ["bundle"]
    assert find_inputs(tmp_path / "bundle" / "card.json")[0].path == tmp_path / "bundle"
    with pytest.raises(UserError, match=r"this is a bundle, not an image. Give it with --model"):
        open_study(tmp_path / "bundle")
    volume = write_series(Volume(IMAGE, GRID, modality="CT"), tmp_path / "s" / "ct")
    write_rtstruct([Roi("a", Mask(IMAGE > 50, GRID))], volume, tmp_path / "s" / "rt.dcm")
    assert [c.kind for c in find_inputs(tmp_path / "s")] == ["series", "structure set"]
    assert open_study(tmp_path / "s").image.array.shape == SHAPE
    with pytest.raises(UserError, match="this is a structure set, not an image"):
        open_study(tmp_path / "s" / "rt.dcm")


def test_bad_input_is_one_sentence_with_the_file_s_name(tmp_path, dicom_series, along_z, ct_array, capfd):
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("x")
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "empty.nii.gz").write_bytes(b"")
    (tmp_path / "text.dcm").write_text("this is no DICOM at all " * 20)
    (tmp_path / "short.dcm").write_text("short")
    (tmp_path / "text.docx").write_text("hello")
    dicom_series(tmp_path / "scouts", ct_array[:1], along_z(1), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    for name, said in (
        ("none", "no such file or folder"),
        ("empty", "it is empty"),
        ("texts", "1 file that is no DICOM"),
        ("empty.dcm", "the file is empty"),
        ("empty.nii.gz", "the file is empty"),
        ("text.dcm", "named DICOM but is none"),
        ("short.dcm", "named DICOM but is none"),
        ("text.docx", "no known image format"),
        ("scouts", "1 localiser"),
        ("scouts/000.dcm", r"no CT, MR, PET or SPECT image \(it holds 1 localiser\)"),
    ):
        with pytest.raises(UserError, match=said) as caught:
            open_study(tmp_path / name)
        assert caught.value.path == tmp_path / name and "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_cancel(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "s", ct_array, along_z(5))
    token = CancelToken()
    token.cancel()
    for path in (tmp_path / "s", _nifti(tmp_path / "a.nii.gz")):
        with pytest.raises(Cancelled):
            open_study(path, token=token)
