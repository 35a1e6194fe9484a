"""Distances between the surfaces of two masks in mm: surface Dice, 95 % Hausdorff distance, mean surface distance.

A mask's surface is its voxels with a face neighbour outside (the image's border counts as outside); distances are
between voxel centres, exact Euclidean with the given spacing. Axes of one voxel are left out, so a single slice is
measured in its plane.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_erosion, distance_transform_edt

from proseg_gui.metrics.overlap import binarise

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SurfaceDistances:
    """What separates two surfaces, in mm (``surface_dice``: a share).

    ``hd95_mm`` is the larger of both directions' 95th percentiles, ``assd_mm`` the mean over all surface voxels of
    both. Both masks empty: 1, 0 and 0; one empty: 0, infinity and infinity.
    """

    surface_dice: float
    hd95_mm: float
    assd_mm: float


def surface_distances(
    a: npt.ArrayLike, b: npt.ArrayLike, spacing_mm: Sequence[float], tolerance_mm: float
) -> SurfaceDistances:
    """Compare two masks ``(z, y, x)`` (or of any dimension) with ``spacing_mm`` in the same order.

    ``surface_dice`` is the share of both surfaces' voxels that lie within ``tolerance_mm`` of the other surface.
    """
    one, other = binarise(a), binarise(b)
    if one.shape != other.shape or one.ndim != len(spacing_mm):
        raise ValueError(f"masks {one.shape} and {other.shape} do not fit each other and {len(spacing_mm)} spacings")
    filled = one.any(), other.any()
    if not any(filled):
        return SurfaceDistances(1.0, 0.0, 0.0)
    if not all(filled):
        return SurfaceDistances(0.0, math.inf, math.inf)
    one, other, spacing = _cropped(one, other, spacing_mm)
    edges = [mask & ~binary_erosion(mask) for mask in (one, other)]
    to_other = distance_transform_edt(~edges[1], sampling=spacing)[edges[0]]
    to_one = distance_transform_edt(~edges[0], sampling=spacing)[edges[1]]
    both = np.concatenate([to_other, to_one])
    hd95 = max(float(np.percentile(d, 95)) for d in (to_other, to_one))
    return SurfaceDistances(float((both <= tolerance_mm).mean()), hd95, float(both.mean()))


def _cropped(
    a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], spacing_mm: Sequence[float]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], tuple[float, ...]]:
    """Both masks in the box that holds them, without axes along which the image has one voxel."""
    axes = [axis for axis in range(a.ndim) if a.shape[axis] > 1]
    if not axes:  # a single voxel: keep one axis to measure along
        axes = [a.ndim - 1]
    flat = tuple(slice(None) if axis in axes else 0 for axis in range(a.ndim))
    a, b = a[flat], b[flat]
    where = np.nonzero(a | b)
    box = tuple(slice(int(i.min()), int(i.max()) + 1) for i in where)
    return a[box], b[box], tuple(float(spacing_mm[axis]) for axis in axes)
