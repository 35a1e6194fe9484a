"""D-Persona: the abstract tests; a rater is attention over prior codes, blends mix codes, draws are everybody's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.dpersona import DPersona


class Trainable(DPersona):
    def personalised_for_training(self, features, rater):
        return self.decode(features, self.rater_coords(rater))

    def samples_for_training(self, features):
        size = self.n_channels + self.n_raters * self.n_structures
        mean, scale = self.posterior(torch.randn(len(features), size, *features.shape[-2:]))
        pixels, _, codes = self.split(features.flatten(2))
        return self.head(pixels, torch.cat([codes, (mean + scale)[:, None]], 1))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, code=5, bank=20)


class TestDPersonaAsMethod(MethodTests):
    make = staticmethod(small)


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=3, n_structures=2, n_channels=1).eval().requires_grad_(False)


def test_a_raters_code_is_attention_over_the_bank_of_prior_codes(method):
    image = torch.randn(1, 1, 16, 16)
    features, (mean, scale) = method.backbone(image), method.prior(image)
    _, _, codes = method.split(method.encode(image).flatten(2))
    bank = mean + scale * method.bank
    for r in range(3):
        query = method.queries[r](features)[0]
        weights = torch.softmax(torch.stack([query @ z for z in bank]), 0)
        assert torch.allclose(codes[0, r], sum(w * z for w, z in zip(weights, bank, strict=True)), atol=1e-5)
    assert torch.allclose(codes[0, 3], mean[0])


def test_a_blend_mixes_codes(method):
    features = method.encode(torch.randn(1, 1, 16, 16))
    pixels, _, codes = method.split(features.flatten(2))
    coords = method.style_coords(torch.tensor([0.25, 0.0, 0.75]))
    expected = method.head(pixels, (0.25 * codes[:, 0] + 0.75 * codes[:, 2])[:, None])[:, 0]
    assert torch.allclose(method.decode(features, coords).flatten(2), expected, atol=1e-5)


def test_draws_are_the_priors_for_whomever(method):
    image = torch.randn(1, 1, 16, 16)
    features, (mean, scale) = method.encode(image), method.prior(image)
    points = method.draw(1, 3, torch.Generator().manual_seed(0))
    codes = mean[:, None] + scale[:, None] * points["eps"]
    expected = method.head(method.backbone(image).flatten(2), codes)[0]
    assert torch.allclose(method.decode_many(features, points).flatten(2), expected, atol=1e-5)


def test_preference_axes_leave_everybodys_corner_alone(method):
    for axis in method.preference_controls():
        assert float(axis.axis[-1]) == 0.0 and float(axis.axis.sum()) == pytest.approx(0.0, abs=1e-5)
