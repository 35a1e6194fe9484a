"""Adapters on a frozen encoder: the interface, the objective, pointing in training, and what clicks do."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import ObjectiveTests

from proseg_gui.networks.sam_adapter import SamAdapter


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
