"""What the stop rule's bound is to be multiplied with: what held for readers of cases that were looked at."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.calibration import LEAST_STOPS
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.phantom import CHANNEL, RATERS, Phantom
from proseg_gui.review.regions import Found, find_regions
from proseg_gui.review.stopping import CLOSED, StopLook, factor_of, stops
from proseg_gui.volume import Study


def test_the_factor_would_have_held_for_nine_in_ten() -> None:
    ratios = np.random.default_rng(0).permutation(np.arange(1, 31) / 30)
    factor = factor_of(ratios)
    assert factor == pytest.approx(28 / 30)  # the ceil(31 * .9)-th of 30
    assert np.mean(ratios <= factor) >= 0.9
    assert factor_of(ratios[: LEAST_STOPS - 1]) is None


def test_further_readings_are_held_as_often_as_said() -> None:
    rng = np.random.default_rng(1)
    held = [np.mean(rng.exponential(size=400) <= factor_of(rng.exponential(size=40))) for _ in range(400)]
    assert np.mean(held) == pytest.approx(37 / 41, abs=0.01)  # the 37th of 40 readings leaves 4 of 41 places above it


@pytest.fixture(scope="module")
def seen() -> SimpleNamespace:
    """A small phantom under the shipped model, and one of its raters as a reader."""
    phantom = Phantom(3000, (8, 144, 144), (5.0, 2.0, 2.0))
    study = Study("small", {CHANNEL: phantom.volume()}, source="generated")
    engine = Engine(load_bundle("phantom"), study, device="cpu")
    survey, ensemble = CaseSurvey(engine, default_plan(engine.bundle)), Ensemble(engine, draws=40)
    for k in range(engine.n_slices):
        survey.slice(k)
    ensemble.prepare_all()
    regions = find_regions(survey.doubted(0), engine.geometry, survey.plan, engine.raters)
    assert len(regions) >= 2
    start = engine.mask(point_from(engine.method.consensus_style())).array
    truth = phantom.mask(RATERS[-1], phantom.draws(RATERS[-1], 1)[0]).array
    return SimpleNamespace(survey=survey, ensemble=ensemble, found=Found(0, regions, True), start=start, truth=truth,
                           geometry=engine.geometry)  # fmt: skip


def test_corrected_regions_are_as_the_reader_has_them_and_the_rest_as_before(seen) -> None:
    made = list(stops(seen.ensemble, seen.found, seen.start, seen.truth))
    assert [stop.closed for stop, _ in made] == [n for n in CLOSED if n <= len(seen.found.regions)]
    for stop, codes in made:
        inside = np.zeros(seen.truth.shape, bool)
        for region in seen.found.regions[: stop.closed]:
            inside[tuple(region.voxels.T)] = True
        assert np.array_equal(stop.shown, np.where(inside, seen.truth, seen.start))
        assert np.array_equal(codes > 0, inside & (seen.truth != seen.start))
        assert (stop.after is None) == (not codes.any())


def test_the_real_change_is_counted_voxel_by_voxel(seen) -> None:
    for stop, codes in stops(seen.ensemble, seen.found, seen.start, seen.truth):
        ml = 0.0
        for n in stop.left(stop.before):
            for voxel in map(tuple, seen.found.regions[n].voxels.tolist()):
                if codes[voxel] == 0:
                    ml += (int(seen.truth[voxel]) - int(stop.shown[voxel])) * seen.geometry.pixel_ml()[voxel[0]]
        assert stop.real_ml(stop.before, seen.truth, codes) == pytest.approx(ml)


def test_a_look_adds_a_ratio_for_each_time_that_the_rule_said_something(seen) -> None:
    look = StopLook()
    look(seen.survey, seen.ensemble, {"one": seen.truth, "two": seen.start})
    assert look.ratios and all(0.0 <= ratio < math.inf for ratio in look.ratios)
    assert look.ratios[-1] == 0.0, "who draws as it stands changes nothing"
