"""MAMBO: the interface, the objective, and that adjustment takes the data set's scanners, not the image's."""

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

from proseg_gui.networks.mambo import Mambo, statistics
from proseg_gui.training.dataset import Batches
from proseg_gui.training.objectives.mambo import MamboObjective, boundary_loss, information, invariance_loss
from proseg_gui.training.shifts import SHIFTS, STRENGTHS


class Trainable(Mambo):
    def personalised_for_training(self, features, rater):
        """At a place drawn by the image's own mixture: where it lies has a gradient through this only."""
        image = torch.randn(1, self.n_channels, 16, 16)
        codes = self.scanner(image)
        tau = self.family.from_line(self.presets()[rater])
        logits = self.decode_points(features.flatten(2), tau[None, None], torch.zeros(1, 1, self.modes))
        return logits + (self.chances(codes) * torch.arange(float(self.components))).sum()

    def samples_for_training(self, features):
        tau = self.family.sample(self.rater_rows(), 1, 2).flatten(1, 2)
        return self.decode_points(features.flatten(2), tau, torch.randn(1, tau.shape[1], self.modes))


def small(**sizes):
    return Trainable(**sizes, widths=(8, 12, 16), features=8, hidden=8, modes=4, tau_dims=6, components=3, code=5)


class TestNetwork(MethodTests):
    make = staticmethod(small)


class TestObjective(ObjectiveTests):
    kind = "mambo"


@pytest.fixture
def method():
    torch.manual_seed(3)
    return small(n_raters=2, n_structures=1, n_channels=1).eval()


@torch.no_grad()
def test_adjusted_features_are_the_mean_by_the_data_sets_prior_and_unadjusted_by_the_images(method):
    image = torch.randn(2, 1, 20, 12)
    method.prior.copy_(torch.tensor([0.5, 0.3, 0.2]))
    skips = method.backbone.descend(image)
    each = torch.stack([method.raised(skips, method.centres[k].expand(2, -1), 20, 12) for k in range(3)], 1)
    chances = method.chances(method.scanner(image))
    assert torch.allclose(chances.sum(1), torch.ones(2)) and not torch.allclose(chances[0], method.prior, atol=1e-3)
    assert torch.allclose(method.encode(image), (each * method.prior.view(1, 3, 1, 1, 1)).sum(1), atol=1e-5)
    unadjusted = (each * chances.view(2, 3, 1, 1, 1)).sum(1)
    assert torch.allclose(method.encode_unadjusted(image), unadjusted, atol=1e-5)
    assert method.encode_unadjusted(image[:0]).shape == (0, 8, 20, 12)


@torch.no_grad()
def test_what_an_image_suggests_does_not_change_how_scanners_are_weighed(method):
    """Adjusted: the same weights whatever the image's code is; unadjusted: another code, other features."""
    image = torch.randn(1, 1, 16, 16)
    before, own = method.encode(image), method.encode_unadjusted(image)
    method.locate[-1].bias.add_(2.0)
    assert torch.equal(method.encode(image), before)
    assert not torch.allclose(method.encode_unadjusted(image), own, atol=1e-4)


@torch.no_grad()
def test_the_distance_is_mahalanobis_of_the_own_scans_and_grows_with_a_shift(method):
    """As numpy has it, to the shrunk covariance; and the own scans are about 1 away."""
    torch.manual_seed(1)
    y, x = torch.meshgrid(torch.linspace(-1, 1, 32), torch.linspace(-1, 1, 32), indexing="ij")
    own = [
        ((y.square() + x.square() < r).float() * 1.2 - 0.7 + 0.02 * torch.randn(32, 32))[None, None]
        for r in torch.linspace(0.2, 0.6, 30)
    ]
    method.measure(own)
    found = torch.cat([statistics(image) for image in own]).double().numpy()
    standard = (found - found.mean(0)) / method.own_scale.numpy()
    covariance = standard.T @ standard / len(standard)
    shrunk = 0.9 * covariance + 0.1 * np.diag(np.diag(covariance) + 1e-3)
    expected = np.sqrt((standard @ np.linalg.inv(shrunk) * standard).mean(1))
    distances = torch.cat([method.scanner_distance(image) for image in own]).numpy()
    assert np.allclose(distances, expected, rtol=0.02) and 0.3 < distances.mean() < 1.2
    for name in ("noise", "blur", "gamma", "resampling"):
        away = [
            float(method.scanner_distance(SHIFTS[name](own[7], by, torch.Generator().manual_seed(0))))
            for by in STRENGTHS
        ]
        assert away == sorted(away) and away[2] > 2.0 * distances.max(), (name, away)


def test_statistics_are_of_the_scanner_and_not_of_the_size():
    y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    image = torch.stack([torch.sin(9 * y) * torch.cos(7 * x), 0.3 * y])[None]
    found = statistics(image)
    assert found.shape == (1, 14) and torch.allclose(statistics(image.expand(3, -1, -1, -1))[2], found[0])
    assert statistics(torch.zeros(2, 1, 1, 1)).isfinite().all() and statistics(torch.zeros(0, 3, 8, 8)).shape == (0, 21)
    assert (statistics(image.flip(-1)) - found).abs().max() < 1e-3  # a mirrored scan was made as it was


def test_the_divergence_is_of_the_posterior_from_the_images_mixture(layout):
    """Against numerical integration in one dimension."""
    torch.manual_seed(0)
    objective = TestObjective().objective(layout, replace(RECIPE, network={"components": 2, "code": 1}))
    method = objective.method
    mean, spread, codes = torch.tensor([[0.4]]), torch.tensor([[0.6]]), torch.tensor([[0.3]])
    draws = mean + spread * torch.randn(200_000, 1)
    with torch.no_grad():
        many = (value.expand(len(draws), -1) for value in (mean, spread))
        found = objective._divergence_from_mixture(*many, draws, codes.expand(len(draws), -1)).mean()
        x = torch.linspace(-6, 6, 20_001)[:, None]
        q = torch.distributions.Normal(mean[0, 0], spread[0, 0]).log_prob(x[:, 0])
        parts = torch.distributions.Normal(method.centres[:, 0], method.spreads()[:, 0]).log_prob(x)
        p = (parts + method.chances(codes).log()).logsumexp(1)
        exact = torch.trapezoid(q.exp() * (q - p), x[:, 0])
    assert float(found) == pytest.approx(float(exact), abs=0.02)


def test_pixels_beside_a_border_count_more():
    masks = torch.zeros(1, 1, 1, 1, 1, 9, 9)
    masks[..., 2:7, 2:7] = 1.0
    there = torch.ones(1, 1, 1, 1, dtype=torch.bool)
    logits = 8.0 * (2.0 * masks.flatten(-3)[:, :, 0] - 1.0)

    def wrong_at(y, x):
        changed = logits.clone().view(1, 1, 1, 9, 9)
        changed[..., y, x] *= -1.0
        return float(boundary_loss(changed.flatten(-2), masks, there))

    assert wrong_at(2, 4) > 3.0 * wrong_at(4, 4) and wrong_at(1, 4) > 3.0 * wrong_at(8, 8)
    assert float(boundary_loss(logits, masks, ~there)) == 0.0


def test_views_that_draw_alike_cost_nothing():
    logits = torch.randn(2, 3, 1, 40)
    assert float(invariance_loss(logits, logits)) == 0.0
    assert float(invariance_loss(logits, -logits)) > float(invariance_loss(logits, 0.9 * logits)) > 0.0


def test_components_that_tell_images_apart_have_information():
    apart, one, blurred = torch.eye(3), torch.eye(3)[:1].expand(3, 3), torch.full((3, 3), 1 / 3)
    found = [float(information(chances)) for chances in (apart, one, blurred)]
    assert found == pytest.approx([1.0986, 0.0, 0.0], abs=1e-3)


def test_only_shifted_views_are_drawn_to_the_others(layout, make_cases):
    """The first view of every other item is the image as it is, and nothing pulls its contour."""
    batch = Batches(make_cases(4), RECIPE, 4)(0)
    first, kinds = MamboObjective._first_view(batch)
    assert torch.equal(first[0::2], batch.images[0::2]) and not kinds[0::2].any()


def test_a_step_of_one_case_learns_too(layout, make_cases):
    objective = TestObjective().objective(layout)
    terms = objective(Batches(make_cases(1), RECIPE, objective.method.stride)(0), 0)
    terms["total"].backward()
    assert all(value.isfinite() for value in terms.values())


def test_shifts_come_to_lie_away_from_the_trainings_own_scans(layout, make_cases, tmp_path):
    torch.manual_seed(0)
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", replace(RECIPE, steps=150))
    trainer.run()
    method, image = trainer.method.eval(), make_cases(1)[0].image[:1]
    with torch.no_grad():
        own = float(method.scanner_distance(image)[0])
        far = float(method.scanner_distance(SHIFTS["noise"](image, 3.0, torch.Generator().manual_seed(0)))[0])
    assert far > 2.0 * own, (own, far)
    assert float(method.prior.max()) < 0.9  # no component takes all
