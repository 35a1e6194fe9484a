"""Missing sequences: the interface, the objective, the conditional Gaussian, and what leaving sequences out does."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import LowRankMultivariateNormal, MultivariateNormal, kl_divergence

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.mgp_vae import LocalFactors, MgpVae, SequenceGaussians
from proseg_gui.training.dataset import Batches
from proseg_gui.training.objectives.mgp_vae import (
    DROPPED,
    KEPT_WHOLE,
    MgpVaeObjective,
    coverage,
    kept_sequences,
    widening,
)


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


# -- the Gaussian over sequences --------------------------------------------------------------------------------------
def gaussians():
    torch.manual_seed(1)
    found = SequenceGaussians(4, 3)
    with torch.no_grad():
        found.root.copy_(torch.randn(3, 4, 4))
        found.mean.copy_(torch.randn(3, 4))
    return found


def test_what_is_missing_has_the_conditional_gaussian_of_what_is_there():
    found = gaussians()
    covariance = found.covariance().detach().double().numpy()
    for there in ([True, True, False, True], [False, True, False, False], [False, False, True, True]):
        seen = np.array(there)
        weights, root = (v[0].detach().double().numpy() for v in found.missing(torch.tensor([there])))
        for k in range(3):
            known, across = covariance[k][np.ix_(seen, seen)], covariance[k][np.ix_(~seen, seen)]
            gain = across @ np.linalg.inv(known)
            np.testing.assert_allclose(weights[k][np.ix_(~seen, seen)], gain, atol=2e-3)
            np.testing.assert_allclose(weights[k][seen], np.eye(4)[seen], atol=1e-6)
            rest = covariance[k][np.ix_(~seen, ~seen)] - gain @ across.T
            np.testing.assert_allclose((root[k] @ root[k].T)[np.ix_(~seen, ~seen)], rest, atol=2e-3)
            assert not root[k][seen].any()


def test_the_divergence_is_that_of_the_sequences_that_are_there():
    found = gaussians()
    mean, scale = torch.randn(1, 4, 3, 1, 1), torch.rand(1, 4, 3, 1, 1) + 0.2
    there = torch.tensor([[True, False, True, True]])
    got = found.divergence(mean, scale, there)[0, :, 0, 0].detach()
    seen = there[0].numpy()
    for k in range(3):
        own = MultivariateNormal(mean[0, seen, k, 0, 0], torch.diag(scale[0, seen, k, 0, 0].square()))
        prior = MultivariateNormal(found.mean[k, seen], found.covariance()[k][seen][:, seen])
        assert float(got[k]) == pytest.approx(float(kl_divergence(own, prior).detach()), rel=1e-3)


def test_local_factors_have_the_likelihood_of_their_covariance():
    torch.manual_seed(2)
    local = LocalFactors(3, 5)
    codes, there = torch.randn(2, 3, 5, 2, 2), torch.tensor([[True, False, True], [True, False, False]])
    scaled, variance = local(codes, there).detach(), torch.rand(2, 3, 5) + 0.1
    apart = torch.randn(2, 3, 5, 2, 2)
    got = local.surprise(apart, scaled, variance)
    for b, c, y, x in ((0, 1, 0, 1), (1, 2, 1, 0)):
        whole = LowRankMultivariateNormal(torch.zeros(5), scaled[b, c, :, :, y, x], variance[b, c])
        expected = -float(whole.log_prob(apart[b, c, :, y, x])) - 2.5 * math.log(2.0 * math.pi)
        assert float(got[b, c, y, x]) == pytest.approx(expected, rel=1e-4)


def test_sequences_are_left_out_as_often_as_it_says():
    torch.manual_seed(0)
    kept = kept_sequences(20_000, 4)
    assert kept.any(1).all()
    assert float((~kept).float().mean()) == pytest.approx(DROPPED, abs=0.01)
    assert float(kept.all(1).float().mean()) == pytest.approx(KEPT_WHOLE, abs=0.01)
    assert kept_sequences(50, 1).all()


def test_intervals_are_widened_until_they_hold_what_they_should():
    torch.manual_seed(0)
    errors, spreads = 0.3 * torch.randn(20_000), torch.full((20_000,), 0.1)
    assert coverage(errors, spreads) < 0.6
    scale = widening(errors, spreads)
    assert coverage(errors, spreads, scale) == pytest.approx(0.9, abs=0.002)
    assert math.hypot(scale, 0.1) == pytest.approx(0.3, abs=0.01)
    assert widening(0.01 * errors, spreads) == pytest.approx(0.0, abs=1e-6)


def test_a_case_that_lacks_a_sequence_can_be_learned_from(make_cases):
    """Its other sequences teach the autoencoder and the segmentation; what is not there adds nothing."""
    torch.manual_seed(0)
    method = small(n_raters=3, n_structures=1, n_channels=2)
    objective = MgpVaeObjective(method, RECIPE)
    batch = Batches(make_cases(3), RECIPE, method.stride)(0)
    images = batch.images.repeat(1, 1, 2, 1, 1)
    images[0, :, 1] = torch.nan
    terms = objective(replace(batch, images=images), 0)
    terms["total"].backward()
    assert all(value.isfinite() for value in terms.values())
    assert all(p.grad is None or p.grad.isfinite().all() for p in objective.parameters())
