"""Whether predicted spread can be trusted: volume error and CRPS, calibration of the mean map, rater agreement."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from proseg_gui.metrics.overlap import FloatArray

EMPTY_BELOW = 0.01
"""Voxels that no rater marked and whose mean probability is below this are background: no calibration is asked."""
COVERAGE_DRAWS = 400
"""Fewest samples by which coverage is told: of 56, a right model's 95 % interval holds 92 %, its 80 % interval 77 %."""


def volume_error(sample_ml: npt.ArrayLike, rater_ml: npt.ArrayLike) -> float:
    """Mean sample volume minus mean rater volume, in the unit given (ml): positive is too large."""
    return float(np.asarray(sample_ml).mean() - np.asarray(rater_ml).mean())


def volume_crps(sample_ml: npt.ArrayLike, rater_ml: npt.ArrayLike) -> float:
    """Continuous ranked probability score of the sampled volumes, mean over the raters' volumes, in ml.

    ``mean_i [ mean_j |v_j - y_i| - 1/2 mean_jj' |v_j - v_j'| ]``, all ordered pairs (Gneiting and Raftery 2007): 0 for
    samples that all equal the one rater; smaller is better.
    """
    v, y = np.asarray(sample_ml, dtype=np.float64).ravel(), np.asarray(rater_ml, dtype=np.float64).ravel()
    return float(np.abs(v[:, None] - y).mean() - 0.5 * np.abs(v[:, None] - v).mean())


def calibration_error(mean_probability: npt.ArrayLike, rater_frequency: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error of the mean map against the share of raters, over equal bins of the mean map.

    ``sum_b n_b / n |mean p in b - mean frequency in b|`` over voxels that a rater marked or whose mean probability is
    at least :data:`EMPTY_BELOW`, so that air does not make every model look calibrated. 0 where there are none.
    """
    p, f = (np.asarray(a, dtype=np.float64).ravel() for a in (mean_probability, rater_frequency))
    asked = (f > 0) | (p >= EMPTY_BELOW)
    p, f = p[asked], f[asked]
    if p.size == 0:
        return 0.0
    bin_of = np.minimum((p * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, weights=p - f, minlength=bins)
    return float(np.abs(gaps).sum() / p.size)


def fleiss_kappa(rater_frequency: npt.ArrayLike, raters: int) -> float:
    """Fleiss' kappa of ``raters`` binary masks from the share of them that marks each voxel; NaN for one rater.

    1 where nobody disagrees (also where all masks are empty), 0 at the agreement of chance.
    """
    if raters < 2:
        return math.nan
    f = np.asarray(rater_frequency, dtype=np.float64)
    yes = f * raters
    pairs = (yes * (yes - 1.0) + (raters - yes) * (raters - yes - 1.0)) / (raters * (raters - 1.0))
    observed, share = float(pairs.mean()), float(f.mean())
    chance = share**2 + (1.0 - share) ** 2
    return 1.0 if chance >= 1.0 else (observed - chance) / (1.0 - chance)


def reliability(mean_probability: npt.ArrayLike, rater_frequency: npt.ArrayLike, bins: int = 10) -> FloatArray:
    """``(3, bins)``: voxels in each equal bin of the mean map, their summed probability, their summed share of raters.

    Adds up over cases.
    """
    p, f = (np.asarray(a, dtype=np.float64).ravel() for a in (mean_probability, rater_frequency))
    bin_of = np.minimum((p * bins).astype(int), bins - 1)
    return np.stack([np.bincount(bin_of, weights=w, minlength=bins) for w in (np.ones_like(p), p, f)])


def inner_calibration_error(summed: npt.ArrayLike) -> float:
    """Expected calibration error of :func:`reliability` without the first and the last bin; NaN if the rest is empty.

    Background and core, which are easy and many, neither help nor hide here.
    """
    count, p, f = np.asarray(summed, dtype=np.float64)[:, 1:-1]
    return float(np.abs(p - f).sum() / count.sum()) if count.sum() else math.nan


def volume_coverage(sample_ml: npt.ArrayLike, rater_ml: npt.ArrayLike, share: float) -> float:
    """Share of the raters' volumes that lie in the samples' central ``share`` interval, its ends included.

    With few samples a right model covers less than ``share``: use :data:`COVERAGE_DRAWS` or more.
    """
    v, y = np.asarray(sample_ml, dtype=np.float64).ravel(), np.asarray(rater_ml, dtype=np.float64).ravel()
    low, high = np.quantile(v, (0.5 - share / 2.0, 0.5 + share / 2.0))
    return float(((low <= y) & (y <= high)).mean())
