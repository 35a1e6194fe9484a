"""A model that adjusts for the scanner, in the window: the light, the switch, and both contours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.gui.views.palette import UNADJUSTED_COLOUR
from proseg_gui.inference.fit import Described, learn_reference
from proseg_gui.networks.registry import METHODS
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.compare import sides
from proseg_gui.review.session import begin_review
from proseg_gui.volume import Geometry, Study, Volume

SETTLE_MS = 120_000
ADJUSTING = next(method for method in METHODS.values() if method.capabilities.adjusts)


def small_study() -> Study:
    """A bright blob on noise, of five slices."""
    rng = np.random.default_rng(5)
    z, y, x = np.mgrid[:5, :40, :40]
    image = ((np.hypot(y - 20, x - 20) < 10 + z) * 100 + rng.normal(0, 10, z.shape)).astype(np.float32)
    return Study("blob", {"image": Volume(image, Geometry.plain(z.shape, (3.0, 2.0, 2.0)), modality="MR")}, ("lesion",))


def described():
    """Cases whose looks a reference can be learned of."""
    rng = np.random.default_rng(0)
    rows = rng.normal(0, 1, (8, 3, 64))
    return [Described(row, row) for row in rows]


@pytest.fixture(scope="module")
def adjusting_bundle(tmp_path_factory):
    """An untrained model whose scanners differ much; its card's distance is found by :func:`with_limit`."""
    torch.manual_seed(3)
    method = ADJUSTING(3, widths=(8, 8), features=8, hidden=8, modes=4).eval()
    with torch.no_grad():
        method.third.weight.mul_(6.0)
        method.centres.mul_(4.0)
    method.measure(0.3 * torch.randn(1, 1, 40, 40) for _ in range(10))
    fit = replace(learn_reference(described()), threshold=1e5).as_card()
    card = Card(
        method.kind, "adjusting", "1", method.architecture(), ("anna", "ben", "cleo"), ("lesion",), ("image",), "MR",
        (2.0, 2.0), {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"}, fit=fit,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("bundles") / "adjusting"
    save_bundle(folder, card, method)
    return folder


def with_limit(bundle, times):
    """The bundle with a limit that the small study exceeds so many times."""
    review = begin_review(small_study(), bundle, "cpu")
    distance = min(review.engine.scanner_distance(k) for k in range(5))
    fit = {**bundle.card.fit, "scanner": {"threshold": distance / times}}
    return replace(bundle, card=replace(bundle.card, fit=fit))


@pytest.fixture
def opened(window, adjusting_bundle, qtbot):
    def show(times=0.5):
        study = small_study()
        window.controller.desk.show(OpenedCase.fresh(study))
        with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
            window.controller.desk.begin(begin_review(study, with_limit(load_bundle(adjusting_bundle), times), "cpu"))
        qtbot.waitUntil(lambda: window.controller.desk.fit is not None, timeout=SETTLE_MS)
        assert window.failures == []
        return window

    return show


@pytest.mark.parametrize(("times", "words"), [(0.5, "Made like"), (1.5, "1.5 times"), (3.5, "Very unlike")])
def test_the_light_says_how_the_scan_was_made(opened, times, words):
    window = opened(times)
    banner = window.fit_banner
    assert banner.isVisible() and banner.made.isVisible() and words in banner.made.text()
    assert banner.title.isVisible() == (times > 3)  # too far away: the model does not fit
    assert banner.made.text() in banner.accessibleDescription()


def test_a_model_that_does_not_adjust_shows_none_of_it(reviewed):
    assert not reviewed.fit_banner.isVisible()
    assert "does not adjust" in reviewed.menus.commands["adjust_scanner"].blocked()
    assert all(side.key != "otherwise" for side in sides(reviewed.controller.desk))


def test_the_switch_draws_without_the_adjustment_and_back(opened, qtbot):
    window = opened()
    desk, banner = window.controller.desk, window.fit_banner
    qtbot.waitUntil(lambda: desk.adjusting.shown() is not None, timeout=SETTLE_MS)
    k, point = desk.slice_index, desk.latents.point
    adjusted, beside = desk.drawn.frame.probability[0], desk.adjusting.shown().probability[0]
    assert np.abs(adjusted - beside).max() > 1e-3
    layers = window.scene._structures_on(window.scene.scan)
    assert [layer.style for layer in layers if layer.colour == UNADJUSTED_COLOUR] == ["dash"]
    assert banner.adjust.isChecked()

    def click(on):
        engine = desk.review.engine
        with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
            QTest.mouseClick(banner.adjust, Qt.MouseButton.LeftButton, pos=banner.adjust.rect().center())
            qtbot.waitUntil(
                lambda: desk.review is not None and desk.review.engine is not engine and desk.drawn is not None,
                timeout=SETTLE_MS,
            )
        assert window.failures == [] and desk.review.engine.adjusted == on == banner.adjust.isChecked()

    click(on=False)
    assert desk.slice_index == k and desk.latents.point == point
    assert np.allclose(desk.drawn.frame.probability[0], beside, atol=1e-5)
    assert desk.adjusting.shown() is None
    layers = window.scene._structures_on(window.scene.scan)
    assert not any(layer.colour == UNADJUSTED_COLOUR for layer in layers)
    click(on=True)
    assert np.allclose(desk.drawn.frame.probability[0], adjusted, atol=1e-5)


def test_the_command_turns_the_same_switch(opened, qtbot):
    window = opened()
    window.menus.commands["adjust_scanner"].run()
    assert not window.controller.display.view.settings.adjust_scanner
    qtbot.waitUntil(
        lambda: window.controller.desk.review is not None and not window.controller.desk.review.engine.adjusted,
        timeout=SETTLE_MS,
    )
    assert not window.fit_banner.adjust.isChecked() and window.failures == []


def test_the_dashed_contour_follows_a_preset(opened, qtbot):
    window = opened()
    desk = window.controller.desk
    QTest.mouseClick(window.preference.presets["ben"], Qt.MouseButton.LeftButton)
    point = desk.latents.point
    qtbot.waitUntil(
        lambda: desk.adjusting.shown() is not None and desk.adjusting.shown().points[0] == point, timeout=SETTLE_MS
    )


def test_both_can_be_compared_over_the_volume(opened, qtbot):
    window = opened()
    desk = window.controller.desk
    window.scene.choose_layout("compare")
    comparing = window.scene.comparing
    box = comparing.bar.choices[1]
    index = box.findData("otherwise")
    assert box.itemText(index) == "Not adjusted for the scanner"
    box.setCurrentIndex(index)
    qtbot.waitUntil(lambda: comparing._drawn is not None, timeout=SETTLE_MS)
    other = desk.review.other_engine()
    assert not other.adjusted and other is desk.review.other_engine()
    assert np.array_equal(comparing._drawn.b, other.mask(desk.latents.point).array)
    assert np.array_equal(comparing._drawn.a, desk.review.engine.mask(desk.latents.point).array)
