"""The real window, offscreen: from an intent to pixels, from process start to a window, from files to a contour."""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from proseg_gui.errors import UserError
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.keeper import Keeper

MOVES = 120
WAIT_MS = 240_000
SWEEP_S = 60.0


def slider_to_pixels(device: str, sizes: Sequence[int], model: str) -> dict[str, Any]:
    """Median and p95 in ms from a slider's move to image and contours painted, for both families of sliders."""
    from proseg_gui.bench.scan import framed_study
    from proseg_gui.bundle import load_bundle
    from proseg_gui.review.session import begin_review

    found = {}
    bundle = load_bundle(model)
    for size in sizes:
        window = _window(device, model)
        study = framed_study(size)
        window.controller.desk.show(OpenedCase.fresh(study))
        window.controller.desk.begin(begin_review(study, bundle, device))
        _until(window.controller.settled)
        axes = window.controller.desk.axes
        families = {"preference": axes.preference, "ambiguity": axes.ambiguity}
        times = {name: _drag(window, rows[0]) for name, rows in families.items() if rows}
        worst = max(times.values(), key=_p95)
        found[str(size)] = {**_figures(worst), **{name: _figures(values) for name, values in times.items()}}
        window.close()
    return found


def _drag(window: MainWindow, axis: Any) -> list[float]:
    """Move one slider back and forth as a hand does; the next move comes when the last one is on screen."""
    controller, times = window.controller, []
    controller.latents.begin_drag()
    for step in range(MOVES):
        position = 2.5 * math.sin(step / 9.0)
        shown: list[float] = []
        window.scene.pixels_shown.connect(shown.append)
        QTimer.singleShot(0, lambda p=position: controller.latents.move_axis(axis, p))
        _until(window.scene.pixels_shown)
        window.scene.pixels_shown.disconnect(shown.append)
        times.append(shown[0])
    controller.latents.end_drag()
    _until(controller.settled)
    return times[10:]


def start_to_window() -> dict[str, float]:
    """Seconds from the start of this process to the first painted window."""
    window = _window("auto", "")
    painted = _Painted(window)
    if not painted.seen:
        _until_true(lambda: painted.seen)
    seconds = time.time() - psutil.Process().create_time()
    window.close()
    return {"seconds": round(seconds, 3)}


def open_to_contour(folder: str, device: str, model: str) -> dict[str, float]:
    """Seconds from pointing at a DICOM folder to the first contours on screen, and the peak of memory.

    The memory is that of the whole process while the volume is then measured in the background for a minute.
    """
    window = _window(device, model)
    window.opener.warm_up()  # as at every start
    QApplication.processEvents()
    errors: list[BaseException] = []
    window.controller.failed.connect(errors.append)
    window.opener.model_question.connect(lambda _error, answer: answer())
    start = time.perf_counter()
    window.opener.open_paths([Path(folder) / "ct"])
    shown: list[float] = []
    window.scene.pixels_shown.connect(shown.append)
    _until_true(lambda: bool(shown or errors))
    if errors:
        raise errors[0]
    seconds = time.perf_counter() - start
    end = time.monotonic() + SWEEP_S
    _until_true(lambda: time.monotonic() > end or not window.controller.jobs.busy("sweep"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    window.close()
    return {"open_to_contour_s": round(seconds, 2), "peak_rss_mb": round(peak, 0)}


class _Painted(QObject):
    """Sees the first paint of the window's centre."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.seen = False
        window.scene.scan.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Note paints; let everything through."""
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def _window(device: str, model: str) -> MainWindow:
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    sys.setswitchinterval(0.001)
    window = MainWindow(SettingsStore(), Keeper(), device, model)
    window.resize(1440, 900)
    window.show()
    return window


def _until(signal: Any) -> None:
    """Run the event loop until ``signal`` comes."""
    loop = QEventLoop()
    signal.connect(loop.quit)
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: loop.exit(1))
    timer.start(WAIT_MS)
    late = loop.exec() == 1
    signal.disconnect(loop.quit)
    if late:
        raise UserError(f"the window did not answer within {WAIT_MS // 1000} s")


def _until_true(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_MS / 1000.0
    while not condition():
        if time.monotonic() > end:
            raise UserError(f"the window did not answer within {WAIT_MS // 1000} s")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "p95": round(_p95(values), 2)}
