"""The slider in standard deviations, driven by real mouse, wheel and key events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.gui.panels.latent_slider import LatentSlider, SliderTrack

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def track(shown) -> SliderTrack:
    return shown(SliderTrack(3.0), 206, 18)


def at(track: SliderTrack, position: float) -> QPoint:
    return QPoint(round(track.x_of(position)), track.height() // 2)


def test_pixels_and_positions_are_each_others_inverse(track):
    for position in (-3.0, -1.234, 0.0, 2.9, 3.0):
        assert track.position_at(track.x_of(position)) == pytest.approx(position)
    assert track.position_at(-50.0) == -3.0
    assert track.position_at(10_000.0) == 3.0


def test_a_drag_moves_on_every_pixel_and_is_bracketed(track, kit):
    said = kit.Recorder(track)
    start = at(track, 0.0)
    QTest.mousePress(track, LEFT, pos=start)
    for x in range(1, 11):
        QTest.mouseMove(track, start + QPoint(x, 0))
    QTest.mouseRelease(track, LEFT, pos=start + QPoint(10, 0))
    assert said.names == ["drag_started", *["moved"] * 10, "drag_ended"]
    values = [args[0] for args in said.of("moved")]
    per_pixel = 6.0 / (track.width() - 12)
    assert values == sorted(values)
    assert values[-1] == pytest.approx(10 * per_pixel, abs=1e-6)  # not rounded to the accessible hundredths
    assert track.position == values[-1]


def test_the_handle_does_not_jump_when_caught_off_its_centre(track, kit):
    track.set_position(1.0)
    said = kit.Recorder(track)
    QTest.mousePress(track, LEFT, pos=at(track, 1.0) + QPoint(4, 0))
    assert said.names == ["drag_started"]
    assert track.position == 1.0
    QTest.mouseMove(track, at(track, 1.0) + QPoint(14, 0))
    assert track.position == pytest.approx(1.0 + 10 * 6.0 / (track.width() - 12), abs=0.02)
    QTest.mouseRelease(track, LEFT, pos=at(track, 1.0) + QPoint(14, 0))


def test_a_click_on_the_track_jumps_there(track, kit):
    said = kit.Recorder(track)
    QTest.mouseClick(track, LEFT, pos=at(track, 2.0))
    assert said.names == ["drag_started", "moved", "drag_ended"]
    assert track.position == pytest.approx(2.0, abs=0.03)


def test_double_click_resets(track, kit):
    track.set_position(-2.0)
    said = kit.Recorder(track)
    QTest.mouseClick(track, LEFT, pos=at(track, -2.0))
    QTest.mouseDClick(track, LEFT, pos=at(track, -2.0))
    assert track.position == 0.0
    assert said.of("moved")[-1] == (0.0,)
    assert said.names.count("drag_started") == said.names.count("drag_ended")


def test_other_buttons_do_nothing(track, kit):
    said = kit.Recorder(track)
    QTest.mouseClick(track, Qt.MouseButton.RightButton, pos=at(track, 2.0))
    assert not said.of("moved")


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Right, NO_KEYS, 1.1),
        (Qt.Key.Key_Left, NO_KEYS, 0.9),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 1.5),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 0.5),
        (Qt.Key.Key_Home, NO_KEYS, 0.0),
        (Qt.Key.Key_0, NO_KEYS, 0.0),
    ],
)
def test_keys_step_and_reset(track, kit, key, modifier, expected):
    track.set_position(1.0)
    track.setFocus()
    said = kit.Recorder(track)
    QTest.keyClick(track, key, modifier)
    assert track.position == pytest.approx(expected)
    assert said.names == ["drag_started", "moved", "drag_ended"]


def test_steps_stop_at_the_limit_and_come_back_to_exactly_zero(track):
    track.setFocus()
    for _ in range(40):
        QTest.keyClick(track, Qt.Key.Key_Right)
    assert track.position == 3.0
    for _ in range(30):
        QTest.keyClick(track, Qt.Key.Key_Left)
    assert track.position == 0.0


def test_a_held_key_is_one_gesture(track, kit):
    track.setFocus()
    said = kit.Recorder(track)
    for repeated in (False, True, True):
        press = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Right, NO_KEYS, "", repeated)
        QApplication.sendEvent(track, press)
    QApplication.sendEvent(track, QKeyEvent(QKeyEvent.Type.KeyRelease, Qt.Key.Key_Right, NO_KEYS, "", True))
    assert "drag_ended" not in said.names
    QApplication.sendEvent(track, QKeyEvent(QKeyEvent.Type.KeyRelease, Qt.Key.Key_Right, NO_KEYS))
    assert said.names == ["drag_started", "moved", "moved", "moved", "drag_ended"]


def test_slice_keys_are_left_to_the_window_and_own_keys_are_claimed(track):
    for key, claimed in (
        (Qt.Key.Key_Up, False),
        (Qt.Key.Key_PageDown, False),
        (Qt.Key.Key_Left, True),
        (Qt.Key.Key_0, True),
    ):
        override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, NO_KEYS)
        override.ignore()
        QApplication.sendEvent(track, override)
        assert override.isAccepted() is claimed, key
    press = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Up, NO_KEYS)
    track.event(press)
    assert not press.isAccepted()


def test_the_wheel_needs_the_focus(track, kit, qtbot):
    track.clearFocus()
    said = kit.Recorder(track)
    assert not kit.wheel(track, 1).isAccepted()
    assert said.calls == []
    track.setFocus()
    assert kit.wheel(track, 1).isAccepted()
    assert track.position == pytest.approx(0.1)
    qtbot.waitUntil(lambda: "drag_ended" in said.names)
    assert said.names == ["drag_started", "moved", "drag_ended"]


def test_setting_by_program_emits_nothing(track, kit):
    said = kit.Recorder(track)
    track.set_position(1.2345)
    track.set_limit(2.0)
    assert track.position == 1.2345  # exact, not a whole step
    assert {"moved", "drag_started"}.isdisjoint(said.names)


def test_the_hand_wins_during_a_drag_and_the_program_after_it(track):
    QTest.mousePress(track, LEFT, pos=at(track, 0.0))
    QTest.mouseMove(track, at(track, 1.0))
    track.set_position(-2.0)
    assert track.position == pytest.approx(1.0, abs=0.03)
    QTest.mouseRelease(track, LEFT, pos=at(track, 1.0))
    assert track.position == -2.0


def test_being_disabled_or_losing_focus_ends_the_gesture(track, kit):
    said = kit.Recorder(track)
    QTest.mousePress(track, LEFT, pos=at(track, 0.0))
    track.setEnabled(False)
    assert said.names[-1] == "drag_ended"
    track.setEnabled(True)
    track.setFocus()
    QApplication.sendEvent(track, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Right, NO_KEYS))
    track.clearFocus()
    assert said.names[-1] == "drag_ended"


def test_assistive_tools_see_and_set_the_value(track, kit):
    track.set_position(1.5)
    assert QAccessible.queryAccessibleInterface(track).role() == QAccessible.Role.Slider
    assert track.value() == 150
    assert "1.5 standard deviations" in track.accessibleDescription()
    said = kit.Recorder(track)
    track.setValue(-50)  # what a screen reader's "set value" does
    assert said.of("moved") == [(-0.5,)]
    assert track.position == -0.5


def test_an_impossible_limit_is_refused(track):
    with pytest.raises(ValueError, match="positive"):
        track.set_limit(0.0)


def test_the_row_names_its_axis_effect_and_position(shown):
    row = shown(LatentSlider("1 · lobe"), 290, 40)
    row.set_effect(("+2.1 ml per sd · 62 %", "+2.1 ml/sd"), "why", provisional=True)
    row.set_position(-0.456)
    assert row.figure.text() == "−0.46 sd"
    assert row.track.accessibleName() == "1 · lobe: +2.1 ml per sd · 62 %"
    assert row.effect.provisional
    assert row.effect.toolTip() == "why"
    with pytest.raises(ValueError, match="preview"):
        row.set_preview(None)


def test_a_provisional_effect_is_dotted(shown):
    row = shown(LatentSlider("1"), 290, 40)
    row.set_effect(("+2.1 ml per sd",))
    plain = row.effect.grab().toImage()
    row.set_effect(("+2.1 ml per sd",), provisional=True)
    dotted = row.effect.grab().toImage()
    assert plain != dotted


def test_the_handle_is_painted_where_the_position_is(shown):
    track = shown(SliderTrack(3.0), 206, 18)
    before = track.grab().toImage()
    track.set_position(2.0)
    after = track.grab().toImage()
    scale = after.width() / track.width()
    changed = [
        x for x in range(after.width()) for y in range(after.height()) if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert min(changed) / scale >= track.x_of(0.0) - 10  # the handle that left, with its focus ring
    assert max(changed) / scale == pytest.approx(track.x_of(2.0) + 7.0, abs=3.0)


def test_a_move_has_nothing_laid_out_again(shown, qapp):
    """One layout of the column costs as much as tracing and painting a contour together."""
    slider = shown(LatentSlider("Axis 1"), 240, 60)
    slider.set_position(0.1)
    qapp.processEvents()
    asked: list[QEvent.Type] = []

    class Ear(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                asked.append(event.type())
            return False

    ear = Ear()
    slider.installEventFilter(ear)
    for position in (0.25, -1.5, 2.75):
        slider.set_position(position)
        qapp.processEvents()
        assert f"{abs(position):.2f} sd" in slider.figure.text()
        assert slider.figure.fontMetrics().horizontalAdvance(slider.figure.text()) <= slider.figure.width()
    assert asked == []
    slider.set_effect(("another effect",))
    qapp.processEvents()
    assert asked, "the ear hears nothing"


WORDS = ("all 4", "at least 3 of 4", "at least 2 of 4", "at least 1 of 4")


def test_a_slider_with_stops_rests_only_there_and_says_their_words(shown, kit):
    row = shown(LatentSlider("Agreement"), 290, 40)
    row.set_stops(WORDS)
    row.set_position(-1.0)
    said = kit.Recorder(row)
    assert row.figure.text() == row.track.accessibleDescription() == "at least 3 of 4"
    QTest.mousePress(row.track, LEFT, NO_KEYS, at(row.track, -1.0))
    QTest.mouseMove(row.track, at(row.track, 0.3))
    QTest.mouseRelease(row.track, LEFT, NO_KEYS, at(row.track, 0.9))
    assert said.of("moved")[-1] == pytest.approx((1.0,)) and row.figure.text() == "at least 2 of 4"
    row.track.setFocus()
    QTest.keyClick(row.track, Qt.Key.Key_Right)
    assert row.position == pytest.approx(3.0) and row.figure.text() == "at least 1 of 4"
    QTest.keyClick(row.track, Qt.Key.Key_Right)
    assert row.position == pytest.approx(3.0)
    QTest.keyClick(row.track, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert row.figure.text() == "at least 2 of 4" and "one step" in row.track.toolTip()
    row.set_stops(())
    assert row.figure.text() == "+1.00 sd" and "0.1 sd" in row.track.toolTip()
