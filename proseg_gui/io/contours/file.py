"""What structure sets and segmentations have in common: opening the file whole, and whether it belongs to the image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.whole import extent
from proseg_gui.io.dicom.common import frame_of_reference
from proseg_gui.io.dicom.headers import DAMAGE, read_whole
from proseg_gui.volume import DicomReference, Volume

_REMEDY = "Open the series that it was drawn on"


class NothingDrawn(UserError):
    """The file lists regions, and nobody drew any of them: missing, which is not the same as empty."""


@dataclass(frozen=True)
class References:
    """Which images a structure set or segmentation says it was drawn on; each may be empty."""

    frames: frozenset[str] = field(default_factory=frozenset)
    series: frozenset[str] = field(default_factory=frozenset)
    instances: frozenset[str] = field(default_factory=frozenset)

    def name(self, reference: DicomReference) -> bool:
        """Whether they name this very series: by its UID, or by images that are all of it."""
        if self.series:
            return reference.series_instance_uid in self.series
        return bool(self.instances) and self.instances <= set(reference.sop_instance_uids)


def references_of(ds: Dataset) -> References:
    """What ``ds`` refers to, from the general references of both kinds of file; damaged ones count as none."""
    frames, series, instances = {text_of(ds, "FrameOfReferenceUID")}, set[str](), set[str]()
    named = items_of(ds, "ReferencedSeriesSequence")
    for frame in items_of(ds, "ReferencedFrameOfReferenceSequence"):
        frames.add(text_of(frame, "FrameOfReferenceUID"))
        for study in items_of(frame, "RTReferencedStudySequence"):
            named += items_of(study, "RTReferencedSeriesSequence")
    images = items_of(ds, "SourceImageSequence")
    for item in named:
        series.add(text_of(item, "SeriesInstanceUID"))
        images += [*items_of(item, "ContourImageSequence"), *items_of(item, "ReferencedInstanceSequence")]
    instances.update(text_of(image, "ReferencedSOPInstanceUID") for image in images)
    return References(frozenset(frames - {""}), frozenset(series - {""}), frozenset(instances - {""}))


def text_of(item: Dataset, keyword: str) -> str:
    """A value of ``item`` as text without padding; empty when it is missing or cannot be parsed."""
    try:
        value = item.get(keyword)
    except DAMAGE:
        return ""
    return "" if value is None else str(value).strip(" \0")


def items_of(item: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none when it is missing or cannot be parsed."""
    try:
        return list(item.get(keyword) or [])
    except DAMAGE:
        return []


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


def check_whole(ds: Dataset, needed: Mapping[int, str], path: Path, what: str, notices: list[str] | None) -> None:
    """Refuse a file that breaks off before the end of an element of ``needed`` (tag -> what it holds, in words).

    Where it breaks off behind them all a notice says so; without ``notices`` that is refused too.

    Raises
    ------
    UserError
        With what is missing.
    """
    try:
        reached = extent(path, ds)
    except (OSError, ValueError, MemoryError) as error:
        raise damaged(path, what) from error
    missing = [words for tag, words in needed.items() if tag not in reached.complete]
    if missing:
        ends = f"is cut short: the file breaks off in {missing[0]}"
        if not reached.broken:
            ends = f"has not got {missing[0]}: it is incomplete or cut short"
        raise UserError(f"the {what} {ends}", path=path, remedy="Export or copy it again")
    if reached.broken:
        where = f"({reached.broken >> 16:04X},{reached.broken & 0xFFFF:04X})"
        if notices is None:
            raise UserError(f"the {what} is cut short in the tag {where}", path=path, remedy="Export or copy it again")
        notices.append(f"The file is cut short in the tag {where}, behind its regions, which are all there.")


def check_room(n_masks: int, volume: Volume, path: Path, *, bytes_each: int = 1) -> None:
    """Refuse to make more masks (of ``bytes_each`` for a voxel) than the free memory holds."""
    needed, free = n_masks * volume.array.size * bytes_each, int(psutil.virtual_memory().available)
    if needed > free // 2:
        raise UserError(
            f"its {n_masks} regions would need {needed / 2**30:.1f} GB of memory where {free / 2**30:.1f} GB are free",
            path=path,
            remedy="Export fewer regions into it",
        )


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


def check_belongs(
    ds: Dataset,
    references: References,
    reference: DicomReference,
    path: Path,
    what: str,
    notices: list[str] | None = None,
) -> None:
    """Refuse a file of another patient or study, and say which of them differs.

    Whose series it is, is said by its references: where they name this very series, in its frame of reference or in
    none, another study UID is a notice (archives hold structure sets in studies of their own). What either side does
    not say is not compared. A PatientID is never put into a message.

    Raises
    ------
    UserError
        With the difference.
    """
    own, theirs = reference.patient.get("PatientID", "").strip(" \0"), text_of(ds, "PatientID")
    if own and theirs and own != theirs:
        raise UserError(f"the {what}'s PatientID is not the image's: it is another patient", path=path, remedy=_REMEDY)
    comparable = bool(reference.frame_of_reference_uid and references.frames)
    if references.series and not references.name(reference) and not comparable:
        raise UserError(
            f"the {what} was drawn on another series, and no frame of reference says that it fits this one",
            path=path,
            remedy=_REMEDY,
        )
    study = text_of(ds, "StudyInstanceUID")
    if not study or not reference.study_instance_uid or study == reference.study_instance_uid:
        return
    if references.name(reference) and not strange_frames(references.frames, reference):
        if notices is not None:
            notices.append("It lies in another study than the image, but refers to this very series.")
        return
    raise UserError(
        f"the {what} belongs to the study {plain(study)}, the image to {reference.study_instance_uid}",
        path=path,
        remedy=_REMEDY,
    )


def strange_frames(frames: Iterable[str], reference: DicomReference) -> str:
    """The frame of reference that is named instead of the image's; empty where the image's is among ``frames``.

    Also empty where one side names none: the UID that this program invents for such a series is never compared.
    """
    named = sorted({frame for frame in frames if frame})
    if not named or not reference.frame_of_reference_uid or reference.frame_of_reference_uid in named:
        return ""
    return named[0]


def check_frames(frames: Iterable[str], reference: DicomReference, path: Path, subject: str) -> None:
    """Refuse ``subject`` (``the segmentation``, ``the ROI 'a'``) where it names other frames of reference only."""
    strange = strange_frames(frames, reference)
    if strange:
        raise UserError(
            f"{subject} is in the frame of reference {plain(strange)}, the image in {frame_of_reference(reference)}",
            path=path,
            remedy=_REMEDY,
        )
