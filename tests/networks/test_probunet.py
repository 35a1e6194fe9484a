"""Probabilistic U-Net: the abstract tests; the code depends on the image, serves all its pixels and knows no rater."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.networks.probunet import CodeEncoder, ProbabilisticUNet


class Trainable(ProbabilisticUNet):
    def personalised_for_training(self, features, rater):
        return self.decode(features, self.rater_coords(rater))

    def samples_for_training(self, features):
        pixels, mean, scale = self.split(features.flatten(2))
        size = self.n_channels + self.n_structures
        seen_mean, seen_scale = self.posterior(torch.randn(len(features), size, *features.shape[-2:]))
        return self.head(pixels, torch.stack([mean + scale, seen_mean + seen_scale], 1))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, code=5)


class TestProbabilisticUNetAsMethod(MethodTests):
    make = staticmethod(small)


@pytest.fixture
def method():
    torch.manual_seed(1)
    return small(n_raters=3, n_structures=2, n_channels=1).eval().requires_grad_(False)


def test_everybody_gets_the_same(method):
    features = method.encode(torch.randn(1, 1, 16, 16))
    assert torch.equal(method.personalised(features, 0), method.personalised(features, 2))
    draws = [method.draw(rater, 4, torch.Generator().manual_seed(3)) for rater in (None, 0, 1)]
    assert all(torch.equal(draws[0]["eps"], other["eps"]) for other in draws)


def test_eps_counts_the_priors_standard_deviations(method):
    image = torch.randn(1, 1, 16, 12)
    features = method.encode(image)
    mean, scale = method.prior(image)
    eps = torch.randn(5)
    expected = method.head(method.backbone(image).flatten(2), (mean + scale * eps)[:, None])[0, 0]
    found = method.decode(features, {"tau": torch.zeros(0), "eps": eps})[0].flatten(1)
    assert torch.allclose(found, expected, atol=1e-5)
    assert (scale > 0).all()


def test_two_images_of_a_batch_have_their_own_priors(method):
    images = torch.randn(2, 1, 16, 16) * torch.tensor([0.2, 3.0]).view(2, 1, 1, 1)
    _, mean, scale = method.split(method.encode(images).flatten(2))
    assert (mean[0] - mean[1]).abs().max() > 1e-4 and (scale[0] - scale[1]).abs().max() > 1e-5


def test_any_part_of_the_features_decodes_to_the_same_pixels(method):
    features = method.encode(torch.randn(1, 1, 20, 20))
    points = method.draw(None, 3, torch.Generator().manual_seed(0))
    whole = method.decode_many(features, points)
    assert torch.allclose(method.decode_many(features[..., 3:17:2, 5::3], points), whole[..., 3:17:2, 5::3], atol=1e-6)


def test_an_encoder_without_norms_sees_how_much_was_drawn_and_one_with_norms_hardly():
    """Half of a mask's intensity is the simplest "drew less": a norm over the image takes it away again."""
    torch.manual_seed(0)
    mask = (torch.rand(1, 1, 32, 32) > 0.7).float()
    moved = {}
    for kind in ("normed", "plain"):
        encoder = CodeEncoder(1, 5, kind)
        with torch.no_grad():
            whole, half = encoder(mask)[0], encoder(0.5 * mask)[0]
        moved[kind] = float((whole - half).norm() / whole.norm())
    assert moved["normed"] < 0.01 and moved["plain"] > 0.2
