"""Agreement levels: the interface, the objective, nesting, and draws that are as frequent as raters agree."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.consensus_levels import ConsensusLevels
from proseg_gui.training.objectives.consensus_levels import at_least


class Trainable(ConsensusLevels):
    def personalised_for_training(self, features, rater):
        return self.decode(features, {"tau": torch.tensor([rater + 1.0]), "eps": torch.zeros(0)})

    def samples_for_training(self, features):
        return self.decode_many(features, self.draw(None, self.n_raters, torch.Generator().manual_seed(0)))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8)


def at(method, features, level):
    return method.decode(features, {"tau": torch.tensor([float(level)]), "eps": torch.zeros(0)})


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "consensus_levels"


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=5, n_structures=2, n_channels=1).eval().requires_grad_(False)


def test_what_more_raters_include_lies_inside_of_what_fewer_do(method):
    features = method.encode(10.0 * torch.randn(1, 1, 16, 12))
    levels = [at(method, features, c) for c in (1, 1.5, 2, 3, 4, 4.2, 5)]
    assert all((inner <= outer).all() for outer, inner in pairwise(levels))
    assert torch.equal(at(method, features, 0.0), levels[0]) and torch.equal(at(method, features, 9.0), levels[-1])
    assert torch.allclose(levels[1], (levels[0] + levels[2]) / 2)


def test_draws_are_the_levels_each_as_often(method):
    tau = method.draw(None, 10, torch.Generator().manual_seed(3))["tau"]
    assert sorted(tau[:5, 0].tolist()) == sorted(tau[5:, 0].tolist()) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert method.consensus_style()["tau"].tolist() == [3.0]
    even = small(n_raters=4)
    assert even.consensus_style()["tau"].tolist() == [3.0]  # more than half


def test_the_slider_runs_from_all_to_one(method):
    (control,) = method.preference_controls()
    assert control.stops == ("all 5", "at least 4 of 5", "at least 3 of 5", "at least 2 of 5", "at least 1 of 5")
    start = method.consensus_style()
    assert method.position(control, start) == pytest.approx(0.0)
    ends = [method.moved(control, start, side * control.limit)["tau"].item() for side in (-1, 1)]
    assert ends == pytest.approx([5.0, 1.0])


def test_a_level_s_target_is_where_so_many_drew():
    share = torch.tensor([0.0, 1 / 3, 2 / 3, 1.0]).view(1, 1, 4)
    assert at_least(share, 3)[0, :, 0].tolist() == [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]]
    half = torch.tensor([0.0, 0.5, 1.0]).view(1, 1, 3)  # two of three drew
    assert at_least(half, 3)[0, :, 0].tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 1]]


def test_levels_learn_how_many_agree(layout, make_cases, tmp_path):
    """Rater i draws i pixels wider: the area of level c is that of the c-th largest."""
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=120))
    trainer.run()
    method, case = trainer.method.eval(), make_cases(1)[0]
    with torch.no_grad():
        features = method.encode(case.image)
        areas = [float((at(method, features, c) > 0).sum()) for c in (1, 2, 3)]
    drawn = sorted((float(case.masks[r, 0].sum()) for r in range(3)), reverse=True)
    assert areas == sorted(areas, reverse=True)
    assert all(found == pytest.approx(want, rel=0.35) for found, want in zip(areas, drawn, strict=True))
