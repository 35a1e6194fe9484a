"""What a card says of how far its model's certainty can be trusted; measured by :mod:`proseg_gui.inference.calibrate`.

No torch here: the window reads it when a model has come.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proseg_gui.bundle import Card

KEY = "calibration"
"""Where a card's ``metrics`` keep it."""
LEVELS = 11
"""Agreement is told in bins around 0, 10, 20 ... 100 %."""
ODDS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Edges of the bins of odds; the last bin holds 1."""
LEAST_PLACES, LEAST_ODDS = 200, 10
"""A bin of fewer voxels or odds says nothing."""
LEAST_STOPS = 20
"""Nor does how often the stop rule held, of fewer readings."""


Row = tuple[float, float, float]
STRANGER_VOXELS = 50
"""From so many voxels of the hand on a new way of drawing is told: about four of the strokes that were measured."""
CLEARLY = 1.5
"""Times the odds of chance that a rater must have, and have had in truth, to be named."""
TRUE_TO = 0.15
"""Odds are told as they are where they were right as often, give or take this."""


@dataclass(frozen=True)
class Likeness:
    """Whom a person draws like: ``rater``, or nobody where it is empty (a new way of drawing).

    ``right``: how often a rater with such odds was the one. ``odds`` are ``None`` where they are not to be told,
    because they were not right as often as they say.
    """

    rater: str
    right: float = 0.0
    odds: float | None = None


@dataclass(frozen=True)
class Calibration:
    """What a card says; see :func:`~proseg_gui.inference.calibrate.calibrated`.

    ``least_explained``: of the raters' own strokes nearly all are explained by some rater at least so much; ``None``
    where the model's draws are everybody's. ``stop``: what the stop rule's bound is to be multiplied with to hold as
    often as it says (:mod:`proseg_gui.review.stopping`); ``None``: not known.
    """

    agreement: tuple[Row, ...]
    odds: tuple[Row, ...]
    n_cases: int
    least_explained: float | None = None
    stop: float | None = None

    def agreed(self, share: float) -> tuple[float, float] | None:
        """Of the places around agreement ``share``: what was said and what was so; ``None``: too few were seen."""
        return _mean(self.agreement[round(share * (LEVELS - 1))], LEAST_PLACES) if self.agreement else None

    def right(self, odds: float) -> float | None:
        """How often a rater with such odds was the one; ``None`` where too few had such odds."""
        if not self.odds:
            return None
        found = _mean(self.odds[int(np.searchsorted(ODDS[1:-1], odds, side="right"))], LEAST_ODDS)
        return None if found is None else found[1]

    def likeness(self, odds: Mapping[str, float], explained: Mapping[str, float], voxels: int) -> Likeness | None:
        """Whom somebody draws like, by the raters' odds and how much of the strokes each explains.

        ``voxels``: how many the hand said something of. ``None`` where that cannot be said: none is likelier than by
        chance, or too few had such odds.
        """
        if not odds or not explained:
            return None
        least = self.least_explained if voxels >= STRANGER_VOXELS else None
        if least is not None and max(explained.values()) < least:
            return Likeness("")
        rater = max(odds, key=lambda name: odds[name])
        right = self.right(odds[rater])
        if right is None or odds[rater] <= CLEARLY / len(odds) or right <= CLEARLY / len(odds):
            return None
        return Likeness(rater, right, odds[rater] if abs(right - odds[rater]) <= TRUE_TO else None)


def _mean(row: Row, least: int) -> tuple[float, float] | None:
    count, said, were = row
    return (said / count, were / count) if count >= least else None


def calibration_of(card: Card) -> Calibration | None:
    """What the card says of the model's certainty; ``None`` where nobody measured it, or it cannot be meant."""
    kept = card.metrics.get(KEY)
    if not isinstance(kept, Mapping):
        return None
    try:
        agreement, odds = (tuple((float(a), float(b), float(c)) for a, b, c in kept[k]) for k in ("agreement", "odds"))
        cases, least = int(kept["n_cases"]), kept.get("least_explained")
        least = None if least is None else float(least)
        stop = dict(kept.get("stop") or {}).get("factor")
        stop = None if stop is None else float(stop)
    except (KeyError, TypeError, ValueError):
        return None
    sizes = len(agreement) == LEVELS and len(odds) in (0, len(ODDS) - 1)
    sound = all(n >= 0 and 0 <= a <= n + 1e-6 and 0 <= b <= n + 1e-6 for n, a, b in (*agreement, *odds))
    sound = sound and (least is None or 0.0 <= least <= 1.0) and (stop is None or 0.0 <= stop < math.inf)
    return Calibration(agreement, odds, cases, least, stop) if sizes and sound and cases > 0 else None
