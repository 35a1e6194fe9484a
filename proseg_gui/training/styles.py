"""How raters draw, measured on their training masks: what a bundle keeps, and what sentences are written about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from proseg_gui.metrics.style import majority, style_attributes
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.training.dataset import TrainingCase

MEASURED_SLICES = 3
"""Of a case, those on which most is drawn."""
LEAST_SCALE = 1e-3
FEWEST_CASES = 3
"""Of fewer nothing is kept: a style would be that of a single patient's drawing."""


def measured_styles(masks: Tensor, observed: Tensor) -> np.ndarray:
    """Style of each rater's first reading, the mean over structures: ``(V, R, 6)``; NaN where nothing was drawn.

    ``masks (V, R, Q, S, n, H, W)``, ``observed (V, R, Q, S)``. The consensus is the majority of an item's raters.
    """
    drawn, there = masks.cpu().numpy() > 0.5, observed.cpu().numpy()
    items, raters, _, structures = there.shape
    found = np.full((items, raters, structures, len(ATTRIBUTES)), np.nan)
    for v in range(items):
        for s in range(structures):
            first = [(r, int(there[v, r, :, s].argmax())) for r in range(raters) if there[v, r, :, s].any()]
            if len(first) > 1:
                own = np.stack([drawn[v, r, q, s] for r, q in first])
                found[v, [r for r, _ in first], s] = style_attributes(own, majority(list(own)))
    known = np.isfinite(found)
    total: np.ndarray = np.where(known, found, 0.0).sum(2) / np.maximum(known.sum(2), 1)
    return np.where(known.any(2), total, np.nan)


def case_styles(cases: Sequence[TrainingCase]) -> np.ndarray:
    """:func:`measured_styles` of whole cases, on the slices where most is drawn: ``(cases, R, 6)``."""
    found = []
    for case in cases:
        count = min(MEASURED_SLICES, case.masks.shape[3])
        slices = case.masks.flatten(0, 2).sum((0, 2, 3)).topk(count).indices.sort().values
        found.append(measured_styles(case.masks[:, :, :, slices].float()[None], case.observed[None]))
    return np.concatenate(found)


def style_record(cases: Sequence[TrainingCase]) -> dict[str, Any]:
    """What a card says about how its raters draw; nothing of fewer than three cases or of a single rater.

    ``mean`` and ``scale`` of each attribute over raters and cases, and for each rater the mean in these deviations;
    ``None`` for a rater who never drew beside another.
    """
    if len(cases) < FEWEST_CASES or cases[0].masks.shape[0] < 2 or any(case.encoded for case in cases):
        return {}
    styles = case_styles(cases)
    known = np.isfinite(styles).all(-1)
    if not known.any():
        return {}
    mean, scale = styles[known].mean(0), styles[known].std(0)
    standard = (styles - mean) / np.where(scale > LEAST_SCALE, scale, 1.0)
    rows = [
        [round(float(v), 3) for v in standard[known[:, r], r].mean(0)] if known[:, r].any() else None
        for r in range(styles.shape[1])
    ]
    return {
        "attributes": list(ATTRIBUTES), "cases": len(cases), "mean": [round(float(v), 5) for v in mean],
        "scale": [round(float(v), 5) for v in scale], "raters": rows,
    }  # fmt: skip
