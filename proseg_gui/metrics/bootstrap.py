"""Whether a difference between two columns of a table is one: paired bootstrap over cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Difference:
    """Mean difference over cases and its 95 % bootstrap interval; an interval that holds 0 is a tie."""

    mean: float
    low: float
    high: float
    n_cases: int

    @property
    def tie(self) -> bool:
        """Whether the data do not tell the two apart."""
        return self.low <= 0.0 <= self.high


def paired_difference(a: npt.ArrayLike, b: npt.ArrayLike, *, draws: int = 10_000, seed: int = 0) -> Difference:
    """Difference ``a - b`` of two figures per case (``(n,)`` each, same cases in the same order).

    Cases are drawn with replacement ``draws`` times; the interval is the percentile one. One case gives no interval:
    it is a tie whatever the difference is.
    """
    delta = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    if delta.ndim != 1 or delta.size == 0 or not np.isfinite(delta).all():
        raise ValueError("two finite figures for each of at least one case are needed")
    mean = float(delta.mean())
    if delta.size == 1:
        return Difference(mean, -np.inf, np.inf, 1)
    picks = np.random.default_rng(seed).integers(delta.size, size=(draws, delta.size))
    low, high = np.percentile(delta[picks].mean(axis=1), (2.5, 97.5))
    return Difference(mean, float(low), float(high), int(delta.size))
