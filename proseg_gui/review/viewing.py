"""Where one looks at a case and what was measured by hand there: immutable, kept with the case, readable as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proseg_gui.planes import Plane
from proseg_gui.volume import Geometry

MIN_ZOOM, MAX_ZOOM = 0.2, 60.0


@dataclass(frozen=True)
class Ruler:
    """A distance measured in a plane between two places, each ``(row, column)``, whole numbers being voxel centres."""

    plane: Plane
    start: tuple[float, float]
    end: tuple[float, float]

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (*self.start, *self.end)):
            raise ValueError("a ruler's ends must be finite")

    def length_mm(self, geometry: Geometry) -> float:
        """Distance between the ends in the patient."""
        ends = geometry.index_to_world([self.plane.index_of(*self.start), self.plane.index_of(*self.end)])
        return float(np.linalg.norm(ends[1] - ends[0]))


@dataclass(frozen=True)
class View:
    """How planes of one axis are shown.

    ``zoom`` is relative to the pane's own fit (1 = the whole picture fits); ``centre_mm`` is the screen position
    ``(u, v)`` (:mod:`proseg_gui.planes`) in the middle of the pane, ``None`` for the picture's middle: panes of
    different size show the same centre.
    """

    zoom: float = 1.0
    centre_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not MIN_ZOOM <= self.zoom <= MAX_ZOOM:
            raise ValueError(f"zoom must be {MIN_ZOOM} to {MAX_ZOOM}, got {self.zoom}")
        if self.centre_mm is not None and not all(math.isfinite(value) for value in self.centre_mm):
            raise ValueError("a view's centre must be finite")


@dataclass(frozen=True)
class ViewPlace:
    """All that linked panes share and a case gets back: a view for the planes of each axis, and the rulers."""

    views: tuple[View, View, View] = (View(), View(), View())
    rulers: tuple[Ruler, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers, for :meth:`from_json`."""
        return {
            "views": [[view.zoom, None if view.centre_mm is None else list(view.centre_mm)] for view in self.views],
            "rulers": [[r.plane.axis, r.plane.index, list(r.start), list(r.end)] for r in self.rulers],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ViewPlace:
        """Read what :meth:`to_json` wrote; ``ValueError`` for anything else."""
        try:
            first, second, third = (View(float(zoom), _pair_or_none(centre)) for zoom, centre in data["views"])
            rulers = tuple(
                Ruler(Plane(_whole(axis), _whole(index)), _pair(start), _pair(end))
                for axis, index, start, end in data["rulers"]
            )
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise ValueError("these are no views and rulers") from error
        return cls((first, second, third), rulers)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"not a whole number: {value!r}")
    return value


def _pair(values: Any) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)


def _pair_or_none(values: Any) -> tuple[float, float] | None:
    return None if values is None else _pair(values)
