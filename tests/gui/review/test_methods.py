"""Bundles of every method in the real window: its controls are the sliders, and what it has not is not offered."""

from __future__ import annotations

import pytest

from proseg_gui.catalogue import ENTRIES
from proseg_gui.gui.panels.ambiguity import NOT_KNOWN, STREAMED, AmbiguityPanel
from proseg_gui.gui.panels.preference import LEVELS, READINGS, SAME_FOR_ALL, PreferencePanel
from proseg_gui.gui.panels.show import ShowPanel
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.review.case import OpenedCase

SETTLE_MS = 120_000
RATERS = ("anna", "ben", "cleo")


@pytest.fixture
def opened(window, qtbot, tmp_path):
    def build(kind):
        import numpy as np
        import torch

        from proseg_gui.bundle import Card, load_bundle, save_bundle
        from proseg_gui.networks.registry import build
        from proseg_gui.review.session import begin_review
        from proseg_gui.volume import Geometry, Study, Volume

        torch.manual_seed(3)
        method = build(kind, {"n_raters": 3, "widths": [8, 8], "features": 8, "hidden": 8}).eval()
        if kind == "threshold":
            method.offset.copy_(torch.tensor([[-0.5], [0.0], [0.5]]))
        card = Card(kind, "tiny", "1", method.architecture(), RATERS, ("lesion",), ("image",), "MR", (2.0, 2.0),
                    {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
        save_bundle(tmp_path / kind, card, method)
        image = np.random.default_rng(5).normal(0, 10, (3, 32, 32)).astype(np.float32)
        image[:, 8:20, 8:20] += 100
        geometry = Geometry.plain(image.shape, (3.0, 2.0, 2.0))
        study = Study("blob", {"image": Volume(image, geometry, modality="MR")}, ("lesion",))
        window.controller.desk.show(OpenedCase.fresh(study))
        with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
            window.controller.desk.begin(begin_review(study, load_bundle(tmp_path / kind), "cpu"))
        assert window.failures == []
        return window, method

    return build


@pytest.mark.parametrize("kind", list(ENTRIES)[1:])
def test_the_window_offers_what_the_method_has(opened, kind, qtbot):
    window, method = opened(kind)
    controller, able = window.controller, method.capabilities
    preferences = len(method.preference_controls())
    assert bool(preferences) == able.preference_axes
    preference, ambiguity = window.findChild(PreferencePanel), window.findChild(AmbiguityPanel)
    assert len(controller.desk.axes.preference) == len(preference.axes.sliders) == preferences
    assert bool(controller.desk.axes.ambiguity) == bool(ambiguity.axes.sliders) == able.ambiguity_axes
    assert len(preference.presets) == (3 if able.personalised else 0)
    assert preference.empty.isHidden() == able.personalised and preference.sample.isHidden() != able.intra_expert
    drawn = able.ambiguity_axes or able.streams
    assert ambiguity.random.isVisibleTo(ambiguity) == ambiguity.reset.isVisibleTo(ambiguity) == drawn
    assert ambiguity.random.isEnabled() == drawn
    uncertainty = window.findChild(UncertaintyPanel)
    maps = {name for name, row in uncertainty.rows.items() if row.isVisibleTo(uncertainty)}
    assert maps == {"total", "residual", *able.parts, *(["ambiguity_here"] if able.ambiguity_axes else [])}
    assert controller.display.view.settings.map_name in maps
    assert len(window.findChild(ShowPanel).raters) == (3 if able.personalised else 0)
    if not able.personalised:
        assert preference.empty.text() == (LEVELS if able.levels else READINGS if able.weighed else SAME_FOR_ALL)
    assert preference.axes.isVisibleTo(preference) == able.preference_axes
    assert preference.prompt.isVisibleTo(preference) == method.follows_prompts
    if not able.ambiguity_axes:
        assert ambiguity.empty.text() == (STREAMED if able.streams else NOT_KNOWN) and not ambiguity.empty.isHidden()
    if able.personalised:
        controller.latents.choose_rater("ben")
        assert controller.latents.weights() == pytest.approx((0.0, 1.0, 0.0), abs=1e-3)
    for axis in (*controller.desk.axes.preference[:1], *controller.desk.axes.ambiguity[:1]):
        with qtbot.waitSignal(controller.settled, timeout=SETTLE_MS):
            controller.latents.move_axis(axis, 1.5)
        assert controller.latents.position(axis) == pytest.approx(1.5, abs=1e-3)
    assert window.failures == []


def test_a_map_that_the_next_model_cannot_tell_does_not_stay_chosen(window, opened):
    window.controller.display.set_view(map_name="intra")
    opened("majority")
    assert window.controller.display.view.settings.map_name == "total"


def test_the_gallery_shows_the_readings_that_a_model_weighs(opened, qtbot):
    from proseg_gui.networks.registry import METHODS

    for kind in (name for name, method in METHODS.items() if method.capabilities.weighed):
        window, method = opened(kind)
        window.controller.display.set_view(layout="gallery")
        gallery = window.scene.gallery
        qtbot.waitUntil(lambda gallery=gallery: bool(gallery._samples), timeout=SETTLE_MS)
        panes = [pane for pane in gallery.panes if pane.isVisible()]
        assert len(panes) == len(gallery._samples) == method.readings
        assert all(pane._notice.startswith("reading ") and pane._notice.endswith(" %") for pane in panes)
        assert "probability" in gallery.view.said.text()
        gallery.take(0)
        number = gallery._samples[0].number + 1
        assert window.controller.latents.point["tau"] == (float(number),)
        (axis,) = window.controller.desk.axes.preference
        stop = (
            (window.controller.latents.position(axis) + axis.limit) * (len(axis.control.stops) - 1) / (2 * axis.limit)
        )
        assert axis.control.stops[round(stop)] == f"reading {number}"


def test_the_gallery_fills_as_draws_come_and_their_shares_follow(opened, qtbot, monkeypatch):
    from proseg_gui.networks.registry import METHODS

    for kind in (name for name, method in METHODS.items() if method.capabilities.streams):
        window, method = opened(kind)
        gallery, told, sentences = window.scene.gallery, [], []
        take = gallery._take

        def heard(value, gallery=gallery, take=take, told=told, sentences=sentences):
            take(value)
            told.append(value[1])
            sentences.append(gallery.view.said.text())

        monkeypatch.setattr(gallery, "_take", heard)
        window.controller.desk.set_slice(1)
        window.controller.display.set_view(layout="gallery")
        qtbot.waitUntil(lambda gallery=gallery: bool(gallery._of), timeout=SETTLE_MS)
        assert "12 of 48 draws of lesion as they come" in sentences[0]
        assert all(sample.share is None for sample in told[0]) and len(told[0]) == 12
        at = next(i for i, value in enumerate(told[1:], 1) if not isinstance(value[0], int))
        numbers = [value[0] for value in told[1:at]]
        assert numbers == sorted(numbers) and set(numbers) == set(range(12))
        assert len(numbers) in (12, 12 * method.steps_each)  # at once where the survey has made them already
        assert sum(sample.share for sample in gallery._samples) == 100
        assert "stand for" in gallery.view.said.text()
        gallery.take(0)
        assert window.controller.latents.point == gallery._samples[0].point
        before = window.controller.latents.point["eps"]
        window.findChild(AmbiguityPanel).random.click()
        assert window.controller.latents.point["eps"] not in (before, (0.0,))
        window.findChild(AmbiguityPanel).reset.click()
        assert window.controller.latents.point["eps"] == (0.0,)
        assert window.failures == []
