"""A channel brought to the first channel's grid: linear, slice by slice, through the patient's mm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Volume


def resample_to(volume: Volume, target: Geometry, *, token: CancelToken | None = None) -> Volume:
    """``volume`` on ``target``'s grid, float32, by trilinear interpolation between voxel centres.

    Works for oblique, tilted and uneven grids alike, since both grids map through world mm. Voxels whose centre lies
    outside the source's voxel block get its smallest value (background).
    """
    source = volume.array.astype(np.float32, copy=False)
    background = float(source.min())
    result = np.empty(target.shape, np.float32)
    limits = np.array(source.shape, dtype=np.float64) - 1.0
    rows, columns = np.indices(target.shape[1:], dtype=np.float64)
    for k in range(target.shape[0]):
        if token is not None:
            token.check()
        index = np.stack([np.full_like(rows, k), rows, columns], axis=-1)
        at = volume.geometry.world_to_index(target.index_to_world(index))
        inside = ((at >= -0.5 - 1e-6) & (at <= limits + 0.5 + 1e-6)).all(axis=-1)
        nearest = np.clip(at, 0.0, limits).transpose(2, 0, 1)
        values = ndimage.map_coordinates(source, nearest, order=1, mode="nearest")
        result[k] = np.where(inside, values, background)
    return replace(volume, array=result, geometry=target, dicom=None)
