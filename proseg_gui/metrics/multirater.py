"""How well predictions match several raters: distribution (GED), best matches, identity, soft Dice, diversity.

Labels y_i are rater masks (every reading is its own y), predictions p_j probability maps or masks. Definitions:
docs/METRICS.md; each value of its table of worked examples is a test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from proseg_gui.metrics.overlap import FloatArray, Masks, MaskSet, as_set, dice, dice_matrix, frequency, iou_matrix

SOFT_THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Ged:
    """GED^2 and its parts: ``value = 2 cross - labels - predictions``."""

    value: float
    cross: float
    labels: float
    predictions: float


def ged2(labels: Masks, predictions: Masks, *, empty_distance: float = 0.0) -> Ged:
    """Squared generalised energy distance with d = 1 - IoU, over all ordered pairs with i = i' included.

    ``empty_distance`` is d of two empty masks: 0, or 1 for parity with the public reference code only.
    """
    y, p = as_set(labels), as_set(predictions)
    cross, within_y, within_p = (
        float((1.0 - iou_matrix(a, b, both_empty=1.0 - empty_distance)).mean()) for a, b in ((y, p), (y, y), (p, p))
    )
    return Ged(2.0 * cross - within_y - within_p, cross, within_y, within_p)


def diversity(masks: Masks) -> float:
    """Mean of 1 - IoU over all ordered pairs, a mask with itself included: sample or rater diversity."""
    packed = as_set(masks)
    return float((1.0 - iou_matrix(packed, packed)).mean())


def dice_max_parts(labels: Masks, predictions: Masks) -> tuple[float, float]:
    """``(mean_j max_i D_ij, mean_i max_j D_ij)``: how real each prediction is, how well each label is covered."""
    matrix = dice_matrix(labels, predictions)
    return float(matrix.max(axis=0).mean()), float(matrix.max(axis=1).mean())


def dice_max(labels: Masks, predictions: Masks) -> float:
    """Mean of both parts of :func:`dice_max_parts`."""
    return sum(dice_max_parts(labels, predictions)) / 2.0


def dice_match(labels: Masks, predictions: Masks) -> float:
    """Mean Dice over labels, each matched with a prediction of its own so that the sum is largest.

    Raises
    ------
    ValueError
        If there are fewer predictions than labels: no such match exists.
    """
    matrix = dice_matrix(labels, predictions)
    if matrix.shape[1] < matrix.shape[0]:
        raise ValueError(f"{matrix.shape[0]} labels need as many predictions, got {matrix.shape[1]}")
    return float(matrix[linear_sum_assignment(matrix, maximize=True)].mean())


def hm_iou(labels: Masks, predictions: Masks) -> float:
    """Hungarian-matched IoU: both sets are repeated to their least common size, then matched one to one."""
    matrix = iou_matrix(labels, predictions)
    n, m = matrix.shape
    size = math.lcm(n, m)
    full = np.tile(matrix, (size // n, size // m))
    return float(full[linear_sum_assignment(full, maximize=True)].mean())


def dice_identity(readings: Sequence[Masks], personalised: Masks) -> FloatArray:
    """``(R,)`` D_ii: the Dice of rater i's own prediction, mean over that rater's readings.

    ``readings[i]`` are the masks that rater i drew (none: NaN), ``personalised[i]`` the prediction for rater i.
    """
    return np.diagonal(identity_matrix(readings, personalised)).copy()


def identity_matrix(readings: Sequence[Masks], personalised: Masks) -> FloatArray:
    """``(R, R)``: rater i's readings (mean) against the prediction for rater j; NaN rows where i drew nothing."""
    predicted = as_set(personalised)
    if len(readings) != len(predicted):
        raise ValueError(f"{len(readings)} raters have {len(predicted)} personalised predictions")
    return np.stack(
        [dice_matrix(own, predicted).mean(axis=0) if len(own) else np.full(len(predicted), np.nan) for own in readings]
    )


def permuted_mean(matrix: FloatArray) -> float:
    """Mean over wrong assignments of raters to predictions, from :func:`identity_matrix`; NaN for one rater.

    Every wrong pair is equally often in a random permutation without fixed points, so this is the mean off the
    diagonal.
    """
    off = matrix[~np.eye(len(matrix), dtype=bool)]
    off = off[np.isfinite(off)]
    return float(off.mean()) if off.size else math.nan


def dice_soft(labels: Masks, predictions: Sequence[npt.ArrayLike]) -> float:
    """Mean over t in .1 .3 .5 .7 .9 of Dice(mean_j p_j > t, mean_i y_i > t); predictions keep their probabilities."""
    mean_prediction = np.mean([np.asarray(p, dtype=np.float64) for p in predictions], axis=0)
    return dice_soft_of_means(frequency(labels), mean_prediction)


def dice_soft_of_means(mean_label: npt.ArrayLike, mean_prediction: npt.ArrayLike) -> float:
    """:func:`dice_soft` of maps that were averaged already."""
    y, p = _floating(mean_label), _floating(mean_prediction)
    # float32 maps are compared as float32, so that 0.7 in a map is not above the threshold 0.7
    return float(np.mean([dice(p > p.dtype.type(t), y > y.dtype.type(t)) for t in SOFT_THRESHOLDS]))


def _floating(values: npt.ArrayLike) -> npt.NDArray[np.floating]:
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def human_majority(readings: Mapping[str, Sequence[npt.ArrayLike]]) -> float:
    """Mean over raters of the Dice with the majority of the *other* raters (strictly more than half of them).

    A rater with several readings has one vote, split over the readings; the rater's own Dice is the mean over them.
    NaN where fewer than two raters drew.
    """
    drawn = {name: MaskSet.of(masks) for name, masks in readings.items() if len(masks)}
    if len(drawn) < 2:
        return math.nan
    votes = {name: frequency(masks) for name, masks in drawn.items()}
    total = np.sum(list(votes.values()), axis=0)
    scores = []
    for name, own in drawn.items():
        share = (total - votes[name]) / (len(drawn) - 1)
        majority = share > 0.5 + 1e-9  # a tie is background, also when thirds do not add up exactly
        scores.append(float(dice_matrix(own, MaskSet.of([majority])).mean()))
    return float(np.mean(scores))
