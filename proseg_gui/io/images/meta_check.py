"""Whether a MetaImage (.mha, .mhd) header makes sense, looked at before its reader in C++ trusts it with memory.

Found by flipping bytes: a header whose sizes contradict each other can end the whole program there.
"""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

from proseg_gui.io.images.claims import check_claim, check_memory

_TYPE_BYTES = {
    f"MET_{sign}{name}": size
    for name, size in (("CHAR", 1), ("SHORT", 2), ("INT", 4), ("LONG", 4), ("LONG_LONG", 8))
    for sign in ("", "U")
} | {"MET_FLOAT": 4, "MET_DOUBLE": 8}
_VECTORS = ("DimSize", "ElementSpacing", "ElementSize", "Offset", "Origin", "Position")
_SQUARES = ("TransformMatrix", "Rotation", "Orientation")


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
    if fields.get("CompressedData", "False").lower() in ("true", "1"):
        if match[1].strip() == b"LOCAL":
            check_claim(_data_bytes(fields), path, compressed=True)
        return ""
    check_memory(_data_bytes(fields), path)
    if match[1].strip() != b"LOCAL":
        return ""
    size = path.stat().st_size - match.end()
    return "" if size >= _data_bytes(fields) else f"it is cut short ({size} of {_data_bytes(fields)} bytes)"


def _contradiction(fields: dict[str, str]) -> str:
    """Which field does not fit the number of dimensions."""
    if not fields.get("NDims", "").isdigit() or not 1 <= int(fields["NDims"]) <= 4:
        return "its header's NDims is not 1 to 4"
    n = int(fields["NDims"])
    wanted = dict.fromkeys(_VECTORS, n) | dict.fromkeys(_SQUARES, n * n)
    for key, count in wanted.items():
        if key in fields and not _are_numbers(fields[key], count):
            return f"its header's {key} is not {count} numbers"
    sizes = fields.get("DimSize", "").split()
    if len(sizes) != n or not all(size.isdigit() and int(size) > 0 for size in sizes):
        return "its header's DimSize is not valid"
    if fields.get("ElementType") not in _TYPE_BYTES:
        return "its header's ElementType is unknown"
    if not fields.get("ElementNumberOfChannels", "1").isdigit():
        return "its header's ElementNumberOfChannels is not valid"
    return ""


def _are_numbers(text: str, count: int) -> bool:
    try:
        return len([float(part) for part in text.split()]) == count
    except ValueError:
        return False


def _data_bytes(fields: dict[str, str]) -> int:
    sizes = prod(int(size) for size in fields["DimSize"].split())
    return sizes * _TYPE_BYTES[fields["ElementType"]] * int(fields.get("ElementNumberOfChannels", "1"))
