"""Whether a JPEG, TIFF or BMP file is all there: their decoders fill in what is missing and say nothing."""

from __future__ import annotations

import struct
from pathlib import Path

_END_OF_JPEG = b"\xff\xd9"
_TAIL = 65536
"""Some cameras append data after the end marker; a thumbnail's own end marker lies at the start of a file."""

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_OFFSETS, _COUNTS = (273, 324), (279, 325)  # StripOffsets, TileOffsets; StripByteCounts, TileByteCounts


def is_cut_short(path: Path) -> bool:
    """Whether a JPEG lacks its end, or a TIFF or BMP promises what lies beyond it; ``False`` for other kinds."""
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] == b"BM":
            return _bmp_is_short(start + file.read(50), path.stat().st_size)
    if start[:3] != b"\xff\xd8\xff" and start not in _TIFF:
        return False  # and nothing more of it is read
    content = path.read_bytes()
    if content[:3] == b"\xff\xd8\xff":
        return _END_OF_JPEG not in content[max(len(content) - _TAIL, len(content) // 2) :]
    try:
        return _tiff_points_beyond(content)
    except struct.error:
        return True


def _bmp_is_short(start: bytes, size: int) -> bool:
    """Whether the pixels that a BMP header promises do not fit into ``size`` bytes."""
    if len(start) < 54 or struct.unpack_from("<I", start, 14)[0] < 40:
        return len(start) < 26  # an old header of 12 bytes, without compression; Pillow looks at it
    first, width, height = (struct.unpack_from(code, start, at)[0] for code, at in (("<I", 10), ("<i", 18), ("<i", 22)))
    bits, compression = struct.unpack_from("<HI", start, 28)
    if compression in (1, 2):  # run lengths: two bytes stand for 255 pixels at most
        return abs(width * height) > 128 * size
    row = (abs(width) * bits + 31) // 32 * 4
    return first + row * abs(height) > size + 3  # some writers leave out the last row's padding


def _tiff_points_beyond(content: bytes) -> bool:
    """Follow every page of a TIFF 6.0 or BigTIFF file and look whether its strips and tiles lie inside the file."""
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    count_code, entry_code, offset_code = ("Q", "HHQ8s", "Q") if big else ("H", "HHI4s", "I")
    (offset,) = struct.unpack_from(order + offset_code, content, 8 if big else 4)
    seen: set[int] = set()
    while offset and offset not in seen:
        seen.add(offset)
        (entries,) = struct.unpack_from(order + count_code, content, offset)
        offset += struct.calcsize(order + count_code)
        tags: dict[int, tuple[int, ...]] = {}
        for _ in range(entries):
            tag, kind, count, inline = struct.unpack_from(order + entry_code, content, offset)
            offset += struct.calcsize(order + entry_code)
            if tag in _OFFSETS + _COUNTS:
                tags[tag] = _values(content, order, kind, count, inline, offset_code)
        for starts, lengths in zip(_OFFSETS, _COUNTS, strict=True):
            ends = (a + b for a, b in zip(tags.get(starts, ()), tags.get(lengths, ()), strict=False))
            if max(ends, default=0) > len(content):
                return True
        (offset,) = struct.unpack_from(order + offset_code, content, offset)
    return False


def _values(content: bytes, order: str, kind: int, count: int, inline: bytes, offset_code: str) -> tuple[int, ...]:
    """An entry's whole numbers: in the entry itself where they fit, else where it points."""
    size = _TYPE_BYTES.get(kind, 1)
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
    if count * size <= len(inline):
        return struct.unpack_from(f"{order}{count}{code}", inline)
    (at,) = struct.unpack(order + offset_code, inline)
    if at + count * size > len(content):
        raise struct.error("values beyond the end")
    return struct.unpack_from(f"{order}{count}{code}", content, at)
