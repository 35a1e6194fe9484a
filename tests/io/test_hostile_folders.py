"""DICOMDIR, zip files and folders as they come: deep, incomplete, or made to do harm."""

from __future__ import annotations

import gc
import tempfile
import zipfile

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base import unzip
from proseg_gui.io.dicom.reading import scan_folder
from proseg_gui.io.open import SeveralSeries, find_inputs, open_study

NASTY = "a\nb\x1b[31m<b>c</b>\x85\0d"


def _dicomdir(folder, *names):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.9"
    ds.FileSetID = "CD"
    ds.DirectoryRecordSequence = []
    for name in names:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = name
        ds.DirectoryRecordSequence.append(record)
    ds.save_as(folder / "DICOMDIR", enforce_file_format=True)
    return folder / "DICOMDIR"


def test_a_dicomdir_opens_its_folder_and_says_what_is_missing(tmp_path, dicom_series, along_z, ct_array):
    cd = tmp_path / "cd"
    dicom_series(cd / "DICOM" / "S1", ct_array, along_z(5), names=[f"I{k}" for k in range(5)])
    path = _dicomdir(cd, *[["DICOM", "S1", f"i{k}"] for k in range(7)])
    study = open_study(path)
    assert np.array_equal(study.image.array, ct_array)
    assert "Passed over: 2 files missing that the DICOMDIR names." in study.notices


def test_a_dicomdir_never_leads_out_of_its_folder(tmp_path, dicom_series, along_z, ct_array):
    cd = tmp_path / "cd"
    dicom_series(cd, ct_array, along_z(5))
    dicom_series(tmp_path / "secret", ct_array[:2], along_z(2), SeriesInstanceUID="6.6")
    path = _dicomdir(cd, ["..", "secret", "000.dcm"], str(tmp_path / "secret" / "000.dcm"), "..\\secret\\000.dcm")
    listed = scan_folder(path)
    assert len(listed.series) == 1 and listed.series[0].n_slices == 5
    assert sum(n for kind, n in listed.skipped.items() if "outside the folder" in kind) >= 2
    path.write_bytes(path.read_bytes()[:150])
    assert scan_folder(path).series[0].n_slices == 5


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unzip, "_BOMB_BYTES", 4 << 20)  # a real limit of 1 GB takes seconds to write
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dcm", bytes(11 << 20))
    with pytest.raises(UserError, match=r"zip file of \d+ kB claims to hold 11 MB, as no scan does"):
        open_study(tmp_path / "bomb.zip")
    gc.collect()
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_zip_that_lies_about_its_size_is_damaged(tmp_path, dicom_series, along_z, ct_array):
    (path,) = dicom_series(tmp_path / "s", ct_array[:1], along_z(1))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "a.dcm")
    content = bytearray((tmp_path / "a.zip").read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(UserError, match="zip file is damaged"):
        open_study(tmp_path / "a.zip")
    gc.collect()


def test_studies_of_several_patients_are_grouped_without_names(tmp_path, dicom_series, along_z, ct_array):
    for number, (patient, study) in enumerate((("A", "1.1"), ("A", "1.2"), ("B", "1.3"))):
        dicom_series(
            tmp_path / patient / "deep" / study / "x", ct_array[: 5 - number], along_z(5 - number), PatientID=patient,
            StudyInstanceUID=study, SeriesInstanceUID=f"{study}.1", StudyDate=f"2020010{number + 1}",
            StudyDescription="thorax", FrameOfReferenceUID=f"{study}.2",
        )  # fmt: skip
    found = find_inputs(tmp_path)
    assert [candidate.group for candidate in found] == [
        "Patient 1 / study 2020-01-01 thorax",
        "Patient 1 / study 2020-01-02 thorax",
        "Patient 2 / study 2020-01-03 thorax",
    ]
    assert not any("Secret" in f"{c.group}{c.label}" for c in found)


def test_hostile_texts_in_tags_never_reach_a_message_raw(tmp_path, dicom_series, along_z, ct_array):
    tags = dict.fromkeys(("SeriesDescription", "StudyDescription", "StudyDate", "Modality"), NASTY)
    dicom_series(tmp_path / "a", ct_array, along_z(5), **{**tags, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"})
    dicom_series(tmp_path / "b", ct_array, along_z(5), SeriesInstanceUID="1.9", SeriesDescription=NASTY)
    dicom_series(tmp_path / "c", ct_array[:1], along_z(1), SOPClassUID="1.2.3", Modality=NASTY)
    doubled = along_z(3) * 2
    dicom_series(
        tmp_path / "d", np.concatenate([ct_array[:3]] * 2), doubled, SeriesInstanceUID="1.8",
        slice_tags=[{"ImageType": [NASTY, "A" if k < 3 else "B"]} for k in range(6)],
    )  # fmt: skip
    found = find_inputs(tmp_path)
    texts = [text for c in found for text in (c.label, c.group, c.problem, *c.notices)]
    with pytest.raises(SeveralSeries) as caught:
        open_study(tmp_path)
    study = open_study(found[0])
    texts += [str(caught.value), study.image.modality, study.image.description, *study.notices]
    assert any("[31m" in text for text in texts), "the text is there, made harmless"
    for text in texts:
        assert text.isprintable() and "<" not in text and ">" not in text, repr(text)


def test_patient_names_are_read_for_the_export_only(tmp_path, dicom_series, along_z, ct_array):
    paths = dicom_series(tmp_path, ct_array, along_z(5))
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.PatientName = "Zyx^Wvu"
        ds.save_as(path)
    (found,) = find_inputs(tmp_path)
    assert "Zyx" not in f"{found.label} {found.group} {found.problem} {found.notices}"
    assert open_study(found).image.dicom.patient["PatientName"] == "Zyx^Wvu"
