import numpy as np
import pytest

from proseg_gui.inference.plan import SurveyPlan, cause_plan, default_plan

PLAN = SurveyPlan(3, 2, 3, seed=5)


def test_the_plan_nests_raters_preferences_and_ambiguities(bundle):
    points = PLAN.points(bundle.method)
    assert len(points) == PLAN.n == 18
    assert len({p["tau"] for p in points}) == 6, "a preference draw serves its three ambiguity draws"
    assert [p["tau"] for p in points[:3]] == [points[0]["tau"]] * 3
    assert len({p["eps"] for p in points}) == 18
    assert points == PLAN.points(bundle.method)
    assert points != SurveyPlan(3, 2, 3, seed=6).points(bundle.method)


@pytest.mark.parametrize("plan", [PLAN, SurveyPlan(7, 2, 4), SurveyPlan(1, 12, 4), SurveyPlan(4, 3, 4)])
def test_thin_samples_are_spread_over_raters_and_preferences(plan):
    thin = plan.thin(10)
    assert len(set(thin)) == len(thin) == 10
    raters = np.bincount([i // (plan.tau_draws * plan.eps_draws) for i in thin], minlength=plan.raters)
    assert raters.max() - raters.min() <= 1
    assert PLAN.thin(100) and len(PLAN.thin(100)) == 18


@pytest.mark.parametrize(("raters", "shape"), [(7, (7, 2, 4)), (4, (4, 3, 4)), (1, (1, 12, 4)), (30, (30, 2, 4))])
def test_default_plans(make, raters, shape):
    bundle = make.bundle(make.Bright(n_raters=raters), raters=tuple(f"rater{i}" for i in range(raters)))
    plan = default_plan(bundle, seed=3)
    assert (plan.raters, plan.tau_draws, plan.eps_draws, plan.seed) == (*shape, 3)


@pytest.mark.parametrize(("raters", "shape"), [(7, (7, 12, 8)), (4, (4, 20, 8)), (1, (1, 80, 8)), (90, (90, 2, 8))])
def test_plans_for_the_causes(make, raters, shape):
    bundle = make.bundle(make.Bright(n_raters=raters), raters=tuple(f"rater{i}" for i in range(raters)))
    plan = cause_plan(bundle, seed=4)
    assert (plan.raters, plan.tau_draws, plan.eps_draws, plan.seed) == (*shape, 4)
