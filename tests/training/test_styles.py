"""How raters draw, measured on training masks: what counts, and what a card keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Card
from proseg_gui.prompts.attributes import ATTRIBUTES
from proseg_gui.training.styles import measured_styles, style_record


def test_styles_are_measured_on_what_was_drawn_only():
    masks = torch.zeros(1, 3, 2, 1, 1, 32, 32)
    for r, radius in enumerate((8, 10, 12)):
        masks[0, r, :, 0, 0] = torch.hypot(*torch.meshgrid(*2 * [torch.arange(32.0) - 16], indexing="ij")) < radius
    observed = torch.ones(1, 3, 2, 1, dtype=torch.bool)
    sizes = measured_styles(masks, observed)[0, :, 0]
    assert sizes[0] < -0.2 and sizes[1] == 0.0 and sizes[2] > 0.2
    observed[0, 0] = False
    masks[0, 0] = 1.0
    found = measured_styles(masks, observed)
    assert np.isnan(found[0, 0]).all() and np.isfinite(found[0, 1:]).all()


def test_a_card_keeps_means_of_raters_and_nothing_of_few_cases(make_cases):
    cases = make_cases(4)
    record = style_record(cases)
    sizes = [row[0] for row in record["raters"]]
    assert record["attributes"] == list(ATTRIBUTES) and record["cases"] == 4 and len(sizes) == len(cases[0].masks)
    areas = [float(sum(case.masks[r].sum() for case in cases)) for r in range(len(sizes))]
    assert np.argsort(sizes).tolist() == np.argsort(areas).tolist()
    assert style_record(cases[:2]) == {}
    assert style_record([c for c in make_cases(4) if not c.observed.zero_()[0].any()]) == {}


def card(**more):
    sizes = {"n_raters": 2, "n_structures": 1, "n_channels": 1}
    return Card("proseg", "a", "1", sizes, ("a", "b"), ("s",), ("c",), "MR", (1.0, 1.0),
                {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"}, **more)  # fmt: skip


def test_a_card_with_a_damaged_style_is_refused():
    good = {"attributes": list(ATTRIBUTES), "cases": 3, "mean": [0.0] * 6, "scale": [1.0] * 6,
            "raters": [[0.5] * 6, None]}  # fmt: skip
    assert card(style=good).style == good and card().style == {}
    for key, wrong in (("raters", [[0.5] * 6]), ("mean", [0.0]), ("scale", ["x"] * 6), ("attributes", "size"),
                       ("raters", [[0.5] * 5, None])):  # fmt: skip
        with pytest.raises(ValueError, match="how its raters draw"):
            card(style={**good, key: wrong})
