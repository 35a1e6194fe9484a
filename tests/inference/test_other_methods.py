"""Methods without a preference, without ambiguity, or with one that is not a set of shares, in the same engine."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference.drawings import Request, list_drawings
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders, latents_json
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import check_point, point_from
from proseg_gui.inference.survey import CaseSurvey, ambiguity_at
from proseg_gui.networks.dpersona import DPersona
from proseg_gui.networks.majority import Majority, Threshold
from proseg_gui.networks.pionono import Pionono
from proseg_gui.networks.probunet import ProbabilisticUNet
from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.networks.registry import METHODS

SIZES = {"widths": (4, 8), "features": 4, "hidden": 4}


@pytest.fixture
def opened(make):
    def build(kind, **more):
        torch.manual_seed(2)
        method = kind(3, **SIZES, **more)
        if isinstance(method, Threshold):
            method.offset.copy_(torch.tensor([[-1.0], [0.0], [1.0]]))
        bundle = make.bundle(method, kind=method.kind)
        engine = Engine(bundle, make.noise(), device="cpu")
        for k in range(engine.n_slices):
            engine.encode(k)
        return engine, Sliders(engine)

    return build


def surveyed(engine):
    survey = CaseSurvey(engine, default_plan(engine.bundle))
    return [survey.slice(k) for k in range(engine.n_slices)], survey


def test_the_majority_has_no_slider_and_no_spread(opened):
    engine, sliders = opened(Majority)
    point = sliders.consensus_style()
    assert point == {"tau": (), "eps": ()} and check_point(point, engine.method) == point
    assert sliders.preference_axes() == () and sliders.ambiguity_axes(point).axes == ()
    assert sliders.rater_weights(point) is None
    slices, survey = surveyed(engine)
    assert survey.plan.n == 1 and slices[0].rater_probability.shape[0] == 3
    assert not any(slices[0].maps[part].any() for part in ("inter", "intra", "ambiguity"))
    assert np.array_equal(slices[0].maps["total"], slices[0].maps["residual"])
    assert not ambiguity_at(engine, 0, point).any()
    assert len(survey.rater_volumes_ml(engine.geometry)) == 3
    assert latents_json(point, engine.bundle.card)["point"] == {"tau": [], "eps": []}
    with pytest.raises(UserError, match="takes 0"):
        check_point({"tau": [1.0], "eps": []}, engine.method)


def test_samples_of_a_method_that_draws_for_everybody_name_no_rater(opened):
    bundle = opened(Majority)[0].bundle
    assert [d.rater for d in list_drawings(bundle, Request(samples=2))] == ["", ""]
    bundle = opened(RaterHeads)[0].bundle
    assert [d.rater for d in list_drawings(bundle, Request(samples=4))] == ["rater1", "rater2", "rater3", "rater1"]


def test_heads_are_blended_by_weights_that_may_leave_the_triangle(opened):
    engine, sliders = opened(RaterHeads)
    blend = sliders.blend([1, 0, 3])
    assert blend["tau"] == (0.25, 0.0, 0.75) and sliders.rater_weights(blend) == pytest.approx((0.25, 0.0, 0.75))
    axes = sliders.preference_axes()
    assert len(axes) == 2 and all(axis.effect_ml_per_sd is not None for axis in axes)
    beyond = sliders.moved(axes[0], sliders.rater_point("rater1"), 3.0)
    assert min(beyond["tau"]) < 0 and check_point(beyond, engine.method) == beyond
    assert sliders.rater_weights(beyond) is None
    with pytest.raises(UserError, match="weights that sum to 1"):
        check_point({"tau": [0.5, 0.5, 0.5], "eps": []}, engine.method)
    slices, survey = surveyed(engine)
    assert survey.plan.n == 3 and slices[0].maps["inter"].any() and not slices[0].maps["intra"].any()


def test_levels_are_blends_of_levels_and_a_rater_is_himself(opened):
    engine, sliders = opened(Threshold)
    assert sliders.rater_weights(sliders.rater_point("rater2")) == (0.0, 1.0, 0.0)  # also half of 1 and of 3
    assert sliders.rater_weights({"tau": (0.5,), "eps": ()}) is not None
    assert sliders.rater_weights({"tau": (1.5,), "eps": ()}) is None
    (axis,) = sliders.preference_axes()
    moved = sliders.moved(axis, sliders.rater_point("rater2"), -1.0)
    assert sliders.position(axis, moved) == pytest.approx(-1.0, abs=1e-5)
    assert point_from(engine.method.rater_coords(2)) == {"tau": (1.0,), "eps": ()}


def test_a_method_that_draws_for_everybody_is_all_ambiguity(opened):
    engine, sliders = opened(ProbabilisticUNet, code=3)
    point = sliders.random_point(1, "rater2")
    assert point["tau"] == () and len(point["eps"]) == 3 and sliders.rater_weights(point) is None
    axes = sliders.ambiguity_axes(point).axes
    assert axes and sum(axis.share for axis in axes) <= 1 + 1e-6
    slices, survey = surveyed(engine)
    assert survey.plan.raters == 1 and survey.plan.n == 48
    assert slices[0].maps["ambiguity"].any() and not slices[0].maps["inter"].any()
    assert slices[0].rater_probability.shape[0] == 3 and ambiguity_at(engine, 0, point).any()


def test_a_method_without_ambiguity_draws_the_preference_more_often(opened):
    engine, sliders = opened(Pionono)
    slices, survey = surveyed(engine)
    assert survey.plan.eps_draws == 1 and survey.plan.n >= 48
    assert slices[0].maps["intra"].any() and not slices[0].maps["ambiguity"].any()
    blend = sliders.blend([1, 1, 2])
    assert sliders.rater_weights(blend) == pytest.approx((0.25, 0.25, 0.5), abs=1e-3)
    assert min(blend["tau"]) < 0 and check_point(blend, engine.method) == blend


def test_a_rater_of_dpersona_is_a_corner_and_its_draws_are_everybodys(opened):
    engine, sliders = opened(DPersona, code=3, bank=20)
    own = sliders.rater_point("rater3")
    assert own["tau"] == (0.0, 0.0, 1.0, 0.0) and sliders.rater_weights(own) == (0.0, 0.0, 1.0)
    drawn = sliders.random_point(3, "rater1")
    assert drawn["tau"] == (0.0, 0.0, 0.0, 1.0) and sliders.rater_weights(drawn) is None
    assert check_point(drawn, engine.method) == drawn
    assert len(sliders.preference_axes()) == 2 and sliders.ambiguity_axes(own).axes
    slices, survey = surveyed(engine)
    assert survey.plan.raters == 1 and survey.plan.n == 48 and slices[0].maps["ambiguity"].any()
    assert len(survey.rater_volumes_ml(engine.geometry)) == 3


@pytest.mark.parametrize("kind", [kind for kind in METHODS.values() if kind.capabilities.levels])
def test_agreement_levels_are_what_experts_disagree_on(opened, kind):
    engine, sliders = opened(kind)
    slices, survey = surveyed(engine)
    assert survey.plan.n == survey.plan.raters == 3 and slices[0].maps["inter"].any()
    assert not slices[0].maps["intra"].any() and not slices[0].maps["ambiguity"].any()
    assert [d.rater for d in list_drawings(engine.bundle, Request(samples=2))] == ["", ""]
    (axis,) = sliders.preference_axes()
    assert sliders.rater_weights(sliders.consensus_style()) is None
    volumes = engine.volumes_ml([sliders.moved(axis, sliders.consensus_style(), p) for p in (-3.0, 0.0, 3.0)])[:, 0]
    assert volumes[0] <= volumes[1] <= volumes[2] and axis.effect_ml_per_sd >= 0


@pytest.mark.parametrize("kind", list(METHODS.values()), ids=lambda kind: kind.kind)
def test_a_cause_that_a_method_cannot_tell_is_exactly_nothing(opened, kind):
    """So that a window that does not show it hides nothing."""
    engine, _ = opened(kind)
    slices, _ = surveyed(engine)
    for part in {"inter", "intra", "ambiguity"} - kind.capabilities.parts:
        assert not any(found.maps[part].any() for found in slices), part
    assert all(np.isfinite(found.maps["total"]).all() for found in slices)
