"""The result of a tool: which voxels of a box, inside the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.boxes import BoolArray, Box, joined, relative
from proseg_gui.planes import Plane
from proseg_gui.volume import FloatArray

TOLERANCE_MM = 1e-6
"""A centre at exactly the distance asked for is within it, whatever the last digit of the arithmetic says."""
FURTHEST_MM = 1e6
"""Places further out than this are no places of a gesture (their squares would still be exact)."""


@dataclass(frozen=True, eq=False)
class Painted:
    """Some voxels of an image. True where it holds any.

    Parameters
    ----------
    box:
        ``(slice z, slice y, slice x)`` with starts and stops inside the image.
    inside:
        bool of the box's shape: the voxels. Read-only. What a stroke leaves out it says nothing about; tools that
        decide a whole box (those of ``shape``, ``interpolate``, ``copy``) mean that the rest of it is out.
    """

    box: Box
    inside: BoolArray

    def __post_init__(self) -> None:
        if self.inside.shape != tuple(s.stop - s.start for s in self.box):
            raise ValueError(f"{self.inside.shape} voxels do not fill the box {self.box}")
        view = np.asarray(self.inside, dtype=bool).view()
        view.setflags(write=False)
        object.__setattr__(self, "inside", view)

    def __bool__(self) -> bool:
        return bool(self.inside.any())

    @classmethod
    def empty(cls) -> Painted:
        """No voxel."""
        return cls((slice(0, 0), slice(0, 0), slice(0, 0)), np.zeros((0, 0, 0), bool))

    @classmethod
    def in_plane(cls, plane: Plane, rows: slice, columns: slice, inside: BoolArray) -> Painted:
        """Voxels of a plane: ``inside`` is ``(row, column)`` over ``rows`` and ``columns``."""
        box = [rows, columns]
        box.insert(plane.axis, slice(plane.index, plane.index + 1))
        return cls((box[0], box[1], box[2]), np.expand_dims(inside, plane.axis))

    def mask(self, shape: tuple[int, ...]) -> BoolArray:
        """The voxels in an array of the image's ``(z, y, x)`` shape."""
        whole = np.zeros(shape, bool)
        whole[self.box] = self.inside
        return whole

    def over(self, mask: BoolArray) -> BoolArray:
        """A copy of ``mask`` in which the box is what this says, in and out."""
        whole = mask.copy()
        whole[self.box] = self.inside
        return whole

    def united(self, other: Painted) -> Painted:
        """The voxels of both."""
        return Painted.united_all([self, other])

    @classmethod
    def united_all(cls, parts: Sequence[Painted]) -> Painted:
        """The voxels of all of them."""
        parts = [part for part in parts if part]
        if len(parts) < 2:
            return parts[0] if parts else cls.empty()
        box = joined([part.box for part in parts])
        inside = np.zeros([s.stop - s.start for s in box], bool)
        for part in parts:
            inside[relative(part.box, box)] |= part.inside
        return cls(box, inside)


def checked_points(points: npt.ArrayLike, dimensions: int) -> FloatArray:
    """``(n, dimensions)`` places in mm; ``ValueError`` where they are not finite or further out than any image."""
    array = np.asarray(points, dtype=np.float64)
    if array.size == 0:
        return array.reshape(0, dimensions)
    if array.ndim != 2 or array.shape[1] != dimensions:
        raise ValueError(f"places must be (n, {dimensions}), got {array.shape}")
    if not (np.abs(array) <= FURTHEST_MM).all():  # also false for NaN
        raise ValueError("places must be finite and within 1 km")
    return array


def checked_mm(value: float, name: str, most: float) -> float:
    """A size in mm above 0 and up to ``most``; ``ValueError`` otherwise."""
    if not (math.isfinite(value) and 0 < value <= most):
        raise ValueError(f"{name} must be above 0 and at most {most:g} mm, got {value}")
    return float(value)
