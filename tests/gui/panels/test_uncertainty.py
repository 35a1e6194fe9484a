"""The uncertainty panel: shares in, choice of a map out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.panels.model import MAPS
from proseg_gui.gui.panels.uncertainty import NOTHING, UncertaintyPanel

LEFT = Qt.MouseButton.LeftButton
COLOURS = {"inter": "#4e79a7", "intra": "#76b7b2", "ambiguity": "#f28e2b", "residual": "#79706e"}
SHARES = {"inter": 0.38, "intra": 0.09, "ambiguity": 0.41, "residual": 0.12}
ALL = frozenset(part.key for part in MAPS)


@pytest.fixture
def panel(shown) -> UncertaintyPanel:
    panel = UncertaintyPanel()
    panel.set_colours(COLOURS)
    panel.set_shares(SHARES)
    panel.set_available(ALL)
    panel.set_map("total", "variance", 0.6, 0.1)
    return shown(panel, 290, 240)


def test_the_parts_are_written_with_their_shares_and_meanings(panel):
    texts = {key: row.text() for key, row in panel.rows.items()}
    assert texts["inter"] == "between experts 38 %"
    assert texts["ambiguity"] == "the image 41 %"
    assert texts["total"] == "Total"
    assert "they draw differently" in panel.rows["inter"].accessibleName()
    assert "would differ on a re-read" in panel.rows["intra"].toolTip()


def test_the_bar_is_as_long_as_the_shares(panel):
    image = panel.bar.grab().toImage()
    scale = image.width() / panel.bar.width()
    y = image.height() // 2
    counts = {
        key: sum(image.pixelColor(x, y) == QColor(colour) for x in range(image.width())) / scale / panel.bar.width()
        for key, colour in COLOURS.items()
    }
    for key, share in SHARES.items():
        assert counts[key] == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("key", sorted(ALL))
def test_a_click_on_a_row_chooses_its_map(panel, kit, key):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.rows[key], LEFT)
    assert said.calls == [("map_chosen", (key,))]
    assert panel.rows["total"].isChecked()  # until the answer comes
    panel.set_map(key, "variance", 0.6, 0.1)
    assert [name for name, row in panel.rows.items() if row.isChecked()] == [key]
    assert len(said.calls) == 1


def test_rows_answer_to_the_keyboard(panel, kit):
    said = kit.Recorder(panel)
    panel.rows["total"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.rows["total"], Qt.Key.Key_Down)
    assert panel.rows["inter"].hasFocus()
    QTest.keyClick(panel.rows["inter"], Qt.Key.Key_Space)
    assert said.of("map_chosen")[-1] == ("inter",)


def test_the_form_is_switched(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.forms["entropy"], LEFT)
    assert said.calls == [("form_chosen", ("entropy",))]
    panel.set_map("inter", "entropy", 0.6, 0.1)
    assert panel.forms["entropy"].isChecked()
    assert not panel.forms["variance"].isChecked()


def test_opacity_and_threshold_move_live_and_are_set_silently(panel, kit):
    assert panel.opacity.fraction == 0.6
    assert panel.opacity.figure.text() == "60 %"
    said = kit.Recorder(panel)
    panel.set_map("total", "variance", 0.8, 0.3)
    assert said.calls == []
    for slider, name in ((panel.opacity, "opacity_moved"), (panel.threshold, "threshold_moved")):
        slider.slider.setFocus()
        before = slider.fraction
        QTest.keyClick(slider.slider, Qt.Key.Key_Right)
        assert said.of(name)[-1] == (pytest.approx(before + 0.01),)
    handle = panel.opacity.slider
    middle = handle.height() // 2
    start, stop = QPoint(round(handle.width() * 0.8), middle), QPoint(round(handle.width() * 0.3), middle)
    QTest.mousePress(handle, LEFT, pos=start)
    # QTest.mouseMove moves the one pointer that all tests of this screen share; an event of its own is sure to arrive.
    held = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(stop), QPointF(handle.mapToGlobal(stop)), Qt.MouseButton.NoButton, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(handle, held)
    QTest.mouseRelease(handle, LEFT, pos=stop)
    assert said.of("opacity_moved")[-1][0] < 0.6


def test_an_unfocused_slider_lets_the_wheel_scroll_the_panel(panel, kit):
    panel.opacity.slider.clearFocus()
    before = panel.opacity.fraction
    assert not kit.wheel(panel.opacity.slider, 1).isAccepted()
    assert panel.opacity.fraction == before


def test_what_is_not_computed_is_greyed_with_the_reason(panel, kit):
    panel.set_available(frozenset({"total"}))
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.rows["inter"], LEFT)
    assert said.calls == []
    assert "Not computed yet" in panel.rows["inter"].toolTip()
    assert panel.rows["total"].isEnabled()


def test_states_from_nothing_over_computing_to_done(shown):
    panel = shown(UncertaintyPanel(), 290, 240)
    assert panel.status.text() == NOTHING
    assert not panel.progress.isVisible()
    assert not panel.forms["variance"].isEnabled()
    empty = panel.bar.grab().toImage()
    panel.set_available(ALL)
    assert not panel.status.isVisible()
    panel.set_progress(0.62, "Surveying slices: 30 of 48")
    assert panel.progress.isVisible()
    assert panel.progress.value() == 62
    assert panel.status.text() == "Surveying slices: 30 of 48"
    panel.set_shares(SHARES)
    assert panel.bar.grab().toImage() != empty
    panel.set_progress(None)
    assert not panel.progress.isVisible()
    panel.set_shares(None)
    assert panel.rows["inter"].text() == "between experts"


def test_an_unknown_map_is_a_fault(panel):
    with pytest.raises(ValueError, match="no such map"):
        panel.set_map("everything", "variance", 1.0, 0.0)


def test_what_is_left_and_how_far_it_can_be_trusted_are_said_where_known(panel):
    assert not panel.left.isVisible() and not panel.calibration.isVisible()
    panel.set_left("3 regions of doubt left: 1.20 ml. What is left could change the volume by at most 0.30 ml (90 %).")
    panel.set_calibration("Of places shown as 80 % agreed, raters included 79 % (6 validation cases)", "10 %: 9 %")
    assert panel.left.isVisible() and panel.calibration.isVisible() and panel.calibration.toolTip() == "10 %: 9 %"
    panel.set_left("")
    panel.set_calibration("")
    assert not panel.left.isVisible() and not panel.calibration.isVisible()
