"""LIDC-IDRI readings: the XML file of a chest CT, as one mask for each reader and nodule.

Armato et al., Medical Physics 38 (2011) 915: each reading session is one reader's, a nodule of at least 3 mm is
outlined slice by slice, and the outline runs along the first pixels *outside* the nodule. An outline with
``inclusion`` FALSE is a hole, so its own pixels, too, are outside the nodule. Marks of a single pixel (smaller
nodules) and non-nodules have no outline. Readers did not agree on numbers, so nodules whose areas meet are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.kinds import LIDC_ROOT
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.file import reference_of
from proseg_gui.io.contours.trace import fill
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Mask, Reading, Volume

STRUCTURE = "nodule"
_MOST_BYTES = 64 << 20
_PLACE_MM = 0.5
Box = tuple[slice, slice, slice]


@dataclass(eq=False)
class _Marking:
    """What one reader outlined as one nodule: a bool array for each slice, at an offset in the slice."""

    reader: int
    slices: dict[int, tuple[int, int, np.ndarray]] = field(default_factory=dict)

    def meets(self, other: _Marking) -> bool:
        """Whether the two have a pixel in common."""
        return any(_common(self.slices[k], other.slices[k]) for k in self.slices.keys() & other.slices.keys())


@dataclass(frozen=True, eq=False)
class Nodule:
    """One nodule: where it lies, and who drew it how, in the box.

    ``box`` is (z, y, x) slices of the image. ``masks`` has one ``(z, y, x)`` bool array for every reader who outlined
    it; ``points`` are readers who marked something there without an outline.
    """

    name: str
    box: Box
    masks: dict[str, np.ndarray]
    points: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LidcReadings:
    """All readers of a scan, in the file's order, and the nodules.

    ``incomplete`` are readers of whom a whole nodule was left out: where they have no mask, that is not empty.
    """

    readers: tuple[str, ...]
    nodules: tuple[Nodule, ...]
    incomplete: frozenset[str] = frozenset()


def read_lidc(
    path: str | Path, volume: Volume, *, notices: list[str] | None = None, token: CancelToken | None = None
) -> LidcReadings:
    """Read the file's outlines on the slices of ``volume``.

    With ``notices``, outlines that do not lie in the image, or are malformed, are left out and counted there, with
    the first one's reason; without it they are refused.

    Raises
    ------
    UserError
        If the file is no LIDC reading, is damaged or cut short, belongs to another series, or no outline is left.
    """
    path = Path(path)
    root = _parse(path)
    reference = reference_of(volume, path, "reading")
    named = {item.tag.lower(): (item.text or "").strip() for item in root.iterfind("ResponseHeader/*")}
    series = named.get("seriesinstanceuid", "")
    if series and series != reference.series_instance_uid:
        raise UserError(
            f"the readings belong to the series {plain(series)}, the image is {reference.series_instance_uid}",
            path=path,
            remedy="Open the series that they were drawn on",
        )
    sessions = root.findall("readingSession")
    readers = tuple(f"reader_{number}" for number in range(1, len(sessions) + 1))
    markings: list[_Marking] = []
    refused: list[UserError] = []
    incomplete: set[str] = set()
    points: list[tuple[int, int, int, int]] = []
    for number, session in enumerate(sessions):
        for nodule in session.findall("unblindedReadNodule"):
            if token is not None:
                token.check()
            bad: list[UserError] = []
            marking = _marking(nodule, number, volume, path, points, bad)
            if bad:
                if notices is None:
                    raise bad[0]
                refused += bad
                many = f"{len(bad)} outline{'s' if len(bad) != 1 else ''} of {readers[number]}"
                which = plain(nodule.findtext("noduleID", "").strip()) or "without an ID"
                notices.append(f"{many} (nodule {which}) left out: {bad[0].what}.")
            if any(area.any() for _, _, area in marking.slices.values()):
                markings.append(marking)
            elif bad:
                incomplete.add(readers[number])
    if refused and not markings:
        raise refused[0]
    groups = sorted(_groups(markings), key=lambda group: (min(group[0].slices), _corner(group)))
    nodules = tuple(_nodule(f"nodule_{n}", group, readers, points) for n, group in enumerate(groups, 1))
    return LidcReadings(readers, nodules, frozenset(incomplete))


def lidc_masks(readings: LidcReadings, volume: Volume) -> list[Reading]:
    """All nodules of each reader as one mask on the whole image.

    A reader without nodules has an empty one; one whose nodules were all left out has none.
    """
    found = []
    for reader in readings.readers:
        if reader in readings.incomplete and not any(reader in nodule.masks for nodule in readings.nodules):
            continue
        array = np.zeros(volume.geometry.shape, dtype=bool)
        for nodule in readings.nodules:
            if reader in nodule.masks:
                array[nodule.box] |= nodule.masks[reader]
        found.append(Reading(reader, STRUCTURE, Mask(array, volume.geometry, STRUCTURE)))
    return found


def _parse(path: Path) -> Element:
    """The XML tree without name spaces; a document type, which could define endless entities, is refused."""
    if path.stat().st_size > _MOST_BYTES:
        raise UserError("the XML file is too large for a reading", path=path)
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_: object) -> None:
        raise UserError("the XML file defines its own entities, which no reading does", path=path)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: builder.start(name.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda name: builder.end(name.rpartition("}")[2])
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(path.read_bytes(), True)
        root = builder.close()
    except (expat.ExpatError, AssertionError) as error:
        raise UserError("the XML file is damaged or cut short", path=path, remedy="Download it again") from error
    if root.tag != LIDC_ROOT:
        raise UserError("it is no LIDC-IDRI reading of a CT", path=path)
    return root


def _marking(
    nodule: Element,
    reader: int,
    volume: Volume,
    path: Path,
    points: list[tuple[int, int, int, int]],
    bad: list[UserError],
) -> _Marking:
    """One reader's nodule; outlines that cannot be placed go to ``bad``, marks of one pixel to ``points``."""
    marking = _Marking(reader)
    outlines = []
    for roi in nodule.findall("roi"):
        try:
            outlines.append((_slice(roi, volume, path), _edge(roi, volume, path), _included(roi)))
        except UserError as error:
            bad.append(error)
    for k, edge, included in sorted(outlines, key=lambda item: not item[2]):  # holes last
        if len(edge) == 1:
            points.append((reader, k, int(edge[0, 1]), int(edge[0, 0])))
            continue
        top, left, area, line = _area(edge)
        if included:
            piece = (top, left, area & ~line)
            marking.slices[k] = _union(marking.slices[k], piece) if k in marking.slices else piece
        elif k in marking.slices:
            marking.slices[k] = _without(marking.slices[k], (top, left, area | line))
    return marking


def _slice(roi: Element, volume: Volume, path: Path) -> int:
    """The slice that an outline names by its image, or, where that is not in the series, by its place in mm."""
    assert volume.dicom is not None
    uid = roi.findtext("imageSOP_UID", "").strip()
    if uid in volume.dicom.sop_instance_uids:
        return volume.dicom.sop_instance_uids.index(uid)
    try:
        z = float(roi.findtext("imageZposition", ""))
    except ValueError as error:
        raise UserError("an outline names no image and no position", path=path) from error
    gaps = np.abs(volume.geometry.slice_origins()[:, 2] - z)
    if uid or not gaps.min() <= _PLACE_MM:
        raise UserError(
            f"an outline at z = {z:g} mm lies on no slice of the image",
            path=path,
            remedy="Open the whole series that it was drawn on",
        )
    return int(gaps.argmin())


def _edge(roi: Element, volume: Volume, path: Path) -> np.ndarray:
    """``(n, 2)`` pixels (x, y) of an outline, counted from 0."""
    try:
        marks = roi.findall("edgeMap")
        edge = np.array([[int(mark.findtext(axis, "")) for axis in ("xCoord", "yCoord")] for mark in marks])
    except (ValueError, OverflowError) as error:
        raise UserError("an outline has malformed points", path=path, remedy="Download the file again") from error
    rows, columns = volume.geometry.shape[1:]
    if edge.size == 0 or (edge < 0).any() or (edge >= (columns, rows)).any():
        raise UserError("an outline lies outside the image", path=path, remedy="Open the series that it was drawn on")
    return edge


def _included(roi: Element) -> bool:
    return roi.findtext("inclusion", "TRUE").strip().upper() != "FALSE"


def _area(edge: np.ndarray) -> tuple[int, int, np.ndarray, np.ndarray]:
    """(top, left, area inside or on the outline, the outline's own pixels): pixels whose centre it runs through."""
    left, top = edge.min(axis=0)
    local = edge - (left, top)
    shape = (int(local[:, 1].max()) + 1, int(local[:, 0].max()) + 1)
    line = np.zeros(shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(local, np.roll(local, -1, axis=0), strict=True):
        steps = max(1, int(np.gcd(abs(x1 - x0), abs(y1 - y0))))  # whole pixels that the segment runs through
        at = np.arange(steps + 1)
        line[y0 + at * (y1 - y0) // steps, x0 + at * (x1 - x0) // steps] = True
    return int(top), int(left), fill([local.astype(np.float64)], shape), line


def _frame(piece: tuple[int, int, np.ndarray], top: int, left: int, bottom: int, right: int) -> np.ndarray:
    """A piece's area in the window ``top:bottom, left:right``, which may be larger or smaller than the piece."""
    y, x, area = piece
    result = np.zeros((bottom - top, right - left), dtype=bool)
    y0, y1 = max(y, top), min(y + area.shape[0], bottom)
    x0, x1 = max(x, left), min(x + area.shape[1], right)
    if y0 < y1 and x0 < x1:
        result[y0 - top : y1 - top, x0 - left : x1 - left] = area[y0 - y : y1 - y, x0 - x : x1 - x]
    return result


def _union(a: tuple[int, int, np.ndarray], b: tuple[int, int, np.ndarray]) -> tuple[int, int, np.ndarray]:
    top, left = min(a[0], b[0]), min(a[1], b[1])
    bottom = max(a[0] + a[2].shape[0], b[0] + b[2].shape[0])
    right = max(a[1] + a[2].shape[1], b[1] + b[2].shape[1])
    return top, left, _frame(a, top, left, bottom, right) | _frame(b, top, left, bottom, right)


def _without(a: tuple[int, int, np.ndarray], hole: tuple[int, int, np.ndarray]) -> tuple[int, int, np.ndarray]:
    window = (a[0], a[1], a[0] + a[2].shape[0], a[1] + a[2].shape[1])
    return a[0], a[1], a[2] & ~_frame(hole, *window)


def _common(a: tuple[int, int, np.ndarray], b: tuple[int, int, np.ndarray]) -> bool:
    window = (a[0], a[1], a[0] + a[2].shape[0], a[1] + a[2].shape[1])
    return bool((a[2] & _frame(b, *window)).any())


def _groups(markings: list[_Marking]) -> Iterator[list[_Marking]]:
    """Markings that meet, directly or through others, together."""
    left = list(markings)
    while left:
        group = [left.pop(0)]
        for member in group:  # grows while it is walked through
            near = [other for other in left if member.meets(other)]
            group += near
            left = [other for other in left if other not in near]
        yield group


def _corner(group: list[_Marking]) -> tuple[int, int]:
    pieces = [piece for marking in group for piece in marking.slices.values()]
    return min(piece[0] for piece in pieces), min(piece[1] for piece in pieces)


def _nodule(
    name: str, group: list[_Marking], readers: tuple[str, ...], points: list[tuple[int, int, int, int]]
) -> Nodule:
    pieces = [piece for marking in group for piece in marking.slices.values()]
    first = min(k for marking in group for k in marking.slices)
    last = max(k for marking in group for k in marking.slices)
    top, left = _corner(group)
    bottom = max(piece[0] + piece[2].shape[0] for piece in pieces)
    right = max(piece[1] + piece[2].shape[1] for piece in pieces)
    masks: dict[str, np.ndarray] = {}
    for marking in group:
        shape = (last + 1 - first, bottom - top, right - left)
        array = masks.setdefault(readers[marking.reader], np.zeros(shape, dtype=bool))
        for k, piece in marking.slices.items():
            array[k - first] |= _frame(piece, top, left, bottom, right)
    there = {
        readers[reader]
        for reader, k, y, x in points
        if first <= k <= last and top <= y < bottom and left <= x < right and readers[reader] not in masks
    }
    return Nodule(
        name, (slice(first, last + 1), slice(top, bottom), slice(left, right)), masks, frozenset(there)
    )  # fmt: skip
