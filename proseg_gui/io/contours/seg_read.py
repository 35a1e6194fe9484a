"""DICOM Segmentation in: each segment as a mask on an image's grid, matched frame by frame by position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import iter_pixels
from pydicom.uid import SegmentationStorage

from proseg_gui.errors import UserError
from proseg_gui.io.contours.file import check_belongs, damaged, open_contour_file, reference_of
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Mask, Volume

_LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
_OFF_GRID = 0.02
"""A frame lies on the image's grid when its corners are within this share of a voxel of voxel centres."""
_MAX_FRAME_PIXELS = 1 << 26
_REMEDY = "Open the series that it was made on"
_WHAT = "segmentation"


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
    path: str | Path, volume: Volume, *, threshold: float = 0.5, token: CancelToken | None = None
) -> list[Mask]:
    """The segments of a DICOM SEG as masks on ``volume``'s grid, in the file's order, named by the segment labels.

    Raises
    ------
    UserError
        As :func:`read_segments`.
    """
    return [segment.mask for segment in read_segments(path, volume, threshold=threshold, token=token)]


def read_segments(
    path: str | Path, volume: Volume, *, threshold: float = 0.5, token: CancelToken | None = None
) -> list[ReadSegment]:
    """Binary, fractional and label map segmentations; fractional ones are in where the value is above ``threshold``.

    A frame may cover a part of the image, or lie in another orientation, as long as its pixels are the image's
    voxels. Segments without frames are empty.

    Raises
    ------
    UserError
        If the file is no segmentation, is damaged, belongs to another patient, study or frame of reference, or its
        frames do not lie on the image's grid.
    """
    path = Path(path)
    ds = open_contour_file(path, (SegmentationStorage, _LABEL_MAP_STORAGE), _WHAT)
    reference = reference_of(volume, path, _WHAT)
    try:
        check_belongs(ds, [str(ds.get("FrameOfReferenceUID", "") or "")], reference, path, _WHAT)
        return _segments(ds, volume, path, threshold, token)
    except DAMAGE as error:
        raise damaged(path, _WHAT) from error


def _segments(
    ds: Dataset, volume: Volume, path: Path, threshold: float, token: CancelToken | None
) -> list[ReadSegment]:
    entries = {int(item.SegmentNumber): item for item in ds.get("SegmentSequence", [])}
    entries.pop(0, None)  # a label map's background
    if not entries:
        raise UserError("the segmentation lists no segments", path=path)
    kind = str(ds.get("SegmentationType", ""))
    if kind not in ("BINARY", "FRACTIONAL", "LABELMAP"):
        raise UserError(f"segmentations of the type {kind!r} cannot be read", path=path)
    fractional = kind == "FRACTIONAL"
    most = float(ds.get("MaximumFractionalValue", 255) or 255) if fractional else 1.0
    shape = volume.geometry.shape
    dtype = np.dtype(np.float32 if fractional else np.bool_)
    found = {number: np.zeros(shape, dtype) for number in entries}
    for frame, (group, pixels) in enumerate(zip(_groups(ds), _frames(ds, path), strict=False)):
        if token is not None:
            token.check()
        places = _places(group, pixels.shape, volume, frame, path)
        numbers = _numbers(group, entries, frame, path) if kind != "LABELMAP" else list(entries)
        for number in numbers:
            values = pixels == number if kind == "LABELMAP" else pixels
            _put(found[number], values, places, most, f"frame {frame + 1}", path)
    result = []
    for number, item in entries.items():
        name = str(item.get("SegmentLabel", "") or f"segment {number}")
        values = found[number]
        mask = Mask(values > threshold if fractional else values, volume.geometry, name)
        result.append(ReadSegment(name, mask, values if fractional else None, _meaning(item)))
    return result


def _meaning(item: Dataset) -> str:
    codes = item.get("SegmentedPropertyTypeCodeSequence", None) or []
    return str(codes[0].get("CodeMeaning", "")) if codes else ""


def _groups(ds: Dataset) -> Iterator[list[Dataset]]:
    """For each frame the functional groups that apply: its own, then the shared ones."""
    shared = list(ds.get("SharedFunctionalGroupsSequence", []) or [])[:1]
    for own in ds.PerFrameFunctionalGroupsSequence:
        yield [own, *shared]


def _macro(groups: list[Dataset], keyword: str, frame: int, path: Path) -> Dataset:
    for group in groups:
        if group.get(keyword):
            return group[keyword].value[0]
    raise UserError(f"frame {frame + 1} of the segmentation has no {keyword}", path=path)


def _numbers(groups: list[Dataset], entries: dict[int, Dataset], frame: int, path: Path) -> list[int]:
    number = int(_macro(groups, "SegmentIdentificationSequence", frame, path).ReferencedSegmentNumber)
    if number not in entries:
        raise UserError(f"frame {frame + 1} belongs to segment {number}, which the file does not describe", path=path)
    return [number]


def _frames(ds: Dataset, path: Path) -> Iterator[np.ndarray]:
    """Each frame ``(rows, columns)``, one at a time; a file that holds fewer bytes than it claims is refused first."""
    rows, columns, count = int(ds.Rows), int(ds.Columns), int(ds.get("NumberOfFrames", 1) or 1)
    size, bits = rows * columns, int(ds.BitsAllocated)
    if bits not in (1, 8, 16) or not 0 < size <= _MAX_FRAME_PIXELS or count > len(ds.PerFrameFunctionalGroupsSequence):
        raise UserError("the segmentation's size or number of frames makes no sense", path=path)
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


def _places(
    groups: list[Dataset], shape: tuple[int, ...], volume: Volume, frame: int, path: Path
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index (z, y, x) of the frame's first pixel, and the whole steps to the next row and the next column."""
    corner = np.array(_macro(groups, "PlanePositionSequence", frame, path).ImagePositionPatient, dtype=np.float64)
    cosines = _macro(groups, "PlaneOrientationSequence", frame, path).ImageOrientationPatient
    along_row, along_column = np.array(cosines, dtype=np.float64).reshape(2, 3)
    between_rows, between_columns = (
        float(v) for v in _macro(groups, "PixelMeasuresSequence", frame, path).PixelSpacing
    )
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
    if not one_step or off > _OFF_GRID:
        raise UserError(
            f"frame {frame + 1} of the segmentation does not lie on the image's voxels", path=path, remedy=_REMEDY
        )
    return start.astype(np.int64), down.astype(np.int64), right.astype(np.int64)


def _put(
    target: np.ndarray,
    pixels: np.ndarray,
    places: tuple[np.ndarray, np.ndarray, np.ndarray],
    most: float,
    what: str,
    path: Path,
) -> None:
    """Write a frame's pixels that are not 0 to where they belong; one outside the image is an error."""
    start, down, right = places
    row, column = np.nonzero(pixels)
    index = start + row[:, None] * down + column[:, None] * right
    if ((index < 0) | (index >= target.shape)).any():
        raise UserError(f"{what} of the segmentation reaches beyond the image", path=path, remedy=_REMEDY)
    z, y, x = index.T
    target[z, y, x] = True if target.dtype == np.bool_ else pixels[row, column] / most
