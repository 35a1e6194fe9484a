"""The four simulated raters: a known distribution of readings, and its exact split of uncertainty by cause.

A reading of rater r is deterministic given three independent draws, each from a finite set of equally likely values:

* jitter t: how far out the rater's hand is in this reading, coherent over the lesion (one of :data:`JITTER`, times
  the rater's own ``jitter_mm``): **intra-expert**;
* border b (one of :data:`BORDER`, times ``BORDER_SHARE`` of the case's border width) and lobe u (one of
  ``LOBE_STATES``; the lobe belongs when ``u < lobe_in``): what the image leaves open, **ambiguity**;

with the rater's style (level, smoothing, whether a lobe is ever drawn): **inter-expert**. As every cause is finite and
equally weighted, :func:`true_parts` is an enumeration, not an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from proseg_gui.phantom.lesion import LOBE_STATES, Depths, Lesion
from proseg_gui.phantom.noise import Float32Array


def _normal_nodes(n: int) -> tuple[float, ...]:
    """Choose n equally likely values of mean 0 and variance 1, spaced as normal quantiles."""
    nodes = np.array([NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)])
    return tuple(float(v) for v in nodes / nodes.std())


JITTER = _normal_nodes(5)
BORDER = _normal_nodes(5)
BORDER_SHARE = 0.3
"""Standard deviation of where the border is seen, as a share of the border's width."""


@dataclass(frozen=True)
class Style:
    """How a rater draws: ``level`` in border widths outwards of the median surface, ``jitter_mm`` between readings."""

    level: float
    jitter_mm: float
    smooth: bool = False
    draws_lobe: bool = True


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "generous": Style(level=0.55, jitter_mm=0.8),
        "no_lobe": Style(level=0.0, jitter_mm=0.6, draws_lobe=False),
        "smooth": Style(level=0.0, jitter_mm=0.6, smooth=True),
        "tight": Style(level=-0.55, jitter_mm=0.4),
    }
)
"""The raters by name, in the sorted order that a trained bundle has."""


@dataclass(frozen=True)
class Draw:
    """What one reading drew: indices into :data:`JITTER` and :data:`BORDER`, and the lobe's state."""

    jitter: int
    border: int
    lobe: int


def random_draw(rng: np.random.Generator) -> Draw:
    """Draw a reading from the generator's distribution."""
    jitter, border, lobe = rng.integers((len(JITTER), len(BORDER), LOBE_STATES))
    return Draw(int(jitter), int(border), int(lobe))


def reading_mask(lesion: Lesion, fields: Depths, rater: str, draw: Draw) -> npt.NDArray[np.bool_]:
    """``(z, y, x)`` mask that ``rater`` draws given ``draw``."""
    with_lobe = STYLES[rater].draws_lobe and draw.lobe < lesion.lobe_in
    return _surface(fields, rater, with_lobe) > -_offset_mm(lesion, rater, draw.jitter, draw.border)


def _surface(fields: Depths, rater: str, with_lobe: bool) -> Float32Array:
    if STYLES[rater].smooth:
        return fields.smooth_both if with_lobe else fields.smooth_body
    return fields.both if with_lobe else fields.body


def _offset_mm(lesion: Lesion, rater: str, jitter: int, border: int) -> np.float32:
    style = STYLES[rater]
    widths = style.level + BORDER_SHARE * BORDER[border]
    return np.float32(lesion.border_mm * widths + style.jitter_mm * JITTER[jitter])


def reading_probability(lesion: Lesion, fields: Depths, rater: str, jitter: int) -> npt.NDArray[np.float64]:
    """``(z, y, x)`` probability that ``rater`` includes a voxel when the hand is at ``jitter``: E over ambiguity."""
    share = lesion.lobe_in / LOBE_STATES if STYLES[rater].draws_lobe else 0.0
    result = np.zeros(fields.body.shape)
    for border in range(len(BORDER)):
        offset = _offset_mm(lesion, rater, jitter, border)
        result += (1.0 - share) * (_surface(fields, rater, False) > -offset)
        result += share * (_surface(fields, rater, True) > -offset)
    return result / len(BORDER)


def true_parts(lesion: Lesion, fields: Depths) -> dict[str, npt.NDArray[np.float64]]:
    """Maps ``(z, y, x)`` of the split by cause (docs/METHOD.md section 5, variance form) of the generator itself.

    Keys: ``probability`` (the mean over raters and draws), ``total``, ``inter``, ``intra``, ``ambiguity`` and
    ``residual``, which is 0: a reading is binary once every cause is fixed.
    """
    shape = fields.body.shape
    sum_r, square_r, square_rt = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for rater in STYLES:
        mean = np.zeros(shape)
        for jitter in range(len(JITTER)):
            p = reading_probability(lesion, fields, rater, jitter)
            mean += p
            square_rt += p * p
        mean /= len(JITTER)
        sum_r += mean
        square_r += mean * mean
    n = len(STYLES)
    mean, square_r, square_rt = sum_r / n, square_r / n, square_rt / (n * len(JITTER))
    return {
        "probability": mean,
        "total": mean - mean * mean,
        "inter": np.maximum(square_r - mean * mean, 0.0),
        "intra": np.maximum(square_rt - square_r, 0.0),
        "ambiguity": mean - square_rt,
        "residual": np.zeros(shape),
    }
