"""Adapters on a frozen encoder: the interface, the objective, pointing in training, and what clicks do."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.sam_adapter import SamAdapter
from proseg_gui.training.objectives.sam_adapter import energy_score, pointed_at


class Trainable(SamAdapter):
    def told(self, features):
        at = features[0][:, [1, 9, 12], [3, 8, 2]].T
        inside, corners = torch.tensor([True, False, True]), features[0][:, [2, 9], [2, 11]].T
        return self.clicked(self.consensus_style(), at, inside, corners, 1)

    def personalised_for_training(self, features, rater):
        return self.decode(features, self.told(features))

    def samples_for_training(self, features):
        points = self.draw(None, 8, torch.Generator().manual_seed(0))
        code, _ = self.posterior(torch.ones(1, self.n_channels + self.n_structures, 16, 16))
        return self.decode_many(features, {**points, "eps": points["eps"] + code})


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, code=3)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "sam_adapter"
    steps = 40


def discs(count, radius=8, structures=1):
    y, x = torch.meshgrid(torch.arange(40), torch.arange(48), indexing="ij")
    disc = ((y - 18) ** 2 + (x - 25) ** 2 <= radius**2).float()
    return disc.expand(count, structures, -1, -1).clone()


def test_pointing_is_true_of_the_mask_and_a_quarter_is_not_pointed_at():
    torch.manual_seed(0)
    masks = discs(400, structures=2)
    masks[:, 1] = 1.0 - masks[:, 1]
    found = pointed_at(masks, torch.ones(400, 2, dtype=torch.bool), discs(400, 5, 2) > 0)
    assert float(found.quiet.float().mean()) == pytest.approx(0.25, abs=0.07)
    assert (found.said.abs().sum(-1) <= 1).all() and (found.boxed.sum(-1) <= 1).all()
    for i in range(400):
        for n in range(found.said.shape[1]):
            for structure in found.said[i, n].nonzero()[:, 0].tolist():
                inside = masks[i, structure, found.rows[i, n], found.columns[i, n]] > 0
                assert float(found.said[i, n, structure]) == (1.0 if inside else -1.0)
    of_disc = found.corners[found.boxed[:, 0] > 0]
    sides = of_disc[:, 1] - of_disc[:, 0] + 1
    assert len(of_disc) > 20 and (sides - 17).abs().max() <= 8 and float(sides.float().std()) > 0.5


def test_an_empty_mask_and_one_that_nobody_drew_have_no_box():
    torch.manual_seed(0)
    there = torch.ones(200, 1, dtype=torch.bool)
    there[100:] = False
    found = pointed_at(torch.zeros(200, 1, 40, 48), there, discs(200) > 0)
    assert not found.boxed.any() and (found.said <= 0).all()
    assert found.said[:100].any() and found.quiet[100:].all()


def test_the_energy_is_least_where_draws_are_as_the_masks_are():
    masks = torch.stack([discs(1, 6)[0], discs(1, 10)[0]], 1).flatten(-2).transpose(0, 1)[None]
    masks = masks.view(1, 2, 1, -1)
    meant = torch.ones(1, 2, 1, dtype=torch.bool)
    both = torch.where(masks > 0, 20.0, -20.0).repeat_interleave(8, 1)
    one, middle = both[:, :1].expand_as(both), torch.where(discs(1, 8).flatten() > 0, 20.0, -20.0).expand_as(both)
    scores = [float(energy_score(logits, masks, meant, 1.0)) for logits in (both, one, middle)]
    assert scores[0] < min(scores[1:])


def test_draws_differ_as_raters_do_and_clicks_are_followed(layout, make_cases, tmp_path):
    """Raters draw discs of three sizes: a click between the sizes says which are meant."""
    trainer = TestObjective().trainer(layout, make_cases(6), tmp_path / "run", replace(RECIPE, steps=80))
    trainer.run()
    method, case = trainer.method.eval(), trainer.held_out[0]
    small, large = (case.masks[r, 0, 0, 0] > 0 for r in case.masks[:, 0, 0].flatten(1).sum(1).argsort()[[0, -1]])
    ring = (large & ~small).nonzero()
    row, column = ring[len(ring) // 2].tolist()
    with torch.no_grad():
        features = method.encode(case.image[:1])
        draws = method.draw(None, 64, torch.Generator().manual_seed(0))
        areas = (method.decode_many(features, draws) > 0).float().sum((1, 2, 3))
        assert float(areas.std() / areas.mean()) > 0.1
        told = {}
        for inside in (True, False):
            pixel = features[:, :, row, column]
            point = method.clicked(method.consensus_style(), pixel, torch.tensor([inside]), None)
            logits = method.decode(features, point)[0, 0]
            told[inside] = float((logits > 0).float().sum()), float(logits[row, column])
    assert told[False][0] < told[True][0] and told[False][1] < told[True][1] - 0.5
