"""A few items that stand for all: partition around medoids (Kaufman and Rousseeuw 1990). No chance is in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def k_medoids(
    distance: FloatArray, most: int, weights: FloatArray | None = None, *, alike: float = 0.0, fewest: int = 1
) -> tuple[tuple[int, ...], npt.NDArray[np.int64]]:
    """Greedy build, then the best swap until none helps.

    Parameters
    ----------
    distance:
        ``(N, N)``, symmetric.
    most:
        Medoids at most; fewer where there are no more different items.
    weights:
        ``(N,)`` how much each item counts; all the same when ``None``.
    alike, fewest:
        From ``fewest`` medoids on no further one is added where every item lies within ``alike`` of one.

    Returns
    -------
    medoids, labels
        Numbers of the medoids, ascending, and for each item ``(N,)`` which of them is nearest, the first of equals.
    """
    distance = np.asarray(distance, np.float64)
    n = len(distance)
    counts = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    medoids: list[int] = [int((counts @ distance).argmin())]
    while len(medoids) < min(most, n):
        nearest = distance[:, medoids].min(1)
        if nearest.max() <= (alike if len(medoids) >= fewest else 0.0):
            break
        gain = counts @ np.maximum(nearest[:, None] - distance, 0.0)
        gain[medoids] = -1.0
        medoids.append(int(gain.argmax()))
    while True:
        cost, swap = counts @ distance[:, medoids].min(1), None
        for place in range(len(medoids)):
            others = [m for m in medoids if m != medoids[place]]
            rest = distance[:, others].min(1) if others else np.full(n, np.inf)
            costs = counts @ np.minimum(rest[:, None], distance)
            costs[medoids] = np.inf
            best = int(costs.argmin())
            if costs[best] < cost - 1e-9:
                cost, swap = costs[best], (place, best)
        if swap is None:
            break
        medoids[swap[0]] = swap[1]
    medoids.sort()
    return tuple(medoids), distance[:, medoids].argmin(1)
