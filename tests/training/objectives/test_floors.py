"""The floors: heads, majority, levels. What every objective must hold, and what is particular to each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.training.methods import new_network
from proseg_gui.training.objectives.base import rater_share, single_slices
from proseg_gui.training.objectives.majority import ThresholdObjective, _case_dice


class TestProSeg(ObjectiveTests):
    kind = "proseg"


class TestRaterHeads(ObjectiveTests):
    kind = "rater_heads"


class TestMajority(ObjectiveTests):
    kind = "majority"


class TestThreshold(ObjectiveTests):
    kind = "threshold"


def test_raters_count_equally_in_the_share_whatever_their_readings():
    masks = torch.tensor([[[1.0, 1.0]], [[0.0, 1.0]], [[1.0, 0.0]]]).view(1, 3, 2, 1, 1)
    observed = torch.tensor([[1, 1], [1, 1], [0, 0]]).bool().view(1, 3, 2, 1)
    share, there = rater_share(masks, observed)
    assert share.tolist() == [[[0.75]]] and there.tolist() == [[True]]
    assert rater_share(masks, torch.zeros_like(observed))[1].tolist() == [[False]]


def test_slices_become_items_with_their_own_masks(make_cases):
    from proseg_gui.training.dataset import Batches

    batch = Batches(make_cases(3, shape=(4, 16, 20)), RECIPE, 4)(0)
    images, masks, observed = single_slices(batch)
    assert images.shape[0] == masks.shape[0] == observed.shape[0] == 4
    assert torch.equal(images[3], batch.images[1, 1]) and torch.equal(masks[3], batch.masks[1, :, :, :, 1])


def test_heads_learn_who_draws_wider(layout, make_cases, tmp_path):
    from dataclasses import replace

    long = replace(RECIPE, steps=80)
    trainer = TestRaterHeads().trainer(layout, make_cases(5), tmp_path / "run", long)
    trainer.run()
    area = trainer.method.rater_area
    assert area[0] < area[1]  # rater 3, the widest, also has empty readings in odd cases
    assert trainer.method.preference_controls()[0].share > 0.5


def test_the_level_of_a_rater_is_the_one_with_the_best_dice(layout, make_cases):
    torch.manual_seed(0)
    method = new_network("threshold", layout, RECIPE)
    cases = make_cases(2)
    with torch.no_grad():  # the map is the intensity itself: bright discs, widened by a lower level
        method.encode = lambda image: 3.0 * image
    ThresholdObjective(method, RECIPE).fit(cases)
    offsets = method.offset[:, 0]
    assert offsets[0] < offsets[1] < offsets[2]  # rater i draws i pixels wider
    dice = torch.stack([_case_dice(method, case, torch.sigmoid(-offsets[:1]))[0, 0, 0] for case in cases]).mean()
    for other in (-2.5, -1.0, 0.0, 1.0):
        level = torch.sigmoid(torch.tensor([-other]))
        assert dice >= torch.stack([_case_dice(method, case, level)[0, 0, 0] for case in cases]).mean() - 1e-6


def test_a_rater_who_drew_nothing_yet_keeps_the_middle(layout, make_cases):
    from dataclasses import replace

    method = new_network("threshold", layout, RECIPE)
    case = make_cases(1)[0]
    observed = case.observed.clone()
    observed[1] = False
    ThresholdObjective(method, RECIPE).fit([replace(case, observed=observed)])
    assert float(method.offset[1, 0]) == pytest.approx(0.0, abs=1e-6)
