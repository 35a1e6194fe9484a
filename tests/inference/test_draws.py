"""Draws that are made in steps on whole slices, in the engine: every part of a slice is the slice's own draw."""

from __future__ import annotations

import copy
from itertools import product

import numpy as np
import pytest
import torch

from proseg_gui.catalogue import ENTRIES
from proseg_gui.errors import Cancelled
from proseg_gui.inference.draws import Draws, places
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.plan import cause_plan, default_plan, ensemble_plan
from proseg_gui.inference.points import coords_from
from proseg_gui.inference.survey import CaseSurvey, ambiguity_at
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.registry import METHODS, build

KINDS = [
    (name, dict(zip([o.name for o in ENTRIES[name].options], values, strict=True)))
    for name, kind in METHODS.items()
    if kind.capabilities.streams
    for values in product(*(o.names for o in ENTRIES[name].options))
]


@pytest.fixture(params=KINDS, ids=lambda found: "-".join((found[0], *found[1].values())))
def opened(request, make):
    kind, options = request.param
    torch.manual_seed(2)
    method = build(kind, {"n_raters": 3, "widths": (4, 8), "features": 4, "hidden": 4, "width": 8, **options}).eval()
    with torch.no_grad():
        for parameter in method.parameters():
            parameter.mul_(2.0)  # so that what it draws is not all one grey
    return Engine(make.bundle(method, kind=kind), make.noise(), device="cpu")


def some_points(engine, count=3):
    return default_plan(engine.bundle).points(engine.method)[:: default_plan(engine.bundle).n // count]


def test_a_slice_is_what_the_network_draws(opened):
    for point in (*some_points(opened), Sliders(opened).consensus_style()):
        with torch.inference_mode():
            features = opened.method.encode(opened._input(1))
            expected = opened.method.decode(features, coords_from(point))[0]
            image = opened.grid.to_image(expected).numpy()
        found = opened.logits(1, point)
        assert np.array_equal(found > 0, image > 0)
        assert np.allclose(found, image, rtol=2e-3, atol=2e-3)


def test_every_part_of_a_slice_is_the_slices_own_draw(opened):
    points = some_points(opened)
    whole = np.stack([opened._draws.draw(1, point) for point in points])
    lattice = opened.lattice(1, 3, (1, 2))
    assert np.array_equal(np.concatenate(list(opened.patch_logits(lattice, points))), whole[..., 1::3, 2::3])
    rows, columns = np.array([5, 0, 7]), np.array([1, 2, 3])
    pixels = opened.pixels(1, rows, columns)
    assert np.array_equal(
        np.concatenate(list(opened.patch_logits(pixels, points)))[..., 0, :], whole[..., rows, columns]
    )
    part = opened.grid.part(slice(3, 9), slice(2, 11))
    found = np.concatenate(list(opened.probabilities_in(1, points, part)))
    assert np.allclose(found, 1 / (1 + np.exp(-whole[..., 3:9, 2:11])), atol=1e-6)


def test_it_comes_step_by_step_and_the_last_step_is_the_draw(opened):
    (point, *_) = some_points(opened)
    steps = list(opened.stream(0, point))
    assert len(steps) == opened.method.steps_each and not np.array_equal(steps[0], steps[-1])
    assert np.array_equal(steps[-1], opened.probability(0, point))
    assert len(list(opened.stream(0, point))) == 1, "a draw that is known need not be made again"


def test_it_stops_between_steps_and_nothing_half_is_kept(opened):
    (point, *_) = some_points(opened)
    token = CancelToken()
    running = opened.stream(0, point, token)
    first = next(running)
    token.cancel()
    with pytest.raises(Cancelled):
        next(running)
    again = list(opened.stream(0, point))
    assert len(again) == opened.method.steps_each and np.array_equal(again[0], first)


def test_a_survey_makes_each_draw_once_and_counts_its_pixels(opened, monkeypatch):
    made, plan = [], default_plan(opened.bundle)
    stream = type(opened._network.method).stream

    def counted(method, features, coords):
        made.append(tuple(coords["eps"].tolist() + coords["tau"].tolist()))
        return stream(method, features, coords)

    monkeypatch.setattr(type(opened._network.method), "stream", counted)
    survey = CaseSurvey(opened, plan)
    found = survey.slice(1)
    assert len(made) == len(set(made)) >= plan.n
    assert cause_plan(opened.bundle) == ensemble_plan(opened.bundle) == plan
    points = plan.points(opened.method)
    areas = [(opened.probability(1, point)[0] > 0.5).sum() for point in points]
    assert found.sample_areas[:, 0].tolist() == areas
    for part in {"inter", "intra", "ambiguity"} - opened.method.capabilities.parts:
        assert not found.maps[part].any()
    assert found.maps["ambiguity"].any()
    if opened.method.capabilities.levels:
        levels = [point["tau"][0] for point in points]
        assert levels == sorted(levels) and levels.count(2.0) == plan.eps_draws
    assert ambiguity_at(opened, 1, Sliders(opened).consensus_style(), draws=3).any()


def test_a_draw_that_was_let_go_comes_back_as_it_was(opened):
    (point, other, *_) = some_points(opened)
    before = opened.probability(2, point)
    opened._draws._budget = 1
    opened.probability(2, other)
    opened._cache.clear()
    assert len(opened._draws._kept) == 1
    assert np.array_equal(opened.probability(2, point), before)


def test_a_draw_begins_anew_where_the_network_has_moved(opened):
    """As when a card runs out of memory within a draw, and the processor goes on."""
    method, (point, *_) = opened._network.method, some_points(opened)
    expected, moved, steps = opened._draws.draw(1, point), copy.deepcopy(method), []

    def run(work, features):
        steps.append(0)
        with torch.inference_mode():
            return work(method if len(steps) < 3 else moved, features)

    draws = Draws(1 << 20, opened._features, run, opened.pause_point)
    found = list(draws.steps(1, point))
    assert len(found) == method.steps_each + 2
    assert torch.equal(found[-1], expected) and torch.equal(found[2], found[0])


def test_places_name_slice_row_and_column():
    found = places(7, (1, 1, 2, 3))
    assert found.shape == (1, 3, 2, 3)
    assert found[0, :, 1, 2].tolist() == [7.0, 1.0, 2.0]
