"""The part of a slice that a survey has to look at: a box outside which the draws agree that nothing is there.

All draws are decoded on every n-th pixel of every n-th row first. The box holds every lattice pixel that any draw gives
more than a small probability, with a margin as wide as the lattice; the threshold is lowered until what the lattice
sees of the uncertainty outside is at most :data:`LEFT_OUT` of the slice's, or of :data:`NEGLIGIBLE` pixels' worth.
What can be missed is an island narrower than the lattice (4 pixels at 512 x 512) away from everything else
(docs/decisions/inference-region.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proseg_gui.inference.engine import Engine
from proseg_gui.inference.grid import GridPart
from proseg_gui.inference.points import Point
from proseg_gui.jobs import CancelToken

LATTICE_PIXELS = 16_384
"""The lattice has at most about so many pixels."""
THRESHOLDS = (0.01, 0.001, 0.0001)
"""A lattice pixel belongs inside where any draw gives it more than this; the next one where too much is left out."""
LEFT_OUT = 1e-3
"""Share of a slice's total uncertainty that may lie outside the box."""
NEGLIGIBLE = 0.1
"""Uncertainty (summed p(1 - p), in pixels) that may lie outside whatever the slice has: a slice with less is empty."""
MARGIN_PIXELS = 3


@dataclass(frozen=True)
class _Seen:
    """What a lattice shows, ``(S, h, w)`` each: the largest probability of any draw, and p(1 - p) of their mean."""

    most: np.ndarray
    total: np.ndarray
    step: int
    first: tuple[int, int]


def uncertain_part(
    engine: Engine, k: int, points: Sequence[Point], token: CancelToken | None = None
) -> GridPart | None:
    """The box of slice ``k`` outside which ``points`` leave nothing to measure; ``None`` where they draw nothing."""
    seen = _look(engine, k, points, token)
    pixels = seen.step**2
    allowed = np.maximum(LEFT_OUT * seen.total.sum((1, 2)) * pixels, NEGLIGIBLE)
    for threshold in THRESHOLDS:
        inside = np.any(seen.most > threshold, axis=0)
        box = _bounding(inside, seen, engine.grid.model_shape)
        outside = seen.total.copy()
        if box is not None:
            outside[_of_lattice(box, seen)] = 0.0
        if (outside.sum((1, 2)) * pixels <= allowed).all():
            return None if box is None else engine.grid.part(*box)
    return whole_part(engine)


def _look(engine: Engine, k: int, points: Sequence[Point], token: CancelToken | None) -> _Seen:
    height, width = engine.grid.model_shape
    step = max(1, math.ceil(math.sqrt(height * width / LATTICE_PIXELS)))
    first = (k % step if k % step < height else 0), (k % step if k % step < width else 0)
    lattice = engine.lattice(k, step, first, token)
    shape = (len(engine.structures), *lattice.features.shape[-2:])
    most, mean = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for probabilities in engine.patch_probabilities(lattice, points, token):
        np.maximum(most, probabilities.max(0), out=most)
        mean += probabilities.sum(0)
    mean /= len(points)
    return _Seen(most, mean * (1.0 - mean), step, first)


def _bounding(inside: np.ndarray, seen: _Seen, shape: tuple[int, int]) -> tuple[slice, slice] | None:
    """Rows and columns of the model's grid around the lattice pixels that are ``inside``, with the margin."""
    if not inside.any():
        return None
    margin = seen.step + MARGIN_PIXELS
    spans = []
    for axis, size, first in zip((1, 0), shape, seen.first, strict=True):
        at = np.flatnonzero(inside.any(axis)) * seen.step + first
        spans.append(slice(max(0, int(at[0]) - margin), min(size, int(at[-1]) + margin + 1)))
    return spans[0], spans[1]


def _of_lattice(box: tuple[slice, slice], seen: _Seen) -> tuple[slice, slice, slice]:
    """The box's own pixels of the lattice."""
    ends = [
        [max(0, -(-(at - first) // seen.step)) for at in (span.start, span.stop)]  # the next lattice pixel
        for span, first in zip(box, seen.first, strict=True)
    ]
    return slice(None), slice(*ends[0]), slice(*ends[1])


def whole_part(engine: Engine) -> GridPart:
    """Everything that the model looks at in a slice."""
    return engine.grid.part(*(slice(0, n) for n in engine.grid.model_shape))
