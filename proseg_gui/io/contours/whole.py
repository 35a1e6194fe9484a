"""Whether a DICOM file is all there: its elements are walked to the end of the file, without reading their values.

pydicom stops where the bytes stop and says nothing, so that a structure set that was cut short reads like one with
fewer regions. What cannot be seen here is a cut exactly between two elements of the outermost level: the reader of
each kind of file knows which of those it must find.
"""

from __future__ import annotations

import mmap
import zlib
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

_META_AT = 132
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = 0x7FE00010
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_BYTES = frozenset((b"OB", b"OW"))
_DEEPEST = 64
_MOST_INFLATED = 1 << 30


@dataclass(frozen=True)
class Extent:
    """How far a file reaches: the outermost tags that are complete, and the one that it breaks off in.

    ``broken`` is 0 in a file that ends with a whole element.
    """

    complete: frozenset[int]
    broken: int = 0


class _CutShort(Exception):
    """The bytes end inside an element."""


def extent(path: Path, ds: Dataset) -> Extent:
    """Walk the file that ``ds`` was read from.

    Raises
    ------
    OSError
        If the file cannot be read again.
    """
    implicit, little = ds.original_encoding
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = _after_meta(data)
        if ds.file_meta.get("TransferSyntaxUID", "") != DeflatedExplicitVRLittleEndian:
            return _Walk(data, little=little is not False).outermost(start, implicit=implicit is not False)
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = inflating.decompress(data[start:], _MOST_INFLATED)
    return _Walk(plain if inflating.eof else plain + b"\1", little=True).outermost(0, implicit=False)


def _after_meta(data: bytes | mmap.mmap) -> int:
    """Where the data set begins: after preamble and group 2 (always explicit little endian), where it has them."""
    at, walk = (_META_AT if data[_META_AT - 4 : _META_AT] == b"DICM" else 0), _Walk(data, little=True)
    while data[at : at + 2] == b"\x02\x00":
        _, _, length, at = walk.header(at, implicit=False)
        at += length
    return at


class _Walk:
    """Steps over elements; each method returns the place behind what it stepped over."""

    def __init__(self, data: bytes | mmap.mmap, *, little: bool) -> None:
        self._data, self._little = data, little

    def outermost(self, at: int, *, implicit: bool) -> Extent:
        complete: set[int] = set()
        tag = 0
        while at < len(self._data):
            if len(self._data) - at < 256 and not any(self._data[at:]):
                break  # some writers fill the file up with zeros
            try:
                tag = self._number(at, 2) << 16 | self._number(at + 2, 2)
                at = self._element(at, implicit, 0)
            except _CutShort:
                return Extent(frozenset(complete), tag or 0xFFFFFFFF)
            complete.add(tag)
        return Extent(frozenset(complete))

    def header(self, at: int, *, implicit: bool) -> tuple[int, bytes, int, int]:
        """(tag, VR, length, where the value begins)."""
        tag = self._number(at, 2) << 16 | self._number(at + 2, 2)
        vr = self._data[at + 4 : at + 6]
        if implicit or tag >> 16 == 0xFFFE or not b"AA" <= vr <= b"ZZ":  # some switch to implicit inside sequences
            return tag, b"", self._number(at + 4, 4), at + 8
        if vr in _LONG:
            return tag, vr, self._number(at + 8, 4), at + 12
        return tag, vr, self._number(at + 6, 2), at + 8

    def _number(self, at: int, size: int) -> int:
        part = self._data[at : at + size]
        if len(part) < size:
            raise _CutShort
        return int.from_bytes(part, "little" if self._little else "big")

    def _element(self, at: int, implicit: bool, depth: int) -> int:
        tag, vr, length, at = self.header(at, implicit=implicit)
        if length != _UNDEFINED:
            if at + length > len(self._data):
                raise _CutShort
            return at + length
        if depth > _DEEPEST:
            raise _CutShort
        holds_bytes = tag == _PIXELS or vr in _BYTES
        return self._items(at, implicit or vr == b"UN", depth, holds_bytes=holds_bytes)

    def _items(self, at: int, implicit: bool, depth: int, *, holds_bytes: bool) -> int:
        """Over the items of a sequence of undefined length and its end."""
        while True:
            tag, _, length, at = self.header(at, implicit=True)
            if tag == _SEQUENCE_END:
                return at
            if tag != _ITEM:
                raise _CutShort
            if length != _UNDEFINED:
                at += length
                if at > len(self._data):
                    raise _CutShort
            elif holds_bytes:
                raise _CutShort
            else:
                at = self._inside(at, implicit, depth + 1)

    def _inside(self, at: int, implicit: bool, depth: int) -> int:
        """Over the elements of an item of undefined length and its end."""
        while True:
            if self._number(at, 2) << 16 | self._number(at + 2, 2) == _ITEM_END:
                self._number(at + 4, 4)
                return at + 8
            at = self._element(at, implicit, depth)
