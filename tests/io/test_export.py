"""Masks out from Python or the command line: formats, names, refusals, and nothing half-written."""

from __future__ import annotations

import getpass
import json

import nibabel as nib
import numpy as np
import pydicom
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_segments
from proseg_gui.io.contours.structure_codes import structure_code
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.export import export_masks, file_name, nifti_paths
from proseg_gui.volume import Geometry, Mask, Study, Volume


@pytest.fixture
def study(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "ct", ct_array, along_z(5))
    volume, _ = read_series(scan_folder(tmp_path / "ct").series[0])
    return Study("case", {"image": volume})


@pytest.fixture
def masks(study):
    rng = np.random.default_rng(3)
    return [(name, Mask(rng.random(study.geometry.shape) < 0.4, study.geometry)) for name in ("rater 1", "rater/2")]


def test_one_mask_as_nifti(study, masks, tmp_path):
    notices: list[str] = []
    origins = [Provenance("phantom")]
    paths = export_masks(study, masks[:1], "nifti", tmp_path / "m.nii.gz", origins=origins, notices=notices)
    assert paths == (tmp_path / "m.nii.gz",) and notices == []
    assert np.array_equal(np.asarray(nib.load(paths[0]).dataobj).T, masks[0][1].array)
    content = json.loads((tmp_path / "m.json").read_text())
    assert content["labels"] == {"1": "rater 1"} and content["provenance"]["model"] == "phantom"


def test_several_masks_as_nifti_go_beside_each_other_or_into_a_folder(study, masks, tmp_path):
    paths = export_masks(study, masks, "nifti", tmp_path / "m.nii")
    assert [p.name for p in paths] == ["m_rater_1.nii", "m_rater_2.nii"]
    paths = export_masks(study, masks, "nifti", tmp_path / "out")
    assert [p.name for p in paths] == ["rater_1.nii.gz", "rater_2.nii.gz"]
    assert json.loads((tmp_path / "out" / "rater_2.json").read_text())["provenance"]["model"] == ""


def test_rtstruct_has_an_roi_for_each_in_its_own_colour(study, masks, tmp_path):
    (path,) = export_masks(study, masks, "rtstruct", tmp_path / "rt.dcm")
    for (name, mask), read in zip(masks, read_rtstruct(path, study.image), strict=True):
        assert read.name == name and np.array_equal(read.array, mask.array)
    ds = pydicom.dcmread(path)
    first, second = (tuple(item.ROIDisplayColor) for item in ds.ROIContourSequence)
    assert first != second
    assert ds.StructureSetDescription == "no model named"
    assert [o.RTROIInterpretedType for o in ds.RTROIObservationsSequence] == ["", ""]


def test_append_and_deidentify(study, masks, tmp_path):
    export_masks(study, masks[:1], "rtstruct", tmp_path / "a.dcm")
    export_masks(study, masks[1:], "rtstruct", tmp_path / "b.dcm", append_to=tmp_path / "a.dcm")
    assert len(read_rtstruct(tmp_path / "b.dcm", study.image)) == 2
    with pytest.raises(UserError, match="cannot be added to and de-identified"):
        export_masks(study, masks, "rtstruct", tmp_path / "c.dcm", append_to=tmp_path / "a.dcm", deidentify=True)
    with pytest.raises(UserError, match="to a structure set only"):
        export_masks(study, masks, "nifti", tmp_path / "c.nii.gz", append_to=tmp_path / "a.dcm")
    export_masks(study, masks, "rtstruct", tmp_path / "d.dcm", deidentify=True)
    assert b"Secret" not in (tmp_path / "d.dcm").read_bytes()


def test_seg_has_a_segment_for_each_with_its_code(study, masks, tmp_path):
    codes = [structure_code("Lesion"), structure_code("SCT:41216001")]
    (path,) = export_masks(study, masks, "seg", tmp_path / "seg.dcm", codes=codes)
    for (name, mask), read in zip(masks, read_segments(path, study.image), strict=True):
        assert read.name == name and np.array_equal(read.mask.array, mask.array)
    meanings = [s.SegmentedPropertyTypeCodeSequence[0].CodeMeaning for s in pydicom.dcmread(path).SegmentSequence]
    assert meanings == ["Lesion", "Prostate"]
    export_masks(study, masks, "seg", tmp_path / "d.dcm", deidentify=True)
    for file in [tmp_path / "d.dcm", *(tmp_path / "d_image").iterdir()]:
        assert b"Secret" not in file.read_bytes() and b"PID-7" not in file.read_bytes()


def test_a_deidentified_nifti_does_not_say_who_made_it(study, masks, tmp_path):
    export_masks(study, masks[:1], "nifti", tmp_path / "named.nii.gz")
    assert json.loads((tmp_path / "named.json").read_text())["provenance"]["user"] == getpass.getuser()
    export_masks(study, masks[:1], "nifti", tmp_path / "plain.nii.gz", deidentify=True)
    assert json.loads((tmp_path / "plain.json").read_text())["provenance"]["user"] == ""


def test_appending_in_place_needs_overwrite(study, masks, tmp_path):
    path = tmp_path / "a.dcm"
    export_masks(study, masks[:1], "rtstruct", path)
    with pytest.raises(UserError, match="exists already"):
        export_masks(study, masks[1:], "rtstruct", path, append_to=path)
    export_masks(study, masks[1:], "rtstruct", path, append_to=path, overwrite=True)
    assert len(read_rtstruct(path, study.image)) == 2


def test_refusals_write_nothing(study, masks, tmp_path):
    before = sorted(tmp_path.iterdir())
    other = Mask(masks[0][1].array, Geometry.plain(study.geometry.shape))
    for given, fmt, said in (
        ([], "nifti", "no mask"),
        (masks, "stl", "no format 'stl'"),
        ([masks[0], ("b", other)], "nifti", "'b' is not on the image's grid"),
        ([masks[0], ("b", other)], "rtstruct", "'b' is not on the image's grid"),
        ([("a b", masks[0][1]), ("a b", masks[0][1])], "nifti", "two masks would go to this file"),
    ):
        with pytest.raises(UserError, match=said):
            export_masks(study, given, fmt, tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before


def test_an_existing_file_stops_all_of_them(study, masks, tmp_path):
    (tmp_path / "m_rater_2.nii").write_bytes(b"old")
    with pytest.raises(UserError, match="exists already"):
        export_masks(study, masks, "nifti", tmp_path / "m.nii")
    assert not (tmp_path / "m_rater_1.nii").exists()


def test_a_volume_does_instead_of_a_study(tmp_path):
    volume = Volume(np.zeros((2, 3, 4), np.int16), Geometry.plain((2, 3, 4)))
    mask = Mask(np.ones((2, 3, 4), bool), volume.geometry)
    notices: list[str] = []
    (path,) = export_masks(volume, [("a", mask)], "rtstruct", tmp_path / "rt.dcm", notices=notices)
    assert path.exists() and (tmp_path / "rt_image").is_dir() and len(notices) == 1


def test_names_become_file_names(tmp_path):
    assert [file_name(n) for n in ("a b/c", "../x", "é.1", "...")] == ["a_b_c", "x", "é.1", "mask"]
    assert nifti_paths(["a"], tmp_path / "m.nii.gz") == [tmp_path / "m.nii.gz"]
    alike = ["GTV/1", "GTV_1", "GTV|1", "PTV", "ptv", "x" * 200, "x" * 200 + "y", "肿" * 100]
    for out in (tmp_path / "m.nii.gz", tmp_path / "folder"):
        names = [path.name for path in nifti_paths(alike, out)]
        assert len({name.casefold() for name in names}) == len(alike), "two names are two files on every disk"
        assert all(len(name.encode()) < 200 for name in names)
