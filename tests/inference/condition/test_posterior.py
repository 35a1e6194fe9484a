"""The draws after evidence: weighed as for a proposal, corrected near the hand, and untouched far from it."""

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.errors import Cancelled
from proseg_gui.inference.condition.ensemble import LIMIT, Ensemble
from proseg_gui.inference.condition.evidence import Evidence
from proseg_gui.inference.condition.posterior import Posterior
from proseg_gui.inference.condition.update import NUMBERS, condition
from proseg_gui.jobs import CancelToken
from tests.inference.condition.test_update import said, stroke

SHORT = replace(NUMBERS, taper_mm=2.0, across_mm=1.0)


@pytest.fixture
def ensemble(bright):
    made = Ensemble(bright, draws=90)
    made.prepare_all()
    return made


def doubt_of(logits, weights):
    p = weights @ (1 / (1 + np.exp(-logits.astype(float))))
    return p * (1 - p)


def every(lattice):
    return np.arange(len(lattice.at))


def test_without_evidence_the_draws_are_what_they_were(ensemble):
    posterior = Posterior(ensemble, Evidence.none())
    assert posterior.weights == pytest.approx(np.full(ensemble.n, 1 / ensemble.n))
    for lattice in ensemble.lattices().values():
        assert np.array_equal(posterior.logits(lattice, every(lattice)), lattice.logits.astype(np.float32))
        p = 1 / (1 + np.exp(-lattice.even.astype(float)))
        assert doubt_of(posterior.logits(lattice, every(lattice)), posterior.weights) == pytest.approx(
            p * (1 - p), abs=2e-4
        )


def test_the_weights_are_those_of_the_proposal(ensemble, bright):
    evidence = said(stroke(3, 20, 34, True), stroke(2, 20, 12, False))
    posterior, found = Posterior(ensemble, evidence), condition(bright, evidence, ensemble=ensemble)
    live = found.weights[np.sort(np.argsort(found.weights, kind="stable")[-len(posterior.weights) :])]
    assert posterior.weights == pytest.approx(live / live.sum())


def test_doubt_goes_where_the_hand_was_and_stays_where_it_does_not_reach(ensemble):
    lattice = ensemble.lattices()[3]
    p = 1 / (1 + np.exp(-lattice.even.astype(float)))
    y, x = lattice.pixels[np.abs(p - 0.5).argmin()]
    inside = bool(p[np.abs(p - 0.5).argmin()] < 0.5)  # against what most draws say
    evidence = said(stroke(3, y, x, inside))
    with_field, weights_only = (Posterior(ensemble, evidence, numbers=n) for n in (SHORT, replace(SHORT, taper_mm=0.0)))
    corrected, weighed = (one.logits(lattice, every(lattice)) for one in (with_field, weights_only))
    near = np.hypot(*(lattice.pixels - (y, x)).T) <= 2
    far = np.linalg.norm(lattice.position - lattice.position[near].mean(0), axis=1) > 3.65 * 2.0 + 4.0
    assert near.any() and far.any()
    assert np.array_equal(corrected[:, far], weighed[:, far]), "beyond the taper only the weights have changed"
    side = 1 if inside else -1
    moved = side * (corrected[:, near] - weighed[:, near])
    assert moved.mean() > 0 and np.abs(corrected).max() <= LIMIT
    before, after = (doubt_of(x[:, near], with_field.weights).mean() for x in (weighed, corrected))
    assert after < 0.8 * before
    agrees = (side * weighed[:, near] > 0).all(1)
    assert agrees.any() and not agrees.all()
    assert np.abs(moved[agrees]).max() < np.abs(moved).max(), "draws that agree are left more alone"


def test_what_every_draw_says_corrects_nothing(ensemble):
    lattice = ensemble.lattices()[2]
    sure = np.flatnonzero((lattice.logits > 1.0).all(0))
    pixels = lattice.pixels[sure[:1]]
    evidence = Evidence(np.concatenate([[[2]], pixels], 1), np.array([True]))
    posterior = Posterior(ensemble, evidence)
    logits = posterior.logits(lattice, every(lattice))
    assert all(np.isin(row, lattice.logits.astype(np.float32)).all() for row in logits[:3])
    assert len(logits) == len(posterior.weights)


def test_it_can_be_stopped(ensemble):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        Posterior(ensemble, said(stroke(3, 20, 34, True)), token=token)
