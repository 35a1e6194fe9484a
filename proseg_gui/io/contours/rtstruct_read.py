"""DICOM RT Structure Set in: contours to masks on an image's grid, by the pixel-centre rule with XOR."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import RTStructureSetStorage

from proseg_gui.errors import UserError
from proseg_gui.io.contours.file import check_belongs, check_frames, damaged, open_contour_file, reference_of
from proseg_gui.io.contours.place import place_exactly, place_nearest
from proseg_gui.io.contours.trace import fill
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.io.shown import plain
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Mask, Volume

_CONTOUR_DATA = Tag(0x3006, 0x0050)
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_WHAT = "structure set"


def read_rtstruct(
    path: str | Path, volume: Volume, *, notices: list[str] | None = None, token: CancelToken | None = None
) -> list[Mask]:
    """The closed contours of each ROI as a mask on ``volume``'s grid, in the file's order, named by the ROI.

    A voxel is inside when its centre lies inside an odd number of its slice's contours, so nested holes and keyholes
    both come out right. ROIs with no closed contour but with points or open lines are left out.

    With ``notices`` contours that lie between two slices go to the nearest one, those beyond the image are left out,
    and what was done is appended; without it such contours are refused.

    Raises
    ------
    UserError
        If the file is no structure set, belongs to another patient, study or frame of reference, or has contours
        that are not parallel to the slices.
    """
    return read_structure_set(Path(path), volume, notices=notices, token=token)


def read_structure_set(
    path: Path,
    volume: Volume,
    *,
    only: int | None = None,
    notices: list[str] | None = None,
    token: CancelToken | None = None,
) -> list[Mask]:
    """As :func:`read_rtstruct`; ``only`` is the number of ROIs, from the end, that are wanted."""
    ds = open_structure_set(path)
    reference = reference_of(volume, path, _WHAT)
    check_set_belongs(ds, reference, path)
    entries = {number_of(item, "ROINumber", path): item for item in ds.get("StructureSetROISequence", [])}
    wanted = list(entries)[-only:] if only is not None else list(entries)
    by_number = {number_of(item, "ReferencedROINumber", path): item for item in ds.get("ROIContourSequence", [])}
    check_room(len(wanted), volume, path)
    masks = []
    for number in wanted:
        if token is not None:
            token.check()
        name = str(entries[number].get("ROIName", "") or "")
        shown = plain(name)
        frame = str(entries[number].get("ReferencedFrameOfReferenceUID", "") or "")
        check_frames([frame], reference, path, f"the ROI {shown!r}")
        array = _roi_array(by_number.get(number), volume, shown, path, notices)
        if array is not None:
            masks.append(Mask(array, volume.geometry, name))
        elif notices is not None:
            notices.append(f"{shown!r} holds points or open lines only and was left out.")
    return masks


def check_room(n_masks: int, volume: Volume, path: Path) -> None:
    """Refuse to make more masks than the free memory holds."""
    needed, free = n_masks * volume.array.size, int(psutil.virtual_memory().available)
    if needed > free // 2:
        raise UserError(
            f"its {n_masks} regions would need {needed / 2**30:.1f} GB of memory where {free / 2**30:.1f} GB are free",
            path=path,
            remedy="Export fewer regions into it",
        )


def open_structure_set(path: Path) -> Dataset:
    """Read the file, or say in one sentence why it is no structure set."""
    ds = open_contour_file(path, [RTStructureSetStorage], _WHAT)
    try:
        _parse(ds)
    except DAMAGE as error:
        raise damaged(path, _WHAT) from error
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


def check_set_belongs(ds: Dataset, reference: DicomReference, path: Path) -> None:
    """Refuse a structure set of another patient, study or frame of reference, and say which of them differs."""
    frames = [str(item.get("FrameOfReferenceUID", "")) for item in ds.get("ReferencedFrameOfReferenceSequence", [])]
    frames += [str(item.get("ReferencedFrameOfReferenceUID", "")) for item in ds.get("StructureSetROISequence", [])]
    check_belongs(ds, frames, reference, path, _WHAT)


def _roi_array(
    item: Dataset | None, volume: Volume, name: str, path: Path, notices: list[str] | None
) -> np.ndarray | None:
    """``(z, y, x)`` bool of one ROI; ``None`` when it has contours, but no closed one."""
    array = np.zeros(volume.geometry.shape, dtype=bool)
    contours = [] if item is None else list(item.get("ContourSequence", []) or [])
    closed = [contour for contour in contours if str(contour.get("ContourGeometricType", "")) in _CLOSED]
    if contours and not closed:
        return None
    points = [item for item in (_points(contour, name, path) for contour in closed) if len(item) >= 3]
    once = list({item.tobytes(): item for item in points}.values())
    if notices is not None:
        notices += _left_out(name, len(contours), len(contours) - len(points), len(points) - len(once))
    index = [volume.geometry.world_to_index(item) for item in once]
    if notices is None:
        polygons = place_exactly(index, array.shape[0], name, path)
    else:
        polygons = place_nearest(index, array.shape[0], name, path, notices)
    for k, members in polygons.items():
        array[k] = fill(members, (array.shape[1], array.shape[2]))
    return array


def _left_out(name: str, total: int, pointless: int, repeated: int) -> list[str]:
    """Sentences about contours that enclose nothing, and about those that are there twice: two would cancel."""
    told = []
    if pointless:
        told.append(
            f"{pointless} of {total} contours of {name!r} enclose nothing (points, open lines) and were left out."
        )
    if repeated:
        told.append(f"{repeated} of {total} contours of {name!r} repeat another one and were counted once.")
    return told


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
