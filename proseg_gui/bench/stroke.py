"""What a brush stroke costs the window's thread, from the mouse's event to pixels, and how fast it is taken back."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from proseg_gui.bench.window import _figures, _show, _until, _until_true, _window
from proseg_gui.gui.review.scene import MPR
from proseg_gui.gui.views.image_pane import ImagePane

SIZE, WINDOW = 512, (1366, 768)
STROKES, MOVES = 12, 12
RADIUS_MM = 8.0


def stroke(device: str, model: str) -> dict[str, Any]:
    """``stroke_ms``: processor time of one move of a brush, ``median`` and ``p95``, of pressing and of lifting it.

    Also of an ``undo``. 512 x 512, a window of 1366 x 768, planes across, three structures of which two are one's own,
    proposals switched off (they are worked out by another thread).
    """
    from proseg_gui.bench.scan import framed_study
    from proseg_gui.bundle import load_bundle

    bundle, window = load_bundle(model), _window(device, model)
    window.resize(*WINDOW)
    controller = window.controller
    controller.display.set_view(layout=MPR, proposals=False)
    _show(window, framed_study(SIZE), bundle, device)
    _until(controller.settled)
    desk, pane = controller.desk, window.scene.scan
    for name in ("first", "second"):
        desk.drafts.add(name)
    desk.tools.choose("brush")
    desk.tools.set_radius(RADIUS_MM)
    moves: list[float] = []
    presses: list[float] = []
    lifts: list[float] = []
    undos: list[float] = []
    for number in range(STROKES):
        desk.set_structure(number % 3)
        QApplication.processEvents()
        centre = QPointF(pane.rect().center()) + QPointF(8.0 * (number - STROKES / 2), 0)
        presses.append(_event(pane, QEvent.Type.MouseButtonPress, centre))
        for step in range(1, MOVES + 1):
            angle = step / 3.0
            at = centre + QPointF(40 * float(np.sin(angle)), 30 - 30 * float(np.cos(angle)))
            moves.append(_event(pane, QEvent.Type.MouseMove, at))
        lifts.append(_event(pane, QEvent.Type.MouseButtonRelease, at))
        _until_true(lambda: not controller.jobs.busy("detail"))
    for _ in range(STROKES // 2):
        here = time.thread_time()
        desk.undo()
        QApplication.processEvents()
        undos.append(1000.0 * (time.thread_time() - here))
        _until_true(lambda: not controller.jobs.busy("detail"))
    window.asks_before_closing = False
    window.close()
    return {
        **_figures(moves),
        "press": round(statistics.median(presses), 2),
        "lift": round(statistics.median(lifts), 2),
        "undo": round(statistics.median(undos), 2),
    }


def _event(pane: ImagePane, kind: QEvent.Type, at: QPointF) -> float:
    """Milliseconds of this thread's processor time until the event's pixels are painted."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, at, pane.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
    here = time.thread_time()
    QApplication.sendEvent(pane, event)
    QApplication.processEvents()
    return 1000.0 * (time.thread_time() - here)
