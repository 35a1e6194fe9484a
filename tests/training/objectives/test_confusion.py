"""Confusion matrices: interface and objective of both, what a matrix does, and that errors are found where they are."""

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

from proseg_gui.networks.confusion import GlobalConfusion, PixelConfusion, confused
from proseg_gui.training.objectives.confusion import mean_trace


class ForTraining:
    def personalised_for_training(self, features, rater):
        tau = self.presets()[rater].view(1, 1, -1)
        return self.decode_points(features.flatten(2), tau, tau.new_zeros(1, 1, 0))

    def samples_for_training(self, features):
        return self.decode(features, self.consensus_style())


class TrainableGlobal(ForTraining, GlobalConfusion):
    pass


class TrainablePixel(ForTraining, PixelConfusion):
    pass


SIZES = {"widths": (8, 12, 16), "features": 8, "hidden": 8}


class TestGlobal(MethodTests):
    make = staticmethod(lambda **sizes: TrainableGlobal(**sizes, **SIZES))


class TestPixel(MethodTests):
    make = staticmethod(lambda **sizes: TrainablePixel(**sizes, **SIZES))


class TestGlobalObjective(ObjectiveTests):
    kind = "cm_global"


class TestPixelObjective(ObjectiveTests):
    kind = "cm_pixel"


def test_a_confused_map_is_the_matrix_times_the_truth():
    torch.manual_seed(0)
    truth, errors = 3 * torch.randn(4, 2, 7), 2 * torch.randn(4, 2, 2, 7)
    p, (a, clean) = torch.sigmoid(truth), torch.sigmoid(errors).unbind(1)
    expected = p * a + (1 - p) * (1 - clean)
    assert torch.allclose(torch.sigmoid(confused(truth, errors)), expected, atol=1e-6)
    far = confused(torch.tensor([[[-200.0, 200.0]]]), torch.full((1, 2, 1, 2), 15.0))
    assert far.isfinite().all() and far[..., 0].item() == pytest.approx(-15.0, abs=1e-3)


@pytest.mark.parametrize("kind", [TrainableGlobal, TrainablePixel])
def test_consensus_style_is_the_hidden_truth(kind):
    torch.manual_seed(0)
    method = kind(n_raters=3, n_structures=2, **SIZES).eval().requires_grad_(False)
    features = method.encode(torch.randn(1, 1, 12, 10))
    assert torch.allclose(method.decode(features, method.consensus_style()), features[:, :2], atol=1e-2)
    assert not torch.allclose(method.personalised(features, 0), features[:, :2], atol=1e-2)


def test_the_trace_counts_raters_who_drew():
    errors = torch.zeros(1, 2, 2, 1, 5)
    errors[:, 1] = 20.0
    observed = torch.tensor([[[[True]], [[False]]]])
    assert float(mean_trace(errors, observed)) == pytest.approx(0.5)
    assert float(mean_trace(errors, torch.ones_like(observed))) == pytest.approx(0.75, abs=1e-6)


@pytest.mark.parametrize("tests", [TestGlobalObjective, TestPixelObjective])
def test_who_draws_wider_errs_to_the_outside(layout, make_cases, tmp_path, tests):
    trainer = tests().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=120))
    trainer.run()
    area = trainer.method.rater_area
    assert area[0] < area[1]
    assert trainer.method.preference_controls()[0].share > 0.4
