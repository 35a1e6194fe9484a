"""DICOM Segmentation in: each segment as a mask on an image's grid, matched frame by frame by position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import iter_pixels
from pydicom.uid import SegmentationStorage

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.contours.file import (
    NothingDrawn,
    check_belongs,
    check_frames,
    check_room,
    check_whole,
    damaged,
    items_of,
    open_contour_file,
    reference_of,
    references_of,
    text_of,
)
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Mask, Volume

_LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
_OFF_GRID = 0.02
"""A frame lies on the image's grid when its corners are within this share of a voxel of voxel centres."""
_MAX_FRAME_PIXELS = 1 << 26
_REMEDY = "Open the series that it was made on"
_WHAT = "segmentation"
_NEEDED = {0x00620002: "the list of its segments", 0x52009230: "the places of its frames", 0x7FE00010: "its pixels"}
_BEYOND = "reaches beyond the image"
_FURTHEST = 1e6


@dataclass(frozen=True, eq=False)
class ReadSegment:
    """One segment of a file.

    ``mask`` is the segment, for a fractional one where it is above the threshold; ``values`` is then its map
    ``(z, y, x)`` float32, 0 to 1, else ``None``. ``type_meaning`` is what the file's code says the segment is.
    """

    name: str
    mask: Mask
    values: np.ndarray | None = None
    type_meaning: str = ""


def read_seg(
    path: str | Path,
    volume: Volume,
    *,
    threshold: float = 0.5,
    notices: list[str] | None = None,
    token: CancelToken | None = None,
) -> list[Mask]:
    """The segments of a DICOM SEG as masks on ``volume``'s grid, in the file's order, named by the segment labels.

    Raises
    ------
    UserError
        As :func:`read_segments`.
    """
    found = read_segments(path, volume, threshold=threshold, notices=notices, token=token)
    return [segment.mask for segment in found]


def read_segments(
    path: str | Path,
    volume: Volume,
    *,
    threshold: float = 0.5,
    notices: list[str] | None = None,
    token: CancelToken | None = None,
) -> list[ReadSegment]:
    """Binary, fractional and label map segmentations; fractional ones are in where the value is above ``threshold``.

    A frame may cover a part of the image, or lie in another orientation, as long as its pixels are the image's
    voxels.

    With ``notices``, the way for files of others, a frame or segment that cannot be taken is left out and named there
    with the reason, and a segment without frames has no mask, since nothing says that somebody looked and drew
    nothing. Without ``notices``, the way to read back what was just written, it is refused, and a segment without
    frames is an empty mask.

    Raises
    ------
    UserError
        If the file is no segmentation, is damaged or cut short, or belongs to another patient, study or frame of
        reference; with ``notices`` also if no segment is left, with the first reason.
    """
    path = Path(path)
    ds = open_contour_file(path, (SegmentationStorage, _LABEL_MAP_STORAGE), _WHAT)
    check_whole(ds, _NEEDED, path, _WHAT, notices)
    reference = reference_of(volume, path, _WHAT)
    references = references_of(ds)
    check_belongs(ds, references, reference, path, _WHAT, notices)
    check_frames(references.frames, reference, path, f"the {_WHAT}")
    told: list[str] = []
    try:
        layers = _layers(ds, volume, path, told, exact=notices is None, token=token)
    except DAMAGE as error:
        raise damaged(path, _WHAT) from error
    if notices is None:
        return [_segment(layer, volume.geometry, threshold) for layer in layers]
    found = [segment for layer in layers if (segment := _judged(layer, volume.geometry, threshold, told)) is not None]
    if not found:
        undrawn = bool(layers) and not any(layer.frames or layer.odd for layer in layers)
        kind = NothingDrawn if undrawn else UserError
        raise kind(f"no segment of it can be read: {told[0].rstrip('.')}", path=path, remedy=_REMEDY)
    notices += told
    return found


@dataclass(eq=False)
class _Layer:
    """What the frames put into one segment.

    ``values`` is ``(z, y, x)``: bool, or float32 for a fractional segment, whose stored values reach ``peak`` of
    ``most``. ``frames`` counts those that were put in, ``odd`` those with something the matter, by what it is.
    """

    name: str
    meaning: str
    values: np.ndarray
    most: float = 1.0
    peak: float = 0.0
    levels: set[int] = field(default_factory=set)
    frames: int = 0
    odd: Counter[str] = field(default_factory=Counter)


def _segment(layer: _Layer, geometry: Geometry, threshold: float) -> ReadSegment:
    fractional = layer.values.dtype != np.bool_
    mask = Mask(layer.values > threshold if fractional else layer.values, geometry, layer.name)
    return ReadSegment(layer.name, mask, layer.values if fractional else None, layer.meaning)


def _judged(layer: _Layer, geometry: Geometry, threshold: float, told: list[str]) -> ReadSegment | None:
    """As :func:`_segment`, with what is unusual said in ``told``; ``None`` where nothing says what was drawn."""
    shown = repr(plain(layer.name))
    for what, number in layer.odd.items():
        frames = f"{number} frame{'s' if number != 1 else ''} of {shown}"
        kept = "what lies outside was cut off" if what == _BEYOND else "left out"
        told.append(f"{frames}: {what}; {kept}.")
    if not layer.frames:
        why = "none of its frames could be read" if layer.odd else "the file holds nothing of it"
        told.append(f"{shown} was left out: {why} (it is not taken for empty).")
        return None
    segment = _segment(layer, geometry, threshold)
    if segment.values is not None and layer.peak:
        stated = f"{layer.peak:g} of {layer.most:g}"
        if layer.levels == {1} and layer.most > 1:
            told.append(
                f"{shown} is called fractional, but its values are 0 and 1 (of {layer.most:g}): taken as a mask."
            )
            return ReadSegment(layer.name, Mask(layer.values > 0, geometry, layer.name), None, layer.meaning)
        if not segment.mask.array.any():
            told.append(f"{shown} was left out: its values reach {stated} at most, nowhere above {threshold:g} of it.")
            return None
        if layer.peak > layer.most:
            told.append(f"The values of {shown} reach {stated}, more than the file says they can.")
    if not segment.mask.array.any():
        if layer.odd:
            told.append(f"{shown} was left out: nothing of it lies in the image.")
            return None
        told.append(f"{shown} is drawn in the file, and empty.")
    return segment


def _layers(
    ds: Dataset, volume: Volume, path: Path, told: list[str], *, exact: bool, token: CancelToken | None
) -> list[_Layer]:
    kind = text_of(ds, "SegmentationType").upper()
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise UserError(f"segmentations of the type {kind!r} cannot be read", path=path)
    layers, twice = _listed(ds, volume, path, told, kind)
    background = int(ds.get("PixelPaddingValue", 0) or 0)
    for frame, (groups, pixels) in enumerate(zip(_groups(ds), _frames(ds, path), strict=True), 1):
        if token is not None:
            token.check()
        for number, values in _parts(groups, pixels, kind, background, told, frame):
            if number in twice:
                continue
            if number not in layers:
                if exact:
                    raise UserError(f"frame {frame} belongs to segment {number}, which is not described", path=path)
                check_room(len(layers) + 1, volume, path)
                told.append(f"The segment number {number} has no name in the file; it is called 'segment {number}'.")
                layers[number] = _new_layer(f"segment {number}", "", volume, kind, ds)
            layer = layers[number]
            try:
                _put(layer, values, _places(groups, pixels.shape, volume), cut=not exact)
            except _Unusable as problem:
                if exact:
                    raise UserError(f"frame {frame} of the segmentation {problem}", path=path, remedy=_REMEDY) from None
                layer.odd[str(problem)] += 1
    return list(layers.values())


class _Unusable(Exception):
    """What is the matter with a frame, as the rest of a sentence that begins with it."""


def _listed(
    ds: Dataset, volume: Volume, path: Path, told: list[str], kind: str
) -> tuple[dict[int, _Layer], frozenset[int]]:
    """Layers of the listed segments by number, and numbers that several of them share, which are left out."""
    entries: dict[int, list[Dataset]] = {}
    for item in items_of(ds, "SegmentSequence"):
        text = text_of(item, "SegmentNumber")
        if text.isdigit():
            entries.setdefault(int(text), []).append(item)
        else:
            told.append(f"The segment {plain(text_of(item, 'SegmentLabel'))!r} has no number and was left out.")
    if kind == "LABELMAP":
        entries.pop(0, None)  # its background
    if not entries:
        raise UserError("the segmentation lists no segments", path=path)
    twice = frozenset(number for number, items in entries.items() if len(items) > 1)
    for number in sorted(twice):
        who = ", ".join(repr(plain(text_of(item, "SegmentLabel"))) for item in entries[number])
        told.append(f"{who} share the number {number}: which frames are whose cannot be told, and they were left out.")
    check_room(len(entries), volume, path, bytes_each=4 if kind == "FRACTIONAL" else 1)
    layers = {}
    for number, (item, *_) in entries.items():
        if number not in twice:
            name = text_of(item, "SegmentLabel") or f"segment {number}"
            codes = items_of(item, "SegmentedPropertyTypeCodeSequence")
            layers[number] = _new_layer(name, text_of(codes[0], "CodeMeaning") if codes else "", volume, kind, ds)
    return layers, twice


def _new_layer(name: str, meaning: str, volume: Volume, kind: str, ds: Dataset) -> _Layer:
    if kind != "FRACTIONAL":
        return _Layer(name, meaning, np.zeros(volume.geometry.shape, dtype=bool))
    stated = text_of(ds, "MaximumFractionalValue")
    most = float(stated) if stated.isdigit() and int(stated) > 0 else 255.0
    return _Layer(name, meaning, np.zeros(volume.geometry.shape, dtype=np.float32), most)


def _parts(
    groups: list[Dataset], pixels: np.ndarray, kind: str, background: int, told: list[str], frame: int
) -> Iterator[tuple[int, np.ndarray]]:
    """A frame's segments: (number, pixels ``(rows, columns)``). One, except in a label map."""
    if kind == "LABELMAP":
        for number in np.unique(pixels):
            if number and number != background:
                yield int(number), pixels == number
        return
    try:
        text = text_of(_macro(groups, "SegmentIdentificationSequence"), "ReferencedSegmentNumber")
    except _Unusable:
        text = ""
    if text.isdigit():
        yield int(text), pixels
    else:
        told.append(f"Frame {frame} names no segment and was left out.")


def _groups(ds: Dataset) -> Iterator[list[Dataset]]:
    """For each frame the functional groups that apply: its own, then the shared ones."""
    shared = items_of(ds, "SharedFunctionalGroupsSequence")[:1]
    for own in ds.PerFrameFunctionalGroupsSequence:
        yield [own, *shared]


def _macro(groups: list[Dataset], keyword: str) -> Dataset:
    for group in groups:
        items = items_of(group, keyword)
        if items:
            return items[0]
    raise _Unusable(f"has no {keyword}")


def _numbers(groups: list[Dataset], macro: str, keyword: str, count: int) -> np.ndarray:
    try:
        found = np.array(_macro(groups, macro).get(keyword), dtype=np.float64)
    except DAMAGE:
        found = np.array([])
    if found.shape != (count,) or not np.isfinite(found).all():
        raise _Unusable(f"has no {keyword}, or a malformed one")
    return found


def _frames(ds: Dataset, path: Path) -> Iterator[np.ndarray]:
    """Each frame ``(rows, columns)``, one at a time; a file that holds fewer bytes than it claims is refused first."""
    rows, columns, count = int(ds.Rows), int(ds.Columns), int(ds.get("NumberOfFrames", 1) or 1)
    size, bits, described = rows * columns, int(ds.BitsAllocated), len(ds.PerFrameFunctionalGroupsSequence)
    if bits not in (1, 8, 16) or not 0 < size <= _MAX_FRAME_PIXELS or count != described:
        raise UserError(
            f"the segmentation's size or number of frames makes no sense: {count} frames of {columns} x {rows} pixels, "
            f"{described} of them with a place",
            path=path,
        )
    if ds.file_meta.TransferSyntaxUID.is_encapsulated:
        yield from iter_pixels(ds)
        return
    data = ds.PixelData
    if len(data) < (size * bits * count + 7) // 8:
        raise UserError("the segmentation is cut short: pixels are missing", path=path, remedy="Export it again")
    for k in range(count):
        if bits > 1:
            kind = np.dtype(f"<u{bits // 8}")
            yield np.frombuffer(data, kind, size, k * size * kind.itemsize).reshape(rows, columns)
        else:  # frames follow each other without a gap, so one may begin in the middle of a byte
            first, last = k * size, (k + 1) * size
            part = np.frombuffer(data, np.uint8, (last + 7) // 8 - first // 8, first // 8)
            bits_here = np.unpackbits(part, bitorder="little")
            yield bits_here[first % 8 : first % 8 + size].reshape(rows, columns)


def _places(groups: list[Dataset], shape: tuple[int, ...], volume: Volume) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index (z, y, x) of the frame's first pixel, and the whole steps to the next row and the next column."""
    corner = _numbers(groups, "PlanePositionSequence", "ImagePositionPatient", 3)
    cosines = _numbers(groups, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    along_row, along_column = cosines.reshape(2, 3)
    between_rows, between_columns = _numbers(groups, "PixelMeasuresSequence", "PixelSpacing", 2)
    rows, columns = shape[:2]
    ends = np.array(
        [
            corner,
            corner + along_column * between_rows * max(rows - 1, 1),
            corner + along_row * between_columns * max(columns - 1, 1),
        ]
    )
    index = volume.geometry.world_to_index(ends)
    start = np.rint(index[0])
    down = np.rint((index[1] - index[0]) / max(rows - 1, 1))
    right = np.rint((index[2] - index[0]) / max(columns - 1, 1))
    expected = np.array([start, start + down * max(rows - 1, 1), start + right * max(columns - 1, 1)])
    one_step = np.abs(down).sum() == 1 and np.abs(right).sum() == 1 and np.abs(down) @ np.abs(right) == 0
    off = float(np.abs(index - expected).max()) if np.isfinite(index).all() else np.inf
    if not one_step or off > _OFF_GRID or np.abs(start).max() > _FURTHEST:
        raise _Unusable("does not lie on the image's voxels")
    return start.astype(np.int64), down.astype(np.int64), right.astype(np.int64)


def _put(layer: _Layer, pixels: np.ndarray, places: tuple[np.ndarray, np.ndarray, np.ndarray], *, cut: bool) -> None:
    """Write a frame's pixels that are not 0 to where they belong; those outside the image are cut off, or an error."""
    start, down, right = places
    row, column = np.nonzero(pixels)
    index = start + row[:, None] * down + column[:, None] * right
    inside = ((index >= 0) & (index < layer.values.shape)).all(axis=1)
    if not inside.all():
        if not cut:
            raise _Unusable(_BEYOND)
        layer.odd[_BEYOND] += 1
        row, column, index = row[inside], column[inside], index[inside]
    layer.frames += 1
    z, y, x = index.T
    if layer.values.dtype == np.bool_:
        layer.values[z, y, x] = True
        return
    stored = pixels[row, column]
    layer.values[z, y, x] = stored / layer.most
    layer.peak = max(layer.peak, float(stored.max(initial=0)))
    if len(layer.levels) < 2:
        layer.levels.update(int(value) for value in np.unique(stored)[:2])
