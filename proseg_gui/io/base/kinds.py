"""What a file is, told by its first bytes and without any of the readers."""

from __future__ import annotations

from pathlib import Path

LIDC_ROOT = "LidcReadMessage"
"""The root element of an LIDC-IDRI CT reading."""


def looks_like_lidc(path: Path) -> bool:
    """Whether the file is an LIDC-IDRI CT reading."""
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as file:
        return f"<{LIDC_ROOT}".encode() in file.read(4096)
