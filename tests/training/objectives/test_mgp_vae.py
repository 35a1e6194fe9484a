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

from proseg_gui.bundle import Bundle, Card
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.survey import CaseSurvey
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
from proseg_gui.volume import Geometry, Study, Volume


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


# -- what a missing sequence does to the uncertainty ------------------------------------------------------------------
class Second(torch.nn.Module):
    """Stands for a backbone: the second sequence, and a 1."""

    features, stride = 4, 8

    def forward(self, marked):
        one = torch.ones_like(marked[:, :1])
        return torch.cat([marked[:, 1:2], one, 0 * one, 0 * one], 1)


class NearBright(torch.nn.Module):
    """Stands for the network of amplitudes: large for T1c where FLAIR is bright."""

    def forward(self, codes):
        bright = (codes[:, :64].mean(1, keepdim=True) > 0.5).float()
        amplitudes = torch.full((len(codes), 12, *codes.shape[-2:]), -20.0)
        amplitudes[:, 6:7] += 21.0 * bright
        return amplitudes


class Known(MgpVae):
    """Draws where T1c is bright. Its codes are the pixels themselves, and T1c has nothing to do with FLAIR but this:

    where FLAIR is bright, T1c may be anything; elsewhere it is dark.
    """

    def __init__(self):
        super().__init__(3, 1, 2, widths=(2, 2), features=4, hidden=4, modes=2, tau_dims=4, codes=64)
        with torch.no_grad():
            for p in (
                self.gamma,
                self.beta,
                self.mean_weight,
                self.mode_weight,
                self.first_weight,
                self.first_tau,
                *self.second.parameters(),
                *self.third.parameters(),
                self.gaussians.root,
                self.local.factors,
            ):
                p.zero_()  # fmt: skip
            self.gaussians.mean[:, 1] = -1.0
            self.local.factors[1, :, 0] = 1.0
            self.mean_weight[0, 0] = self.first_weight[0, 0] = self.second.weight[0, 0] = 1.0
            self.first_bias[0] = 1.5
            self.third.weight[0, 0], self.third.bias[0] = 20.0, -30.0
        self.backbone, self.local.amplitudes = Second(), NearBright()

    def encode_sequences(self, image):
        codes = torch.nn.functional.pixel_unshuffle(image, 8).unflatten(1, (2, 64))
        return codes, torch.full_like(codes, 1e-3)

    def decode_sequences(self, codes, size):
        return torch.nn.functional.pixel_shuffle(codes.flatten(1, 2), 8)


def test_uncertainty_widens_where_the_missing_sequence_matters_and_nowhere_else():
    torch.manual_seed(0)
    method = Known().eval().requires_grad_(False)
    names, window = ("FLAIR", "T1c"), {"kind": "fixed", "low": -100.0, "high": 100.0}
    card = Card(method.kind, "known", "1", method.architecture(), ("a", "b", "c"), ("lesion",), names, "MR", (1.0, 1.0),
                window, {"kind": "whole"}, sha256="ab")  # fmt: skip
    flair, t1c = np.full((2, 1, 32, 32), -100.0, np.float32)
    near, far = (slice(8, 24), slice(8, 24)), (slice(24, 32), slice(0, 32))  # rows, columns
    flair[0][near] = 100.0
    t1c[0, 8:24, 8:16] = 90.0  # a half of what FLAIR leaves open
    geometry = Geometry.plain((1, 32, 32))
    whole = Study("case", {"FLAIR": Volume(flair, geometry), "T1c": Volume(t1c, geometry)}, ("lesion",))
    found = {}
    for name, study in (("whole", whole), ("missing", replace(whole, channels={"FLAIR": whole.channels["FLAIR"]}))):
        bundle = Bundle(card, method, Path())
        engine = Engine(bundle, study, device="cpu")
        survey = CaseSurvey(engine, default_plan(bundle, missing=bool(engine.missing)))
        found[name] = survey.slice(0).maps
    assert found["whole"]["total"].max() < 0.01
    assert found["missing"]["total"][0][near].mean() > 0.1
    assert found["missing"]["imputation"][0][near].sum() > 0.8 * found["missing"]["total"][0][near].sum()
    assert found["missing"]["total"][0][far].max() < 0.01
