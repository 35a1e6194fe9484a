"""Whether a NRRD header (.nrrd, .nhdr) makes sense, looked at before its reader in C trusts it."""

from __future__ import annotations

import math
import re
from math import prod
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.images.claims import MOST_MM, check_claim, check_detached, voxel_files

_MOST_HEADER = 1 << 20
_MOST_SIDE = 1 << 31
_ENCODINGS = {"raw", "txt", "text", "ascii", "hex", "gz", "gzip", "bz2", "bzip2"}
_RAW = {"raw", "txt", "text", "ascii", "hex"}
"""One byte of the file, or more, is one byte of voxels."""
_VECTOR = re.compile(r"\(([^()]*)\)")
_TYPE_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "float"), 4),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), 4),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t", "ulonglong", "uint64", "uint64_t", "double"), 8),
}


def check_nrrd(path: Path) -> None:
    """Refuse a header that cannot be made sense of, or claims more voxels than there are bytes or memory.

    Raises
    ------
    UserError
        In one sentence that names the field.
    """
    with path.open("rb") as file:
        start = file.read(_MOST_HEADER)
    header, blank, _ = start.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields, listed = _fields(header.decode("latin-1"))
    detached = fields.get("data file", fields.get("datafile", ""))
    sizes = fields.get("sizes", "").split()
    encoding, kind = fields.get("encoding", "").lower(), fields.get("type", "").lower()
    checks = {
        "magic": start.startswith(b"NRRD000"),
        "end": bool(blank or detached) and b"\0" not in header,
        "sizes": bool(sizes) and all(re.fullmatch(r"[1-9]\d{0,9}", size) and int(size) < _MOST_SIDE for size in sizes),
        "dimension": fields.get("dimension", "") == str(len(sizes)) and len(sizes) <= 16,
        "type": kind in _TYPE_BYTES,
        "encoding": encoding in _ENCODINGS,
        "space directions": _are_directions(fields.get("space directions")),
        "space origin": _is_place(fields.get("space origin")),
        "spacings": _are_spacings(fields.get("spacings")),
        "byte skip": re.fullmatch(r"-1|\d{1,18}", fields.get("byte skip", fields.get("byteskip", "0"))) is not None,
        "line skip": re.fullmatch(r"\d{1,9}", fields.get("line skip", fields.get("lineskip", "0"))) is not None,
    }
    bad = next((name for name, good in checks.items() if not good), "")
    if bad:
        raise UserError(f"its NRRD header has no valid {bad}", path=path, remedy="It may be damaged; export it again")
    claimed = prod(int(size) for size in sizes) * _TYPE_BYTES[kind]
    compressed = encoding not in _RAW
    if detached:
        check_detached(claimed, voxel_files(detached, listed, path), path, compressed=compressed)
    else:
        check_claim(claimed, path, compressed=compressed)


def _fields(header: str) -> tuple[dict[str, str], list[str]]:
    """The fields by their names in small letters, and the lines behind ``data file: LIST``, which end the header."""
    fields: dict[str, str] = {}
    lines = header.split("\n")[1:]
    for number, line in enumerate(lines):
        key, colon, value = line.partition(":")
        if not colon or value.startswith("=") or line.startswith("#"):
            continue
        key, value = key.strip().lower(), value.strip()
        fields[key] = value
        if key in ("data file", "datafile") and value.startswith("LIST"):
            return fields, [item.strip() for item in lines[number + 1 :]]
    return fields, []


def _are_directions(text: str | None) -> bool:
    """Whether each axis has ``none`` or a vector that is a direction with a length."""
    if text is None:
        return True
    vectors = _VECTOR.findall(text)
    if _VECTOR.sub("", text).replace("none", "").split():
        return False
    return all(_is_vector(vector) and any(float(part) != 0 for part in vector.split(",")) for vector in vectors)


def _is_place(text: str | None) -> bool:
    if text is None:
        return True
    match = _VECTOR.fullmatch(text.strip())
    return match is not None and _is_vector(match[1])


def _is_vector(text: str) -> bool:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        return False
    return len(values) <= 16 and all(abs(value) <= MOST_MM for value in values)


def _are_spacings(text: str | None) -> bool:
    """Whether they are lengths; NaN is how axes that are no place in space have none."""
    try:
        values = [float(part) for part in (text or "").split()]
    except ValueError:
        return False
    return all(math.isnan(value) or 0 < abs(value) <= MOST_MM for value in values)
