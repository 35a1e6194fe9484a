"""A simulated reader, who has a reading in mind and corrects a contour stroke by stroke: what conditioning is tried on.

Each stroke goes to the deepest point of the largest error of any slice that is not done yet: a disc, of which the
reader says only what is on the same side of the own contour. Deterministic.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, label

from proseg_gui.metrics.overlap import dice

Bools = npt.NDArray[np.bool_]
Place = tuple[int, int, int]
GOOD_DICE = 0.95
"""A slice that agrees so well is done."""


class Reader:
    """``truth (z, y, x)`` is the reading in mind, ``disc_mm`` the radius of a stroke."""

    def __init__(self, truth: Bools, spacing_mm: Sequence[float], disc_mm: float) -> None:
        self._truth, self._disc_mm = truth, disc_mm
        self._spacing = tuple(spacing_mm[1:])
        rows, columns = (np.arange(n) for n in truth.shape[1:])
        self._rows, self._columns = rows[:, None] * spacing_mm[1], columns[None] * spacing_mm[2]

    def worst(self, shown: Bools, done: Container[int]) -> Place | None:
        """The deepest point of the largest error on any slice that is not done; ``None`` when all is right."""
        largest, found = 0, None
        for k in np.flatnonzero((shown != self._truth).any((1, 2))).tolist():
            if k in done:
                continue
            for side in (True, False):
                pieces, count = label((shown[k] != self._truth[k]) & (self._truth[k] == side))
                if not count:
                    continue
                sizes = np.bincount(pieces.ravel())[1:]
                if sizes.max() > largest:
                    largest, found = int(sizes.max()), (k, pieces == sizes.argmax() + 1)
        if found is None:
            return None
        k, piece = found
        depth = distance_transform_edt(np.pad(piece, 1), self._spacing)[1:-1, 1:-1]
        y, x = np.unravel_index(depth.argmax(), piece.shape)
        return k, int(y), int(x)

    def disc(self, place: Place) -> Bools:
        """``(y, x)`` what a stroke there says something about."""
        k, y, x = place
        distance = np.hypot(self._rows - self._rows[y], self._columns - self._columns[:, x])
        return np.asarray((distance <= self._disc_mm) & (self._truth[k] == self._truth[place]))

    def stroke(self, shown: Bools, said: npt.NDArray[np.uint8], done: set[int]) -> Place | None:
        """Correct the worst error of ``shown`` and note in ``said`` what was said (1 in, 2 out); where it was.

        A slice that is good enough then is ``done``.
        """
        place = self.worst(shown, done)
        if place is not None:
            k, disc = place[0], self.disc(place)
            said[k][disc] = 1 if self._truth[place] else 2
            shown[k][disc] = self._truth[place]
            if dice(shown[k], self._truth[k]) >= GOOD_DICE:
                done.add(k)
        return place
