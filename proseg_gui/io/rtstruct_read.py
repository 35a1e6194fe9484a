"""DICOM RT Structure Set in: contours to masks on an image's grid, by the pixel-centre rule with XOR."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import Tag
from pydicom.uid import RTStructureSetStorage

from proseg_gui.errors import UserError
from proseg_gui.io.contour_trace import fill
from proseg_gui.io.dicom_common import frame_of_reference
from proseg_gui.io.dicom_headers import DAMAGE
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Mask, Volume

_CONTOUR_DATA = Tag(0x3006, 0x0050)
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_OFF_PLANE = 0.1
"""A contour belongs to a slice when all its points lie within this share of a slice step of it."""


def read_rtstruct(path: str | Path, volume: Volume, *, token: CancelToken | None = None) -> list[Mask]:
    """The closed contours of each ROI as a mask on ``volume``'s grid, in the file's order, named by the ROI.

    A voxel is inside when its centre lies inside an odd number of its slice's contours, so nested holes and keyholes
    both come out right. ROIs with no closed contour but with points or open lines are left out.

    Raises
    ------
    UserError
        If the file is no structure set, belongs to another patient, study or frame of reference, or has contours
        that are not parallel to the slices, lie between them or outside the image.
    """
    return read_structure_set(Path(path), volume, token=token)


def read_structure_set(
    path: Path, volume: Volume, *, only: int | None = None, token: CancelToken | None = None
) -> list[Mask]:
    """As :func:`read_rtstruct`; ``only`` is the number of ROIs, from the end, that are wanted."""
    ds = open_structure_set(path)
    if volume.dicom is None:
        raise UserError(
            "the image is no DICOM series, so it cannot be known whether these contours belong to it",
            path=path,
            remedy="Open the DICOM series that they were drawn on",
        )
    check_belongs(ds, volume.dicom, path)
    entries = {number_of(item, "ROINumber", path): item for item in ds.get("StructureSetROISequence", [])}
    wanted = list(entries)[-only:] if only is not None else list(entries)
    by_number = {number_of(item, "ReferencedROINumber", path): item for item in ds.get("ROIContourSequence", [])}
    masks = []
    for number in wanted:
        if token is not None:
            token.check()
        name = str(entries[number].get("ROIName", "") or "")
        _check_frame(entries[number], volume.dicom, name, path)
        array = _roi_array(by_number.get(number), volume, name, path)
        if array is not None:
            masks.append(Mask(array, volume.geometry, name))
    return masks


def _check_frame(entry: Dataset, reference: DicomReference, name: str, path: Path) -> None:
    frame = frame_of_reference(reference)
    other = str(entry.get("ReferencedFrameOfReferenceUID", "") or frame)
    if other != frame:
        raise UserError(
            f"the ROI {name!r} is in the frame of reference {other}, the image in {frame}",
            path=path,
            remedy="Open the series that it was drawn on",
        )


def open_structure_set(path: Path) -> Dataset:
    """Read the file, or say in one sentence why it is no structure set."""
    try:
        ds = pydicom.dcmread(path)
        sop_class = ds.get("SOPClassUID", "")
    except FileNotFoundError as error:
        raise UserError("there is no such file", path=path) from error
    except InvalidDicomError as error:
        raise UserError("it is no DICOM file", path=path, remedy="Choose an RTSTRUCT") from error
    except DAMAGE as error:
        raise UserError("the structure set is damaged or cut short", path=path, remedy="Export it again") from error
    if sop_class != RTStructureSetStorage:
        raise UserError("it is DICOM but no RT structure set", path=path, remedy="Choose an RTSTRUCT")
    try:
        _parse(ds)
    except DAMAGE as error:
        raise UserError("the structure set is damaged or cut short", path=path, remedy="Export it again") from error
    return ds


def _parse(ds: Dataset) -> None:
    """Have pydicom parse every element now, where damage is expected; all but the points, which are parsed faster."""
    for tag in ds.keys():  # noqa: SIM118 - iterating a Dataset would parse the points
        if tag == _CONTOUR_DATA:
            continue
        element = ds[tag]
        if element.VR == "SQ":
            for item in element.value:
                _parse(item)


def number_of(item: Dataset, keyword: str, path: Path) -> int:
    """A whole number of ``item``, or a UserError that names the tag."""
    try:
        return int(str(item.get(keyword, "")))
    except ValueError as error:
        raise UserError(f"the DICOM tag {keyword} is missing or malformed", path=path) from error


def check_belongs(ds: Dataset, reference: DicomReference, path: Path) -> None:
    """Refuse a structure set of another patient, study or frame of reference, and say which of them differs."""
    remedy = "Choose the structure set that was drawn on this image"
    own, theirs = reference.patient.get("PatientID", ""), str(ds.get("PatientID", "") or "")
    if own and theirs and own != theirs:
        raise UserError(
            "the structure set's PatientID is not the image's: it is another patient", path=path, remedy=remedy
        )
    study = str(ds.get("StudyInstanceUID", "") or "")
    if study and study != reference.study_instance_uid:
        raise UserError(
            f"the structure set belongs to the study {study}, the image to {reference.study_instance_uid}",
            path=path,
            remedy=remedy,
        )
    frame = frame_of_reference(reference)
    frames = {str(item.get("FrameOfReferenceUID", "")) for item in ds.get("ReferencedFrameOfReferenceSequence", [])}
    frames |= {str(item.get("ReferencedFrameOfReferenceUID", "")) for item in ds.get("StructureSetROISequence", [])}
    frames -= {""}
    if frames and frame not in frames:
        raise UserError(
            f"the structure set is in the frame of reference {sorted(frames)[0]}, the image in {frame}",
            path=path,
            remedy=remedy,
        )


def _roi_array(item: Dataset | None, volume: Volume, name: str, path: Path) -> np.ndarray | None:
    """``(z, y, x)`` bool of one ROI; ``None`` when it has contours, but no closed one."""
    array = np.zeros(volume.geometry.shape, dtype=bool)
    contours = [] if item is None else list(item.get("ContourSequence", []) or [])
    closed = [contour for contour in contours if str(contour.get("ContourGeometricType", "")) in _CLOSED]
    if contours and not closed:
        return None
    polygons: dict[int, list[np.ndarray]] = {}
    for contour in closed:
        points = _points(contour, name, path)
        if len(points) < 3:
            continue
        index = volume.geometry.world_to_index(points)
        polygons.setdefault(_slice_of(index, volume, name, path), []).append(index[:, :0:-1])
    for k, members in polygons.items():
        array[k] = fill(members, (array.shape[1], array.shape[2]))
    return array


def _points(contour: Dataset, name: str, path: Path) -> np.ndarray:
    """``(n, 3)`` LPS mm; parsed at once from the raw text, since pydicom takes microseconds for each number."""
    try:
        element = contour.get_item(_CONTOUR_DATA)
        value = None if element is None else element.value
        if isinstance(value, bytes):
            numbers = np.array(value.decode("ascii").rstrip(" \0").split("\\"), dtype=np.float64)
        else:
            numbers = np.atleast_1d(np.array([] if value is None else value, dtype=np.float64))
    except (ValueError, TypeError) as error:
        raise UserError(f"a contour of {name!r} has malformed points", path=path, remedy="Export it again") from error
    if numbers.size % 3 or not np.isfinite(numbers).all():
        raise UserError(f"a contour of {name!r} has malformed points", path=path, remedy="Export it again")
    return numbers.reshape(-1, 3)


def _slice_of(index_zyx: np.ndarray, volume: Volume, name: str, path: Path) -> int:
    """The slice in which a contour lies."""
    heights = index_zyx[:, 0]
    k = int(np.rint(np.median(heights)))
    if np.ptp(heights) > 2 * _OFF_PLANE:
        raise UserError(
            f"a contour of {name!r} is not parallel to the image's slices",
            path=path,
            remedy="Open the series that it was drawn on",
        )
    if np.abs(heights - k).max() > _OFF_PLANE:
        raise UserError(
            f"a contour of {name!r} lies between two slices of the image",
            path=path,
            remedy="Open the series that it was drawn on",
        )
    if not 0 <= k < volume.geometry.shape[0]:
        raise UserError(
            f"a contour of {name!r} lies outside the image", path=path, remedy="Open the series that it was drawn on"
        )
    return k
