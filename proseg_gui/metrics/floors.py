"""What figures of spread are worth: free of the number of draws, and beside what a single map would reach.

A model that draws like its raters scores U / R in the fair GED^2 (U: unbiased diversity of R masks), and one mean map
cut at random levels is the floor that draws have to beat. Definitions: docs/METRICS.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from proseg_gui.metrics.multirater import ged2
from proseg_gui.metrics.overlap import FloatArray, Masks, as_set, dice_matrix, iou_matrix

LEVELS = 400
"""Levels that stand for all between 0 and 1, evenly spread."""


def fair_ged2(labels: Masks, predictions: Masks) -> float:
    """GED^2 whose term among the predictions is unbiased: its mean does not depend on how many are drawn.

    ``2 mean_ij d(y_i, p_j) - mean_ii' d(y_i, y_i') - mean_{j != j'} d(p_j, p_j')``; NaN for a single prediction.
    """
    found = ged2(labels, predictions)
    return 2.0 * found.cross - found.labels - unbiased(found.predictions, len(as_set(predictions)))


def unbiased_diversity(masks: Masks) -> float:
    """Mean of 1 - IoU over pairs of different masks; NaN for a single one."""
    packed = as_set(masks)
    return unbiased(float((1.0 - iou_matrix(packed, packed)).mean()), len(packed))


def unbiased(mean: float, count: int) -> float:
    """A mean over all ordered pairs of ``count``, where an item's distance to itself is 0, without these; NaN for 1."""
    return mean * count / (count - 1) if count > 1 else math.nan


def rater_floor(labels: Masks) -> float:
    """U / R: the fair GED^2 of a model that draws as its raters do, if these are exchangeable; NaN for one mask."""
    packed = as_set(labels)
    return unbiased_diversity(packed) / len(packed)


def random_levels(labels: Masks, mean_map: npt.ArrayLike, levels: int = LEVELS) -> float:
    """Fair GED^2 of draws ``{mean_map > t}``, t uniform on 0..1, in the limit of many.

    Level sets lie within each other, so distances among them are ratios of areas, and those to a mask follow from how
    many of its voxels lie above each level.
    """
    packed, p = as_set(labels), np.asarray(mean_map)
    at = (np.arange(levels) + 0.5) / levels
    # how many levels a voxel is above; in double precision, so that a level is met the same way everywhere
    above = np.searchsorted(at, p.astype(np.float64).ravel(), side="left").reshape(p.shape)
    areas = _tail(np.bincount(above[above > 0], minlength=levels + 1))
    shared = np.stack(
        [_tail(np.bincount(above[packed.mask(i) & (above > 0)], minlength=levels + 1)) for i in range(len(packed))]
    )
    cross = _distance(shared, packed.sizes[:, None] + areas[None, :] - shared).mean()
    low, high = np.minimum(areas[:, None], areas), np.maximum(areas[:, None], areas)
    among_labels = float((1.0 - iou_matrix(packed, packed)).mean())
    return float(2.0 * cross - among_labels - _distance(low, high).mean())


def _tail(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """From counts of voxels that are above exactly 0, 1, 2 ... levels: how many are above each level, lowest first."""
    return np.cumsum(counts[::-1])[::-1][1:]


def _distance(shared: npt.NDArray[np.int64], union: npt.NDArray[np.int64]) -> FloatArray:
    return 1.0 - np.where(union > 0, shared / np.maximum(union, 1), 1.0)


def shape_share(masks: Masks, mean_map: npt.ArrayLike) -> float:
    """Mean Jaccard distance between each mask and the mean map's level set of equal area.

    0: masks only grow and shrink along the map. Where the level set cuts through voxels of one value, the first ones
    in memory are taken; two empty sets agree.
    """
    packed, p = as_set(masks), np.asarray(mean_map).ravel()
    most = int(packed.sizes.max())
    least = (
        np.partition(p, p.size - most)[p.size - most] if most else np.inf
    )  # nothing below is in a level set asked for
    candidates = np.flatnonzero(p >= least)
    ordered = candidates[np.argsort(-p[candidates], kind="stable")]
    found = []
    for i, size in enumerate(packed.sizes.tolist()):
        shared = int(np.count_nonzero(packed.mask(i).ravel()[ordered[:size]]))
        found.append(1.0 - shared / (2 * size - shared) if size else 0.0)
    return float(np.mean(found))


def share_removed(fair: float, floor: float, perfect: float) -> float:
    """Of what a model could remove below its own map at random levels, how much it removes: 1 as raters draw.

    ``(floor - fair) / (floor - perfect)`` with :func:`random_levels` and :func:`rater_floor`, of means over cases; NaN
    where the floor is not above what a perfect model has.
    """
    return (floor - fair) / (floor - perfect) if floor > perfect else math.nan


def repeat_gap(readings: Sequence[Masks]) -> float:
    """How much more a rater agrees with the same rater's other reading than with somebody else's, in Dice.

    Own minus wrong of a "model" that is another reading of the rater: about what own minus wrong can reach.
    ``readings[i]`` are rater i's masks; NaN unless somebody read twice and somebody else drew too.
    """
    drawn = [as_set(masks) for masks in readings if len(masks)]
    own, wrong = [], []
    for i, a in enumerate(drawn):
        if len(a) < 2:
            continue
        others = [float(dice_matrix(a, b).mean()) for j, b in enumerate(drawn) if j != i]
        if others:
            pairs = dice_matrix(a, a)
            own.append(float(pairs[~np.eye(len(a), dtype=bool)].mean()))
            wrong.append(float(np.mean(others)))
    return float(np.mean(own) - np.mean(wrong)) if own else math.nan
