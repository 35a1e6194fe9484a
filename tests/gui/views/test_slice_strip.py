"""The strip is a chart and a slider: it shows, and hand and keys move it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.views.palette import DARK, LIGHT
from proseg_gui.gui.views.slice_strip import PAGE, SliceStrip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(qtbot) -> SliceStrip:
    widget = SliceStrip()
    qtbot.addWidget(widget)
    values = np.linspace(0.1, 2.0, 20)
    values[12:] = np.nan
    widget.set_values(values, "cm²")
    widget.set_current(4)
    widget.resize(640, 104)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def middle(strip: SliceStrip, k: int) -> QPoint:
    return strip.bar(k).center().toPoint()


def heights(strip: SliceStrip, eye, colour: str) -> list[int]:
    """Painted pixels of ``colour`` in the middle column of each bar."""
    close = eye.nearness(eye.grabbed(strip), colour) < 6
    bars = strip.bar(0)
    rows = slice(int(bars.top()), int(bars.bottom()))
    return [int(close[rows, middle(strip, k).x()].sum()) for k in range(20)]


def test_bars_stand_for_values_and_what_is_not_known_is_faint(strip, eye):
    known = heights(strip, eye, DARK.bar)
    full = strip.bar(0).height()
    expected = np.linspace(0.1, 2.0, 20)[:12] / np.linspace(0.1, 2.0, 20)[11] * full
    for k in set(range(12)) - {4}:
        assert known[k] == pytest.approx(expected[k], abs=2.5)
    assert known[12:] == [0] * 8
    assert all(0 < height <= 4 for height in heights(strip, eye, DARK.bar_faint)[12:])
    assert heights(strip, eye, DARK.accent)[4] == pytest.approx(expected[4], abs=2.5)


def test_the_current_slice_is_marked_and_moves(strip, eye):
    strip.set_current(15)
    accent = heights(strip, eye, DARK.accent)
    assert accent[15] > 0
    assert sum(accent) == accent[15]
    assert strip.accessibleDescription() == "slice 16 of 20"


def test_a_click_and_a_drag_go_to_slices(strip, qtbot, hand):
    chosen: list[int] = []
    strip.slice_chosen.connect(chosen.append)
    QTest.mouseClick(strip, LEFT, Qt.KeyboardModifier.NoModifier, middle(strip, 17))
    assert chosen == [17]
    QTest.mouseClick(strip, LEFT, Qt.KeyboardModifier.NoModifier, middle(strip, 4))
    assert chosen == [17]  # it is there already
    hand.drag(strip, LEFT, middle(strip, 0), middle(strip, 8))
    assert chosen[1] == 0
    assert chosen[-1] == 8
    hand.drag(strip, LEFT, middle(strip, 8), QPoint(5000, 50))
    assert chosen[-1] == 19


def test_moving_without_a_button_chooses_nothing(strip):
    chosen: list[int] = []
    strip.slice_chosen.connect(chosen.append)
    QTest.mouseMove(strip, middle(strip, 2))
    QTest.mouseMove(strip, middle(strip, 9))
    assert chosen == []


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Left, -1),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Down, -1),
        (Qt.Key.Key_PageUp, PAGE),
        (Qt.Key.Key_PageDown, -PAGE),
    ],
)
def test_keys_step(strip, qtbot, key, steps):
    with qtbot.waitSignal(strip.slice_stepped, check_params_cb=lambda n: n == steps):
        QTest.keyClick(strip, key)


def test_home_and_end_go_to_the_ends(strip):
    chosen: list[int] = []
    strip.slice_chosen.connect(chosen.append)
    QTest.keyClick(strip, Qt.Key.Key_Home)
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert chosen == [0, 19]


def test_the_wheel_steps_and_small_turns_add_up(strip, hand):
    steps: list[int] = []
    strip.slice_stepped.connect(steps.append)
    at = QPointF(middle(strip, 3))
    hand.wheel(strip, at, 120)
    hand.wheel(strip, at, -240)
    for _ in range(4):
        hand.wheel(strip, at, 30)
    assert steps == [1, -2, 1]


def test_the_tooltip_says_what_is_known(strip):
    assert strip.tooltip_at(QPointF(middle(strip, 0))) == "Slice 1 of 20: 0.1 cm²"
    assert strip.tooltip_at(QPointF(middle(strip, 19))) == "Slice 20 of 20: not computed yet"


@pytest.mark.parametrize(("count", "chosen"), [(0, []), (1, [1, 1]), (2, [0, 1, 1]), (700, [0, 1, 1])])
def test_any_number_of_slices_is_painted_and_input_is_safe(strip, eye, hand, count, chosen):
    strip.set_count(count)
    strip.set_current(count // 2)
    strip.clearFocus()
    assert (eye.nearness(eye.grabbed(strip), DARK.accent) < 6).any() == (count > 0)
    seen: list[int] = []
    strip.slice_chosen.connect(seen.append)
    strip.slice_stepped.connect(seen.append)
    QTest.mouseClick(strip, LEFT, Qt.KeyboardModifier.NoModifier, middle(strip, 0) - QPoint(1, 0))
    QTest.keyClick(strip, Qt.Key.Key_Right)
    hand.wheel(strip, QPointF(100, 50), 120)
    assert seen == chosen


def test_focus_is_shown_and_the_theme_followed(strip, eye):
    strip.set_colours(LIGHT)
    strip.setFocus()
    corner = eye.grabbed(strip)[0:1, 100:300]
    assert (eye.nearness(corner, LIGHT.accent) < 40).all()
    assert (eye.nearness(eye.grabbed(strip)[10:12, 300:400], LIGHT.panel) < 3).all()


def test_slices_that_the_hand_drew_are_marked_at_the_foot(strip, eye):
    said = np.zeros(20)
    said[6], said[9] = 0.01, 1.0
    before = eye.grabbed(strip)
    strip.set_said(said)
    changed = np.abs(eye.grabbed(strip).astype(int) - before.astype(int)).sum(2) > 30
    columns = changed.any(0)
    marked = [int(columns[int(strip.bar(k).left()) + 1 : int(strip.bar(k).right())].sum()) for k in range(20)]
    assert [k for k, width in enumerate(marked) if width] == [6, 9]
    assert marked[6] < 5 < marked[9]  # a dot, and a line as wide as the bar
    assert not changed[: int(strip.bar(0).bottom())].any()
    tips = [strip.tooltip_at(QPointF(middle(strip, k))) for k in (5, 6, 9)]
    assert "hand" not in tips[0] and "in part" in tips[1] and "pinned" in tips[2]
    strip.set_said(np.zeros(3))  # of another case: nothing is marked
    assert np.array_equal(eye.grabbed(strip), before)


def test_each_bar_is_drawn_where_its_slot_lies(qtbot):
    strip = SliceStrip()
    qtbot.addWidget(strip)
    strip.resize(640, 104)
    strip.set_values([0.0, 1.0, np.nan, 4.0, 2.0], "mm")
    strip.set_current(0)
    strip.show()
    picture, colours = strip.grab().toImage(), DARK
    for k, value in enumerate([0.0, 1.0, np.nan, 4.0, 2.0]):
        place = strip.bar(k)
        height = 3.0 if np.isnan(value) else max(value / 4.0 * place.height(), 2.0)
        want = colours.accent if k == 0 else colours.bar_faint if np.isnan(value) else colours.bar
        middle = int(place.center().x())
        assert picture.pixelColor(middle, int(place.bottom() - height / 2)).name() == want
        above = picture.pixelColor(middle, int(place.bottom() - height) - 2).name()
        assert above != want


def test_few_slices_have_bars_and_no_walls(strip):
    strip.set_values([3.0], "mm")
    assert strip.bar(0).width() <= 44 and abs(strip.bar(0).center().x() - strip.width() / 2) < 30
    assert strip.slice_at(0.0) == strip.slice_at(640.0) == 0
