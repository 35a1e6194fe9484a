"""Where to look next: slices in the order of their doubt, each once, down to a floor."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

FLOOR = 0.05
"""Slices below this share of the highest doubt are not worth a visit."""


def next_slice(by_slice: npt.NDArray[np.floating], visited: AbstractSet[int], current: int) -> int | None:
    """The most doubtful slice above the floor that was not visited; ``None`` where all were.

    Parameters
    ----------
    by_slice:
        ``(z,)`` doubt of each slice, NaN where it is not measured; such slices are never proposed.
    visited:
        Slices that were looked at.
    current:
        Where one stands: of two slices with the same doubt the nearer one comes first.
    """
    floor = doubt_floor(by_slice)
    if floor is None:
        return None
    open_slices = [k for k, doubt in enumerate(by_slice) if doubt >= floor and k not in visited and k != current]
    return min(open_slices, key=lambda k: (-by_slice[k], abs(k - current), k), default=None)


def doubt_floor(by_slice: npt.NDArray[np.floating]) -> float | None:
    """The doubt that a slice must have to be worth a visit; ``None`` where nothing is known, or nothing is in doubt."""
    known = by_slice[np.isfinite(by_slice)]
    if not len(known) or known.max() <= 0:
        return None
    return float(FLOOR * known.max())
