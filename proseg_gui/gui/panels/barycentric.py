"""Weights over the corners of a regular polygon, for the blend pad. Knows no Qt.

Inside a convex polygon the weights are Wachspress coordinates (E. Wachspress, A Rational Finite Element Basis, 1975;
in the cotangent form of M. Meyer et al., Generalized Barycentric Coordinates on Irregular Polygons, 2002): smooth,
never negative, 1 at their own corner, and they reproduce the point: ``sum(w[i] * corner[i]) == point``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

_ON_EDGE = 1e-9


def corners(n: int) -> Points:
    """Return ``(n, 2)`` corners (x to the right, y down) on the unit circle, clockwise.

    One corner is the centre, two lie left and right, four make an upright square with the first at the upper left,
    otherwise the first is at the top.
    """
    if n < 1:
        raise ValueError(f"a polygon needs at least one corner, got {n}")
    if n == 1:
        return np.zeros((1, 2))
    if n == 2:
        return np.array([[-1.0, 0.0], [1.0, 0.0]])
    start = -math.pi / 2 - (math.pi / 4 if n == 4 else 0.0)
    angles = start + 2 * math.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def clip(point: Sequence[float], polygon: Points) -> tuple[float, float]:
    """Return ``point`` if it lies in the convex polygon ``(n, 2)``, else the nearest point of its outline."""
    p = np.asarray(point, dtype=np.float64)
    if len(polygon) == 1:
        return float(polygon[0, 0]), float(polygon[0, 1])
    if len(polygon) > 2 and _inside(p, polygon):
        return float(p[0]), float(p[1])
    starts, ends = polygon, np.roll(polygon, -1, axis=0)
    along = ends - starts
    t = np.clip(((p - starts) * along).sum(1) / (along * along).sum(1), 0.0, 1.0)
    nearest = starts + t[:, None] * along
    best = nearest[np.square(nearest - p).sum(1).argmin()]
    return float(best[0]), float(best[1])


def weights(point: Sequence[float], polygon: Points) -> tuple[float, ...]:
    """Return one weight per corner (none negative, sum 1) of a point in the convex polygon ``(n, 2)``."""
    p = np.asarray(point, dtype=np.float64)
    n = len(polygon)
    if n == 1:
        return (1.0,)
    distances = np.linalg.norm(polygon - p, axis=1)
    if distances.min() < _ON_EDGE:
        return tuple(float(i == distances.argmin()) for i in range(n))
    if n == 2:
        return _on_segment(p, polygon, 0)
    following = np.roll(polygon, -1, axis=0)
    doubled = _cross(polygon - p, following - p)
    if doubled.min() < _ON_EDGE:
        return _on_segment(p, polygon, int(doubled.argmin()))
    before = np.roll(polygon, 1, axis=0)
    raw = _cross(polygon - before, following - polygon) / (np.roll(doubled, 1) * doubled)
    return tuple(float(w) for w in raw / raw.sum())


def point_of(mix: Sequence[float], polygon: Points) -> tuple[float, float]:
    """Return the point that weights ``mix`` stand for: the weighted mean of the corners."""
    if len(mix) != len(polygon):
        raise ValueError(f"expected {len(polygon)} weights, got {len(mix)}")
    x, y = np.asarray(mix, dtype=np.float64) @ polygon
    return float(x), float(y)


def _cross(a: Points, b: Points) -> npt.NDArray[np.float64]:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _inside(p: Points, polygon: Points) -> bool:
    return bool((_cross(np.roll(polygon, -1, axis=0) - polygon, p - polygon) >= 0).all())


def _on_segment(p: Points, polygon: Points, i: int) -> tuple[float, ...]:
    """Weights on the edge from corner ``i`` to the next one, by the nearest point of that edge."""
    j = (i + 1) % len(polygon)
    along = polygon[j] - polygon[i]
    t = float(np.clip((p - polygon[i]) @ along / (along @ along), 0.0, 1.0))
    result = [0.0] * len(polygon)
    result[i] += 1.0 - t
    result[j] += t
    return tuple(result)
