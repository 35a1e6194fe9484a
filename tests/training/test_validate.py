"""Figures from counts equal those of the metrics package on the same masks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proseg_gui.metrics.multirater import dice_identity, dice_soft, diversity, ged2, human_majority
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.dataset import prepare_case
from proseg_gui.training.validate import FIGURES, Counts, against_people, validate


@pytest.fixture
def method():
    torch.manual_seed(0)
    net = ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3)
    net.train()
    return net


@pytest.mark.parametrize("seed", [0, 1])
def test_figures_are_those_of_the_metrics(method, seed, make_study, layout):
    study = make_study(seed, shape=(3, 24, 20))
    case = prepare_case(study, layout)
    found = validate(method, [case], draws=4, seed=7)
    assert method.training and tuple(found) == (*FIGURES, "dice_identity")

    method.eval()
    with torch.no_grad():
        features = [method.encode(case.image[k : k + 1]) for k in range(3)]
        points = method.draw(None, 12, torch.Generator().manual_seed(7))
        samples = torch.stack([method.decode_many(f, points)[:, 0] > 0 for f in features], dim=1).numpy()
        own = [np.stack([(method.personalised(f, r)[0, 0] > 0).numpy() for f in features]) for r in range(3)]
    masks = [reading.mask.array for reading in study.readings]
    assert found["ged2"] == pytest.approx(ged2(masks, list(samples)).value, abs=1e-6)
    assert found["sample_diversity"] == pytest.approx(diversity(list(samples)), abs=1e-6)
    with torch.no_grad():
        maps = torch.stack([method.decode_many(f, points)[:, 0].sigmoid() for f in features], dim=1).numpy()
    assert found["dice_soft"] == pytest.approx(dice_soft(masks, list(maps)), abs=1e-6)
    readings = {name: [r.mask.array for r in study.readings if r.rater == name] for name in layout.raters}
    assert found["human_majority"] == pytest.approx(human_majority(readings), abs=1e-6)
    assert found["rater_diversity"] == pytest.approx(diversity(masks), abs=1e-6)
    by_rater = [[r.mask.array for r in study.readings if r.rater == name] for name in layout.raters]
    expected = dice_identity(by_rater, own)
    assert found["dice_identity_mean"] == pytest.approx(expected.mean(), abs=1e-6)
    assert found["dice_identity"] == pytest.approx(list(expected), abs=1e-6)


def test_a_rater_who_drew_nothing_has_no_figure(method, make_study, layout):
    cases = [prepare_case(make_study(seed, raters=layout.raters[:2]), layout) for seed in (0, 1)]
    whole = prepare_case(make_study(2), layout)
    own = validate(method, cases, draws=2, seed=0)["dice_identity"]
    assert own[2] is None and all(0 <= value <= 1 for value in own[:2])
    mixed, alone = (validate(method, some, 2, 0)["dice_identity"] for some in ([*cases, whole], [whole]))
    assert mixed[2] == alone[2]


def test_one_rater_has_no_human_majority(method, make_study, layout):
    alone = prepare_case(make_study(0, raters=layout.raters[:1]), layout)
    assert "human_majority" not in validate(method, [alone], 2, 0)
    both = [alone, prepare_case(make_study(1), layout)]
    assert validate(method, both, 2, 0)["human_majority"] == validate(method, both[1:], 2, 0)["human_majority"]


def test_two_empty_maps_agree():
    counts = Counts()
    empty, full = torch.zeros(1, 1, 5), torch.ones(1, 1, 5)
    counts.add(torch.cat([empty, full], 1), empty)
    assert counts.dice().tolist() == [[[1.0], [0.0]]]
    assert counts.distance().tolist() == [[[0.0], [1.0]]]


def test_counts_add_up_over_slices():
    whole, parts = Counts(), Counts()
    left, right = torch.randint(0, 2, (1, 3, 40)).float(), torch.randint(0, 2, (1, 2, 40)).float()
    whole.add(left, right)
    for piece in range(4):
        parts.add(left[..., piece * 10 : piece * 10 + 10], right[..., piece * 10 : piece * 10 + 10])
    assert np.array_equal(whole.dice(), parts.dice())


def test_whether_raters_are_told_apart_has_an_interval_over_cases(method, make_cases):
    cases = make_cases(4)
    found = against_people(method, cases)
    singles = [validate(method, [case], draws=1, seed=0) for case in cases]
    own_wrong = [figures["dice_identity_mean"] - figures["dice_identity_permuted"] for figures in singles]
    assert found["own_minus_wrong"]["mean"] == pytest.approx(np.mean(own_wrong), abs=1e-4)
    assert found["own_minus_wrong"]["low"] <= found["own_minus_wrong"]["mean"] <= found["own_minus_wrong"]["high"]
    humans = [figures["dice_identity_mean"] - figures["human_majority"] for figures in singles]
    assert found["own_minus_majority"]["mean"] == pytest.approx(np.mean(humans), abs=1e-4)
    assert found["own_minus_majority"]["n_cases"] == 4
    one = against_people(method, cases[:1])["own_minus_wrong"]
    assert one["low"] is None and one["high"] is None and one["n_cases"] == 1


def test_one_rater_cannot_be_mistaken_for_another(method, make_study, layout):
    assert against_people(method, [prepare_case(make_study(0, raters=layout.raters[:1]), layout)]) == {}
