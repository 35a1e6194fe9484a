"""De-identified exports of one study under one name belong together, and no name is refused for a part of a word."""

from __future__ import annotations

import re
import stat

import numpy as np
import pydicom
import pytest

from proseg_gui.cli import main
from proseg_gui.errors import UserError
from proseg_gui.io.dicom import deidentify
from proseg_gui.io.dicom.deidentify import check_names, pseudonym, survivors
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.export import export_masks
from proseg_gui.volume import DicomReference, Mask


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    path = tmp_path / "own" / "pseudonym_key.json"
    monkeypatch.setattr(deidentify, "pseudonym_key_path", lambda: path)
    return path


@pytest.fixture
def volume(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "ct", ct_array, along_z(5))
    return read_series(scan_folder(tmp_path / "ct").series[0])[0]


def _export(volume, fmt, out, name="GTV", **how):
    mask = np.zeros(volume.array.shape, bool)
    mask[1:3, 1:4, 2:5] = True
    export_masks(volume, [(name, Mask(mask, volume.geometry))], fmt, out, deidentify=True, **how)
    files = [pydicom.dcmread(path) for path in sorted(out.with_name(f"{out.stem}_image").iterdir())]
    return pydicom.dcmread(out), files


def _patient(**tags):
    return DicomReference("9.1", "9.2", "9.3", "", (), tags)


def _words(ds):
    found = set()
    for element in ds.iterall():
        if element.VR in ("LO", "SH", "ST", "LT", "UT", "CS", "PN", "UC", "AE"):
            found |= set(re.findall(r"[^\W_]{3,}", str(element.value)))
    return found


@pytest.mark.parametrize("fmt", ["rtstruct", "seg"])
def test_no_word_of_the_standards_and_no_part_of_a_word_is_a_trace(fmt, volume, tmp_path):
    made, images = _export(volume, fmt, tmp_path / "a.dcm", name="left lung")
    words = _words(made) | _words(images[0])
    assert len(words) > 20 and {"left", "lung"} <= words
    refused = {
        word
        for word in words | {"Tien", "Ima", "Ref", "Gui", "Lef", "ung", "Proseg"}
        for ds in (made, images[0])
        if survivors(ds, _patient(PatientName=f"{word}^Jo", ReferringPhysicianName=word))
    }
    assert refused <= {"left", "lung"} and refused


@pytest.mark.parametrize("name", ["Tien^Ima", "Ref", "Ima"])
@pytest.mark.parametrize("fmt", ["rtstruct", "seg"])
def test_patients_whose_names_are_parts_of_words_can_be_deidentified(
    name, fmt, tmp_path, dicom_series, along_z, ct_array
):
    dicom_series(tmp_path / "p", ct_array, along_z(5), PatientName=name, ReferringPhysicianName="Ref^Eri")
    volume = read_series(scan_folder(tmp_path / "p").series[0])[0]
    made, _ = _export(volume, fmt, tmp_path / "a.dcm", name="patient reference image")
    assert made.PatientName == "Anonymous^"
    with pytest.raises(UserError, match="is in the name of mask 1"):
        _export(volume, fmt, tmp_path / "b.dcm", name=f"lung_{name.split('^')[0].upper()}.2")


@pytest.mark.parametrize("name", ["Smith", "smith's lesion", "GTV_Smith", "GTV-SMITH-2"])
def test_whole_words_are_found_wherever_they_stand(name):
    with pytest.raises(UserError, match="PatientName is in the name of mask 2"):
        check_names(["a", name], _patient(PatientName="Smith^Jo An"))


def test_one_study_keeps_its_new_uids_over_its_exports(volume, tmp_path, key):
    seg, image = _export(volume, "seg", tmp_path / "a.dcm", pseudonym="case-7")
    rt, again = _export(volume, "rtstruct", tmp_path / "b.dcm", pseudonym="case-7")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (seg.PatientID, seg.PatientName, rt.PatientID) == ("case-7", "case-7^", "case-7")
    for tag in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        values = {ds[tag].value for ds in (*image, *again)}
        assert len(values) == 1 and volume.dicom.study_instance_uid not in values
    assert seg.StudyInstanceUID == rt.StudyInstanceUID == image[0].StudyInstanceUID
    assert seg.FrameOfReferenceUID == rt.FrameOfReferenceUID == image[0].FrameOfReferenceUID
    assert [ds.SOPInstanceUID for ds in image] == [ds.SOPInstanceUID for ds in again]
    assert seg.SOPInstanceUID != rt.SOPInstanceUID
    assert survivors(seg, volume.dicom, pseudonym("case-7")) == []


def test_another_name_another_key_or_another_image_has_other_uids(
    volume, tmp_path, key, dicom_series, along_z, ct_array
):
    first, image = _export(volume, "rtstruct", tmp_path / "a.dcm", pseudonym="case-7")
    other, _ = _export(volume, "rtstruct", tmp_path / "b.dcm", pseudonym="case-8")
    assert first.StudyInstanceUID != other.StudyInstanceUID
    dicom_series(tmp_path / "second", ct_array + 1, along_z(5), SeriesInstanceUID="1.2.3.44")
    second = read_series(scan_folder(tmp_path / "second").series[0])[0]
    more, images = _export(second, "rtstruct", tmp_path / "c.dcm", pseudonym="case-7")
    assert more.StudyInstanceUID == first.StudyInstanceUID  # one study, two series
    assert images[0].SeriesInstanceUID != image[0].SeriesInstanceUID
    assert not {ds.SOPInstanceUID for ds in images} & {ds.SOPInstanceUID for ds in image}
    key.unlink()
    renewed, _ = _export(volume, "rtstruct", tmp_path / "d.dcm", pseudonym="case-7")
    assert renewed.StudyInstanceUID != first.StudyInstanceUID


def test_without_a_pseudonym_uids_are_new_each_time(volume, tmp_path):
    first, _ = _export(volume, "rtstruct", tmp_path / "a.dcm")
    second, _ = _export(volume, "rtstruct", tmp_path / "b.dcm")
    assert first.StudyInstanceUID != second.StudyInstanceUID


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a\\b", "x" * 65, "é", "a^b", " a"])
def test_a_pseudonym_is_a_plain_name(name):
    with pytest.raises(UserError, match="cannot be a pseudonym"):
        pseudonym(name)


def test_a_pseudonym_is_no_word_of_the_patients(volume, tmp_path):
    with pytest.raises(UserError, match="PatientName is in the pseudonym") as caught:
        _export(volume, "seg", tmp_path / "a.dcm", pseudonym="Secret-1")
    assert "Secret" not in str(caught.value) and not list(tmp_path.glob("a*"))


@pytest.mark.parametrize("content", ["{", '{"key": "abc"}', "[]", '{"key": 7}'])
def test_a_damaged_key_is_one_sentence(content, key):
    key.parent.mkdir()
    key.write_text(content)
    with pytest.raises(UserError, match="key of pseudonyms is damaged"):
        pseudonym("case-7")
    assert key.read_text() == content


def test_on_the_command_line(tmp_path, dicom_series, along_z, ct_array, volume, capsys):
    mask = Mask(ct_array > 0, volume.geometry)
    export_masks(volume, [("GTV", mask)], "nifti", tmp_path / "m.nii.gz")
    command = ["export", "--image", str(tmp_path / "ct"), "--mask", str(tmp_path / "m.nii.gz"), "--name", "GTV"]
    command += ["--out", str(tmp_path / "x.dcm"), "--pseudonym", "case-7"]
    assert main([*command, "--format", "seg"]) == 2 and "--deidentify" in capsys.readouterr().err
    assert main([*command, "--format", "nifti", "--deidentify"]) == 2
    assert "de-identified DICOM" in capsys.readouterr().err
    assert main([*command, "--format", "seg", "--deidentify"]) == 0
    assert pydicom.dcmread(tmp_path / "x.dcm").PatientID == "case-7"
