"""The pixels of a slice that are in doubt, with what is known of each: little enough to keep of every slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proseg_gui.inference.uncertainty import PARTS

FLOOR = 0.05
"""Pixels with less than this share of the highest doubt of a pixel so far are not kept."""
MOST_BYTES = 48 << 20
"""For all slices and structures of a case together."""


@dataclass(frozen=True, eq=False)
class DoubtedPixels:
    """``n`` pixels of one slice and one structure, in the order of rows.

    ``places``: ``(n, 2)`` row and column on the image's grid. ``parts``: ``(parts, n)``, in the order of
    :attr:`~proseg_gui.inference.plan.SurveyPlan.parts`, variance form, uncorrected. ``draws``: ``(n, bytes)`` whether
    each draw of the survey includes the pixel, packed as bits; ``raters`` the same of the raters' own predictions.
    """

    places: npt.NDArray[np.uint16]
    parts: npt.NDArray[np.float16]
    draws: npt.NDArray[np.uint8]
    raters: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.places.nbytes + self.parts.nbytes + self.draws.nbytes + self.raters.nbytes


def doubted_pixels(
    maps: npt.NDArray[np.floating],
    draws: npt.NDArray[np.uint8],
    raters: npt.NDArray[np.bool_],
    corner: tuple[int, int],
    floor: float,
    most: int,
) -> DoubtedPixels:
    """Those pixels of a box whose total is at least ``floor`` (and not 0), at most the ``most`` most doubtful.

    Parameters
    ----------
    maps:
        ``(parts, y, x)`` in the order of :attr:`~proseg_gui.inference.plan.SurveyPlan.parts`.
    draws:
        ``(bytes, y, x)`` packed bits, a draw each.
    raters:
        ``(R, y, x)`` what each rater's own prediction includes.
    corner:
        Row and column of the box's first pixel.
    """
    total = maps[PARTS.index("total")]
    found = np.flatnonzero((total >= floor) & (total > 0))
    if len(found) > most:
        found = np.sort(found[np.argpartition(-total.ravel()[found], most - 1)[:most]])
    rows, columns = np.unravel_index(found, total.shape)
    return DoubtedPixels(
        places=np.stack([rows + corner[0], columns + corner[1]], axis=1).astype(np.uint16),
        parts=maps.reshape(len(maps), -1)[:, found].astype(np.float16),
        draws=np.ascontiguousarray(draws.reshape(len(draws), -1)[:, found].T),
        raters=np.packbits(raters.reshape(len(raters), -1)[:, found].T, axis=1),
    )
