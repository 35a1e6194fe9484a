"""The real window, offscreen: from an intent to pixels, from process start to a window, from files to a contour."""

from __future__ import annotations

import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from proseg_gui.bench.clocks import Counted, LaneClock
from proseg_gui.errors import UserError
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.memory import share_heaps
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.keeper import Keeper
from proseg_gui.review.session import begin_review

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle
    from proseg_gui.volume import Study

MOVES = 120
WAIT_MS = 240_000
LONG_SLICES = 60
"""Slices of the volume that is swept while a slider is moved: enough for all its moves."""


def slider_to_pixels(device: str, sizes: Sequence[int], model: str) -> dict[str, Any]:
    """Times of a slider's move for both families of sliders, from the event to image and contours painted.

    ``slider_to_pixels_ms``: median and p95. ``cpu_ms``: processor time of a move (median) on the window's thread
    ``before`` the request goes out, of ``decode`` and ``trace`` beside it, and of ``paint`` on the window's thread.
    ``view_changes_ms``: of a change of grey ``levels``, of a map's ``opacity`` and of ``zoom``, with ten samples and
    all raters shown, and of the sharp picture when a zooming hand rests; the first also as ``view_change_ms``.
    ``during_sweep`` and ``during_training``: p95 of the same moves while that runs, and as a multiple of those right
    before and after.
    """
    from proseg_gui.bench.scan import framed_study
    from proseg_gui.bundle import load_bundle

    bundle = load_bundle(model)
    found: dict[str, Any] = {"slider_to_pixels_ms": {}, "cpu_ms": {}, "view_change_ms": {}, "view_changes_ms": {}}
    found["during_sweep"] = {}
    found["during_training"] = {}
    for size in sizes:
        key, window = str(size), _window(device, model)
        _show(window, framed_study(size), bundle, device)
        _until(window.controller.settled)
        axes = window.controller.desk.axes
        families = {"preference": axes.preference, "ambiguity": axes.ambiguity}
        moves = {name: _drag(window, rows[0]) for name, rows in families.items() if rows}
        times = {name: [move.wall for move in made] for name, made in moves.items()}
        worst = max(times, key=lambda name: _p95(times[name]))
        found["slider_to_pixels_ms"][key] = {
            **_figures(times[worst]), **{name: _figures(values) for name, values in times.items()},
        }  # fmt: skip
        found["cpu_ms"][key] = _steps(moves[worst])
        changes = found["view_changes_ms"][key] = _view_changes(window, bundle.card.raters)
        found["view_change_ms"][key] = changes["levels"]
        long = framed_study(size, repeats=LONG_SLICES // 4)
        found["during_training"][key] = _beside(window, axes.preference[0], _training())
        found["during_sweep"][key] = _beside(window, axes.preference[0], _sweeping(window, long, bundle, device))
        window.close()
    return found


def _show(window: MainWindow, study: Study, bundle: Bundle, device: str, *, exhaustive: bool = False) -> None:
    window.controller.desk.show(OpenedCase.fresh(study))
    window.controller.desk.begin(begin_review(study, bundle, device, exhaustive=exhaustive))


@dataclass(frozen=True)
class _Move:
    """Milliseconds of one move: wall time, and processor time by step."""

    wall: float
    before: float
    decode: float
    trace: float
    paint: float


def _drag(window: MainWindow, axis: Any, moves: int = MOVES) -> list[_Move]:
    """Move one slider back and forth as a hand does; the next move comes when the last one is on screen."""
    controller, made = window.controller, []
    assert controller.desk.review is not None
    engine, lane = controller.desk.review.engine, LaneClock("frame")
    counted = Counted(engine.probability)
    engine.probability = counted  # type: ignore[method-assign]
    controller.latents.begin_drag()
    for step in range(moves):
        position = 2.5 * math.sin(step / 9.0)
        before: list[float] = []
        start: list[float] = []

        def event(position: float = position, start: list[float] = start, before: list[float] = before) -> None:
            start.append(time.perf_counter())
            here = time.thread_time()
            controller.latents.move_axis(axis, position)
            before.append(time.thread_time() - here)

        decode, drawn, here = counted.seconds, lane(), time.thread_time()
        shown: list[float] = []
        note = partial(_note, shown)
        window.scene.pixels_shown.connect(note)
        QTimer.singleShot(0, event)
        _until(window.scene.pixels_shown)
        window.scene.pixels_shown.disconnect(note)
        decoded = counted.seconds - decode
        steps = before[0], decoded, lane() - drawn - decoded, time.thread_time() - here - before[0]
        made.append(_Move(1000.0 * (shown[0] - start[0]), *(1000.0 * seconds for seconds in steps)))
    controller.latents.end_drag()
    del engine.probability  # the class's own again
    return made[10:]


def _note(shown: list[float], _milliseconds: float) -> None:
    shown.append(time.perf_counter())


def _steps(moves: Sequence[_Move]) -> dict[str, float]:
    names = ("before", "decode", "trace", "paint")
    found = {name: round(statistics.median(getattr(move, name) for move in moves), 2) for name in names}
    return {**found, "sum": round(sum(found.values()), 2)}


def _view_changes(window: MainWindow, raters: Sequence[str]) -> dict[str, float]:
    """Processor time in ms of the window's thread from a change to the pixels, with everything shown: medians."""
    display, scan = window.controller.display, window.scene.scan
    display.show_raters(frozenset(raters))
    display.set_view(show_thin=True)
    _until_idle(window)
    centre, width = display.view.window
    changes: dict[str, Callable[[int], object]] = {
        "levels": lambda step: display.set_window(centre + step, width),
        "opacity": lambda step: display.set_view(heat_opacity=0.4 + 0.01 * step),
        "zoom": lambda step: scan.zoom_by(1.05 if step % 20 < 10 else 1 / 1.05),
    }
    found = {}
    for name, change in changes.items():
        found[name] = _median_change(change)
        _until_idle(window)

    def rest(step: int) -> None:
        scan.zoom_by(1.05 if step % 20 < 10 else 1 / 1.05)
        link, axis = scan.link, scan.plane.axis
        link.set_view(axis, link.view(axis).zoom, link.view(axis).centre_mm)  # as where the hand rests after each

    found["zoom_rest"] = _median_change(rest)
    return found


def _median_change(change: Callable[[int], object]) -> float:
    times = []
    for step in range(MOVES // 2):
        here = time.thread_time()
        change(step)
        QApplication.processEvents()
        times.append(1000.0 * (time.thread_time() - here))
    return round(statistics.median(times[5:]), 2)


def _beside(window: MainWindow, axis: Any, work: AbstractContextManager[None]) -> dict[str, float]:
    """The p95 of moves while ``work`` goes on, beside the mean of those right before and right after it."""

    def p95() -> float:
        _until_idle(window)
        return _p95([move.wall for move in _drag(window, axis, MOVES // 2)])

    before = p95()
    with work:
        during = p95()
    idle = (before + p95()) / 2.0
    return {"p95_ms": round(during, 2), "idle_p95_ms": round(idle, 2), "times_idle": round(during / idle, 2)}


@contextmanager
def _sweeping(window: MainWindow, study: Study, bundle: Bundle, device: str) -> Iterator[None]:
    """A volume is opened and measured beside, every slice of it."""
    _show(window, study, bundle, device, exhaustive=True)
    _until(window.scene.pixels_shown)
    yield
    if not window.controller.jobs.busy("sweep"):
        raise UserError("the sweep ended before the slider was moved often enough", remedy="Measure on one core")
    window.controller.desk.cancel_sweep()


@contextmanager
def _training() -> Iterator[None]:
    """A training of the demo's case runs beside, in a process of its own and as low in priority as the Trainer's."""
    from proseg_gui.training.process import put_behind

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        program = [sys.executable, "-m", "proseg_gui"]
        subprocess.run([*program, "demo-data", str(place / "demo")], capture_output=True, check=True)
        command = [*program, "train", str(place / "demo" / "dataset"), "--out",
                   str(place / "bundle"), "--steps", "100000"]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        with suppress(psutil.Error):
            put_behind(psutil.Process(process.pid))
        try:
            lines = []
            for line in process.stdout or ():
                lines.append(line)
                if "step" in line:
                    break
            else:
                raise UserError(f"the training did not start: {''.join(lines)[-200:]}", remedy="Try again")
            yield
        finally:
            process.terminate()
            process.wait()


def _until_idle(window: MainWindow) -> None:
    """Let what is on its way arrive: nothing is measured for a while after."""
    end, busy = time.monotonic() + 0.5, window.controller.jobs.busy
    _until_true(lambda: time.monotonic() > end and not any(busy(lane) for lane in ("frame", "spread", "detail")))


def start_to_window() -> dict[str, float]:
    """Seconds from the start of this process to the first painted window."""
    window = _window("auto", "")
    painted = _Painted(window)
    if not painted.seen:
        _until_true(lambda: painted.seen)
    seconds = time.time() - psutil.Process().create_time()
    processor = time.process_time()
    window.close()
    return {"seconds": round(seconds, 3), "processor_s": round(processor, 3)}


def open_to_contour(folder: str, device: str, model: str) -> dict[str, Any]:
    """Seconds from pointing at a DICOM folder to the first contours on screen, and the peak of memory.

    ``volume_ready_s``: from those contours until the whole volume was measured in the background, as processor time of
    the whole process and of the ``sweep`` alone, and from pointing at it, as wall time. The memory is that of the whole
    process until then.
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
    processor = time.process_time()
    _until_true(lambda: not window.controller.jobs.busy("sweep"))
    ready = {
        "processor": round(time.process_time() - processor, 1),
        "sweep": round(LaneClock("sweep")(), 1),
        "wall": round(time.perf_counter() - start, 1),
    }
    _until_idle(window)  # the exact volume, which needs every slice again
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    window.close()
    return {"open_to_contour_s": round(seconds, 2), "volume_ready_s": ready, "peak_rss_mb": round(peak, 0)}


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
    share_heaps()
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
    """Run the event loop until a condition holds, which is asked after every event and every 20 ms.

    The thread sleeps in between: with a limit of time, ``processEvents`` waits for nothing and burns a whole core.
    """
    end = time.monotonic() + WAIT_MS / 1000.0
    wakes = QTimer()
    wakes.start(20)
    while not condition():
        if time.monotonic() > end:
            raise UserError(f"the window did not answer within {WAIT_MS // 1000} s")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "p95": round(_p95(values), 2)}
