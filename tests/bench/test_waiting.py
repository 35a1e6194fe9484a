"""The bench waits for the window without taking part in what it measures."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer

from proseg_gui.bench.window import _until_true


def test_waiting_asks_now_and_then_and_not_all_the_time(qapp):
    asked, end = [], time.monotonic() + 0.3

    def passed() -> bool:
        asked.append(1)
        return time.monotonic() > end

    _until_true(passed)
    assert 2 <= len(asked) < 100  # a loop that does not sleep asks ten thousand times


def test_what_an_event_brings_is_seen_at_once(qapp):
    came: list[int] = []
    QTimer.singleShot(0, lambda: came.append(1))
    _until_true(lambda: bool(came))
    assert came == [1]
