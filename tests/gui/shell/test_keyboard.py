"""The keyboard alone suffices: Tab reaches every control, what has the focus shows it, Space and Enter press it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollBar,
    QTableView,
    QToolButton,
    QWidget,
)

from proseg_gui.gui.panels.latent_slider import SliderTrack
from proseg_gui.gui.shell.dock import Grip
from proseg_gui.gui.views.image_pane import ImagePane

CONTROLS = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QListView, QTableView, SliderTrack,
    ImagePane,
)  # fmt: skip
CTRL = Qt.KeyboardModifier.ControlModifier


def is_part(widget: QWidget) -> bool:
    """Of another control, or of the frame: a number box's field, a table's corner, scroll bars, docks' small buttons.

    Those buttons are the commands of View > Panels.
    """
    inside = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QTableView | QLineEdit | Grip)
    return inside or isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_")


def controls(window) -> set[QWidget]:
    return {
        widget
        for kind in CONTROLS
        for widget in window.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and not is_part(widget) and widget.window() is window
    }


def tabbed(window, key=Qt.Key.Key_Tab) -> list[QWidget]:
    """What has the focus while Tab is pressed until it comes back to where it was."""
    start = window.scene.scan if window.scene.isVisible() else window.tabs.bar
    start.setFocus()
    found = [start]
    for _ in range(400):
        QTest.keyClick(QApplication.focusWidget(), key)
        now = QApplication.focusWidget()
        if now is start:
            return found
        found.append(now)
    raise AssertionError("Tab does not come back")


@pytest.mark.parametrize("trainer", [False, True])
def test_tab_reaches_every_control_once_and_shift_tab_goes_the_same_way_back(reviewed, qtbot, trainer):
    if trainer:
        QTest.keyClick(reviewed, Qt.Key.Key_2, CTRL)
        reviewed.trainer.tab.setup.advanced.fold.setChecked(True)
    qtbot.wait(50)
    visited = tabbed(reviewed)
    missed = controls(reviewed) - set(visited)
    # Of check boxes and buttons that exclude each other Tab goes to the chosen one, and arrows to the others.
    missed = {w for w in missed if not (isinstance(w, QAbstractButton) and (w.group() or w.autoExclusive()))}
    assert not missed, sorted(f"{type(w).__name__} {w.accessibleName() or w.objectName()}" for w in missed)
    assert len(visited) == len(set(visited))
    if not trainer:
        back = tabbed(reviewed, Qt.Key.Key_Backtab)
        assert set(back) == set(visited)


def test_what_has_the_focus_looks_different(reviewed, qtbot):
    QTest.keyClick(reviewed, Qt.Key.Key_F10)  # nothing: the look of the window at rest
    alike = []
    for widget in tabbed(reviewed):
        reviewed.scene.scan.setFocus() if widget is not reviewed.scene.scan else reviewed.strip.setFocus()
        QApplication.processEvents()
        box = widget.parentWidget() or widget
        area = widget.geometry().adjusted(-2, -2, 2, 2)
        away = box.grab(area).toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if box.grab(area).toImage() == away:
            alike.append(f"{type(widget).__name__} {widget.accessibleName()} {widget.objectName()}")
    assert not alike


def test_space_and_enter_press_the_button_that_has_the_focus(reviewed, qtbot):
    window = reviewed
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        shown = window.controller.display.view.settings.show_contours
        button = next(b for b in window.ambiguity.findChildren(QPushButton) if b.isEnabled() and "Remember" in b.text())
        before = len(window.controller.latents.remembered)
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(button, key)
        assert len(window.controller.latents.remembered) == before + 1, key
        assert window.controller.display.view.settings.show_contours is shown
    box = next(b for b in window.show_panel.findChildren(QCheckBox) if b.isEnabled())
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        checked = box.isChecked()
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, key)
        assert box.isChecked() is not checked, key


def test_menus_and_tabs_are_reached_by_keys(reviewed, qtbot):
    QTest.keyClick(reviewed.tabs.bar, Qt.Key.Key_Right)
    assert reviewed.trainer.isVisible()
    QTest.keyClick(reviewed.tabs.bar, Qt.Key.Key_Left)
    assert reviewed.scene.isVisible()
    assert not reviewed.findChildren(QToolButton, "nothing")
    QTest.keyClick(reviewed, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    menu = reviewed.menus.by_name["File"]
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
