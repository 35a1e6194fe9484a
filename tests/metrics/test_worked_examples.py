"""docs/METRICS.md's table of worked examples, every row and every number (1 x 4 pixels)."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.metrics.multirater import dice_identity, dice_match, dice_max, dice_max_parts, dice_soft, ged2

MASKS = {"A": [1, 1, 0, 0], "B": [1, 1, 1, 0], "C": [0, 0, 0, 0], "D": [0, 1, 0, 0], "E": [0, 0, 1, 1]}
SOFT = [[0.9, 0.8, 0.2, 0.1], [0.9, 0.8, 0.6, 0.1], [0.5, 0.5, 0.4, 0.1], [0.3, 0.9, 0.1, 0.1]]

# labels, predictions, GED^2, (cross, dL, dP), (mean_j max_i, mean_i max_j), match, identity, soft
ROWS = [
    ("ABAD", "ABAD", 0.0, (0.291667, 0.291667, 0.291667), (1, 1), 1, 1, 1),
    ("AB", "BA", 0.0, (0.166667,) * 3, (1, 1), 1, 0.8, 1),
    ("ABDA", "AABB", 0.083333, (0.270833, 0.291667, 0.166667), (1, 0.916667), 0.875, 0.775, 0.893333),
    ("AB", "ABDC", 0.229167, (0.479167, 0.166667, 0.5625), (0.666667, 1), 1, 1, 0.626667),
    ("ABAD", "soft", 0.125, (0.489583, 0.291667, 0.5625), (0.75, 1), 0.75, 0.75, 0.693333),
    ("CC", "CC", 0.0, (0, 0, 0), (1, 1), 1, 1, 1),
    ("CC", "AA", 2.0, (1, 0, 0), (0, 0), 0, 0, 0),
    ("AC", "AC", 0.0, (0.5, 0.5, 0.5), (1, 1), 1, 1, 1),
    ("AC", "AA", 0.5, (0.5, 0.5, 0), (1, 0.5), 0.5, 0.5, 0.4),
    ("AA", "EE", 2.0, (1, 0, 0), (0, 0), 0, 0, 0),
]
PARITY = [("AB", "ABDC", 0.166667, 0.625), ("ABAD", "soft", 0.0625, 0.625)]


def masks(names: str) -> list[np.ndarray]:
    if names == "soft":
        return [np.array([row]) for row in SOFT]
    return [np.array([MASKS[name]], dtype=bool) for name in names]


@pytest.mark.parametrize(("labels", "predictions", "value", "parts", "best", "match", "identity", "soft"), ROWS)
def test_row(labels, predictions, value, parts, best, match, identity, soft) -> None:
    y, p = masks(labels), masks(predictions)
    ged = ged2(y, p)
    assert ged.value == pytest.approx(value, abs=1e-6)
    assert (ged.cross, ged.labels, ged.predictions) == pytest.approx(parts, abs=1e-6)
    assert dice_max_parts(y, p) == pytest.approx(best, abs=1e-6)
    assert dice_max(y, p) == pytest.approx(sum(best) / 2, abs=1e-6)
    assert dice_match(y, p) == pytest.approx(match, abs=1e-6)
    own = dice_identity([[mask] for mask in y], p[: len(y)])
    assert own.mean() == pytest.approx(identity, abs=1e-6)
    assert dice_soft(y, p) == pytest.approx(soft, abs=1e-6)


@pytest.mark.parametrize(("labels", "predictions", "value", "within"), PARITY)
def test_parity_rule_counts_two_empty_masks_as_different(labels, predictions, value, within) -> None:
    ged = ged2(masks(labels), masks(predictions), empty_distance=1.0)
    assert ged.value == pytest.approx(value, abs=1e-6)
    assert ged.predictions == pytest.approx(within, abs=1e-6)
