"""How much of the uncertainty each cause makes, in numbers: many draws on few pixels of every slice.

The draws of a survey are enough for its maps but not for the shares of the causes: what all pixels have in common
does not average out over the pixels, only over the draws. The shares are sums over pixels, though, and neighbours say
nearly the same, so a plan of many more draws is decoded on a thin lattice of pixels
(:mod:`~proseg_gui.inference.patches`), at the price of a fraction of the maps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import SurveyPlan
from proseg_gui.inference.points import Point
from proseg_gui.inference.uncertainty import IMPUTATION, FloatArray
from proseg_gui.jobs import CancelToken

CAUSE_PIXELS = 1024
"""A slice is measured on about this many of its pixels at the most."""

Sums = Mapping[str, np.ndarray]
"""Part -> ``(S,)`` sum of its raw map (variance form) in pixels of the model's grid."""


def cause_sums(engine: Engine, k: int, plan: SurveyPlan, points: Sequence[Point], token: CancelToken | None) -> Sums:
    """The parts on slice ``k`` from ``points``, the draws of ``plan``; all 0 where no rater would draw anything."""
    patch = engine.patch(k, CAUSE_PIXELS, token)
    if patch is None:
        return dict.fromkeys(plan.parts, np.zeros(len(engine.structures)))
    moments = plan.moments()
    for probabilities in engine.patch_probabilities(patch, points, token):
        for p in probabilities:
            moments.add(p)
    return {part: values.sum((1, 2)) * patch.step**2 for part, values in moments.maps().items()}


def shares_of(sums: Mapping[str, FloatArray], residual: float, plan: SurveyPlan) -> dict[str, float]:
    """Each cause's share of the total over a case, adding up to 1; empty where no structure may be.

    Parameters
    ----------
    sums:
        Raw :func:`cause_sums` of one structure over the case. What the chance of few draws adds to the upper parts is
        taken out of them (the corrected form, not below 0).
    residual:
        The residual's share in the maps. It depends on how sharp the probabilities are on the image's own grid, which
        a lattice of the model's grid does not tell; the means over draws are smooth, and tell the other parts on
        either. The lowest cause that the method has is what is left.
    """
    parts = plan.without_chance(sums)
    total = float(parts["total"])
    if total <= 0.0:
        return {}
    shares = {part: float(parts[part]) / total for part in plan.draws}
    able = [part for part in ("ambiguity", IMPUTATION, "intra", "inter") if plan.draws.get(part, 1) > 1]
    if able:  # the lowest
        shares[able[0]] = max(0.0, 1.0 - residual - sum(shares[part] for part in able[1:]))
    return {**shares, "residual": 1.0 - sum(shares.values())}
