"""How widely a trained network draws: one factor, chosen on held-out cases.

Jaccard distances saturate, so the energies of a loss hardly punish the wide draws of a network that is unsure of what
it learnt; on cases that it did not learn from, one number tells whether its draws as a whole are too wide or narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RATIO = 1.2
"""Between neighbouring factors that are tried."""
MOST_STEPS = 5
"""Neighbours tried on one side: factors stay within RATIO^5, 0.4 to 2.5."""


def best_factor(cost: Callable[[float], float]) -> float:
    """The factor, 1 for the draws as they are, at which ``cost(factor)`` is least.

    Walks from 1 in steps of :data:`RATIO` as long as it gets better, then puts a parabola through the least value and
    its neighbours (in the factor's logarithm). ``cost`` is called at most 3 + :data:`MOST_STEPS` times.
    """
    found = {0: cost(1.0)}

    def at(step: int) -> float:
        if step not in found:
            found[step] = cost(RATIO**step)
        return found[step]

    way = -1 if at(-1) < at(0) else 1
    best = 0
    while abs(best) < MOST_STEPS and at(best + way) < at(best):
        best += way
    if best - way not in found or best + way not in found:
        return RATIO**best
    left, middle, right = found[best - 1], found[best], found[best + 1]
    bend = left - 2.0 * middle + right
    vertex = 0.5 * (left - right) / bend if bend > 0.0 else 0.0
    return math.pow(RATIO, best + max(-0.5, min(0.5, vertex)))
