"""Which slices of a volume have to be looked at: every few mm first, then all of those where something may be.

Slices at most :data:`COARSE_MM` apart are measured first. Between two of them the others are passed over where neither
shows the structure: no rater's own contour has a pixel there, at most :data:`STRAY` of the draws have one, and what is
estimated to be left out is at most :data:`LEFT_OUT` of the case's uncertainty. Slices that are passed over get numbers
half way between their neighbours'. What this can miss is a part of a structure that is thinner than
:data:`COARSE_MM` along the stack and lies between two slices that show nothing (docs/decisions/inference-coarse.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np

from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.volume import Geometry

COARSE_MM = 5.0
STRAY = 0.05
"""A draw in twenty may stray: below the outer contour, which shows one in ten."""
LEFT_OUT = 0.01
"""Share of the case's total uncertainty that may be estimated instead of measured."""
FEWEST_SLICES = 12
"""A smaller volume is measured whole."""


def coarse_slices(geometry: Geometry) -> tuple[int, ...]:
    """Slices at most :data:`COARSE_MM` apart (or next to each other), the first and the last among them."""
    places = geometry.slice_origins() @ geometry.normal
    n = len(places)
    if n < FEWEST_SLICES:
        return tuple(range(n))
    found = [0]
    while found[-1] < n - 1:
        reach = np.flatnonzero(np.abs(places - places[found[-1]]) <= COARSE_MM + 1e-6)
        found.append(max(int(reach[-1]), found[-1] + 1))
    return tuple(found)


def gaps_to_pass(survey: CaseSurvey) -> tuple[tuple[int, int], ...]:
    """Pairs of measured slices between which the others may be passed over, by what is measured so far."""
    measured = survey.measured
    totals = {k: survey.totals(k) for k in measured}
    shows = {k: survey.shows(k, STRAY) for k in measured}
    allowed = np.zeros_like(next(iter(totals.values()))) if totals else np.zeros(0)
    empty = []
    for a, b in pairwise(measured):
        between = (totals[a] + totals[b]) / 2 * (b - a - 1)
        allowed = allowed + LEFT_OUT * (between + totals[a])
        if b - a > 1 and not (shows[a] or shows[b]):
            empty.append((float(between.sum()), a, b, between))
    found, left = [], np.zeros_like(allowed)
    for _, a, b, between in sorted(empty, key=lambda gap: gap[:3]):
        if (left + between <= allowed).all():
            left = left + between
            found.append((a, b))
    return tuple(sorted(found))


def nearest_first(slices: Collection[int], nearest: Callable[[], int]) -> Iterator[int]:
    """``slices``, each once, always the one next to ``nearest()`` at that moment."""
    waiting = set(slices)
    while waiting:
        k = min(waiting, key=lambda i: (abs(i - nearest()), i))
        waiting.remove(k)
        yield k


def between(gaps: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The slices inside of gaps."""
    return tuple(k for a, b in gaps for k in range(a + 1, b))
