"""The reference objective: what every one must hold; Dice of both sides and the divergence against torch."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch.distributions import Normal, kl_divergence

sys.path.insert(0, str(Path(__file__).parent))
from objective_tests import ObjectiveTests

from proseg_gui.training.objectives.reference import two_sided_dice, unit_kl


class TestReference(ObjectiveTests):
    kind = "reference"
    falls = 1.0


def test_dice_of_both_sides():
    mask = torch.tensor([1.0, 1, 0, 0, 0])
    assert float(two_sided_dice(mask, mask)) == 0.0
    half = torch.full((5,), 0.5)
    fore, back = (2 * 1.0 + 1) / (2.5 + 2 + 1), (2 * 1.5 + 1) / (2.5 + 3 + 1)
    assert torch.isclose(two_sided_dice(half, mask), torch.tensor(1 - (fore + back) / 2))


def test_the_divergence_is_torchs():
    torch.manual_seed(0)
    mean, deviation = torch.randn(7), torch.rand(7) + 0.1
    expected = kl_divergence(Normal(mean, deviation), Normal(0.0, 1.0))
    assert torch.allclose(unit_kl(mean, deviation), expected, atol=1e-6)
