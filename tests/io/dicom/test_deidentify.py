"""The confidentiality profile is applied to every level, and what is left of a patient is found."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.deidentify import deidentify, profile_actions, survivors
from proseg_gui.volume import DicomReference

ORIGINAL = DicomReference(
    "1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", ("1.2.3.4.1",),
    {"PatientName": "Smith^Jo An", "PatientID": "PID-7", "StudyDate": "20200102", "StudyDescription": "brain check"},
)  # fmt: skip


def _full() -> Dataset:
    """A data set with a value in many of the profile's tags, at two levels."""
    ds, inner = Dataset(), Dataset()
    for keyword, value in (
        ("PatientName", "Smith^Jo An"), ("PatientID", "PID-7"), ("PatientAge", "044Y"), ("InstitutionName", "St Mary"),
        ("StudyDate", "20200102"), ("ContentDate", "20200102"), ("AccessionNumber", "A1"), ("OtherPatientIDs", "X"),
        ("RequestingPhysician", "Dr Who"), ("StationName", "CT1"), ("PatientComments", "met on Monday"),
        ("ROIName", "lesion"), ("Modality", "CT"),
    ):  # fmt: skip
        setattr(ds, keyword, value)
        setattr(inner, keyword, value)
    ds.add_new((0x0009, 0x0010), "LO", "PRIVATE CREATOR")
    ds.add_new((0x0009, 0x1001), "LO", "Smith")
    ds.RequestAttributesSequence = [inner]
    ds.ROIContourSequence = [inner]
    return ds


def test_the_table_is_the_standards():
    actions = profile_actions()
    assert len(actions) > 600
    assert actions[0x00100010] == "Z" and actions[0x00100030] == "Z" and actions[0x0020000D] == "U"
    assert actions[0x00101000] == "X" and actions[0x00080080].startswith("X")


def test_nothing_survives_at_any_level():
    ds = _full()
    assert {"PatientName", "InstitutionName", "PatientComments"} <= {tag for tag, _ in survivors(ds, ORIGINAL)}
    deidentify(ds, ORIGINAL)
    assert survivors(ds, ORIGINAL) == []
    text = str(ds)
    for trace in ("Smith", "PID-7", "St Mary", "Dr Who", "Monday", "20200102", "044Y", "CT1", "PRIVATE"):
        assert trace not in text, trace
    assert (ds.ROIName, ds.Modality, ds.ROIContourSequence[0].ROIName) == ("lesion", "CT", "lesion")
    assert (ds.PatientIdentityRemoved, ds.PatientID) == ("YES", "ANONYMOUS")
    assert [item.CodeValue for item in ds.DeidentificationMethodCodeSequence] == ["113100", "113105"]


@pytest.mark.parametrize(
    ("keyword", "value", "what"),
    [
        ("ROIName", "smith's lesion", "PatientName"),
        ("SeriesDescription", "contours pid-7", "PatientID"),
        ("StructureSetLabel", "brain check", "StudyDescription"),
        ("SOPInstanceUID", "1.2.3.4.1", "UID"),
    ],
)
def test_words_of_the_patient_in_own_tags_are_refused(keyword, value, what):
    ds = Dataset()
    setattr(ds, keyword, value)
    with pytest.raises(UserError, match=f"the patient's {what} would be left in the tag {keyword}") as caught:
        deidentify(ds, ORIGINAL)
    assert value not in str(caught.value)


def test_a_word_of_the_studys_description_alone_is_no_trace():
    ds = Dataset()
    ds.ROIName = "brain"
    deidentify(ds, ORIGINAL)
    assert ds.ROIName == "brain"


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("model phantom 1 (sha256 01234567890a); rater none", "Model^Rater", False),
        ("model phantom 1 (sha256 01234567890a); rater none", "Phantom^Jo", True),
        ('{"region":"a","from":{"latents":{"tau":[0.5123]}}}', "From^Tau", False),
        ('{"region":"a","from":{"latents":{"tau":[0.5123]}}}', "512", False),
        ('{"region":"lesion of 512"}', "512", True),
        ('{"bundle_sha256":"000000000000512ab"}', "512", False),
    ],
)
def test_the_programs_own_words_and_numbers_are_no_trace(text, word, left):
    ds = Dataset()
    ds.ROIDescription = text
    patient = {"PatientID": word} if word.isdigit() else {"PatientName": word}
    found = survivors(ds, DicomReference("1.2.3", "1.2.3.4", "", "", (), patient))
    assert bool([entry for entry in found if entry[1] != "profile entry"]) == left
