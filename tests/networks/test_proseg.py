"""ProSeg coherent: the abstract tests, and what docs/METHOD.md sections 3 and 4 ask of it alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.catalogue import CONDITIONING
from proseg_gui.networks import preferences, proseg
from proseg_gui.networks.preferences import inverse_softplus, lower_triangular, starting_alpha
from proseg_gui.networks.proseg import ProSeg


class TrainableProSeg(ProSeg):
    """What a loss does with the network, so that the test of gradients is one for all methods."""

    def personalised_for_training(self, features, rater):
        tau = self.family.from_line(self.presets())[rater].expand(features.shape[0], 1, -1)
        return self.decode_points(features.flatten(2), tau, torch.zeros(features.shape[0], 1, self.modes))

    def samples_for_training(self, features):
        tau = self.family.sample(self.rater_rows(), 1, 1).flatten(1, 2)
        return self.decode_points(features.flatten(2), tau, torch.randn(1, self.n_raters, self.modes))


def small(**sizes):
    return TrainableProSeg(**sizes, widths=(8, 12, 16), features=8, hidden=8, modes=5)


class TestProSegAsMethod(MethodTests):
    make = staticmethod(small)


class TestGaussianProSegAsMethod(MethodTests):
    make = staticmethod(lambda **sizes: small(**sizes, preference="gaussian"))


class TestMatrixProSegAsMethod(MethodTests):
    make = staticmethod(lambda **sizes: small(**sizes, conditioning="matrix"))


@pytest.fixture(params=CONDITIONING.names)
def method(request):
    torch.manual_seed(1)
    network = small(n_raters=3, n_structures=2, n_channels=1, conditioning=request.param)
    return network.eval().requires_grad_(False)


@pytest.fixture
def features(method):
    return method.encode(torch.randn(1, 1, 24, 24))


def unfolded(m, features, tau, eps):
    """docs/METHOD.md section 3 word by word, pixelwise, without folding."""
    conditioned = (1 + m.gamma @ tau)[:, None, None] * features[0] + (m.beta @ tau)[:, None, None]
    z = torch.einsum("zc,chw->zhw", m.mean_weight, conditioned)
    for k in range(m.modes):
        z = z + eps[k] * torch.einsum("zc,chw->zhw", m.mode_weight[k], conditioned)
    h = torch.einsum("oz,zhw->ohw", m.first_weight, z) + (m.first_tau @ tau + m.first_bias)[:, None, None]
    for d in range(m.tau_dims if m.first_mix is not None else 0):
        h = h + tau[d] * torch.einsum("oz,zhw->ohw", m.first_mix[d], z)
    h = torch.relu(h)
    h = torch.relu(torch.einsum("oz,zhw->ohw", m.second.weight, h) + m.second.bias[:, None, None])
    return torch.einsum("oz,zhw->ohw", m.third.weight, h) + m.third.bias[:, None, None]


def test_folded_equals_unfolded(method, features):
    points = method.draw(None, 9, torch.Generator().manual_seed(2))
    for tau, eps in zip(points["tau"], points["eps"], strict=True):
        folded = method.decode(features, {"tau": tau, "eps": eps})[0]
        assert torch.allclose(folded, unfolded(method, features, tau, eps), atol=1e-5)


def test_chunks_do_not_change_the_result(method, features, monkeypatch):
    points = method.draw(None, 4, torch.Generator().manual_seed(2))
    whole = method.decode_many(features, points)
    monkeypatch.setattr(proseg, "CHUNK", 100)
    with torch.no_grad():
        assert torch.allclose(method.decode_many(features.repeat(1, 1, 4, 3), points)[..., :24, :24], whole, atol=1e-6)


def test_only_tau_tells_raters_apart(method, features):
    more = TrainableProSeg(**{**method.architecture(), "n_raters": 5}).state_dict()
    depends = {name for name, value in method.state_dict().items() if value.shape != more[name].shape}
    assert depends == {"rater_alpha", "rater_area"}  # the latter orients slider signs and never enters a prediction
    with torch.no_grad():
        method.rater_alpha[1] = method.rater_alpha[0]
    assert torch.equal(method.personalised(features, 0), method.personalised(features, 1))


def test_eps_is_shared_by_all_pixels(method):
    flat = torch.full((1, method.backbone.features, 6, 6), 0.3)
    sample = method.sample(flat, 4, seed=0)
    assert (sample - sample[..., :1, :1]).abs().max() < 1e-6  # equal features stay equal: no noise per pixel


def test_presets_and_covariance_agree_with_draws(method):
    """E[c] = psi(alpha) - mean psi(alpha), against a Monte Carlo mean of draws that the method itself makes."""
    with torch.no_grad():
        method.rater_alpha.copy_(inverse_softplus(torch.tensor([[8.0, 3, 2, 1, 1, 2, 1, 4]] * 3)))
    points = method.draw(0, 200_000, torch.Generator().manual_seed(0))
    log = points["tau"].double().log()
    measured = (log - log.mean(-1, keepdim=True)).mean(0)
    assert torch.allclose(measured, method.presets()[0].double(), atol=0.02)
    assert torch.allclose(points["eps"].std(0), torch.ones(method.modes), atol=0.01)
    assert torch.allclose(points["tau"].mean(0), torch.tensor([8.0, 3, 2, 1, 1, 2, 1, 4]) / 22, atol=2e-3)


def test_preference_axes_span_the_raters(method):
    controls = method.preference_controls()
    presets = method.presets().double()
    assert len(controls) == 2
    variance = torch.cov(presets.T, correction=0)
    for control in controls:
        axis = control.axis.double()
        assert float(axis @ variance @ axis) == pytest.approx(control.unit**2, rel=1e-4)
        assert float(axis.norm()) == pytest.approx(1.0, abs=1e-5)
    assert sum(c.share for c in controls) == pytest.approx(1.0)
    positions = torch.tensor([[method.position(c, method.rater_coords(r)) for c in controls] for r in range(3)])
    assert torch.allclose(positions.mean(0), torch.zeros(2), atol=1e-4)
    assert torch.allclose(positions.square().mean(0), torch.ones(2), atol=1e-3)
    consensus = method.consensus_style()
    assert all(abs(method.position(c, consensus)) < 1e-4 for c in controls)


def test_preference_axes_point_to_the_raters_who_draw_more(method):
    for areas in ([0.2, -0.1, -0.1], [-0.2, 0.1, 0.1]):
        method.rater_area.copy_(torch.tensor(areas))
        for control in method.preference_controls():
            positions = torch.tensor([method.position(control, method.rater_coords(r)) for r in range(3)])
            assert float(positions @ method.rater_area) >= -1e-6


def test_gram_is_the_jacobians(method, features):
    coords = method.rater_coords(1)

    def logits(eps):
        return method.decode(features, {"tau": coords["tau"], "eps": eps}).flatten()

    jacobian = torch.autograd.functional.jacobian(logits, torch.zeros(method.modes))
    p = torch.sigmoid(logits(torch.zeros(method.modes)))
    rows = torch.cat([jacobian, torch.ones_like(jacobian[:, :1])], dim=1)
    expected = rows.T @ ((p * (1 - p))[:, None] * rows)
    assert torch.allclose(method.ambiguity_gram(features, coords).float(), expected, rtol=1e-3, atol=1e-3)


def test_gram_adds_up_over_slices(method):
    top, bottom = method.encode(torch.randn(2, 1, 16, 16)).split(1)
    coords = method.consensus_style()
    both = method.ambiguity_gram(torch.cat([top, bottom], dim=2), coords)
    parts = method.ambiguity_gram(top, coords) + method.ambiguity_gram(bottom, coords)
    assert torch.allclose(both, parts, rtol=1e-4)


def test_ambiguity_axes_grow_the_area_and_small_ones_are_hidden(method, features):
    gram = torch.diag(torch.tensor([60.0, 30.0, 8.0, 1.0, 1.0, 5.0])).double()
    gram[-1, :-1] = gram[:-1, -1] = torch.tensor([-2.0, 3.0, -1.0, 0.0, 0.0])
    axes = method.ambiguity_controls(gram)
    assert [round(a.share, 3) for a in axes] == [0.6, 0.3, 0.08]
    assert [float(a.axis[i]) for i, a in enumerate(axes)] == pytest.approx([-1.0, 1.0, -1.0])
    assert method.ambiguity_controls(torch.zeros(6, 6)) == []

    coords = method.consensus_style()
    for axis in method.ambiguity_controls(method.ambiguity_gram(features, coords)):
        areas = [torch.sigmoid(method.decode(features, method.moved(axis, coords, x))).sum() for x in (-0.01, 0.01)]
        assert areas[1] > areas[0]


def test_draws_are_spread_over_raters_and_nested(method):
    generator = torch.Generator().manual_seed(0)
    everyone = method.draw(None, 7, generator)
    own = everyone["tau"].argmax(-1)
    assert own.tolist() == [0, 1, 2, 0, 1, 2, 0]  # each rater starts on an own coordinate
    nested = method.draw(2, 6, generator, tau_draws=3)
    assert torch.equal(nested["tau"][0], nested["tau"][1]) and not torch.equal(nested["tau"][1], nested["tau"][2])
    assert len(nested["eps"].unique(dim=0)) == 6
    with pytest.raises(ValueError, match="divisible"):
        method.draw(2, 7, generator, tau_draws=3)


def test_draws_stay_off_the_border_of_the_simplex(method):
    tau = method.draw(0, 2000, torch.Generator().manual_seed(4))["tau"]
    assert tau.min() > 0 and tau.log().isfinite().all()
    assert torch.allclose(tau.sum(-1), torch.ones(2000), atol=1e-5)


@pytest.mark.parametrize("raters", [1, 7, 8, 40, 200])
def test_every_rater_starts_apart(raters):
    alpha = starting_alpha(raters, 8)
    assert alpha.shape == (raters, 8) and (alpha[:, -1] == preferences.SHARED_ALPHA).all()
    assert torch.allclose(alpha.sum(-1), alpha.sum(-1)[0].expand(raters), atol=1.0)
    assert len(alpha.unique(dim=0)) == min(raters, 127)


@pytest.mark.parametrize("wrong", [
    {"n_raters": 0}, {"n_raters": 10**9}, {"widths": [8]}, {"widths": [10**9, 8]}, {"modes": True}, {"features": 2.5},
    {"tau_dims": 1},
])  # fmt: skip
def test_absurd_sizes_are_refused_before_anything_is_allocated(wrong):
    with pytest.raises(ValueError, match="must be"):
        ProSeg(**({"n_raters": 3} | wrong))


# -- the other preference ---------------------------------------------------------------------------------------------
@pytest.fixture
def gaussian():
    torch.manual_seed(1)
    method = small(n_raters=3, n_structures=2, n_channels=1, preference="gaussian").eval().requires_grad_(False)
    method.rater_scale += 0.3 * torch.randn(3, 8, 8)
    return method


def test_only_the_usual_preference_is_left_out_of_the_architecture(gaussian, method):
    assert gaussian.architecture()["preference"] == "gaussian" and "preference" not in method.architecture()
    with pytest.raises(ValueError, match="must be one of dirichlet, gaussian"):
        small(n_raters=3, preference="uniform")


def test_bundles_that_do_not_name_the_conditioning_have_the_first_one(method):
    named = method.architecture().get("conditioning")
    assert named == (None if method.first_mix is None else "matrix")
    with pytest.raises(ValueError, match="must be one of film, matrix"):
        small(n_raters=2, conditioning="deep")


def test_gaussian_draws_have_the_raters_mean_and_covariance(gaussian):
    tau = gaussian.draw(1, 100_000, torch.Generator().manual_seed(0))["tau"]
    scale = lower_triangular(gaussian.rater_scale)[1]
    covariance = scale @ scale.T
    assert torch.linalg.eigvalsh(covariance).min() > 0
    assert torch.allclose(tau.mean(0), gaussian.rater_coords(1)["tau"], atol=0.02)
    assert torch.allclose(torch.cov(tau.T), covariance, atol=0.04 * float(covariance.abs().max()))
    torch.manual_seed(0)
    learned = gaussian.family.sample(gaussian.rater_rows(), 4, 50_000)  # what the loss draws is the same distribution
    assert learned.shape == (4, 3, 50_000, 8)
    assert torch.allclose(torch.cov(learned[:, 1].flatten(0, 1).T), covariance, atol=0.04 * float(covariance.max()))


def test_gaussian_axes_are_those_of_the_means_covariance(gaussian):
    gaussian.rater_mean.copy_(torch.randn(3, 8))
    variance = torch.cov(gaussian.rater_mean.double().T, correction=0)
    controls = gaussian.preference_controls()
    assert len(controls) == 2
    for control in controls:
        assert torch.allclose(variance @ control.axis.double(), control.unit**2 * control.axis.double(), atol=1e-5)


def test_a_gaussian_rater_is_a_row_of_its_two_parameters(gaussian):
    more = small(n_raters=5, n_structures=2, n_channels=1, preference="gaussian").state_dict()
    depends = {name for name, value in gaussian.state_dict().items() if value.shape != more[name].shape}
    assert depends == {*gaussian.rater_rows(), "rater_area"} == {"rater_mean", "rater_scale", "rater_area"}


@pytest.mark.parametrize("raters", [1, 7, 8, 40])
def test_every_gaussian_rater_starts_apart(raters):
    mean = preferences.Gaussians().start(raters, 8)["rater_mean"]
    assert mean.shape == (raters, 8) and len(mean.unique(dim=0)) == raters


@pytest.mark.parametrize("preference", ["dirichlet", "gaussian"])
@pytest.mark.parametrize("factor", [0.4, 0.7, 1.0, 1.5])
def test_raters_can_be_made_to_scatter_more_or_less_around_the_same_presets(preference, factor):
    torch.manual_seed(0)
    method = ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3, preference=preference)
    if preference == "dirichlet":  # as after training: at the start some coordinates lie on the simplex's border
        method.rater_alpha.data.copy_(inverse_softplus(1.0 + 9.0 * torch.rand(3, 8)))
    rows = dict(method.rater_rows())
    wider = method.family.widened(rows, factor)
    assert torch.allclose(method.family.presets(wider), method.family.presets(rows), atol=2e-4)

    def width(r):
        draws = method.family.draw(r, torch.zeros(4000, dtype=torch.long), torch.Generator().manual_seed(0))
        return method.family.to_line(draws).std(0)

    ratio = float((width(wider) / width(rows)).mean())
    assert ratio == pytest.approx(factor, rel=0.1)
