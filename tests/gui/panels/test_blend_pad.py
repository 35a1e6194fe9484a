"""The blend pad under mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels import barycentric
from proseg_gui.gui.panels.blend_pad import BlendPad

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pad(shown, kit) -> BlendPad:
    pad = BlendPad()
    pad.set_raters(kit.raters(("A", "B", "C", "D")))
    return shown(pad, pad.sizeHint().width(), pad.sizeHint().height())


def pixel(pad: BlendPad, point) -> QPoint:
    return pad.to_pixel(point).toPoint()


def test_dragging_emits_a_mixture_on_every_move(pad, kit):
    said = kit.Recorder(pad)
    QTest.mousePress(pad, LEFT, pos=pixel(pad, (0, 0)))
    for x in (0.1, 0.2, 0.3):
        QTest.mouseMove(pad, pixel(pad, (x, 0.0)))
    QTest.mouseRelease(pad, LEFT, pos=pixel(pad, (0.3, 0.0)))
    assert said.names == ["drag_started", *["moved"] * 4, "drag_ended"]
    first, last = said.of("moved")[0][0], said.of("moved")[-1][0]
    assert first == pytest.approx([0.25] * 4, abs=0.03)
    assert sum(last) == pytest.approx(1.0)
    assert last[1] > first[1]  # towards B and C, which are at the right
    assert last[0] < first[0]


def test_near_a_corner_it_snaps_to_that_rater_and_outside_it_follows_the_outline(pad, kit):
    said = kit.Recorder(pad)
    corner = pixel(pad, barycentric.corners(4)[2])
    QTest.mouseClick(pad, LEFT, pos=corner - QPoint(2, 3))
    assert said.of("moved")[-1][0] == (0.0, 0.0, 1.0, 0.0)
    QTest.mousePress(pad, LEFT, pos=pixel(pad, (0, 0)))
    QTest.mouseMove(pad, QPoint(pad.width() * 3, pad.height() // 2))
    weights = said.of("moved")[-1][0]
    assert weights[0] == pytest.approx(0.0, abs=1e-9)
    assert weights[1] + weights[2] == pytest.approx(1.0)
    QTest.mouseRelease(pad, LEFT)


def test_arrow_keys_move_and_home_mixes_all_alike(pad, kit):
    said = kit.Recorder(pad)
    pad.setFocus()
    QTest.keyClick(pad, Qt.Key.Key_Right)
    small = said.of("moved")[-1][0]
    QTest.keyClick(pad, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    large = said.of("moved")[-1][0]
    assert 0.25 < small[1] < large[1]
    QTest.keyClick(pad, Qt.Key.Key_Up)
    assert said.of("moved")[-1][0][1] > said.of("moved")[-1][0][2]  # B is above C
    QTest.keyClick(pad, Qt.Key.Key_Home)
    assert said.of("moved")[-1][0] == (0.25,) * 4
    assert said.names.count("drag_started") == said.names.count("drag_ended") == 4


def test_setting_weights_is_silent_and_described(pad, kit):
    said = kit.Recorder(pad)
    pad.set_weights((0.6, 0.3, 0.1, 0.0))
    assert said.calls == []
    assert pad.accessibleDescription() == "A 60 % · B 30 % · C 10 %"
    pad.set_weights(None)
    assert pad.accessibleDescription() == "not a blend"
    with pytest.raises(ValueError, match="4 weights"):
        pad.set_weights((1.0,))


def test_a_drag_is_not_overruled(pad):
    QTest.mousePress(pad, LEFT, pos=pixel(pad, (0, 0)))
    pad.set_weights((1.0, 0.0, 0.0, 0.0))
    assert pad.weights != (1.0, 0.0, 0.0, 0.0)
    QTest.mouseRelease(pad, LEFT)


def test_two_raters_make_a_strip_and_one_makes_nothing_to_drag(shown, kit):
    pad = BlendPad()
    pad.set_raters(kit.raters(("A", "B")))
    shown(pad, pad.sizeHint().width(), pad.sizeHint().height())
    said = kit.Recorder(pad)
    QTest.mouseClick(pad, LEFT, pos=pixel(pad, (-0.5, 0.0)))
    assert said.of("moved")[-1][0] == pytest.approx((0.75, 0.25), abs=0.02)
    pad.set_raters(kit.raters(("A",)))
    assert not pad.isEnabled()


def test_tooltips_name_the_rater_of_a_corner(pad):
    assert pad.tip_at(QPointF(pixel(pad, barycentric.corners(4)[3]))) == "D"
    assert "arrow keys" in pad.tip_at(QPointF(pixel(pad, (0, 0))))


@pytest.mark.parametrize("n", range(1, 10))
def test_every_corner_lies_inside_the_pad(shown, kit, n):
    pad = BlendPad()
    pad.set_raters(kit.raters([f"rater{i}" for i in range(n)]))
    shown(pad, pad.sizeHint().width(), pad.sizeHint().height())
    for corner in barycentric.corners(n):
        assert pad.rect().adjusted(4, 4, -4, -4).contains(pixel(pad, corner))
