"""Mixture of stochastic experts: the interface, the objective, and that masks are carried as the paper says."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.mose import MixtureOfStochasticExperts
from proseg_gui.training.dataset import prepare_case
from proseg_gui.training.loop import Trainer
from proseg_gui.training.objectives.mose import divergence, mask_weights, transport
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume


class Trainable(MixtureOfStochasticExperts):
    def personalised_for_training(self, features, rater):
        """Each reading, with the gate's probabilities: the gate has a gradient through these only."""
        points, chances = self.weighed_readings(features)
        return self.decode_many(features, points) + chances.view(-1, 1, 1, 1)

    def samples_for_training(self, features):
        return self.decode_many(features, self.draw(None, 8, torch.Generator().manual_seed(0)))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, readings=3, code=4)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "mose"
    steps = 50  # at first all readings take as much, and the gate has nothing to learn yet


def test_the_middle_reading_is_everybodys_and_readings_are_numbered_by_area(layout, make_cases, tmp_path):
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=80))
    trainer.run()
    method = trainer.method.eval()
    areas = torch.zeros(method.readings)
    with torch.no_grad():
        for case in trainer.train:
            features = method.encode(case.image[:1])
            points, chances = method.weighed_readings(features)
            logits = method.decode_many(features, points)
            areas += torch.sigmoid(logits).sum((1, 2, 3))
            middle = int((chances.cumsum(-1) < 0.5).sum())
            assert torch.allclose(method.decode(features, method.consensus_style())[0], logits[middle], atol=1e-4)
    assert (areas.diff() >= 0).all()


def test_three_raters_become_readings_with_their_shares(layout, make_cases, tmp_path):
    """Three sizes drawn equally often, and in every second case one reading in six is empty."""
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=200))
    trainer.run()
    with torch.no_grad():
        case = trainer.train[0]
        features = trainer.method.eval().encode(case.image[:1])
        points, chances = trainer.method.weighed_readings(features)
        areas = (trainer.method.decode_many(features, points) > 0).float().sum((1, 2, 3))
    drawn = case.masks[:, 0].flatten(1).sum(1)
    for area in drawn:
        near = (areas - area).abs() < 0.2 * area
        assert near.any()
        assert float(chances[0][near].sum()) == pytest.approx(1 / 3, abs=0.12)


def test_masks_go_to_the_cheapest_sample_and_no_reading_takes_more_than_its_cap():
    cost = torch.tensor([[[0.1, 0.2, 0.3, 0.9], [0.5, 0.1, 0.9, 0.9], [0.8, 0.8, 0.8, 0.4], [0.9, 0.9, 0.9, 0.8]]])
    weights = torch.full((1, 4), 0.25)
    free = transport(cost, weights, 1.0, samples=2)
    assert torch.allclose(free.sum(1), weights)
    assert free[0, 0].tolist() == [0.25, 0.0, 0.25, 0.0] and free[0, 1].tolist() == [0.0, 0.25, 0.0, 0.0]
    assert free[0, 2].tolist() == [0.0, 0.0, 0.0, 0.25]
    capped = transport(cost, weights, 0.5, samples=2)
    assert torch.allclose(capped.sum(1), weights)
    assert capped[0, :2].sum() == pytest.approx(0.5) and capped[0, 2].tolist() == [0.0, 0.0, 0.25, 0.25]


def test_raters_count_equally_whatever_their_number_of_readings():
    observed = torch.ones(2, 2, 2, 1, dtype=torch.bool)
    observed[0, 1, 1] = False
    observed[1] = False
    assert mask_weights(observed).tolist() == [[0.25, 0.25, 0.5, 0.0], [0.0] * 4]


def test_the_gate_is_right_where_its_chances_are_the_masses():
    mass = torch.tensor([[0.75, 0.25, 0.0], [0.0, 0.0, 0.0]])
    assert divergence(mass, torch.tensor([[0.75, 0.25, 0.0], [0.2, 0.3, 0.5]])).tolist() == pytest.approx([0.0, 0.0])
    assert float(divergence(mass, torch.tensor([[0.5, 0.25, 0.25], [1 / 3] * 3]))[0]) > 0.1


def lobed(seed, share, layout):
    """A disc with a lobe that is brighter the more of eight readings, ``share`` of them, include it."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:24, :24]
    centre = rng.uniform((8, 7), (16, 10))
    body = np.hypot(y - centre[0], x - centre[1]) < 5
    lobe = (np.hypot(y - centre[0], x - centre[1] - 7) < 3.5) & ~body
    image = np.where(body, 100.0, 0.0) + np.where(lobe, 30.0 + 70.0 * share, 0.0) + rng.normal(0, 5, (24, 24))
    geometry = Geometry.plain((1, 24, 24), (3.0, 1.0, 1.0))
    readings = tuple(
        Reading(layout.raters[i % 2], "disc", Mask((body | (lobe & taken))[None], geometry), str(i // 2 + 1))
        for i, taken in enumerate(rng.permutation(8) < round(8 * share))
    )
    volume = Volume(image[None].astype(np.float32), geometry, modality="MR")
    return prepare_case(Study(f"lobe{seed}", {"T2": volume}, ("disc",), readings), layout), torch.from_numpy(lobe)


def test_readings_with_a_lobe_have_the_lobes_probability_in_this_image(layout, tmp_path):
    two = replace(layout, raters=layout.raters[:2])
    cases = [lobed(i, (0.25, 0.75)[i % 2], two)[0] for i in range(24)]
    (tmp_path / "run").mkdir()
    recipe = replace(RECIPE, steps=200, items=6)
    trainer = Trainer(
        TestObjective().objective(two, recipe), cases, (), recipe, tmp_path / "run", {}, torch.device("cpu")
    )
    trainer.run()
    for seed, share in ((100, 0.25), (101, 0.75), (102, 0.25), (103, 0.75)):
        case, lobe = lobed(seed, share, two)
        with torch.no_grad():
            features = trainer.method.eval().encode(case.image[:1])
            points, chances = trainer.method.weighed_readings(features)
            covered = (trainer.method.decode_many(features, points)[:, 0] > 0)[:, lobe].float().mean(1)
        assert float(chances[0][covered > 0.5].sum()) == pytest.approx(share, abs=0.17)
