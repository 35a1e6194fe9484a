"""What structure sets and segmentations have in common: opening the file, and whether it belongs to the image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.common import frame_of_reference
from proseg_gui.io.dicom.headers import DAMAGE, read_whole
from proseg_gui.io.shown import one_line, plain
from proseg_gui.volume import DicomReference, Volume

_REMEDY = "Open the series that it was drawn on"


def open_contour_file(path: Path, sop_classes: Sequence[str], what: str) -> Dataset:
    """Read the file, or say in one sentence why it is no ``what`` (``structure set``, ``segmentation``).

    Raises
    ------
    UserError
        If it is missing, no DICOM, damaged, or of another SOP class than ``sop_classes``.
    """
    try:
        ds = read_whole(path)
        sop_class = ds.get("SOPClassUID", "")
    except FileNotFoundError as error:
        raise UserError("there is no such file", path=path) from error
    except InvalidDicomError as error:
        raise UserError("it is no DICOM file", path=path, remedy=f"Choose a DICOM {what}") from error
    except DAMAGE as error:
        raise damaged(path, what) from error
    if sop_class not in sop_classes:
        raise UserError(f"it is DICOM but no {what}", path=path, remedy=f"Choose a DICOM {what}")
    return ds


def damaged(path: Path, what: str) -> UserError:
    """The error for a file whose content cannot be parsed."""
    return UserError(f"the {what} is damaged or cut short", path=path, remedy="Export it again")


def reference_of(volume: Volume, path: Path, what: str) -> DicomReference:
    """What the image is in DICOM; a UserError for an image that is none, since nothing could be compared."""
    if volume.dicom is None:
        raise UserError(
            f"the image is no DICOM series, so it cannot be known whether this {what} belongs to it",
            path=path,
            remedy="Open the DICOM series that it was drawn on",
        )
    return volume.dicom


def check_belongs(ds: Dataset, frames: Iterable[str], reference: DicomReference, path: Path, what: str) -> None:
    """Refuse a file of another patient, study or frame of reference, and say which of them differs.

    ``frames`` are the frames of reference that it names; one that names none is not refused for that. A PatientID is
    never put into a message.

    Raises
    ------
    UserError
        With the difference.
    """
    own, theirs = reference.patient.get("PatientID", ""), one_line(str(ds.get("PatientID", "") or "")).strip()
    if own and theirs and own != theirs:
        raise UserError(f"the {what}'s PatientID is not the image's: it is another patient", path=path, remedy=_REMEDY)
    study = str(ds.get("StudyInstanceUID", "") or "")
    if study and study != reference.study_instance_uid:
        raise UserError(
            f"the {what} belongs to the study {plain(study)}, the image to {reference.study_instance_uid}",
            path=path,
            remedy=_REMEDY,
        )
    check_frames(frames, reference, path, f"the {what}")


def check_frames(frames: Iterable[str], reference: DicomReference, path: Path, subject: str) -> None:
    """Refuse ``subject`` (``the segmentation``, ``the ROI 'a'``) where it names other frames of reference only."""
    named, own = sorted({frame for frame in frames if frame}), frame_of_reference(reference)
    if named and own not in named:
        raise UserError(
            f"{subject} is in the frame of reference {plain(named[0])}, the image in {own}", path=path, remedy=_REMEDY
        )
