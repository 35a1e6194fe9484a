"""A file of shares in: how much of each voxel belongs, 0 to 1, such as a probability, on an image's grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.images.grid import place_on
from proseg_gui.io.images.reading import read_raw
from proseg_gui.volume import Geometry

ROUNDED = 1e-6
"""So far beyond 0 and 1 a sum of float32 may come."""


def read_share(
    path: str | Path, like: Geometry, *, notices: list[str] | None = None, accept_grid: bool = False
) -> tuple[np.ndarray, str]:
    """``(z, y, x)`` float32 from 0 to 1 on ``like``'s voxels, value for value, and what was decided to bring it there.

    Where it may lie is said in :mod:`proseg_gui.io.images.grid`; nothing is interpolated.

    Raises
    ------
    UserError
        If the file cannot be read, holds anything but numbers from 0 to 1, or lies on another grid.
    """
    path = Path(path)
    raw = read_raw(path)
    if raw.array.shape[0] > 1:
        raise UserError(f"it holds {raw.array.shape[0]} volumes, a map of shares has one", path=path)
    values = raw.array[0].astype(np.float32)
    if not np.isfinite(values).all() or values.min() < -ROUNDED or values.max() > 1.0 + ROUNDED:
        found = f"{np.nanmin(values):g} to {np.nanmax(values):g}" if np.isfinite(values).any() else "no numbers"
        raise UserError(f"a map of shares is from 0 to 1 everywhere; this one holds {found}", path=path,
                        remedy="Leave out --fractional for a mask, or divide the values by their greatest")  # fmt: skip
    place = place_on(raw.geometry, like, path, accept=accept_grid)
    return np.clip(place.array(values, path, notices), 0.0, 1.0), place.remark
