"""What a file's header claims, compared with what the file can hold and with the memory there is, before reading it."""

from __future__ import annotations

import re
from pathlib import Path

import psutil

from proseg_gui.errors import UserError

DEFLATE_RATIO = 1032
"""Deflate (gzip, PNG, compressed MetaImage and NRRD) shrinks data at most this many times (zlib's documentation)."""
MOST_MM = 1e7
"""Ten kilometres: lengths beyond are damage, and numbers far beyond keep a C++ library busy for ever."""
MOST_FILES = 100_000
_GB = 1 << 30
_PATTERN = re.compile(r"([^%]*%0?\d{0,2}d[^%]*?)\s+(\d{1,9})\s+(\d{1,9})(?:\s+(\d{1,9}))?(?:\s+\d)?")
_REMEDY = "It may be damaged; export it again"
_LIST = re.compile(r"LIST(?:\s+\d)?")


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


def voxel_files(value: str, listed: list[str], path: Path) -> list[Path]:
    """The files that a detached header means: one name, ``LIST`` with one a line, or ``name%03d.raw FIRST LAST STEP``.

    Names are of files in the header's folder or below it. A header from somebody else must not make this program read
    whatever else lies on this computer.

    Raises
    ------
    UserError
        A name leads out of the folder, a file is missing, or there are far too many.
    """
    names = [value]
    if _LIST.fullmatch(value):
        names = [name for name in listed if name]
    elif match := _PATTERN.fullmatch(value):
        first, last, step = int(match[2]), int(match[3]), int(match[4] or 1)
        if step < 1 or not 0 <= last - first < MOST_FILES:
            raise UserError("its header names files by numbers that make no sense", path=path, remedy=_REMEDY)
        names = [match[1] % number for number in range(first, last + 1, step)]
    if not 0 < len(names) <= MOST_FILES:
        raise UserError("its header names no file of voxels", path=path, remedy=_REMEDY)
    return [_beside(name, path) for name in names]


def _beside(name: str, path: Path) -> Path:
    parts = re.split(r"[\\/]", name)
    if ".." in parts or parts[0] in ("", "~") or ":" in parts[0] or not name.isprintable() or "%" in name:
        raise UserError(
            "its header names a file of voxels outside its own folder, which is not read",
            path=path,
            remedy="Put the header and its voxels into one folder, and write the bare name into the header",
        )
    found = path.parent / name
    if not found.is_file():
        raise UserError(f"its file of voxels {name[:100]!r} is missing", path=path, remedy="Keep the files together")
    return found


def check_detached(claimed_bytes: int, files: list[Path], path: Path, *, compressed: bool) -> None:
    """:func:`check_claim` for voxels in files of their own.

    Raises
    ------
    UserError
        They are too small, or the free memory could not hold them.
    """
    size = sum(file.stat().st_size for file in files)
    if claimed_bytes > size * (DEFLATE_RATIO if compressed else 1):
        raise UserError(
            f"its voxels are damaged or cut short (its header promises {claimed_bytes} bytes, there are {size})",
            path=path,
            remedy="Copy or export them again",
        )
    check_memory(claimed_bytes, path)
