"""Where the package's data lies: bundles and resources, in a checkout and installed alike."""

from __future__ import annotations

from pathlib import Path


def data_folder(name: str) -> Path:
    """Return the folder ``models`` or ``resources``.

    A wheel carries them inside the package; a checkout (and an editable install) has them beside it.
    """
    package = Path(__file__).resolve().parent
    packed = package / name
    return packed if packed.is_dir() else package.parent / name
