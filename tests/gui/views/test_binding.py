"""The installed Qt binding must count references: PySide6 6.12.0 on Python 3.11 does not, and aborts after a while."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QWidget


def test_qt_calls_take_no_reference_of_none_or_true_away(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(500):
        widget.update()
        widget.isEnabled()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert after[0] > before[0] - 250
    assert after[1] > before[1] - 250
