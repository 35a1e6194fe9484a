"""Diffusion over masks: the interface in every mode and dynamics, the objective, and the arithmetic of its steps."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "networks"))
from method_tests import MethodTests
from objective_tests import RECIPE, ObjectiveTests

from proseg_gui.networks.diffusion import DYNAMICS, MODES, MaskDiffusion, kept_share

SMALL = {"widths": (8, 12, 16), "features": 8, "hidden": 8, "width": 8, "steps_each": 3}


def small(**sizes):
    return MaskDiffusion(**{**SMALL, **sizes})


class Trained(MethodTests):
    @pytest.fixture
    def method(self):
        torch.manual_seed(3)
        method = type(self).make(n_raters=4, n_structures=2, n_channels=3).eval()
        method.personalised_for_training = lambda features, rater: list(
            method.steps(features, method.presets()[rater], 0)
        )[-1]
        method.samples_for_training = lambda features: method.sample(features, 2, seed=1)
        return method


class TestDiverse(Trained):
    make = staticmethod(small)


class TestRater(Trained):
    make = staticmethod(lambda **sizes: small(**sizes, mode="rater"))


class TestLevel(Trained):
    make = staticmethod(lambda **sizes: small(**sizes, mode="level"))


class TestFlow(Trained):
    make = staticmethod(lambda **sizes: small(**sizes, dynamics="flow"))


class TestObjective(ObjectiveTests):
    kind = "diffusion"


class Moded(ObjectiveTests):
    kind = "diffusion"
    mode = MODES[0]

    def objective(self, layout, recipe=RECIPE):
        return super().objective(layout, replace(recipe, network={"mode": self.mode}))


class TestRaterObjective(Moded):
    mode = "rater"


class TestLevelObjective(Moded):
    mode = "level"


def test_the_class_is_the_modes_and_a_card_rebuilds_it():
    for mode in MODES:
        method = small(n_raters=3, mode=mode)
        assert method.mode == mode and type(type(method)(**method.architecture())) is type(method)
        assert ("mode" in method.architecture()) == (mode != "diverse")
    with pytest.raises(ValueError, match="mode must be one of"):
        small(n_raters=3, mode="all")


def test_noise_takes_the_mask_away_by_the_schedule():
    torch.manual_seed(0)
    method = small(n_raters=2)
    masks = (torch.rand(1, 1, 200, 200) > 0.6).float()
    for time in (0.0, 0.3, 0.7, 1.0):
        seen = method.noised(masks, torch.tensor([time]), method.fresh((1, 1, 200, 200), torch.Generator()))
        assert set(seen.unique().tolist()) <= {-1.0, 1.0}
        same = float((seen == 2.0 * masks - 1.0).float().mean())
        assert same == pytest.approx(0.5 + 0.5 * float(kept_share(torch.tensor(time))), abs=0.02)


@pytest.mark.parametrize(("now", "then"), [(1.0, 0.75), (0.5, 0.25), (0.2, 0.1)])
def test_a_step_back_is_bayes_rule(now, then):
    """Against the joint distribution of mask, earlier and later state, written out."""
    a, b = (float(kept_share(torch.tensor(t))) for t in (now, then))
    method, p = small(n_raters=2), 0.3
    for later in (0, 1):
        joint = {0: 0.0, 1: 0.0}
        for mask, earlier in product((0, 1), (0, 1)):
            given = b * (earlier == mask) + (1 - b) / 2
            after = (a / b) * (later == earlier) + (1 - a / b) / 2
            seen = a * (later == mask) + (1 - a) / 2
            joint[earlier] += (p if mask else 1 - p) * given * after / seen
        assert sum(joint.values()) == pytest.approx(1.0)
        state, guess = torch.full((1, 1, 1, 1), 2.0 * later - 1.0), torch.full((1, 1, 1, 1), p)
        for noise, expected in ((joint[1] - 0.01, 1.0), (joint[1] + 0.01, -1.0)):
            moved = method.moved_on(state, guess, now, then, torch.full((1, 1, 1, 1), noise))
            assert float(moved) == expected


def test_the_flow_ends_at_the_mask_that_is_predicted():
    method = small(n_raters=2, dynamics="flow", steps_each=4)
    mask = (torch.rand(1, 1, 16, 16) > 0.5).float()
    noisy = method.noised(mask, torch.ones(1), torch.randn(1, 1, 16, 16))
    for step in range(4):
        now, then = 1 - step / 4, 1 - (step + 1) / 4
        noisy = method.moved_on(noisy, mask, now, then, torch.zeros(1))
    assert torch.allclose(noisy, 2.0 * mask - 1.0, atol=1e-6)


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_levels_of_one_draw_lie_inside_of_each_other(dynamics):
    torch.manual_seed(1)
    method = small(n_raters=4, mode="level", dynamics=dynamics).eval()
    with torch.no_grad():
        features = method.encode(3.0 * torch.randn(1, 1, 20, 13))
        for seed in (0.0, 5.0, 6.0):
            levels = [method.decode(features, {"tau": torch.tensor([c]), "eps": torch.tensor([seed])})
                      for c in (1.0, 2.0, 3.0, 3.5, 4.0)]  # fmt: skip
            assert all((later <= earlier).all() for earlier, later in pairwise(levels))
            assert (levels[0] > levels[-1]).all()


@pytest.mark.parametrize(("mode", "dynamics"), list(zip(MODES, (*DYNAMICS, DYNAMICS[0]), strict=True)))
def test_it_learns_to_draw(layout, make_cases, tmp_path, mode, dynamics):
    """Discs of three sizes: all draw something, and a rater's own prediction is of that rater's size."""
    recipe = replace(RECIPE, steps=60, network={"mode": mode, "dynamics": dynamics})
    trainer = TestObjective().trainer(layout, make_cases(5), tmp_path / "run", recipe)
    trainer.run()
    method = trainer.method.eval()
    assert (method.mode, method.dynamics) == (mode, dynamics)
    with torch.no_grad():
        features = method.encode(trainer.train[0].image[:1])
        own = (torch.cat([method.personalised(features, r) for r in range(3)]) > 0).float().sum((1, 2, 3))
        drawn = (method.sample(features, 6, seed=1) > 0).float().sum((1, 2, 3))
    assert own.all() and drawn.all()
    if method.capabilities.personalised:
        assert own[0] < own[2]
