"""Missing sequences: the interface, the objective, the conditional Gaussian, and what leaving sequences out does."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import ObjectiveTests

from proseg_gui.networks.mgp_vae import MgpVae


class Trainable(MgpVae):
    def personalised_for_training(self, features, rater):
        presets = self.family.from_line(self.presets())
        return self.decode_points(features.flatten(2), presets[None, rater : rater + 1], torch.zeros(1, 1, self.modes))

    def samples_for_training(self, features):
        image = torch.randn(1, self.n_channels, 16, 16)
        mean, scale = self.encode_sequences(image)
        again = self.decode_sequences(mean + scale * torch.randn_like(mean), (16, 16)).flatten()
        there = torch.ones(1, self.n_channels, dtype=torch.bool)
        own = self.gaussians.divergence(mean, scale, there).mean()
        where = torch.tensor([[True] + [False] * (self.n_channels - 1)])
        drawn_codes = self.impute(mean, scale, where, torch.randn(3, *mean.shape[1:]))
        own = own + drawn_codes.square().mean()
        tau = self.family.sample(self.rater_rows(), 1, 1).flatten(1, 2)
        drawn = self.decode_points(features.flatten(2), tau, torch.randn(1, self.n_raters, self.modes))
        return torch.cat([drawn.flatten(), again, own[None]])


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, codes=4, imputations=3)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "mgp_vae"
