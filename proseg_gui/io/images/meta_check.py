"""Whether a MetaImage (.mha, .mhd) header makes sense, looked at before its reader in C++ trusts it with memory.

Found by flipping bytes: a header whose sizes contradict each other can end the whole program there. A matrix that
holds 1e308 keeps it busy for ever, deaf to Ctrl+C. So every number is looked at, and which files it may read.
"""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

from proseg_gui.io.images.claims import MOST_MM, check_claim, check_detached, check_memory, voxel_files

_TYPE_BYTES = {
    f"MET_{sign}{name}": size
    for name, size in (("CHAR", 1), ("SHORT", 2), ("INT", 4), ("LONG", 4), ("LONG_LONG", 8))
    for sign in ("", "U")
} | {"MET_FLOAT": 4, "MET_DOUBLE": 8}
_MOST_SIDE = 1 << 31
_MOST_NUMBER = 1e18
"""Sizes in bytes and intensities; places and directions are held to :data:`MOST_MM`."""
_VECTORS = ("DimSize", "ElementSpacing", "ElementSize", "Offset", "Origin", "Position")
_SQUARES = ("TransformMatrix", "Rotation", "Orientation")
_OTHERS = {"CenterOfRotation": 4, "Color": 4, "SequenceID": 4, "ElementMin": 1, "ElementMax": 1, "HeaderSize": 1,
           "ElementNBits": 1, "ElementToIntensityFunctionSlope": 1, "ElementToIntensityFunctionOffset": 1,
           "ID": 1, "ParentID": 1, "CompressedDataSize": 1, "CompressionLevel": 1}  # fmt: skip
"""Further numbers, and how many there may be at most."""
_KINDS = ("", "Image")


def meta_problem(path: Path) -> str:
    """What is wrong with the header, as a clause; empty when it makes sense."""
    with path.open("rb") as file:
        header = file.read(1 << 16)
    match = re.search(rb"^ElementDataFile\s*=\s*([^\r\n]+)\r?\n?", header, re.MULTILINE)
    if match is None:
        return "its header has no ElementDataFile"
    try:
        lines = header[: match.end()].decode("ascii").splitlines()
    except UnicodeDecodeError:
        return "its header is damaged"
    fields: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or not line.isprintable() or len(line) > 4000:
            return "its header is damaged"
        fields[key.strip()] = value.strip()
    problem = _contradiction(fields)
    if problem:
        return problem
    compressed = fields.get("CompressedData", "False").lower()[:1] in ("t", "1")
    if fields["ElementDataFile"].upper() != "LOCAL":
        listed = [line.strip() for line in header[match.end() :].decode("latin-1").splitlines()]
        files = voxel_files(fields["ElementDataFile"], listed, path)
        check_detached(_data_bytes(fields), files, path, compressed=compressed)
        return ""
    if compressed:
        check_claim(_data_bytes(fields), path, compressed=True)
        return ""
    size, needed = path.stat().st_size - match.end(), _data_bytes(fields)
    if fields.get("BinaryData", "True").lower()[:1] not in ("t", "1"):  # as text a value takes two bytes or more
        needed = 2 * needed // _TYPE_BYTES[fields["ElementType"]] - 1
    if size < needed:
        return f"it is cut short ({size} of {needed} bytes)"
    check_memory(_data_bytes(fields), path)
    return ""


def _contradiction(fields: dict[str, str]) -> str:
    """Which field does not fit the number of dimensions."""
    if not fields.get("NDims", "").isdigit() or not 1 <= int(fields["NDims"]) <= 4:
        return "its header's NDims is not 1 to 4"
    if fields.get("ObjectType", "Image") not in _KINDS:
        return "it holds no image"
    n = int(fields["NDims"])
    wanted = dict.fromkeys(_VECTORS, n) | dict.fromkeys(_SQUARES, n * n)
    for key, count in wanted.items():
        if key in fields and not _are_numbers(fields[key], count):
            return f"its header's {key} is not {count} numbers"
        if any(not abs(number) <= MOST_MM for number in _numbers(fields, key)):
            return f"its header's {key} is beyond all measure"
    sizes = fields.get("DimSize", "").split()
    if any(key in fields and not abs(number) > 0 for key in ("ElementSpacing",) for number in _numbers(fields, key)):
        return "its header's ElementSpacing is not a length"
    if any(key in fields and not _are_numbers(fields[key], 1, most) for key, most in _OTHERS.items()):
        return "its header holds a number that makes no sense"
    if len(sizes) != n or not all(_is_size(size) for size in sizes):
        return "its header's DimSize is not valid"
    if fields.get("ElementType") not in _TYPE_BYTES:
        return "its header's ElementType is unknown"
    channels = fields.get("ElementNumberOfChannels", "1")
    if not _is_size(channels) or int(channels) > 1000:
        return "its header's ElementNumberOfChannels is not valid"
    return ""


def _is_size(text: str) -> bool:
    return re.fullmatch(r"0*[1-9]\d{0,9}", text) is not None and int(text) < _MOST_SIDE


def _numbers(fields: dict[str, str], key: str) -> list[float]:
    return [float(part) for part in fields.get(key, "").split()]


def _are_numbers(text: str, count: int, most: int | None = None) -> bool:
    """Whether ``text`` is ``count`` (to ``most``) numbers that can be lengths, angles or parts of a direction."""
    try:
        values = [float(part) for part in text.split()]
    except ValueError:
        return False
    return count <= len(values) <= (most or count) and all(abs(value) <= _MOST_NUMBER for value in values)


def _data_bytes(fields: dict[str, str]) -> int:
    sizes = prod(int(size) for size in fields["DimSize"].split())
    return sizes * _TYPE_BYTES[fields["ElementType"]] * int(fields.get("ElementNumberOfChannels", "1"))
