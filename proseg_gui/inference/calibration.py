"""What a card says of how far its model's certainty can be trusted; measured by :mod:`proseg_gui.inference.calibrate`.

No torch here: the window reads it when a model has come.
"""

from __future__ import annotations

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


@dataclass(frozen=True)
class Calibration:
    """What a card says; see :func:`calibrated`."""

    agreement: tuple[tuple[float, float, float], ...]
    odds: tuple[tuple[float, float, float], ...]
    n_cases: int

    def agreed(self, share: float) -> tuple[float, float] | None:
        """Of the places around agreement ``share``: what was said and what was so; ``None``: too few were seen."""
        return _mean(self.agreement[round(share * (LEVELS - 1))], LEAST_PLACES) if self.agreement else None

    def right(self, odds: float) -> float | None:
        """How often a rater with such odds was the one; ``None`` where too few had such odds."""
        if not self.odds:
            return None
        found = _mean(self.odds[int(np.searchsorted(ODDS[1:-1], odds, side="right"))], LEAST_ODDS)
        return None if found is None else found[1]


def _mean(row: tuple[float, float, float], least: int) -> tuple[float, float] | None:
    count, said, were = row
    return (said / count, were / count) if count >= least else None


def calibration_of(card: Card) -> Calibration | None:
    """What the card says of the model's certainty; ``None`` where nobody measured it, or it cannot be meant."""
    kept = card.metrics.get(KEY)
    if not isinstance(kept, Mapping):
        return None
    try:
        agreement, odds = (tuple((float(a), float(b), float(c)) for a, b, c in kept[k]) for k in ("agreement", "odds"))
        cases = int(kept["n_cases"])
    except (KeyError, TypeError, ValueError):
        return None
    sizes = len(agreement) == LEVELS and len(odds) in (0, len(ODDS) - 1)
    sound = all(n >= 0 and 0 <= a <= n + 1e-6 and 0 <= b <= n + 1e-6 for n, a, b in (*agreement, *odds))
    return Calibration(agreement, odds, cases) if sizes and sound and cases > 0 else None
