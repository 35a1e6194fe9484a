"""The STAPLE consensus of given masks (Warfield et al. 2004), by SimpleITK."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813

from proseg_gui.metrics.overlap import Masks, as_set, frequency

MARGIN = 2
"""Voxels of background kept around the masks: STAPLE's estimate depends on how much background it sees."""


def staple(masks: Masks) -> npt.NDArray[np.bool_]:
    """Consensus mask of 3D masks ``(z, y, x)``: STAPLE's probability above one half, in the box around all masks."""
    packed = as_set(masks)
    share = frequency(packed)
    consensus = np.zeros(packed.shape, dtype=bool)
    if not share.any():
        return consensus
    box = tuple(slice(max(int(i.min()) - MARGIN, 0), int(i.max()) + 1 + MARGIN) for i in np.nonzero(share))
    images = [sitk.GetImageFromArray(mask[box].astype(np.uint8)) for mask in map(packed.mask, range(len(packed)))]
    consensus[box] = sitk.GetArrayFromImage(sitk.STAPLE(images, 1.0)) > 0.5
    return consensus
