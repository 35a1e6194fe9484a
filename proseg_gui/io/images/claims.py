"""What a file's header claims, compared with what the file can hold and with the memory there is, before reading it."""

from __future__ import annotations

from math import prod
from pathlib import Path

import psutil

from proseg_gui.errors import UserError

DEFLATE_RATIO = 1032
"""Deflate (gzip, PNG, compressed MetaImage and NRRD) shrinks data at most this many times (zlib's documentation)."""
_GB = 1 << 30
_NRRD_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "float"), 4),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), 4),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t", "ulonglong", "uint64", "uint64_t", "double"), 8),
}


def check_claim(claimed_bytes: int, path: Path, *, compressed: bool, kind: str = "image") -> None:
    """Refuse voxels that the file is too small for, or that the free memory could not hold.

    Raises
    ------
    UserError
        In one sentence with both sizes.
    """
    size = path.stat().st_size
    if claimed_bytes > size * (DEFLATE_RATIO if compressed else 1):
        raise UserError(
            f"the {kind} is damaged or cut short (its header promises {claimed_bytes} bytes of voxels, the file has "
            f"{size})",
            path=path,
            remedy="Copy or export it again",
        )
    check_memory(claimed_bytes, path, kind=kind)


def check_memory(claimed_bytes: int, path: Path, *, kind: str = "image") -> None:
    """Refuse what would need more memory than is free, counting the values once as they are and once as float32."""
    free = int(psutil.virtual_memory().available)
    if 2 * claimed_bytes > free:
        raise UserError(
            f"the {kind} needs {2 * claimed_bytes / _GB:.1f} GB of memory where {free / _GB:.1f} GB are free",
            path=path,
            remedy="Close other programs, or check whether the file is damaged",
        )


def check_nrrd(path: Path) -> None:
    """:func:`check_claim` for a NRRD header; one that cannot be made sense of is refused.

    Raises
    ------
    UserError
        If the header has no valid sizes, type or encoding, or claims too much.
    """
    with path.open("rb") as file:
        start = file.read(1 << 20)
    header, blank, _ = start.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields: dict[str, str] = {}
    for line in header.decode("latin-1").splitlines()[1:]:
        key, colon, value = line.partition(":")
        if colon and not value.startswith("=") and not line.startswith("#"):
            fields[key.strip().lower()] = value.strip()
    detached = "data file" in fields or "datafile" in fields
    sizes, kind = fields.get("sizes", "").split(), fields.get("type", "").lower()
    bad = next(
        (
            name
            for name, good in (
                ("magic", start.startswith(b"NRRD000")),
                ("end", bool(blank) or detached),
                ("sizes", bool(sizes) and all(item.isdigit() and int(item) > 0 for item in sizes)),
                ("dimension", fields.get("dimension", "") == str(len(sizes))),
                ("type", kind in _NRRD_BYTES),
            )
            if not good
        ),
        "",
    )
    if bad:
        raise UserError(f"its NRRD header has no valid {bad}", path=path, remedy="It may be damaged; export it again")
    claimed = prod(int(item) for item in sizes) * _NRRD_BYTES[kind]
    if detached:
        return  # the data file's own size is checked by its reader
    check_claim(claimed, path, compressed=fields.get("encoding", "raw").lower() != "raw")
