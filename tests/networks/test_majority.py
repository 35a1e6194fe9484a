"""The majority U-Net and the mean map with thresholds: the abstract tests, and what each means."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.majority import Majority, Threshold


class ForTraining:
    def personalised_for_training(self, features, rater):
        return self.decode(features, self.rater_coords(rater))

    def samples_for_training(self, features):
        return features


class TrainableMajority(ForTraining, Majority):
    pass


class TrainableThreshold(ForTraining, Threshold):
    """Raters at known levels, as after training."""

    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        levels = torch.arange(self.n_raters, dtype=torch.float32)[:, None]
        self.offset.copy_(levels * torch.arange(1, self.n_structures + 1))


SIZES = {"widths": (8, 12, 16), "features": 8, "hidden": 8}


class TestMajorityAsMethod(MethodTests):
    make = staticmethod(lambda **sizes: TrainableMajority(**sizes, **SIZES))


class TestThresholdAsMethod(MethodTests):
    make = staticmethod(lambda **sizes: TrainableThreshold(**sizes, **SIZES))


def test_the_majority_is_one_answer_for_everybody():
    method = Majority(3, **SIZES).eval()
    features = method.encode(torch.randn(1, 1, 16, 16))
    own = [method.personalised(features, r) for r in range(3)]
    assert torch.equal(own[0], own[1]) and torch.equal(own[0], method.sample(features, 1, seed=4))
    assert method.controls([features], method.consensus_style()) == []


def test_a_threshold_moves_the_level_of_one_map():
    method = TrainableThreshold(3, 2, **SIZES).eval()
    features = method.encode(torch.randn(1, 1, 16, 16))
    first, last = (method.personalised(features, r)[0] for r in (0, 2))
    assert torch.allclose(last - first, torch.tensor([2.0, 4.0])[:, None, None].expand_as(first), atol=1e-5)
    axes = method.preference_controls()
    assert len(axes) == 1 and axes[0].share == pytest.approx(1.0)  # both structures' offsets lie on one line
    method.rater_area.copy_(torch.tensor([-0.1, 0.0, 0.1]))
    (axis,) = method.preference_controls()
    raised = method.decode(features, method.moved(axis, method.rater_coords(1), 2.0))[0]
    assert (raised > method.personalised(features, 1)[0]).all()
