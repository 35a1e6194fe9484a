"""DICOMDIR: which files it names. Its folder is looked through anyway; its names are compared, never followed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pydicom

from proseg_gui.io.dicom.headers import DAMAGE

MISSING = "file missing that the DICOMDIR names"
OUTSIDE = "file outside the folder that the DICOMDIR names"
DAMAGED = "damaged or unreadable file"


def compare(dicomdir: Path, files: Iterable[Path]) -> dict[str, int]:
    """What the DICOMDIR names and ``files`` (all those below its folder) lack, counted by kind.

    A name that leads out of the folder is counted and nothing else: no such file is looked at.
    """
    try:
        records = pydicom.dcmread(dicomdir).get("DirectoryRecordSequence") or []
        named = [_parts(record.get("ReferencedFileID")) for record in records]
    except DAMAGE:
        return {DAMAGED: 1}
    there = {tuple(part.upper() for part in file.relative_to(dicomdir.parent).parts) for file in files}
    counts = {MISSING: 0, OUTSIDE: 0}
    for parts in named:
        if parts and not _stays_inside(parts):
            counts[OUTSIDE] += 1
        elif parts and tuple(part.upper() for part in parts) not in there:
            counts[MISSING] += 1
    return counts


def _parts(value: object) -> tuple[str, ...]:
    """The components of a ReferencedFileID: one text, or several (PS3.10 8.2)."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)  # type: ignore[attr-defined]


def _stays_inside(parts: tuple[str, ...]) -> bool:
    return all(part not in ("", ".", "..") and not set(part) & set("/\\:\0") for part in parts)
