"""The mouse habits of the panes, driven by real events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from proseg_gui.planes import Plane
from proseg_gui.review.viewing import View
from proseg_gui.volume import Geometry, Volume

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
START, END = QPoint(200, 200), QPoint(260, 180)


@pytest.fixture
def pair(make_pane, volume):
    """Two linked panes of different size."""
    return make_pane(volume), make_pane(volume, 300, 620, "heatmap")


def record(signal) -> list:
    seen: list = []
    signal.connect(lambda *values: seen.append(values[0] if len(values) == 1 else values))
    return seen


def test_the_wheel_steps_through_slices_up_is_next(pane, hand):
    steps = record(pane.stepped)
    hand.wheel(pane, QPointF(START), 120)
    hand.wheel(pane, QPointF(START), -120)
    hand.wheel(pane, QPointF(START), 360)
    assert steps == [1, -1, 3]


def test_a_touch_pads_small_turns_add_up_and_a_new_direction_starts_over(pane, hand):
    steps = record(pane.stepped)
    for turned in (50, 50, 50, -30, -100):
        hand.wheel(pane, QPointF(START), turned)
    assert steps == [1, -1]


@pytest.mark.parametrize("at", [QPointF(120, 90), QPointF(240, 250), QPointF(400, 333)])
def test_ctrl_wheel_zooms_at_the_pointer_in_all_panes(pair, link, hand, at):
    pane, sibling = pair
    below = pane.picture_to_widget().inverted()[0].map(at)
    scales = pane.pixels_per_mm(), sibling.pixels_per_mm()
    steps = record(pane.stepped)
    for _ in range(3):
        hand.wheel(pane, at, 120, control=True)
    assert pane.pixels_per_mm() == pytest.approx(scales[0] * 1.2**3)
    assert sibling.pixels_per_mm() == pytest.approx(scales[1] * 1.2**3)
    kept = pane.picture_to_widget().map(below)
    assert (kept.x(), kept.y()) == pytest.approx((at.x(), at.y()), abs=1e-6)
    assert steps == []


def test_zoom_has_limits(pane, hand, link):
    for turned, limit in ((120, 60.0), (-120, 0.2)):
        for _ in range(60):
            hand.wheel(pane, QPointF(150, 150), turned, control=True)
        assert link.view(0).zoom == limit


def test_middle_drag_pans_all_panes_and_fit_brings_it_back(pair, hand):
    pane, sibling = pair
    before = pane.widget_position((3, 40, 40))
    beside = sibling.widget_position((3, 40, 40))
    hand.drag(pane, MIDDLE, START, END)
    moved = pane.widget_position((3, 40, 40)) - before
    assert (moved.x(), moved.y()) == pytest.approx((60, -20))
    share = sibling.pixels_per_mm() / pane.pixels_per_mm()
    shifted = sibling.widget_position((3, 40, 40)) - beside
    assert (shifted.x(), shifted.y()) == pytest.approx((60 * share, -20 * share))
    sibling.fit()
    assert pane.widget_position((3, 40, 40)) == before


def test_right_drag_windows_relative_to_the_press(pane, hand):
    asked = record(pane.window_dragged)
    pane.window_dragged.connect(pane.set_window)  # as the controller answers
    hand.drag(pane, RIGHT, START, QPoint(300, 200))
    centre, width = asked[-1]
    assert centre == -600
    assert width == pytest.approx(1500 * 1.005**100)
    pane.set_window(-600, 1500)
    hand.drag(pane, RIGHT, START, QPoint(200, 280))
    centre, width = asked[-1]
    assert centre == pytest.approx(-600 + 80 * 1500 / 400)
    assert width == 1500


def test_the_zoom_profile_swaps_the_buttons(pane, hand, link):
    pane.set_mouse_profile("zoom")
    asked, clicks = record(pane.window_dragged), record(pane.clicked)
    hand.drag(pane, RIGHT, START, QPoint(200, 150))
    assert asked == []
    assert link.view(0).zoom == pytest.approx(1.006**50)
    hand.drag(pane, LEFT, START, END)
    assert len(asked) >= 1
    assert clicks == []


def test_a_left_drag_in_the_window_profile_does_nothing(pane, hand, link):
    windows, clicks = record(pane.window_dragged), record(pane.clicked)
    hand.drag(pane, LEFT, START, END)
    assert (windows, clicks) == ([], [])
    assert link.view(0) == View()


def test_a_click_tells_the_voxel(pane):
    clicks = record(pane.clicked)
    at = pane.widget_position((3, 61, 17)).toPoint()
    QTest.mouseClick(pane, LEFT, NONE, at)
    QTest.mouseClick(pane, RIGHT, NONE, at)
    QTest.mouseClick(pane, LEFT, NONE, QPoint(5, 2))  # outside the picture
    assert clicks == [(3, 61, 17)]


def test_a_double_click_asks_to_maximise_and_clicks_once(pane):
    clicks, asked = record(pane.clicked), []
    pane.maximise_requested.connect(lambda: asked.append(True))
    QTest.mouseClick(pane, LEFT, NONE, START)
    QTest.mouseDClick(pane, LEFT, NONE, START)
    QTest.mouseRelease(pane, LEFT, NONE, START)
    assert asked == [True]
    assert len(clicks) == 1
    QTest.mouseDClick(pane, RIGHT, NONE, START)
    assert asked == [True]


def test_the_pointer_is_read_out_and_marked_in_the_sibling(pair, eye, link):
    pane, sibling = pair
    seen = record(pane.hovered)
    before = eye.grabbed(sibling)
    QTest.mouseMove(pane, pane.widget_position((3, 20, 30)).toPoint())
    QTest.mouseMove(pane, pane.widget_position((3, 21, 30)).toPoint())
    assert seen[-1] == (3, 21, 30)
    there = sibling.widget_position((3, 21, 30)).toPoint()
    changed = (eye.grabbed(sibling) != before).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert abs(rows.mean() - there.y()) < 2
    assert abs(columns.mean() - there.x()) < 2
    QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))
    assert seen[-1] is None
    np.testing.assert_array_equal(eye.grabbed(sibling), before)


def test_outside_the_picture_nothing_is_read_out(pane):
    seen = record(pane.hovered)
    QTest.mouseMove(pane, QPoint(240, 3))
    assert seen[-1] is None


# -- ruler ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def ruled(make_pane):
    """A pane over pixels of 2.0 x 0.5 mm with the ruler on."""
    geometry = Geometry((4, 50, 200), np.zeros(3), (3.0, 2.0, 0.5), np.eye(3))
    pane = make_pane(Volume(np.zeros((4, 50, 200), np.float32), geometry), 400, 400)
    pane.set_ruler(True)
    return pane


def draw(pane, hand, start: tuple[int, int], end: tuple[int, int]) -> None:
    ends = (pane.widget_position((2, *index)).toPoint() for index in (start, end))
    hand.drag(pane, LEFT, *ends)


def test_rulers_measure_mm_and_stay_on_their_slice(ruled, hand, link, eye):
    blank = eye.grabbed(ruled)
    clicks = record(ruled.clicked)
    draw(ruled, hand, (10, 20), (10, 100))
    draw(ruled, hand, (10, 100), (40, 180))
    grid = Geometry((4, 50, 200), np.zeros(3), (3.0, 2.0, 0.5), np.eye(3))
    assert [r.length_mm(grid) for r in link.rulers] == pytest.approx([40.0, np.hypot(60, 40)], abs=0.3)
    assert clicks == []
    drawn = eye.grabbed(ruled)
    assert (drawn != blank).any(axis=2).sum() > 500
    ruled.show_plane(Plane(0, 1))
    elsewhere = eye.grabbed(ruled)
    assert (elsewhere[60:340] == blank[60:340]).all()
    ruled.show_plane(Plane(0, 2))
    np.testing.assert_array_equal(eye.grabbed(ruled)[30:370], drawn[30:370])


def test_delete_clears_the_rulers_of_the_shown_slice_only(ruled, hand, link):
    draw(ruled, hand, (10, 20), (10, 100))
    ruled.show_plane(Plane(0, 1))
    draw(ruled, hand, (10, 20), (20, 100))
    draw(ruled, hand, (10, 20), (30, 100))
    assert [r.plane.index for r in link.rulers] == [2, 1, 1]
    QTest.keyClick(ruled, Qt.Key.Key_Delete)
    assert [r.plane.index for r in link.rulers] == [2]


def test_a_ruler_is_seen_while_it_is_drawn_and_escape_drops_it(ruled, link, eye):
    blank = eye.grabbed(ruled)
    QTest.mousePress(ruled, LEFT, NONE, QPoint(60, 200))
    QTest.mouseMove(ruled, QPoint(300, 220))
    assert (eye.grabbed(ruled) != blank).any()
    QTest.keyClick(ruled, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(eye.grabbed(ruled), blank)
    QTest.mouseRelease(ruled, LEFT, NONE, QPoint(300, 220))
    assert link.rulers == ()


def test_a_mere_click_makes_no_ruler_and_switching_off_gives_clicks_back(ruled, link):
    clicks = record(ruled.clicked)
    QTest.mouseClick(ruled, LEFT, NONE, START)
    assert (link.rulers, clicks) == ((), [])
    ruled.set_ruler(False)
    QTest.mouseClick(ruled, LEFT, NONE, START)
    assert len(clicks) == 1


def test_the_siblings_show_the_same_rulers(pair, hand, eye):
    pane, sibling = pair
    before = eye.grabbed(sibling)
    pane.set_ruler(True)
    hand.drag(pane, LEFT, START, END)
    assert (eye.grabbed(sibling) != before).any()
    sibling.clear_rulers()
    assert pane.link.rulers == ()


def test_keys_that_a_pane_does_not_use_reach_the_window(pane, qtbot):
    got: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event):
            got.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(pane)
    window.show()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_U):
        QTest.keyClick(pane, key)
    assert got == [Qt.Key.Key_Up, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_U]
    pane.setParent(None)
