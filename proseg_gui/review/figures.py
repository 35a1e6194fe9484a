"""Measurements of the current contour: volume, longest diameter, agreement with a given mask."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import numpy as np

from proseg_gui.review.edits import Bricks
from proseg_gui.volume import Geometry

LEAST_ML = 0.01
"""Smaller volumes are written as smaller than this, not as 0."""


@dataclass(frozen=True)
class Figures:
    """What the measurements panel shows about the current point. ``None`` = nothing to measure (yet)."""

    ml: float
    complete: bool
    """Whether every slice was looked at."""
    exact: bool = False
    """Whether ``ml`` counts the mask's own voxels, as an export would; else it is the engine's quick estimate."""
    dice: float | None = None
    """Dice of the whole volume against the chosen given mask."""
    voxels: Bricks | None = field(default=None, compare=False, repr=False)
    """What the model draws, where ``exact``: what a case keeps as its shape; what was said is not in it."""


def ml_text(ml: float) -> str:
    """A volume for reading: ``0 ml``, ``< 0.01 ml``, ``0.38 ml``, ``14.2 ml``, ``2,100 ml``."""
    return f"{ml_number(ml)} ml"


def ml_number(ml: float) -> str:
    """The figure of :func:`ml_text`, for a column or a range; what is more or less than nothing is never 0."""
    size, sign = abs(ml), "\u2212" if ml < 0 else ""
    if size == 0:
        return "0"
    if size < LEAST_ML / 2:
        return f"< {LEAST_ML}" if ml > 0 else f"> {sign}{LEAST_ML}"
    return f"{sign}{size:,.{2 if size < 9.995 else 1 if size < 999.95 else 0}f}"


def longest_diameter_mm(inside: np.ndarray, geometry: Geometry) -> float | None:
    """Longest distance in mm between two pixel centres of a ``(y, x)`` region; ``None`` for an empty one."""
    rows, columns = np.nonzero(inside)
    if len(rows) == 0:
        return None
    x, y = geometry.direction[:, 0] * geometry.spacing_mm[2], geometry.direction[:, 1] * geometry.spacing_mm[1]
    across = np.cross(geometry.normal, geometry.direction[:, 0])
    along_x = columns * np.linalg.norm(x) + rows * float(y @ geometry.direction[:, 0])
    points = np.stack([along_x, rows * float(y @ across)], axis=1)
    if len(points) < 2:
        return 0.0
    from scipy.spatial import ConvexHull, QhullError  # late: a window's start would wait 0.3 s for it
    from scipy.spatial.distance import pdist

    with contextlib.suppress(QhullError):  # all on one line: every pair is compared, and a line has few pixels
        points = points[ConvexHull(points).vertices]
    return float(pdist(points).max())
