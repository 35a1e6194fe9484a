"""Which slice of an image each contour of a structure set belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from proseg_gui.errors import UserError

OFF_PLANE = 0.1
"""A contour lies in a slice when all its points are within this share of a slice step of it."""
_SAME_PLANE = 0.05
"""Contours at most this share of a step apart are of one plane, so that holes and islands count together."""
_NOT_PARALLEL = 0.5
_REMEDY = "Open the series that it was drawn on"

Polygons = dict[int, list[np.ndarray]]


def place_exactly(contours: Sequence[np.ndarray], n_slices: int, name: str, path: Path) -> Polygons:
    """``{slice: [polygons (n, 2) as (x, y) index]}`` of contours given as ``(n, 3)`` indices (z, y, x).

    Raises
    ------
    UserError
        If a contour is not parallel to the slices, lies between two of them, or outside the image.
    """
    polygons: Polygons = {}
    for index in contours:
        heights = index[:, 0]
        k = int(np.rint(np.median(heights)))
        if np.ptp(heights) > 2 * OFF_PLANE:
            raise UserError(f"a contour of {name!r} is not parallel to the image's slices", path=path, remedy=_REMEDY)
        if np.abs(heights - k).max() > OFF_PLANE:
            raise UserError(f"a contour of {name!r} lies between two slices of the image", path=path, remedy=_REMEDY)
        if not 0 <= k < n_slices:
            raise UserError(f"a contour of {name!r} lies outside the image", path=path, remedy=_REMEDY)
        polygons.setdefault(k, []).append(index[:, :0:-1])
    return polygons


def place_nearest(contours: Sequence[np.ndarray], n_slices: int, name: str, notices: list[str]) -> Polygons:
    """As :func:`place_exactly`, but a contour between two slices goes to the nearest one, with a notice.

    Where several planes are nearest to one slice, the closest of them is taken whole and the others are left out:
    contours of two planes are never mixed in one slice. Contours that are not parallel to the slices, or beyond the
    first and last one, are left out too. ``notices`` gets a sentence for each kind.
    """
    planes: dict[int, list[tuple[float, np.ndarray]]] = {}
    between, furthest, outside, across = 0, 0.0, 0, 0
    for index in contours:
        if np.ptp(index[:, 0]) > _NOT_PARALLEL:
            across += 1
            continue
        height = float(np.median(index[:, 0]))
        k = int(np.floor(height + 0.5))
        if not 0 <= k < n_slices:
            outside += 1
            continue
        if abs(height - k) > OFF_PLANE:
            between, furthest = between + 1, max(furthest, abs(height - k))
        planes.setdefault(k, []).append((height - k, index[:, :0:-1]))
    polygons: Polygons = {}
    dropped = 0
    for k, members in planes.items():
        nearest = min((height for height, _ in members), key=abs)
        polygons[k] = [points for height, points in members if abs(height - nearest) <= _SAME_PLANE]
        dropped += len(members) - len(polygons[k])
    if between:
        more = f"; {dropped} of them had a nearer one in the same slice and were left out" if dropped else ""
        notices.append(
            f"{counted(between)} of {name!r} lay between slices (up to {furthest:.2g} of a "
            f"step) and went to the nearest slice{more}."
        )
    for number, where in ((outside, "lay beyond the image's slices"), (across, "not parallel to the image's slices")):
        if number:
            was = "were" if number != 1 else "was"
            lay = where if where.startswith("lay") else f"{was} {where}"
            notices.append(f"{counted(number)} of {name!r} {lay} and {was} left out.")
    return polygons


def counted(number: int) -> str:
    """``1 contour``, ``2 contours``."""
    return f"{number} contour{'s' if number != 1 else ''}"
