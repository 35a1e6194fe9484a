"""DICOM files sorted into series with a geometry: by SeriesInstanceUID, then by grid, then along the slice normal.

File names and instance numbers are never used. Whatever keeps a series from being one straight stack is either kept
and told (uneven steps, tilt) or refused by name (several acquisitions at the same places, see ``dicom_repeats``).
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.dicom.enhanced import frames_of, is_multi_frame
from proseg_gui.io.dicom.geometry import places_of, stack_geometry
from proseg_gui.io.dicom.headers import JPEG_SYNTAXES, Header, no_decoder
from proseg_gui.io.dicom.mosaic import tiles_of
from proseg_gui.io.dicom.nuclear import is_nuclear, slices_of_nuclear
from proseg_gui.io.dicom.repeats import UnclearError, parts_of, same_place_mm
from proseg_gui.volume import Geometry
from proseg_gui.wording import plural

_ORIENTATION_TOLERANCE = 1e-3
"""Direction cosines of one stack may jitter by the rounding of their decimal text."""
_ONE_A_SERIES = ("FrameOfReferenceUID", "Modality", "StudyInstanceUID", "PatientID")


@dataclass(frozen=True, eq=False)
class SeriesInfo:
    """A series as its headers tell it, before any pixel is read.

    ``headers`` are in slice order. ``problem`` says why it cannot be read; ``geometry`` is then ``None``. ``part``
    tells two stacks of one series apart. ``label`` has no patient data. ``unpacked`` keeps a zip file's content alive.
    """

    uid: str
    modality: str
    description: str
    headers: tuple[Header, ...]
    geometry: Geometry | None
    notices: tuple[str, ...] = ()
    problem: UserError | None = None
    part: str = ""
    unpacked: TemporaryDirectory[str] | None = None

    @property
    def n_slices(self) -> int:
        """Number of slices."""
        return len(self.headers)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in slice order, each once (a multi-frame file holds several slices)."""
        return tuple(dict.fromkeys(header.path for header in self.headers))

    @property
    def label(self) -> str:
        """One line for a chooser: modality, description, slices, matrix and plane; nothing about the patient."""
        first = self.headers[0]
        number = first.shown("SeriesNumber")
        name = self.description or (f"series {number}" if number else "series without description")
        parts = [f"{self.modality} {name}".strip(), plural(self.n_slices, "slice")]
        if self.part:
            parts.insert(1, self.part)
        if self.geometry is not None:
            z, y, x = self.geometry.spacing_mm
            rows, columns = self.geometry.shape[1:]
            parts.append(f"{columns} x {rows}, {x:.3g} x {y:.3g} x {z:.3g} mm, {self.geometry.plane_name().lower()}")
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class SeriesList:
    """What a folder holds: image series, contours, and how many files were passed over, by kind."""

    path: Path
    series: tuple[SeriesInfo, ...]
    structure_sets: tuple[Path, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    segmentations: tuple[Path, ...] = ()
    readings: tuple[Path, ...] = ()

    @property
    def contours(self) -> tuple[Path, ...]:
        """Structure sets, segmentations and LIDC readings, which may be drawings on one of the series."""
        return tuple(sorted(self.structure_sets + self.segmentations + self.readings))

    @property
    def skipped_text(self) -> str:
        """The files passed over in words, such as ``2 localisers, 1 repeated file``; empty when there were none."""
        return ", ".join(f"{count} {_plural(kind, count)}" for kind, count in sorted(self.skipped.items()))


def _plural(kind: str, count: int) -> str:
    """``file that is no DICOM`` or ``files that are no DICOM``: the first noun of ``kind`` and its verb."""
    if count == 1:
        return kind
    many = re.sub(r"(file|localiser|object|capture|link|folder|image)\b", r"\1s", kind, count=1)
    return many.replace("that is", "that are").replace("that leads", "that lead")


def group_series(headers: Iterable[Header]) -> tuple[SeriesInfo, ...]:
    """Sort image headers into series, one for each stack of slices on one grid; the largest comes first."""
    by_uid: dict[str, list[Header]] = {}
    for header in headers:
        by_uid.setdefault(header.text("SeriesInstanceUID"), []).append(header)
    found: list[SeriesInfo] = []
    for _, members in sorted(by_uid.items()):
        parts = _parts(members)
        for number, part in enumerate(parts, 1):
            found += _stacks(part, f"part {number} of {len(parts)}" if len(parts) > 1 else "")
    return tuple(sorted(found, key=lambda info: (-info.n_slices, _counting(info.label), str(info.files[0]))))


def _counting(text: str) -> list[str | float]:
    """A key by which ``volume 2`` comes before ``volume 10``."""
    return [float(part) if i % 2 else part for i, part in enumerate(re.split(r"([0-9]+)", text))]


def _parts(members: list[Header]) -> list[list[Header]]:
    """``members`` of one SeriesInstanceUID, apart where they differ in what a series has one of.

    Files that were given each other's UID must not become one stack. A tag that is missing makes no part of its own:
    reading names it.
    """
    values = {keyword: [header.text(keyword) for header in members] for keyword in _ONE_A_SERIES}
    telling = [texts for texts in values.values() if len(set(texts) - {""}) > 1]
    parts: dict[tuple[str, ...], list[Header]] = {}
    for header, *key in zip(members, *telling, strict=True):
        parts.setdefault(tuple(key), []).append(header)
    return [part for _, part in sorted(parts.items())]


def study_groups(series: Sequence[SeriesInfo]) -> list[str]:
    """One line for each series: patient by number, study by date and description; a patient's name is never in it."""
    patients: dict[str, int] = {}
    lines = []
    for info in series:
        first = info.headers[0]
        number = patients.setdefault(first.text("PatientID") or first.text("PatientName"), len(patients) + 1)
        date = first.shown("StudyDate")
        if re.fullmatch(r"\d{8}", date):
            date = f"{date[:4]}-{date[4:6]}-{date[6:]}"
        study = " ".join(part for part in (date or "without date", first.shown("StudyDescription")) if part)
        lines.append(f"Patient {number} / study {study}")
    return lines


def _stacks(members: list[Header], whole: str) -> list[SeriesInfo]:
    """The stacks of one series: split by grid, then by acquisition where that parts it cleanly.

    ``whole`` says which part of a series ``members`` are, where it has several.
    """
    try:
        members = [one for header in members for one in _slices_of(header)]
        groups = _by_grid(members)
    except UserError as problem:
        return [_info(members, None, problem=problem, part=whole)]
    found = []
    for number, group in enumerate(groups, 1):
        part = ", ".join(filter(None, (whole, f"stack {number} of {len(groups)}" if len(groups) > 1 else "")))
        places = places_of(group)
        order = np.argsort(places, kind="stable")
        group, places = [group[i] for i in order], places[order]
        if len(group) > 1 and np.diff(places).min() < same_place_mm(group[0]):
            found += _acquisitions(group, part)
            continue
        mixed = _interleaved(group)
        if mixed is not None:
            found.append(_info(group, None, problem=mixed, part=part))
            continue
        found.append(_stack(group, part))
    return found


def _slices_of(header: Header) -> list[Header]:
    """One header a slice: a file holds one, or several as frames or as tiles."""
    if header.mosaic is not None:
        return tiles_of(header)
    if is_nuclear(header):
        return slices_of_nuclear(header)
    return frames_of(header) if is_multi_frame(header) else [header]


def _stack(group: Sequence[Header], part: str, told: tuple[str, ...] = ()) -> SeriesInfo:
    """One sorted stack with its geometry, or with the reason why it cannot be read; ``told`` go before its notices."""
    try:
        for header in group:
            check_readable(header)
        _check_distinct(group)
        _check_rescale(group)
        geometry, notices = stack_geometry(group)
    except UserError as problem:
        return _info(group, None, problem=problem, part=part)
    except (ValueError, OverflowError):
        text = "its positions, orientation and pixel size contradict each other"
        refusal = UserError(text, path=group[0].path, remedy="Export the series again from its source")
        return _info(group, None, problem=refusal, part=part)
    return _info(group, geometry, (*told, *_stored_oddly(group), *notices), part=part)


def _info(
    members: Sequence[Header],
    geometry: Geometry | None,
    notices: tuple[str, ...] = (),
    *,
    problem: UserError | None = None,
    part: str = "",
) -> SeriesInfo:
    first = members[0]
    description = first.shown("SeriesDescription")
    uid = first.text("SeriesInstanceUID")
    return SeriesInfo(uid, first.shown("Modality"), description, tuple(members), geometry, notices, problem, part)


def check_readable(header: Header) -> None:
    """Raise a UserError if this file's pixels are of a kind that cannot be read, or a tag they need is missing."""
    for keyword in ("SeriesInstanceUID", "StudyInstanceUID", "SOPInstanceUID", "SOPClassUID"):
        header.needed(keyword)
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "PixelRepresentation"):
        header.number(keyword)
    for keyword in ("Rows", "Columns"):
        if header.number(keyword) < 1:
            raise header.malformed(keyword)
    grey = header.text("PhotometricInterpretation") in ("MONOCHROME1", "MONOCHROME2", "")
    if header.number("SamplesPerPixel", 1) != 1 or not grey:  # a palette's indices are no grey values either
        raise UserError("this is a colour image, not a scan", path=header.path, remedy="Choose a scan in grey")
    if header.number("BitsAllocated") not in (8, 16, 32):
        raise UserError(f"pixels of {header.number('BitsAllocated'):g} bits cannot be read", path=header.path)
    if header.value("ModalityLUTSequence"):
        raise UserError("its values go through a modality look-up table, which cannot be read", path=header.path)
    syntax = header.transfer_syntax
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise UserError("its transfer syntax is unknown", path=header.path, remedy="Export it uncompressed")
    if syntax.is_compressed and syntax.is_encapsulated and not _can_decode(syntax):
        raise no_decoder(header)
    straight = syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
    if not straight and header.number("HighBit", header.number("BitsStored") - 1) != header.number("BitsStored") - 1:
        raise UserError(
            "its values do not begin at the lowest bit (HighBit), which is read from uncompressed files only",
            path=header.path,
            remedy="Export the series uncompressed",
        )
    if not syntax.is_little_endian and header.number("BitsAllocated") > 16:
        raise UserError("big endian pixels of 32 bits cannot be read", path=header.path, remedy="Export it again")


def _stored_oddly(group: Sequence[Header]) -> list[str]:
    """What is told about files that are stored otherwise than they say, and are read all the same."""
    told = []
    for names in sorted({(header.named_syntax, header.transfer_syntax) for header in group if header.named_syntax}):
        told.append(f"The files name the transfer syntax {names[0].name} and are stored as {names[1].name}.")
    files = [header for header in group if header.is_first]
    if group[0].tile is not None:
        told.append(f"A Siemens mosaic was unfolded: its {len(group)} tiles were put at their places as slices.")
    padded = [n for header in files if (n := _padding(header)) > 1]
    if padded:
        files_text = f"{len(padded)} file{'s' if len(padded) > 1 else ''}"
        most = max(padded)
        told.append(f"The pixels of {files_text} are padded (by up to {most} bytes); the padding was left out.")
    return told


def _padding(header: Header) -> int:
    """Bytes of an uncompressed pixel element beyond the pixels; one makes an odd length even."""
    if header.pixels is None or header.pixels.length is None:
        return 0
    pixels = header.picture[0] * header.picture[1] * header.frame_count
    return header.pixels.length - pixels * int(header.number("BitsAllocated")) // 8


def _check_distinct(group: Sequence[Header]) -> None:
    """Two slices under one SOPInstanceUID could not be told apart by a contour that refers to them."""
    seen: dict[str, Header] = {}
    for header in group:
        other = seen.setdefault(f"{header.text('SOPInstanceUID')} {header.frame} {header.tile}", header)
        if other is not header:
            raise UserError(
                f"it has the same SOPInstanceUID as {other.path.name} at another position",
                path=header.path,
                remedy="Export the series again from its source",
            )


def _check_rescale(group: Sequence[Header]) -> None:
    """A slice without the rescale that its neighbours have would be off by as much, and nobody would see why."""
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        without = [header for header in group if not header.text(keyword)]
        if 0 < len(without) < len(group):
            raise without[0].missing(keyword)


def _can_decode(syntax: UID) -> bool:
    if syntax in JPEG_SYNTAXES:
        return importlib.util.find_spec("gdcm") is not None
    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


def _by_grid(members: list[Header]) -> list[list[Header]]:
    """Groups with the same matrix, pixel size and orientation, in order of first appearance."""
    groups: list[list[Header]] = []
    keys: list[np.ndarray] = []
    for header in members:
        orientation = header.numbers("ImageOrientationPatient", 6)
        spacing = header.numbers("PixelSpacing", 2)
        header.numbers("ImagePositionPatient", 3)
        row, column = orientation[:3], orientation[3:]
        if abs(np.linalg.norm(row) - 1) > 0.01 or abs(np.linalg.norm(column) - 1) > 0.01 or abs(row @ column) > 0.01:
            raise header.malformed("ImageOrientationPatient")
        if (spacing <= 0).any():
            raise header.malformed("PixelSpacing")
        size = [header.number("Rows"), header.number("Columns")]
        key = np.concatenate([np.array(size) * 1e6, spacing, orientation])
        for group, other in zip(groups, keys, strict=True):
            if np.abs(key - other).max() < _ORIENTATION_TOLERANCE:
                group.append(header)
                break
        else:
            groups.append([header])
            keys.append(key)
    return groups


def _acquisitions(group: list[Header], part: str) -> list[SeriesInfo]:
    """Several images at one place: the acquisitions or time points apart where that is clear, else a refusal."""
    places = places_of(group)
    try:
        parts = parts_of(group, places)
    except UnclearError as unclear:
        i = int(np.diff(places).argmin())
        repeated = int((np.diff(places) < same_place_mm(group[0])).sum())
        occur = "positions occur" if repeated > 1 else "position occurs"
        problem = UserError(
            f"the series holds several acquisitions: {repeated} slice {occur} more than once, the first in "
            f"{group[i].place_name} and {group[i + 1].place_name}, {unclear}",
            path=group[i].path.parent,
            remedy="Export each acquisition as a series of its own",
        )
        return [_info(group, None, problem=problem, part=part)]
    return [_stack(item.headers, ", ".join(filter(None, (part, item.name))), item.notices) for item in parts]


def _interleaved(group: Sequence[Header]) -> UserError | None:
    """The error for two CT or PET acquisitions whose slices lie between each other's.

    MR numbers the passes of one interleaved acquisition differently, so the number says nothing there; scanners that
    count every slice as an acquisition have as many numbers as slices.
    """
    if group[0].text("Modality") not in ("CT", "PT"):
        return None
    numbers = [header.text("AcquisitionNumber") for header in group]
    changes = sum(a != b for a, b in pairwise(numbers))
    names = sorted(set(numbers))
    if len(names) < 2 or changes < len(names) or 2 * len(names) > len(group):
        return None
    return UserError(
        f"the series mixes the slices of {len(names)} acquisitions (AcquisitionNumber {plain(', '.join(names[:4]))})",
        path=group[0].path.parent,
        remedy="Export each acquisition as a series of its own",
    )
