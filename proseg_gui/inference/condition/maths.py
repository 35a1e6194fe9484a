"""The formulae of conditioning, on plain arrays: docs/decisions/inference-condition.md has their sources.

N draws, V observed voxels, M places. Logits are float32; a *count* is how many independent observations a voxel is
worth, which is far less than one, as neighbouring voxels say nearly the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
BISECTIONS = 40
LEAST_P = 1e-4
"""Mean probabilities are cut at this and 1 minus this."""


def log_likelihoods(logits: Floats, inside: npt.NDArray[np.bool_], counts: Floats) -> npt.NDArray[np.float64]:
    """``(N,)`` sum over voxels of count * log p(said | draw), for ``logits (N, V)`` and what was said ``(V,)``."""
    away = logits * np.where(inside, -1.0, 1.0).astype(logits.dtype)
    # log(1 + e^away) in a form that cannot overflow, and three times as fast as numpy's logaddexp.
    surprise = np.maximum(away, 0.0) + np.log1p(np.exp(-np.abs(away)))
    return np.asarray(-(surprise @ np.asarray(counts, surprise.dtype)), dtype=np.float64)


def normalised(log_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weights that sum to 1."""
    weights = np.exp(log_values - log_values.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def effective(weights: npt.NDArray[np.float64]) -> float:
    """How many equally weighted draws say as much: 1 / sum of squares (Kong 1992)."""
    return float(1.0 / np.square(weights).sum())


def tempered(log_values: npt.NDArray[np.float64], least: float) -> tuple[npt.NDArray[np.float64], float]:
    """Weights prop. to exp(a log_value) and the largest a in 0..1 that leaves ``least`` effective draws."""
    least = min(least, 0.999 * len(log_values))
    weights = normalised(log_values)
    if effective(weights) >= least:
        return weights, 1.0
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if effective(normalised(middle * log_values)) >= least:
            low = middle
        else:
            high = middle
    return normalised(low * log_values), low


def heaviest(
    weights: npt.NDArray[np.float64], negligible: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The draws without the lightest, which hold at most ``negligible`` together, in order; and their weights."""
    order = np.argsort(weights, kind="stable")
    kept = np.sort(order[np.cumsum(weights[order]) > negligible])
    return kept, weights[kept] / weights[kept].sum()


def centre(logits: Floats, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """``(M,)`` logit of the weighted mean probability of ``logits (N, M)``, which must lie within +-30."""
    p = weights.astype(np.float32) @ (1.0 / (1.0 + np.exp(-logits)))
    p = np.clip(p, LEAST_P, 1.0 - LEAST_P)
    return np.asarray(np.log(p / (1.0 - p)), dtype=np.float32)


def taper(distance: Floats) -> npt.NDArray[np.float64]:
    """Gaspari and Cohn's correlation (1999, eq. 4.10): near exp(-d^2 / 2), smooth, and exactly 0 from 3.65 on."""
    r = np.abs(np.asarray(distance, np.float64)) / np.sqrt(10.0 / 3.0)
    found = np.zeros_like(r)
    near, far = r <= 1.0, (r > 1.0) & (r < 2.0)  # most places are out of reach, and cost nothing
    x = r[near]
    found[near] = ((((-0.25 * x + 0.5) * x + 0.625) * x) - 5.0 / 3.0) * x * x + 1.0
    x = r[far]
    tail = ((((x / 12.0 - 0.5) * x + 0.625) * x + 5.0 / 3.0) * x - 5.0) * x + 4.0 - 2.0 / (3.0 * x)
    found[far] = np.maximum(tail, 0.0)
    return found


def kalman_pull(
    observed: Floats, weights: npt.NDArray[np.float64], innovation: Floats, noise: Floats, closeness: Floats
) -> npt.NDArray[np.float64]:
    """``(V,)`` (rho o C_ss + R)^-1 innovation, with C_ss the weighted covariance of ``observed (N, V)``.

    ``noise (V,)`` is the diagonal of R, ``closeness (V, V)`` the taper rho between observed voxels. An innovation of
    each of n draws, ``(V, n)``, gives ``(V, n)``.
    """
    centred = observed - weights @ observed
    covariance = (centred * weights[:, None]).T @ centred * closeness
    covariance[np.diag_indices_from(covariance)] += noise
    return np.asarray(np.linalg.solve(covariance, innovation), dtype=np.float64)


def kalman_shift(
    places: Floats, observed: Floats, weights: npt.NDArray[np.float64], pull: Floats, closeness: Floats
) -> npt.NDArray[np.float64]:
    """``(M,)`` (rho o C_xs) pull: how far each of ``places (N, M)`` follows; ``closeness (M, V)``.

    A pull of each of n draws, ``(V, n)``, gives ``(M, n)``.
    """
    centred = (observed - weights @ observed) * weights[:, None]
    return np.asarray((places.T @ centred.astype(places.dtype) * closeness) @ pull, dtype=np.float64)
