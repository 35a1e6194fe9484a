"""``proseg-gui export`` in the three formats, with what it says and refuses."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pydicom
import pytest

from proseg_gui.cli import main
from proseg_gui.io.dicom_seg_read import read_segments
from proseg_gui.io.dicom_write import write_series
from proseg_gui.io.nifti import write_nifti
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
