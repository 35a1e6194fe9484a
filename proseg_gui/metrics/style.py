"""How a mask is drawn, beside the consensus of the same image: the measured attributes of a style.

Everything is a difference from the consensus, so that it tells of the hand and not of the patient, and is made of sums
over slices, so that a slice counts by what it holds. Lengths follow the structure's size: a spike of a small lesion is
smaller than one of a large one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

SCALE = 0.12
"""Of the consensus's equivalent radius: what a spike is thinner than twice of, and over which a line is smoothed."""
LEAST_RADIUS = 1.5
"""Pixels."""
LEAST_PART = 4
"""Pixels that make a part or a hole; less is a speck."""


def style_attributes(masks: np.ndarray, consensus: np.ndarray) -> np.ndarray:
    """How ``masks`` are drawn beside ``consensus``.

    Parameters
    ----------
    masks:
        ``(N, z, y, x)`` bool, N ways to draw the same image, with square pixels.
    consensus:
        ``(z, y, x)`` bool.

    Returns
    -------
    ``(N, 6)`` float64 in the order of :data:`proseg_gui.prompts.attributes.ATTRIBUTES`: log of the ratio of areas; log
    of how much shorter the outline is than when it is smoothed away; share of the area that is thinner than a spike;
    share of a ring around the consensus that is included; log2 of the number of parts; share of the area that holes
    take. All but the share of the ring less the consensus's own. A mask or a consensus of nothing gives NaN.
    """
    planes = consensus.any((1, 2))
    found = np.full((len(masks), 6), np.nan)
    if not planes.any():
        return found
    masks, consensus = masks[:, planes], consensus[planes]
    radius = max(LEAST_RADIUS, SCALE * float(np.sqrt(consensus.sum() / len(consensus) / np.pi)))
    ring = _ring(consensus, radius)
    own = _sums(consensus, radius)
    for number, mask in enumerate(masks):
        if mask.any():
            found[number] = _features(_sums(mask, radius), mask[ring].mean() if ring.any() else 0.0)
    beside = _features(own, 0.0)
    return found - beside


def majority(masks: Sequence[np.ndarray]) -> np.ndarray:
    """What at least half of ``masks`` include: the consensus of given masks."""
    return np.mean([np.asarray(mask, np.float32) for mask in masks], axis=0) >= 0.5


def perimeter(mask: np.ndarray) -> float:
    """Length of the outline of ``(y, x)`` bool in pixels, by Crofton's formula over four directions."""
    padded = np.pad(mask, 1)
    straight = np.count_nonzero(padded[1:] != padded[:-1]) + np.count_nonzero(padded[:, 1:] != padded[:, :-1])
    diagonal = np.count_nonzero(padded[1:, 1:] != padded[:-1, :-1])
    diagonal += np.count_nonzero(padded[1:, :-1] != padded[:-1, 1:])
    return float(np.pi / 8.0 * (straight + diagonal / np.sqrt(2.0)))


def _sums(volume: np.ndarray, radius: float) -> np.ndarray:
    """Sums over slices: area, outline, outline of the smoothed mask, thin area, parts, holes."""
    total = np.zeros(6)
    for mask in volume:
        if not mask.any():
            continue
        mask = _boxed(mask, radius)
        thick = _opened(mask, radius)
        filled = ndimage.binary_fill_holes(mask)
        holes = _of_some_size(filled & ~mask)
        smooth = ndimage.gaussian_filter(mask.astype(np.float32), radius) > 0.5
        total += np.array([
            np.count_nonzero(mask), perimeter(mask), perimeter(smooth), np.count_nonzero(mask & ~thick),
            max(_count(_of_some_size(mask)), 1), np.count_nonzero(holes),
        ], np.float64)  # fmt: skip
    return np.append(total, len(volume))


def _features(sums: np.ndarray, ring: float) -> np.ndarray:
    area, outline, smooth, thin, parts, holes, slices = sums
    return np.array([
        np.log(area), np.log((smooth + 1.0) / (outline + 1.0)), thin / area, ring,
        np.log2(1.0 + parts / slices), holes / area,
    ])  # fmt: skip


def _boxed(mask: np.ndarray, radius: float) -> np.ndarray:
    """What matters of a mask: its box with a margin, so that the work follows the structure and not the image."""
    margin = int(np.ceil(4.0 * radius)) + 1
    (y, x) = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return np.pad(mask[y[0] : y[-1] + 1, x[0] : x[-1] + 1], margin)


def _opened(mask: np.ndarray, radius: float) -> np.ndarray:
    """What a disc of ``radius`` pixels reaches without leaving the mask."""
    inner = ndimage.distance_transform_edt(mask) > radius
    if not inner.any():
        return inner
    reached: np.ndarray = (
        ndimage.distance_transform_edt(~inner) <= radius + 0.5
    )  # half a pixel: discs are made of squares
    return reached


def _ring(consensus: np.ndarray, radius: float) -> np.ndarray:
    """What lies outside of the consensus, no farther than ``radius`` pixels."""
    rings = [
        (ndimage.distance_transform_edt(~mask) <= radius) & ~mask if mask.any() else np.zeros_like(mask)
        for mask in consensus
    ]
    return np.stack(rings)


def _of_some_size(mask: np.ndarray) -> np.ndarray:
    """Without specks."""
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    sizes = np.bincount(labels.ravel())
    large = sizes >= LEAST_PART
    large[0] = False
    kept: np.ndarray = large[labels]
    return kept


def _count(mask: np.ndarray) -> int:
    return int(ndimage.label(mask)[1])
