"""Keep of what a tool painted only the voxels whose values lie in a range: a brush that draws no air."""

from __future__ import annotations

import math

import numpy as np

from proseg_gui.drawing.boxes import BoolArray
from proseg_gui.drawing.painted import Painted


def restrict(painted: Painted, array: np.ndarray, low: float, high: float) -> Painted:
    """The painted voxels whose value in ``array`` is from ``low`` to ``high``, both included.

    Parameters
    ----------
    array:
        ``(z, y, x)`` values of the whole image; only the box is looked at. NaN is in no range.
    low, high:
        In the image's unit; infinite for no limit.

    Raises
    ------
    ValueError
        When a limit is NaN or ``low`` lies above ``high``.
    """
    return Painted(painted.box, painted.inside & within(array[painted.box], *checked_range(low, high)))


def checked_range(low: float, high: float) -> tuple[float, float]:
    """Two limits; ``ValueError`` when one is NaN or they are the wrong way round."""
    if math.isnan(low) or math.isnan(high) or low > high:
        raise ValueError(f"the range must go from a lower to an upper value, got {low} to {high}")
    return float(low), float(high)


def within(values: np.ndarray, low: float, high: float) -> BoolArray:
    """Which values lie from ``low`` to ``high``."""
    return np.asarray((values >= low) & (values <= high))
