"""DICOM RT Structure Set in: contours to masks on an image's grid, by the pixel-centre rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import RTStructureSetStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.file import (
    NothingDrawn,
    References,
    check_belongs,
    check_frames,
    check_room,
    check_whole,
    damaged,
    items_of,
    open_contour_file,
    reference_of,
    references_of,
    strange_frames,
    text_of,
)
from proseg_gui.io.contours.place import counted, place_exactly, place_nearest
from proseg_gui.io.contours.roi_pairs import Region, paired, strays
from proseg_gui.io.contours.trace import fill_region
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import DicomReference, Mask, Volume

_CONTOUR_DATA = Tag(0x3006, 0x0050)
_XOR = "CLOSEDPLANARXOR"
_RINGS = ("CLOSEDPLANAR", _XOR, "INTERPOLATEDPLANAR", "")
"""Types that enclose something, without blanks and underscores; the third is a planning system's own."""
_STANDARD = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_OPEN = ("POINT", "OPENPLANAR", "OPENNONPLANAR")
_FURTHEST_MM = 1e6
_WHAT = "structure set"
_NEEDED = {0x30060020: "the list of its regions", 0x30060039: "its contours"}


def read_rtstruct(
    path: str | Path, volume: Volume, *, notices: list[str] | None = None, token: CancelToken | None = None
) -> list[Mask]:
    """The closed contours of each ROI as a mask on ``volume``'s grid, in the file's order, named by the ROI.

    A voxel is inside when its centre is; :func:`proseg_gui.io.contours.trace.fill_region` says what several contours
    in one slice mean.

    With ``notices``, the way for files of others, one bad ROI or contour costs no other one: it is left out and named
    there with the reason, contours between two slices go to the nearest one, and an ROI without a voxel has no mask,
    since nothing says that somebody looked and drew nothing. Without ``notices``, the way to read back what was just
    written, everything that is not exact is refused, and an ROI without contours is an empty mask.

    Raises
    ------
    UserError
        If the file is no structure set, is cut short, or belongs to another patient, study or frame of reference;
        with ``notices`` also if no region at all is left, with the first reason.
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
    ds = open_structure_set(path, _NEEDED, notices)
    reference = reference_of(volume, path, _WHAT)
    check_set_belongs(ds, reference, path, notices)
    told: list[str] = []
    listed, drawn = items_of(ds, "StructureSetROISequence"), items_of(ds, "ROIContourSequence")
    regions = paired(listed[-only:] if only is not None else listed, drawn, told)
    if only is None:
        regions += strays(listed, drawn, told, one_frame=len(_frames(ds)) < 2)
    if notices is None and told:
        raise UserError(told[0].rstrip("."), path=path)
    check_room(len(regions), volume, path)
    masks = []
    for region in regions:
        if token is not None:
            token.check()
        forgiving = notices is not None
        array = _taken(region, volume, reference, told) if forgiving else _exact(region, volume, reference, path)
        if array is not None:
            masks.append(Mask(array, volume.geometry, region.name))
    if notices is not None:
        if not masks:
            undrawn = bool(regions) and not any(region.contours for region in regions)
            kind = NothingDrawn if undrawn else UserError
            raise kind(f"no region of it can be read: {told[0].rstrip('.') if told else 'it lists none'}", path=path)
        notices += told
    return masks


def open_structure_set(path: Path, needed: Mapping[int, str], notices: list[str] | None = None) -> Dataset:
    """Read the file, or say in one sentence why it is no structure set, or what of ``needed`` is cut off."""
    ds = open_contour_file(path, [RTStructureSetStorage], _WHAT)
    check_whole(ds, needed, path, _WHAT, notices)
    try:
        for keyword in ("StructureSetROISequence", "ROIContourSequence", "ReferencedFrameOfReferenceSequence"):
            ds.get(keyword)  # parses it now, where damage is expected; items inside are guarded one by one
    except DAMAGE as error:
        raise damaged(path, _WHAT) from error
    return ds


def number_of(item: Dataset, keyword: str, path: Path) -> int:
    """A whole number of ``item``, or a UserError that names the tag."""
    try:
        return int(str(item.get(keyword, "")))
    except ValueError as error:
        raise UserError(f"the DICOM tag {keyword} is missing or malformed", path=path) from error


def check_set_belongs(ds: Dataset, reference: DicomReference, path: Path, notices: list[str] | None = None) -> None:
    """Refuse a structure set of another patient, study or frame of reference, and say which of them differs."""
    named = references_of(ds)
    references = References(_frames(ds), named.series, named.instances)
    check_belongs(ds, references, reference, path, _WHAT, notices)
    check_frames(references.frames, reference, path, f"the {_WHAT}")


def _frames(ds: Dataset) -> frozenset[str]:
    """Every frame of reference that the file or one of its ROIs names."""
    of_rois = {text_of(item, "ReferencedFrameOfReferenceUID") for item in items_of(ds, "StructureSetROISequence")}
    return references_of(ds).frames | (of_rois - {""})


@dataclass
class _Contours:
    """The rings of one ROI as ``(n, 3)`` LPS mm, each once, and whether they combine by XOR."""

    rings: list[np.ndarray]
    xor: bool


def _exact(region: Region, volume: Volume, reference: DicomReference, path: Path) -> np.ndarray:
    """``(z, y, x)`` bool of one ROI, or a UserError where anything in it is not exact."""
    told: list[str] = []
    shown = plain(region.name)
    check_frames([region.frame], reference, path, f"the ROI {shown!r}")
    contours = _contours(region, shown, told)
    index = [volume.geometry.world_to_index(item) for item in contours.rings]
    polygons = place_exactly(index, volume.geometry.shape[0], shown, path)
    array = _filled(polygons, volume, shown, told, xor=contours.xor)
    if told:
        raise UserError(told[0].rstrip("."), path=path, remedy="Export it again")
    return array


def _taken(region: Region, volume: Volume, reference: DicomReference, told: list[str]) -> np.ndarray | None:
    """As :func:`_exact`, with what is left out said in ``told``; ``None`` where the ROI has no voxel, with a reason."""
    shown = plain(region.name)
    strange = strange_frames([region.frame], reference)
    if strange:
        told.append(
            f"{shown!r} is in the frame of reference {plain(strange)}, the image in "
            f"{reference.frame_of_reference_uid}; it was left out."
        )
        return None
    if not region.contours:
        told.append(f"{shown!r} has no contours: nobody drew it, and it was left out (it is not taken for empty).")
        return None
    before = len(told)
    contours = _contours(region, shown, told)
    index = [volume.geometry.world_to_index(item) for item in contours.rings]
    polygons = place_nearest(index, volume.geometry.shape[0], shown, told)
    array = _filled(polygons, volume, shown, told, xor=contours.xor)
    if array.any():
        return array
    why = "; ".join(text.rstrip(".") for text in told[before:])
    told[before:] = [f"{shown!r} holds no voxel of the image and was left out: {why or 'its contours cancel out'}."]
    return None


def _contours(region: Region, name: str, told: list[str]) -> _Contours:
    """The ROI's closed contours; what is left out, or taken though it is unusual, is counted in ``told``."""
    rings: list[np.ndarray] = []
    types: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    xor = False
    for contour in region.contours:
        shown = plain(text_of(contour, "ContourGeometricType"), 32)
        kind = shown.upper().replace(" ", "").replace("_", "")
        points = None if kind not in _RINGS else _points(contour)
        if kind not in _RINGS:
            why = "which encloses nothing" if kind in _OPEN else "which is not known"
            left_out[f"of the type {shown}, {why},"] += 1
        elif points is None:
            left_out["with malformed points"] += 1
        elif len(points) < 3:
            left_out["with fewer than three points, which enclose nothing,"] += 1
        elif _is_cut(contour, len(points)):
            left_out["with fewer points than they say they have"] += 1
        else:
            rings.append(points)
            xor = xor or kind == _XOR
            if shown not in _STANDARD:
                types[f"whose type is {shown}" if shown else "whose type is missing"] += 1
    once = list({item.tobytes(): item for item in rings}.values())
    total = len(region.contours)
    told += [
        f"{number} of {total} contours of {name!r} {what} {'were' if number != 1 else 'was'} left out."
        for what, number in left_out.items()
    ]
    told += [f"{counted(number)} of {name!r}, {what}, taken as closed rings." for what, number in types.items()]
    if len(rings) > len(once):
        told.append(
            f"{len(rings) - len(once)} of {total} contours of {name!r} repeat another one and were counted once."
        )
    return _Contours(once, xor)


def _is_cut(contour: Dataset, points: int) -> bool:
    """Whether a contour says that it has more points than are there (some writers count the numbers instead)."""
    said = text_of(contour, "NumberOfContourPoints")
    return said.isdigit() and int(said) > points and int(said) != 3 * points


def _filled(
    polygons: dict[int, list[np.ndarray]], volume: Volume, name: str, told: list[str], *, xor: bool
) -> np.ndarray:
    """``(z, y, x)`` bool of polygons by slice; crossing, cut and hollow ones are counted in ``told``."""
    array = np.zeros(volume.geometry.shape, dtype=bool)
    crossing, beyond, hollow, twice = 0, 0, 0, 0
    for k, members in polygons.items():
        found = fill_region(members, (array.shape[1], array.shape[2]), xor=xor)
        array[k] = found.array
        crossing, beyond = crossing + found.crossing, beyond + found.beyond
        hollow, twice = hollow + found.hollow, twice + found.twice
    if crossing:
        told.append(f"{counted(crossing)} of {name!r} overlap in their slice: all that lies in any of them is taken.")
    if twice:
        told.append(f"{counted(twice)} of {name!r} with the same voxels as another one: counted once.")
    if beyond:
        told.append(f"{counted(beyond)} of {name!r} beyond the edge of the image: what lies outside was cut off.")
    if hollow:
        told.append(f"{counted(hollow)} of {name!r} without any voxel's centre in it.")
    return array


def _points(contour: Dataset) -> np.ndarray | None:
    """``(n, 3)`` LPS mm, or ``None`` where they are malformed or absurd.

    Parsed at once from the raw text, since pydicom takes microseconds for each number. Blanks around numbers and
    separators behind the last one are taken as they are meant.
    """
    try:
        element = contour.get_item(_CONTOUR_DATA)
        value = None if element is None else element.value
        if isinstance(value, bytes):
            value = value.decode("ascii")
        if isinstance(value, str):
            value = value.rstrip(" \0\\")
            value = value.split("\\") if value else None
        numbers = np.atleast_1d(np.array([] if value is None else value, dtype=np.float64))
    except DAMAGE:
        return None
    if numbers.size % 3 or not np.isfinite(numbers).all() or (np.abs(numbers) > _FURTHEST_MM).any():
        return None
    return numbers.reshape(-1, 3)
