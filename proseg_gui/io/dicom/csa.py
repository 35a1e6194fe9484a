"""Private elements that tell a mosaic: Siemens' numbers and CSA header, and United Imaging's grid."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.tag import Tag

_MR_HEADER, _CSA_HEADER, _UIH_HEADER = "SIEMENS MR HEADER", "SIEMENS CSA HEADER", "Image Private Header"
_CSA2 = b"SV10"
_MOST_ITEMS = 1000
_LEAST_TILE = 0.75
_BLOCKS = range(0x10, 0x14)
"""Where the private elements that are read may be reserved; scanners use the first ones."""
_ELEMENTS = {0x0019: 0x0A, 0x0029: 0x10, 0x0065: 0x50}
PRIVATE_TAGS = [
    Tag(group, number)
    for group, element in _ELEMENTS.items()
    for block in _BLOCKS
    for number in (block, (block << 8) + element)
]


@dataclass(frozen=True)
class Mosaic:
    """What a header says about a picture of tiles: how many (0: not said), and the direction in which they stack.

    ``is_named`` says whether ImageType calls it a mosaic too.
    """

    count: int
    normal: tuple[float, ...] = ()
    first_slice: int = 0
    maker: str = "Siemens"
    is_named: bool = True


@dataclass(frozen=True)
class Tile:
    """Which part of a picture of ``full`` (rows, columns) a slice is: its number and its first row and column."""

    number: int
    top: int
    left: int
    full: tuple[int, int]


def mosaic_of(tags: Dataset) -> Mosaic | None:
    """What a file's tags say about tiles in its picture; ``None`` for a plain picture."""
    grid = _private(tags, 0x0065, _UIH_HEADER, 0x50)
    if grid is not None and (tiles := _count(grid)) > 1:
        return Mosaic(tiles, maker="United Imaging")
    csa = _private(tags, 0x0029, _CSA_HEADER, 0x10)
    csa = csa if isinstance(csa, bytes) else b""
    said = _count(_private(tags, 0x0019, _MR_HEADER, 0x0A)) or _count("".join(_csa(csa, "NumberOfImagesInMosaic")[:1]))
    named = "MOSAIC" in str(tags.get("ImageType", "")).upper()
    if not named and (said < 2 or _is_one_slice(tags, said)):
        return None
    try:
        normal = np.array([float(part) for part in _csa(csa, "SliceNormalVector")[:3]])
    except ValueError:
        normal = np.zeros(0)
    first = _count("".join(_csa(csa, "ProtocolSliceNumber")[:1]))
    direction = tuple(normal) if normal.shape == (3,) and np.isfinite(normal).all() else ()
    return Mosaic(said, direction, first, is_named=named)


def _is_one_slice(tags: Dataset, count: int) -> bool:
    """Whether a picture is too small for so many tiles: somebody took the mosaic apart and kept its private tags."""
    matrix = [int(size) for size in tags.get("AcquisitionMatrix") or () if size]
    return bool(matrix) and int(tags.Rows) / math.ceil(math.sqrt(count)) < _LEAST_TILE * min(matrix)


def _count(value: Any) -> int:
    """A number of slices, however it is stored; 0 where it is none."""
    if isinstance(value, bytes):
        return int.from_bytes(value[:2], "little")
    try:
        return int(str(value).strip())
    except ValueError:
        return 0


def _private(tags: Dataset, group: int, creator: str, element: int) -> Any:
    """The value of a private element, whichever block its creator reserved (PS3.5 7.8.1)."""
    for block in _BLOCKS:
        if str(tags.get((group, block), "") and tags[group, block].value).strip() == creator:
            found = tags.get((group, (block << 8) + element))
            return None if found is None else found.value
    return None


def _csa(data: bytes, name: str) -> list[str]:
    """The values of one entry of a Siemens CSA header (both versions of it); empty where it has none.

    An entry is its name in 64 bytes, five numbers and its items; an item is four numbers and a text, filled up to whole
    words. In the older version an item's length is counted from the first entry's number of items.
    """
    at = data.find(name.encode() + b"\0")
    if at < 0 or at + 84 > len(data):
        return []
    newer = data[:4] == _CSA2
    many, (count,) = struct.unpack_from("<i", data, at + 64)[0], struct.unpack_from("<i", data, at + 76)
    less = 0 if newer else struct.unpack_from("<i", data, 8 + 76)[0]
    values: list[str] = []
    at += 84
    for _ in range(min(count, _MOST_ITEMS)):
        if at + 16 > len(data):
            break
        parts = struct.unpack_from("<4i", data, at)
        length = parts[1] if newer else parts[0] - less
        if not 0 <= length <= len(data) - at - 16:
            break
        text = data[at + 16 : at + 16 + length].split(b"\0")[0].decode("latin-1").strip()
        values += [text] if text else []
        at += 16 + (length + 3) // 4 * 4
    return values[:many] if many > 0 else values
