"""How a DICOM file is really stored: by its first data element and its pixel element, whatever its meta header says.

Headerless files say nothing about it (old treatment planning systems write those), and some senders change the data and
not the meta header. Both can be seen from the bytes (PS3.5 7.1, A.4; PS3.10 7).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

START_BYTES = 1 << 12
"""Meta headers are a few hundred bytes long."""
_PREAMBLE = 128
_LONG_VRS = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
_FIRST_GROUPS = (b"\x08\x00", b"\x02\x00", b"\x00\x08")
_PIXEL_DATA = (0x7FE0, 0x0010)
_ITEM = (0xFFFE, 0xE000)
_UNDEFINED = 0xFFFFFFFF
_MOST_FRAGMENT = 1 << 12


@dataclass(frozen=True)
class Encoding:
    """What a file's first bytes say: the syntax that it names, and how its data set is stored.

    ``stored`` is one of the uncompressed syntaxes, or ``None`` where the bytes do not tell; ``data_at`` is where the
    data set begins.
    """

    named: UID | None
    stored: UID | None
    data_at: int

    @property
    def syntax(self) -> UID:
        """The transfer syntax by these bytes: the named one, unless the data set is stored in another way."""
        if self.stored is None or (self.named is not None and self.named.is_encapsulated):
            return self.named or ImplicitVRLittleEndian
        return self.stored

    @property
    def contradicts(self) -> bool:
        """Whether a reader that believes the meta header would go astray."""
        return self.stored is not None and self.named is not None and self._way(self.named) != self._way(self.stored)

    @staticmethod
    def _way(syntax: UID) -> tuple[bool, bool, bool]:
        big, deflated = syntax == ExplicitVRBigEndian, syntax == DeflatedExplicitVRLittleEndian
        return big, deflated, syntax == ImplicitVRLittleEndian


@dataclass(frozen=True)
class PixelElement:
    """Where pixel values begin, and how many bytes of them there are (``None``: encapsulated)."""

    values_at: int
    length: int | None


def has_preamble(start: bytes) -> bool:
    """Whether a file begins as PS3.10 asks for."""
    return start[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def is_bare(start: bytes) -> bool:
    """Whether the bytes look like a data set without the file preamble: its first tag is of group 0008 or 0002."""
    element = start[3:4] if start[:2] != b"\x00\x08" else start[2:3]
    return len(start) >= _PREAMBLE + 4 and start[:2] in _FIRST_GROUPS and element == b"\0"


def encoding_of(start: bytes) -> Encoding:
    """Read ``start``, the file's first :data:`START_BYTES`."""
    at, named = (_PREAMBLE + 4 if has_preamble(start) else 0), None
    while start[at : at + 2] == b"\x02\x00" and len(start) >= at + 12:
        value_at, length = _value(start, at)
        if start[at + 2 : at + 4] == b"\x10\x00":
            named = UID(start[value_at : value_at + length].decode("ascii", "replace").strip(" \0"))
        at = value_at + length
    return Encoding(named, _stored(start[at : at + 8], bare=named is None), at)


def _value(data: bytes, at: int) -> tuple[int, int]:
    """(where its value begins, length) of a little-endian element."""
    vr = data[at + 4 : at + 6]
    if not vr.isalpha():
        return at + 8, struct.unpack_from("<I", data, at + 4)[0]
    if vr in _LONG_VRS:
        return at + 12, struct.unpack_from("<I", data, at + 8)[0]
    return at + 8, struct.unpack_from("<H", data, at + 6)[0]


def _stored(element: bytes, *, bare: bool) -> UID | None:
    """The syntax of a data set by the tag and the value representation of its first element."""
    explicit = element[4:6].isalpha() and element[4:6].isupper()
    if len(element) < 8 or not (bare or element[:2] in (b"\x08\x00", b"\x00\x08")):
        return None
    if element[:2] == b"\x00\x08":
        return ExplicitVRBigEndian if explicit else None
    return ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian


def pixel_element(file: BinaryIO, at: int, encoding: Encoding) -> PixelElement | None:
    """The PixelData element that begins at ``at``; ``None`` for another one or none."""
    stored = encoding.stored or (ImplicitVRLittleEndian if encoding.syntax.is_implicit_VR else ExplicitVRLittleEndian)
    order = "<" if stored.is_little_endian else ">"
    file.seek(at)
    head = file.read(12)
    if len(head) < 12 or struct.unpack_from(f"{order}HH", head) != _PIXEL_DATA:
        return None
    implicit = stored.is_implicit_VR
    (length,) = struct.unpack_from(f"{order}I", head, 4 if implicit else 8)
    return PixelElement(at + (8 if implicit else 12), None if length == _UNDEFINED else length)


def true_syntax(file: BinaryIO, encoding: Encoding, pixels: PixelElement | None) -> UID:
    """The transfer syntax that the file's pixels have, which may be another one than it names."""
    syntax = encoding.syntax
    if pixels is None or syntax == DeflatedExplicitVRLittleEndian:
        return syntax
    if pixels.length is not None and syntax.is_encapsulated:
        return encoding.stored or ExplicitVRLittleEndian
    if pixels.length is None and not syntax.is_encapsulated:
        return _stream_syntax(file, pixels.values_at) or syntax
    return syntax


def _stream_syntax(file: BinaryIO, at: int) -> UID | None:
    """What the first fragment of encapsulated pixels is, by its own marks; ``None`` where it has none of these."""
    file.seek(at)
    data = file.read(_MOST_FRAGMENT)
    if len(data) < 16 or struct.unpack_from("<HH", data) != _ITEM:
        return None
    begin = 8 + struct.unpack_from("<I", data, 4)[0] + 8  # beyond the offset table and the fragment's own head
    if begin > _MOST_FRAGMENT - 16:
        file.seek(at + begin)
        data, begin = file.read(_MOST_FRAGMENT), 0
    part = data[begin:]
    if part[:4] == b"\xff\x4f\xff\x51":
        return JPEG2000Lossless
    if part[:2] == b"\xff\xd8":
        return _jpeg_kind(part)
    if len(part) >= 64 and 1 <= struct.unpack_from("<I", part)[0] <= 15 and struct.unpack_from("<I", part, 4)[0] == 64:
        return RLELossless
    return None


def _jpeg_kind(stream: bytes) -> UID | None:
    """By the frame marker (ISO 10918-1 table B.1), and for lossless JPEG by the predictor in its scan header."""
    at, lossless = 2, False
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        marker, (length,) = stream[at + 1], struct.unpack_from(">H", stream, at + 2)
        if marker in (0xC0, 0xC1, 0xF7):
            return {0xC0: JPEGBaseline8Bit, 0xC1: JPEGExtended12Bit, 0xF7: JPEGLSLossless}[marker]
        lossless = lossless or marker == 0xC3
        if marker == 0xDA and lossless and at + 2 + length <= len(stream):
            return JPEGLosslessSV1 if stream[at + 2 + length - 3] == 1 else JPEGLossless
        at += 2 + length
    return None
