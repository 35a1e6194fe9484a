"""A prompt moves the preference sliders to where the model draws as asked, as far as its raters differ in that."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.points import coords_from, point_from
from proseg_gui.inference.style import StyleMeter, follow_prompt
from proseg_gui.phantom import demo_study
from proseg_gui.prompts.reading import read_prompt

SIZES = ("much tighter", "tighter", "slightly tighter", "", "not so tight", "much looser")


class Led:
    """An engine with its sliders, and what prompts make of the volume."""

    def __init__(self, engine):
        self.engine, self.sliders = engine, Sliders(engine)
        self.start = self.sliders.consensus_style()

    def follow(self, text, start=None):
        prompt = read_prompt(text, self.engine.raters)
        return follow_prompt(self.engine, self.sliders, start or self.start, prompt)

    def ml(self, point):
        if not self.engine.patches.seen:
            self.follow("tighter")  # encodes what volumes are then measured on
        return float(self.engine.volumes_ml([point])[0, 0])


@pytest.fixture
def led(bright):
    return Led(bright)


@pytest.fixture(scope="module")
def demo():
    return Led(Engine(load_bundle("phantom"), demo_study(), device="cpu"))


def test_tighter_and_looser_order_the_predicted_area_of_the_demo(demo):
    volumes = [demo.ml(demo.follow(text).point) for text in SIZES]
    assert volumes == sorted(volumes) and np.diff(volumes).min() > 0.05 * volumes[3], volumes


def test_it_goes_on_from_where_one_stands(led):
    first = led.follow("slightly tighter")
    second = led.follow("slightly tighter", first.point)
    assert led.ml(second.point) < led.ml(first.point) < led.ml(led.start)
    described = led.follow("tight")
    assert led.follow("tight", described.point).reached["size"] == pytest.approx(0.0, abs=0.15)


def test_what_is_reached_is_what_the_contour_does(led):
    found = led.follow("tighter")
    meter = StyleMeter(led.engine, led.sliders, 0, led.start["eps"], None)
    before, after = meter([led.start, found.point])
    assert after[0] - before[0] == pytest.approx(found.reached["size"]) == pytest.approx(-1.0, abs=0.25)


def test_the_ambiguity_stays_and_sliders_keep_their_limits(led):
    start = {**led.start, "eps": (0.4, -0.2)}
    found = led.follow("extremely tight", start)
    assert found.point["eps"] == pytest.approx(start["eps"])
    positions = [led.sliders.position(axis, found.point) for axis in led.sliders.preference_axes(found.point)]
    assert max(map(abs, positions)) <= 3.0 + 1e-3


def test_named_raters_and_texts_share_the_space(led):
    assert led.follow("like rater1").point["tau"] == led.sliders.rater_point("rater1")["tau"]
    assert led.follow("consensus style").point == led.start
    tighter = led.follow("like rater1 but tighter")
    assert led.ml(tighter.point) < led.ml(led.sliders.rater_point("rater1"))


@pytest.mark.parametrize("text", ["", "purple", "please draw", "not tighter"])
def test_a_text_that_asks_for_no_change_changes_nothing(led, text):
    assert led.follow(text).point == led.start


def test_what_the_raters_do_not_differ_in_is_told_and_changes_nothing(led):
    found = led.follow("without holes")
    assert found.beyond == ("holes",) and found.point == led.start and "holes" in found.asked


def test_a_model_that_knows_no_raters_or_draws_nothing_is_refused_in_words(led, make):
    alone = Led(Engine(make.bundle(make.Bright(n_raters=1), raters=("one",)), make.ball(), device="cpu"))
    with pytest.raises(UserError, match="same for everybody"):
        alone.follow("tighter")
    empty = Led(Engine(make.bright_bundle(), make.ball(radius=-40.0), device="cpu"))
    with pytest.raises(UserError, match="draws no lesion"):
        empty.follow("tighter")


def test_the_window_and_the_command_line_measure_the_same_slices(led):
    """Also where the engine has seen other slices before."""
    fresh = Led(Engine(led.engine.bundle, led.engine.study, device="cpu"))
    led.ml(led.start)
    assert led.follow("tighter").point == fresh.follow("tighter").point


def test_a_method_that_learned_words_begins_at_the_texts_own_place_where_that_is_nearer(led, monkeypatch):
    there, plain, asked = led.sliders.rater_point("rater3"), led.follow("tight"), []

    def place(pieces):
        asked.append(pieces)
        return coords_from(there)

    monkeypatch.setattr(led.engine.method, "described", place)
    found = led.follow("tight")
    assert asked and found.point != plain.point and found.reached["size"] == pytest.approx(found.asked["size"], abs=0.2)
    there = led.sliders.rater_point("rater1")  # draws more: farther from what is asked
    assert led.follow("tight").point == plain.point
    asked.clear()
    led.follow("tighter")
    led.follow("like rater1, tight")
    assert not asked


def test_what_points_give_is_a_point_of_the_method(led):
    found = led.follow("looser").point
    assert set(found) == set(point_from(led.engine.method.rater_coords(0)))
    assert sum(found["tau"]) == pytest.approx(1.0, abs=1e-4) and min(found["tau"]) >= 0.0
