"""``proseg-gui export`` in the three formats, with what it says and refuses."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pydicom
import pytest

from proseg_gui.cli import main
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.seg_read import read_segments
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry, Mask, Volume


@pytest.fixture
def places(tmp_path):
    """A DICOM series of a named patient and two masks; returns the arguments that name them."""
    geometry = Geometry((4, 12, 10), [1.0, 2.0, 3.0], (2.5, 0.9, 0.7), np.eye(3))
    values = np.arange(480, dtype=np.int16).reshape(4, 12, 10)
    patient = {"PatientName": "Planted^Name", "PatientID": "PLANTED-7"}
    write_series(Volume(values, geometry, modality="CT"), tmp_path / "ct", patient=patient)
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        write_nifti(Mask(rng.random(geometry.shape) < 0.4, geometry), geometry, tmp_path / f"{name}.nii.gz")
    masks = [part for name in ("a", "b") for part in ("--mask", str(tmp_path / f"{name}.nii.gz"), "--name", name)]
    return ["export", "--image", str(tmp_path / "ct"), *masks]


def test_seg_with_codes(places, tmp_path, capsys):
    out = tmp_path / "seg.dcm"
    arguments = [*places, "--format", "seg", "--code", "lesion", "--code", "Lung", "--out", str(out)]
    assert main(arguments) == 0
    assert f"wrote {out}" in capsys.readouterr().out
    segments = read_segments(out, open_study(tmp_path / "ct").image)
    assert [(s.name, s.type_meaning) for s in segments] == [("a", "Lesion"), ("b", "Lung")]
    for segment in segments:
        stored = np.asarray(nib.load(tmp_path / f"{segment.name}.nii.gz").dataobj).T
        assert np.array_equal(segment.mask.array, stored.astype(bool))


def test_shares_become_a_fractional_seg_and_keep_where_they_are_from(places, tmp_path, capsys):
    image = open_study(tmp_path / "ct").image
    share = np.random.default_rng(1).random(image.geometry.shape).astype(np.float32)
    origin = Provenance("levels", "2", "cd" * 32, rater="consensus", sample="mean over all 3 agreement levels")
    write_nifti(share, image.geometry, tmp_path / "p.nii.gz", provenance=origin)
    out = tmp_path / "p.dcm"
    arguments = [*places[:3], "--mask", str(tmp_path / "p.nii.gz"), "--name", "share", "--format", "seg"]
    assert main([*arguments, "--out", str(tmp_path / "m.dcm")]) == 2  # a mask it is not
    assert "not whole numbers" in capsys.readouterr().err and not (tmp_path / "m.dcm").exists()
    assert main([*arguments, "--fractional", "--code", "lesion", "--out", str(out)]) == 0
    (found,) = read_segments(out, image)
    assert found.name == "share" and found.type_meaning == "Lesion"
    assert np.abs(found.values - share).max() <= 0.5 / 255 + 1e-6
    ds = pydicom.dcmread(out)
    assert (ds.SegmentationType, ds.SegmentationFractionalType) == ("FRACTIONAL", "PROBABILITY")
    assert "mean over all 3 agreement levels" in ds.SegmentSequence[0].SegmentDescription
    for fmt in ("nifti", "rtstruct"):
        assert main([*arguments[:-1], fmt, "--fractional", "--out", str(tmp_path / "x")]) == 2
        assert "--fractional goes with --format seg" in capsys.readouterr().err


@pytest.mark.parametrize("fmt", ["seg", "rtstruct"])
def test_deidentified_files_hold_nothing_of_the_patient(places, tmp_path, capsys, fmt):
    assert main([*places, "--format", fmt, "--out", str(tmp_path / "out" / "x.dcm"), "--deidentify"]) == 0
    said = capsys.readouterr()
    assert "pixels are not changed" in said.out and said.err == ""
    study = open_study(tmp_path / "ct").image.dicom
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 5
    for path in files:
        content = path.read_bytes()
        assert b"Planted" not in content and b"PLANTED" not in content
        assert study.study_instance_uid.encode() not in content
        assert pydicom.dcmread(path).PatientIdentityRemoved == "YES"


def test_a_flipped_mask_is_told(places, tmp_path, capsys):
    image = nib.load(tmp_path / "a.nii.gz", mmap=False)
    values = np.asarray(image.dataobj)
    flipped = np.diag([1.0, -1.0, 1.0, 1.0])
    flipped[1, 3] = 11
    turned = nib.Nifti1Image(values[:, ::-1], image.affine @ flipped)
    nib.save(turned, tmp_path / "a.nii.gz")
    assert main([*places, "--format", "nifti", "--out", str(tmp_path / "out")]) == 0
    first, second = (np.asarray(nib.load(tmp_path / "out" / f"{n}.nii.gz").dataobj) for n in ("a", "b"))
    assert np.array_equal(first, values) and first.shape == second.shape


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--format", "seg", "--code", "lesion"], "once for each --mask"),
        (["--format", "nifti", "--code", "lesion", "--code", "lesion"], "--format seg"),
        (["--format", "seg", "--code", "lungs", "--code", "kidne"], "no coded structure"),
        (["--format", "seg", "--append-to", "x.dcm"], "structure set only"),
    ],
)
def test_wrong_requests_are_one_line(places, tmp_path, capsys, options, sentence):
    assert main([*places, *options, "--out", str(tmp_path / "x.dcm")]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1
    assert not (tmp_path / "x.dcm").exists()


def test_a_volume_of_a_4d_series_is_chosen_by_its_number(places, tmp_path, capsys):
    again = write_series(
        Volume(np.full((4, 12, 10), 7, np.int16), open_study(tmp_path / "ct").geometry, modality="CT"), tmp_path / "2"
    )
    first = [pydicom.dcmread(path) for path in sorted((tmp_path / "ct").iterdir())]
    for path in sorted((tmp_path / "2").iterdir()):
        ds = pydicom.dcmread(path)
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "PatientID", "PatientName"):
            setattr(ds, keyword, getattr(first[0], keyword))
        for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"):  # a second may have passed
            if keyword in ds:
                setattr(ds, keyword, getattr(first[0], keyword))
        ds.InstanceNumber = int(ds.InstanceNumber) + 4
        ds.save_as(tmp_path / "ct" / f"b{path.name}")
    out = tmp_path / "rt.dcm"
    command = [*places, "--format", "rtstruct", "--out", str(out)]
    assert main(command) == 2
    assert "1: CT" in (said := capsys.readouterr().err) and "volume 2 of 2" in said and "--series" in said
    assert main([*command, "--series", "3"]) == 2 and "Choose one of 1 to 2" in capsys.readouterr().err
    assert main([*command, "--series", "2"]) == 0
    assert "by the order of InstanceNumber, this is volume 2 of 2" in capsys.readouterr().out
    images = pydicom.dcmread(out).ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    items = images.RTReferencedSeriesSequence[0].ContourImageSequence
    assert {item.ReferencedSOPInstanceUID for item in items} == set(again.dicom.sop_instance_uids)


@pytest.mark.parametrize("fmt", ["nifti", "rtstruct", "seg"])
def test_a_mask_beside_the_image_is_taken_when_asked_for_and_the_file_says_so(fmt, places, tmp_path, capsys):
    stored = nib.load(tmp_path / "a.nii.gz")
    affine = stored.affine.copy()
    affine[2, 3] += 3.2
    array = np.asarray(stored.dataobj)
    nib.save(nib.Nifti1Image(array, affine), tmp_path / "beside.nii.gz")
    out = tmp_path / ("o.nii.gz" if fmt == "nifti" else "o.dcm")
    ask = ["export", "--image", str(tmp_path / "ct"), "--mask", str(tmp_path / "beside.nii.gz"), "--name", "GTV"]
    ask += ["--format", fmt, "--out", str(out)]
    assert main(ask) == 2 and not out.exists()
    assert "up to 3.2 mm (1.3 voxels) away" in capsys.readouterr().err
    assert main([*ask, "--accept-grid"]) == 0
    assert "note: beside.nii.gz: the mask was taken voxel for voxel" in capsys.readouterr().out
    said = "grid accepted by the user: was off by 3.2 mm (1.3 voxels)"
    if fmt == "nifti":
        assert np.array_equal(np.asarray(nib.load(out).dataobj), array)
        assert said in (tmp_path / "o.json").read_text()
    else:
        assert said in str(pydicom.dcmread(out, stop_before_pixels=True))
