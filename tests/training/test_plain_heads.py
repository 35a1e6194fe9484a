"""A new model beside plain heads on its own features: they learn, the model does not, and spreads are the metrics'."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.metrics.floors import fair_ged2, random_levels
from proseg_gui.metrics.multirater import ged2
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import plain_heads
from proseg_gui.training.plain_heads import against_heads, trained_heads
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.validate import identity_and_wrong

RECIPE = Recipe(widths=(4, 8), items=3)


@pytest.fixture
def method():
    torch.manual_seed(0)
    return ProSeg(3, widths=(4, 8)).eval()


def test_heads_learn_on_frozen_features(method, make_cases, monkeypatch):
    cases = make_cases(4)
    before = {name: value.clone() for name, value in method.state_dict().items()}
    monkeypatch.setattr(plain_heads, "STEPS", 1)
    first = np.mean([identity_and_wrong(trained_heads(method, cases, RECIPE), case)[0] for case in cases])
    monkeypatch.setattr(plain_heads, "STEPS", 60)
    heads = trained_heads(method, cases, RECIPE)
    assert np.mean([identity_and_wrong(heads, case)[0] for case in cases]) > first + 0.2
    assert all(torch.equal(value, before[name]) for name, value in method.state_dict().items())


def test_the_record_holds_differences_with_intervals_and_the_metrics_spreads(method, make_cases, monkeypatch):
    monkeypatch.setattr(plain_heads, "STEPS", 5)
    cases = make_cases(5)
    found = against_heads(method, cases[:3], cases[3:], RECIPE)
    heads = trained_heads(method, cases[:3], RECIPE)
    own, wrong = np.array([[identity_and_wrong(m, c) for c in cases[3:]] for m in (method, heads)]).transpose(2, 0, 1)
    assert found["n_cases"] == 2
    for name, values in (("dice_identity", own), ("own_minus_wrong", own - wrong)):
        assert found[name]["model"] == pytest.approx(values[0].mean(), abs=1e-4)
        assert found[name]["heads"] == pytest.approx(values[1].mean(), abs=1e-4)
        assert found[name]["difference"]["mean"] == pytest.approx((values[0] - values[1]).mean(), abs=2e-4)
    expected = []
    for case in cases[3:]:
        labels = [m.numpy().astype(bool)[0] for r in range(3) for m in case.masks[r, case.observed[r, :, 0], 0]]
        with torch.no_grad():
            features = method.encode(case.image)
            points = method.draw(None, 24, torch.Generator().manual_seed(RECIPE.seed))
            logits = method.decode_many(features, points)[:, 0]
            corners = [heads.personalised(features, r)[0, 0].numpy() > 0 for r in range(3)]
        mean = torch.sigmoid(logits).mean(0).numpy()
        expected.append(
            (fair_ged2(labels, list(logits.numpy() > 0)), ged2(labels, corners).value, random_levels(labels, mean))
        )
    assert list(found["fair_ged2"].values()) == pytest.approx(np.mean(expected, 0), abs=1e-4)


def test_volumes_are_judged_by_slices_spread_over_them(method, make_cases, monkeypatch):
    monkeypatch.setattr(plain_heads, "STEPS", 1)
    monkeypatch.setattr(plain_heads, "MOST_VOXELS", 16 * 20 * 2)
    cases = make_cases(3, shape=(5, 16, 20))
    found = against_heads(method, cases[:2], cases[2:], replace(RECIPE, volumes=2, slices=2))
    assert found["n_cases"] == 1 and found["dice_identity"]["difference"]["low"] is None
    for case in cases:
        case.observed[:] = False
    assert against_heads(method, make_cases(2), cases[2:], RECIPE) == {}
