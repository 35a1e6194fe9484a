"""The formulae against closed forms: importance weights, a conditional Gaussian, a taper that stays a covariance."""

import numpy as np
import pytest

from proseg_gui.inference.condition.maths import (
    centre,
    effective,
    heaviest,
    kalman_pull,
    kalman_shift,
    log_likelihoods,
    normalised,
    taper,
    tempered,
)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_weights_are_importance_weights(rng):
    logits = rng.normal(0, 2, (50, 7)).astype(np.float32)
    inside = np.array([1, 0, 1, 1, 0, 0, 1], bool)
    counts = rng.uniform(0.1, 2.0, 7)
    p = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
    by_hand = np.prod(np.where(inside, p, 1.0 - p) ** counts, axis=1)
    found = normalised(log_likelihoods(logits, inside, counts))
    assert found == pytest.approx(by_hand / by_hand.sum(), rel=1e-5)


def test_nothing_observed_leaves_all_draws_alike():
    found = normalised(log_likelihoods(np.zeros((4, 0), np.float32), np.zeros(0, bool), np.zeros(0)))
    assert np.array_equal(found, np.full(4, 0.25)) and effective(found) == 4.0


def test_no_logit_is_too_large():
    assert np.isfinite(log_likelihoods(np.array([[900.0, -900.0]]), np.array([False, True]), np.ones(2))).all()


def test_tempering_keeps_as_many_draws_as_asked_and_no_more(rng):
    values = rng.normal(0, 40, 200)
    weights, power = tempered(values, 12.0)
    assert 0 < power < 1 and effective(weights) == pytest.approx(12.0, rel=1e-3)
    assert np.array_equal(np.argsort(weights), np.argsort(values))
    mild, power = tempered(values / 1000, 12.0)
    assert power == 1.0 and mild == pytest.approx(normalised(values / 1000))


def test_tempering_of_few_draws_ends(rng):
    weights, _ = tempered(np.array([0.0, 500.0]), 8.0)
    assert weights.sum() == pytest.approx(1.0) and effective(weights) <= 2.0


def test_taper_is_near_a_gaussian_ends_and_is_a_covariance(rng):
    d = np.linspace(0, 5, 501)
    found = taper(d)
    assert found[0] == 1.0 and (np.diff(found) <= 1e-12).all() and not found[d >= 2 * np.sqrt(10 / 3)].any()
    assert np.abs(found - np.exp(-(d**2) / 2)).max() < 0.04
    points = rng.uniform(0, 6, (120, 3))
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert np.linalg.eigvalsh(taper(apart)).min() > -1e-9


def linear_gaussian(rng, n, places=30, observed=4, modes=3):
    """n draws of logits mean + basis eps at some places and at some observed ones, and the true moments."""
    basis, mean = rng.normal(0, 1, (places + observed, modes)), rng.normal(0, 1, places + observed)
    logits = mean + rng.normal(0, 1, (n, modes)) @ basis.T
    return logits[:, :places], logits[:, places:], mean, basis


def test_the_kalman_step_is_the_conditional_gaussian_of_the_ensembles_moments(rng):
    x, s, _, _ = linear_gaussian(rng, 60)
    weights = rng.uniform(0, 1, 60)
    weights /= weights.sum()
    said, noise = rng.normal(0, 2, 4), np.array([1.0, 2.0, 0.5, 3.0])
    both = np.concatenate([x, s], 1)
    mean = weights @ both
    joint = (both - mean).T @ np.diag(weights) @ (both - mean)
    closed = joint[:30, 30:] @ np.linalg.inv(joint[30:, 30:] + np.diag(noise)) @ (said - mean[30:])
    pull = kalman_pull(s, weights, said - mean[30:], noise, np.ones((4, 4)))
    assert kalman_shift(x, s, weights, pull, np.ones((30, 4))) == pytest.approx(closed, rel=1e-9)


def test_the_kalman_step_of_many_draws_is_the_true_posterior(rng):
    x, s, mean, basis = linear_gaussian(rng, 40_000)
    even, said = np.full(len(x), 1 / len(x)), rng.normal(0, 2, 4)
    true = basis[:30] @ basis[30:].T @ np.linalg.inv(basis[30:] @ basis[30:].T + 2.25 * np.eye(4)) @ (said - mean[30:])
    pull = kalman_pull(s, even, said - even @ s, np.full(4, 2.25), np.ones((4, 4)))
    assert kalman_shift(x, s, even, pull, np.ones((30, 4))) == pytest.approx(true, abs=0.05)


def test_what_is_out_of_reach_does_not_move(rng):
    x, s, _, _ = linear_gaussian(rng, 60)
    even, closeness = np.full(60, 1 / 60), np.ones((30, 4))
    closeness[10:] = 0.0
    pull = kalman_pull(s, even, np.ones(4), np.ones(4), np.ones((4, 4)))
    found = kalman_shift(x, s, even, pull, closeness)
    assert found[:10].all() and not found[10:].any()


def test_the_heaviest_draws_hold_all_but_a_little():
    kept, weights = heaviest(np.array([0.5, 4e-5, 0.3, 5e-5, 0.2 - 9e-5]), 1e-4)
    assert (
        kept.tolist() == [0, 2, 4]
        and weights.sum() == pytest.approx(1.0)
        and weights[0] == pytest.approx(0.5, rel=1e-3)
    )
    kept, weights = heaviest(np.full(4, 0.25), 1e-4)
    assert kept.tolist() == [0, 1, 2, 3] and np.array_equal(weights, np.full(4, 0.25))


def test_the_centre_is_the_logit_of_the_mean_probability(rng):
    logits = rng.normal(0, 3, (20, 5)).astype(np.float32)
    p = (1 / (1 + np.exp(-logits))).mean(0)
    assert centre(logits, np.full(20, 0.05)) == pytest.approx(np.log(p / (1 - p)), rel=1e-4)
    assert np.isfinite(centre(np.full((2, 1), 8.0, np.float32), np.array([0.5, 0.5]))).all()
