"""The loop closed by hand: ten cases accepted as a new person, who is added to the model and drawn by it in Review.

Heavy: ``pytest -m heavy tests/gui/test_loop.py -s`` prints how long each part took and how many gestures it was.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from proseg_gui.gui.trainer.result_panel import ResultPanel
from proseg_gui.gui.trainer.setup_panel import SetupPanel

from .conftest import drag

BRAIN = Path(__file__).resolve().parents[3] / "shared" / "data" / "brain_growth"
LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
CASES, LIMIT_MS, PERSON = 10, 600_000, "reader new"
WORK_S = 300.0
"""What the work may take, without the machine's own time for the training."""
GESTURE_S = 1.5
"""A person's time for a click, a key or a stroke."""


class Hands:
    """Real events on the window, counted."""

    def __init__(self, window, qtbot) -> None:
        self.window, self.qtbot, self.gestures = window, qtbot, 0

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.gestures += 1
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        QTest.keyClick(self.window, key, modifiers)

    def click(self, widget) -> None:
        self.gestures += 1
        self.qtbot.waitUntil(lambda: widget.isVisible() and widget.isEnabled(), timeout=LIMIT_MS)
        QTest.mouseClick(widget, LEFT)

    def type(self, widget, text: str) -> None:
        self.gestures += len(text) // 4 + 1
        QTest.keyClicks(widget, text)

    def stroke(self, pane, *stops: QPoint) -> None:
        self.gestures += 1
        drag(pane, *stops)

    def until(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=LIMIT_MS)


def button(window, text: str) -> QPushButton:
    return next(b for b in window.findChildren(QPushButton) if b.text() == text and b.isVisible())


@pytest.mark.heavy
@pytest.mark.shared_data
@pytest.mark.skipif(not BRAIN.is_dir(), reason="shared/data/brain_growth is not here")
def test_ten_cases_become_a_new_rater_of_the_model(window, qtbot, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("proseg_gui.gui.trainer.link.own_models", lambda: tmp_path / "home" / "models")
    hands, desk = Hands(window, qtbot), window.controller.desk
    window.opener._wanted_model = "brain_growth"
    cases = sorted(path for path in BRAIN.iterdir() if path.is_dir())[:CASES]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in cases])
    middle = QPointF(window.rect().center())
    began = time.monotonic()
    window.dropEvent(QDropEvent(middle, Qt.DropAction.CopyAction, mime, LEFT, NONE))
    hands.until(lambda: desk.figures is not None and desk.figures.exact)

    for number in range(CASES):
        pane = window.scene.scan
        hands.key(Qt.Key.Key_R)  # begin as rater 3
        hands.key(Qt.Key.Key_3)
        hands.until(lambda: desk.latents.who.rater == "rater3" and desk.figures is not None and desk.figures.exact)
        # the new person takes a little more at the left of the brain, with the brush
        if not number:
            hands.key(Qt.Key.Key_W)  # the brush stays in hand
        inside = np.argwhere(desk.drawn.frame.probability[0] > 0.5)
        row = int(np.median(inside[:, 0]))
        column = int(inside[inside[:, 0] == row][:, 1].max())
        start = pane.widget_position((desk.slice_index, row, column)).toPoint()
        hands.stroke(pane, start, start + QPoint(4, 6), start + QPoint(4, 14))
        assert desk.drafts.has(desk.structures[0])
        hands.key(Qt.Key.Key_Return, CTRL)
        if not number:
            dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
            hands.type(dialog.field, PERSON)
            hands.click(dialog.sign)
        hands.until(lambda: desk.shapes.state == "accepted")
        if number < CASES - 1:
            before = desk.case.case_id
            hands.key(Qt.Key.Key_D)
            hands.until(lambda before=before: desk.case is not None and desk.case.case_id != before)
            hands.until(lambda: desk.figures is not None and desk.figures.exact)
    hands.until(lambda: window.opener.keeper.unsaved(0.0) == 0)
    accepted = time.monotonic()

    hands.key(Qt.Key.Key_2, CTRL)
    hands.click(button(window, "This project"))
    setup = window.findChild(SetupPanel)
    hands.until(lambda: setup.base.findText("brain_growth", Qt.MatchFlag.MatchStartsWith) > 0)
    hands.gestures += 2  # open the list, choose
    place = setup.base.findText("brain_growth", Qt.MatchFlag.MatchStartsWith)
    setup.base.setFocus()
    for _ in range(place):
        QTest.keyClick(setup.base, Qt.Key.Key_Down)
    assert setup.base.currentIndex() == place
    hands.click(setup.start)
    started = time.monotonic()
    hands.until(lambda: window.findChild(ResultPanel).accept.isVisible())
    trained = time.monotonic()
    hands.click(window.findChild(ResultPanel).accept)
    hands.click(button(window, "Use in Review"))
    hands.until(lambda: desk.review is not None and len(desk.review.bundle.card.raters) == 8)
    ended = time.monotonic()

    names = [b.text() or b.accessibleName() for b in window.preference.findChildren(QPushButton) if b.isVisible()]
    work = ended - began - (trained - started) + hands.gestures * GESTURE_S
    sys.stdout.write(
        f"\n{CASES} cases accepted {accepted - began:.0f} s, set up {started - accepted:.1f} s, training "
        f"{trained - started:.0f} s, into Review {ended - trained:.1f} s; {hands.gestures} gestures; work with "
        f"{GESTURE_S} s a gesture {work:.0f} s; presets {names}\n"
    )
    assert "rater8" in names  # the person's pseudonym in the model: names stay on this computer
    assert window.failures == []
    assert work < WORK_S
