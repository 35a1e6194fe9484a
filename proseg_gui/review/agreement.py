"""A contour against the masks that came with the case: each reading, their majority, their STAPLE consensus.

The figures are those of ``proseg-gui evaluate`` (:mod:`proseg_gui.metrics`), of one structure over the whole volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.volume import Geometry, Mask, Reading

MAJORITY, STAPLE = "majority", "STAPLE"


@dataclass(frozen=True, eq=False)
class Reference:
    """What a contour is held against. ``rater`` is empty for a consensus."""

    name: str
    mask: npt.NDArray[np.bool_]
    rater: str = ""


@dataclass(frozen=True)
class Agreement:
    """A contour against one reference. ``volume_ml`` is contour minus reference; distances of an empty mask: inf."""

    dice: float
    surface_dice: float
    hd95_mm: float
    assd_mm: float
    volume_ml: float


def references(own: Sequence[Reading]) -> list[Reference]:
    """The readings of one structure, then two consensuses.

    The majority is what more than half of all readings include; it and STAPLE are there from two readings on.
    """
    from proseg_gui.metrics.overlap import MaskSet, frequency
    from proseg_gui.metrics.staple import staple

    found = [Reference(_name(reading), reading.mask.array, reading.rater) for reading in own]
    if len(own) > 1:
        drawn = MaskSet.of([reading.mask.array for reading in own])
        found.append(Reference(MAJORITY, frequency(drawn) > 0.5))
        found.append(Reference(STAPLE, staple(drawn)))
    return found


def _name(reading: Reading) -> str:
    return f"{reading.rater} ({reading.reading})" if reading.reading else reading.rater


def agreement(contour: npt.NDArray[np.bool_], reference: npt.NDArray[np.bool_], geometry: Geometry) -> Agreement:
    """Hold a ``(z, y, x)`` mask against another on the same grid."""
    from proseg_gui.metrics.overlap import dice
    from proseg_gui.metrics.surface import surface_distances

    distances = surface_distances(contour, reference, geometry.spacing_mm, SURFACE_TOLERANCE_MM)
    difference = Mask(contour, geometry).volume_ml - Mask(reference, geometry).volume_ml
    return Agreement(dice(contour, reference), distances.surface_dice, distances.hd95_mm, distances.assd_mm, difference)
