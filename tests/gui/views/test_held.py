"""While a hand zooms or pans, a pane shows its last sharp picture where it belongs, and the sharp one when it rests."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from proseg_gui.gui.views.image_pane import ContourLayer, ImagePane
from proseg_gui.gui.views.picture import HeatStyle, Placing
from proseg_gui.gui.views.view_link import REST_MS
from proseg_gui.planes import Plane
from proseg_gui.review.colours import CURRENT_COLOUR
from proseg_gui.review.viewing import ViewPlace


@pytest.fixture
def drawn(pane, draw_lesion) -> ImagePane:
    """A pane with an outline and a map, painted once."""
    from proseg_gui.gui.views.contours import trace

    pane.set_contours([ContourLayer(trace(draw_lesion(96)), CURRENT_COLOUR)])
    pane.set_heatmap(np.full((96, 96), 0.1, np.float32), HeatStyle())
    pane.grab()
    return pane


@pytest.fixture
def painted(monkeypatch) -> list[Placing]:
    """Every scan or map that is scaled from now on."""
    made, paint = [], Placing.paint

    def counted(self, target, image, ground):
        made.append(self)
        paint(self, target, image, ground)

    monkeypatch.setattr(Placing, "paint", counted)
    return made


def lined(eye, pane) -> np.ndarray:
    return eye.nearness(eye.grabbed(pane), CURRENT_COLOUR) < 60


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The furthest that a pixel of one line lies from the other line, in pixels."""
    a, b = np.argwhere(one).astype(float), np.argwhere(other).astype(float)
    between = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
    return float(max(between.min(0).max(), between.min(1).max()))


@pytest.mark.parametrize("factor", [1.05, 1.3, 1 / 1.2])
def test_outlines_lie_where_they_belong_while_a_hand_zooms(drawn, painted, eye, factor):
    drawn._zoom_at(factor, QPointF(200, 260))
    assert drawn.link.moving
    moving = lined(eye, drawn)
    assert not painted
    drawn.link.set_view(0, drawn.link.view(0).zoom, drawn.link.view(0).centre_mm)
    drawn.update()
    assert not drawn.link.moving
    sharp = lined(eye, drawn)
    assert painted
    assert moving.any()
    assert apart(moving, sharp) <= 2.5  # the line itself is two pixels wide


def test_the_sharp_picture_comes_when_the_hand_rests(drawn, qtbot, eye):
    drawn._zoom_at(1.25, QPointF(200, 260))
    held = eye.grabbed(drawn)
    qtbot.waitUntil(lambda: not drawn.link.moving, timeout=50 * REST_MS)
    rested = eye.grabbed(drawn)
    assert (held != rested).any()
    drawn.link.set_view(0, drawn.link.view(0).zoom, drawn.link.view(0).centre_mm)
    drawn._show_anew()
    np.testing.assert_array_equal(eye.grabbed(drawn), rested)


def test_a_rest_asks_for_a_paint(drawn, qtbot):
    with qtbot.waitSignals([drawn.link.view_changed] * 2, timeout=50 * REST_MS):
        drawn._zoom_at(1.1, QPointF(200, 260))


@pytest.mark.parametrize("change", ["contours", "window", "map", "plane"])
def test_what_changes_while_a_hand_zooms_is_seen_at_once(drawn, eye, draw_lesion, change):
    drawn._zoom_at(1.1, QPointF(200, 260))
    before = eye.grabbed(drawn)
    if change == "contours":
        drawn.set_contours([])
        assert not lined(eye, drawn).any()
    elif change == "window":
        drawn.set_window(0.0, 200.0)
    elif change == "map":
        drawn.set_heatmap(None)
    else:
        drawn.show_plane(Plane(0, 1))
    assert drawn.link.moving
    assert (eye.grabbed(drawn) != before).any()


def test_far_from_the_last_sharp_picture_another_one_is_made(drawn, painted):
    for _ in range(5):
        drawn._zoom_at(1.05, QPointF(200, 260))
        drawn.grab()
    assert not painted
    for _ in range(6):
        drawn._zoom_at(1.05, QPointF(200, 260))
        drawn.grab()
    assert len(painted) == 2  # scan and map, once


def test_a_pane_that_was_resized_while_a_hand_zooms_is_painted_anew(drawn, painted):
    drawn._zoom_at(1.05, QPointF(200, 260))
    drawn.resize(400, 420)
    drawn.grab()
    assert painted


def test_beside_the_held_picture_is_black(drawn, eye):
    drawn._zoom_at(1 / 1.3, QPointF(240, 250))
    pixels = eye.grabbed(drawn)
    assert pixels[130:135, 3:8].max() == 0


def test_a_panned_picture_is_moved_by_whole_pixels(drawn, hand, eye):
    before = lined(eye, drawn)
    hand.drag(drawn, Qt.MouseButton.MiddleButton, QPoint(200, 200), QPoint(230, 212))
    assert drawn.link.moving
    np.testing.assert_array_equal(lined(eye, drawn)[60:400, 60:400], before[48:388, 30:370])


def test_a_view_that_no_hand_moves_is_sharp_at_once(drawn, painted):
    drawn._zoom_at(1.1, QPointF(200, 260))
    drawn.fit()
    assert not drawn.link.moving
    drawn._zoom_at(1.1, QPointF(200, 260))
    drawn.link.restore(ViewPlace())
    assert not drawn.link.moving
