"""What every DICOM file that this program writes has in common: identity, equipment, numbers as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, generate_uid

from proseg_gui import __version__
from proseg_gui.io.base.shown import one_line
from proseg_gui.io.dicom.headers import PATIENT_TAGS
from proseg_gui.volume import DicomReference

MANUFACTURER = "proseg-gui"
_DS_LENGTH = 16
_STUDY_TYPE_2 = ("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName")
LIMITS = {"LO": 64, "SH": 16, "ST": 1024, "LT": 10240}
"""Most characters of a value, by its representation (DICOM PS3.5 table 6.2-1)."""


def decimal_texts(values: np.ndarray) -> list[str]:
    """``values`` as DICOM decimal strings of at most 16 characters, with all the digits that fit (at most 8 decimals).

    For mm below one million the error is at most 5e-9 mm.
    """
    if not values.size:
        return []
    whole = len(str(int(np.abs(values).max())))
    decimals = max(0, min(8, _DS_LENGTH - 2 - whole))
    return [text.rstrip("0").rstrip(".") if "." in text else text for text in (f"{v:.{decimals}f}" for v in values)]


def decimals(values: Iterable[float]) -> list[str]:
    """Like :func:`decimal_texts`, each value with its own number of digits, for direction cosines and spacings."""
    texts = []
    for value in values:
        text = next(t for n in range(_DS_LENGTH, 0, -1) if len(t := f"{float(value):.{n}g}") <= _DS_LENGTH)
        texts.append("0" if float(text) == 0 else text)
    return texts


def fitted(text: str, vr: str) -> str:
    """``text`` cut to what its value representation allows, without backslashes and control characters."""
    return one_line(text).replace("\\", " ")[: LIMITS[vr]].strip()


def new_instance(sop_class: UID, sop_instance_uid: str, transfer_syntax: UID, now: datetime) -> Dataset:
    """A data set with file meta information, SOP Common and General Equipment filled."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    ds.file_meta.TransferSyntaxUID = transfer_syntax
    ds.file_meta.ImplementationVersionName = fitted(f"PROSEG_{__version__}", "SH")
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = UID(sop_instance_uid)
    ds.InstanceCreationDate = now.strftime("%Y%m%d")
    ds.InstanceCreationTime = now.strftime("%H%M%S")
    ds.Manufacturer = MANUFACTURER
    ds.ManufacturerModelName = MANUFACTURER
    ds.SoftwareVersions = __version__
    return ds


def person(name: str) -> str:
    """A login name as a DICOM person name: the family name component, at most 64 characters in all."""
    text = fitted(name.replace("^", " ").replace("=", " "), "LO")[:63]
    return f"{text}^" if text else ""


def fill_patient_and_study(ds: Dataset, reference: DicomReference) -> None:
    """Copy the image's patient and study tags."""
    values: Mapping[str, str] = reference.patient
    for keyword in (*PATIENT_TAGS, *_STUDY_TYPE_2):
        setattr(ds, keyword, values.get(keyword, ""))
    if values.get("StudyDescription"):
        ds.StudyDescription = values["StudyDescription"]
    ds.StudyInstanceUID = UID(reference.study_instance_uid)


def frame_of_reference(reference: DicomReference) -> str:
    """The series' frame of reference; for a series without one a UID that always comes out the same."""
    return reference.frame_of_reference_uid or str(generate_uid(entropy_srcs=[reference.series_instance_uid]))


def save(ds: Dataset, path: Path) -> None:
    """Write ``ds`` as a DICOM file with preamble; warnings about its content are errors."""
    ds.save_as(path, enforce_file_format=True)


def new_uid(seed: str | None, purpose: str) -> str:
    """A UID: random without a seed, else always the same one for a seed and purpose."""
    return str(generate_uid(entropy_srcs=None if seed is None else [seed, purpose]))
