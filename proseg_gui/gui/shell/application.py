"""Starts the window, and with ``--screenshot`` takes its picture once everything is drawn."""

from __future__ import annotations

import logging
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QSettings, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from proseg_gui.errors import UserError
from proseg_gui.gui.language import speak
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.screenshot import save_picture
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.io.base.leftovers import remove_leftovers
from proseg_gui.memory import share_heaps
from proseg_gui.review.keeper import Keeper, open_keeper

log = logging.getLogger(__name__)
SCREENSHOT_LIMIT_MS = 300_000


@dataclass(frozen=True)
class Request:
    """What the command line asks of the window."""

    paths: tuple[Path, ...] = ()
    channels: dict[str, Path] = field(default_factory=dict)
    demo: bool = False
    model: str | None = None
    device: str = "auto"
    project: Path | None = None
    screenshot: Path | None = None
    size: tuple[int, int] | None = None
    exhaustive: bool = False


def start(request: Request) -> int:
    """Run the event loop until the window is closed; returns the exit code.

    Raises
    ------
    UserError
        With ``screenshot``: whatever kept the picture from being taken.
    """
    qInstallMessageHandler(_qt_message)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("proseg-gui")
    application.setOrganizationName("proseg-gui")
    # A worker holds the interpreter for at most this long before the window gets its turn.
    sys.setswitchinterval(0.001)
    share_heaps()
    window = _window(request, application)
    window.opener.exhaustive = request.exhaustive
    _tell_of_every_failure(window)
    if request.size is not None:
        window.resize(*request.size)
    window.show()
    failures: list[BaseException] = []
    if request.screenshot is not None:
        window.asks_before_closing = False
        _photograph_when_settled(window, failures, application.quit)
    interrupted = _quit_on_ctrl_c(application, window)
    QTimer.singleShot(0, window.opener.warm_up)
    QTimer.singleShot(0, lambda: _open(window, request))
    code = application.exec()
    picture = window.grab() if request.screenshot is not None and not failures else None
    window.close()
    if interrupted:
        raise KeyboardInterrupt
    if failures:
        raise failures[0]
    if picture is not None and request.screenshot is not None:
        save_picture(picture.toImage(), request.screenshot)
    return code


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's remarks go to the log, not to the terminal, where a script reads one line of ours; what is fatal stays."""
    if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
        sys.stderr.write(f"Qt: {text}\n")
    else:
        log.debug("Qt: %s", text)


def _window(request: Request, application: QApplication) -> MainWindow:
    model = request.model or ""
    if request.screenshot is None:
        from platformdirs import user_data_path

        store, own = SettingsStore(), user_data_path("proseg-gui")
        speak(application, store.load().language)
        _clear_up([own, own / "models", own / "trainings", Path(tempfile.gettempdir()), store.load().export_folder])
        return MainWindow(store, open_keeper(request.project), request.device, model)
    # A picture for a document must not depend on what somebody chose before.
    with tempfile.TemporaryDirectory() as folder:
        store = SettingsStore(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        speak(application, "en")
        return MainWindow(store, Keeper(), request.device, model)


def _tell_of_every_failure(window: MainWindow) -> None:
    """An exception in a slot or a thread gives the dialog and the crash log, as one in our own background work does.

    Python would only print it, and a window that was started from a menu has nowhere to print to.
    """

    def in_window(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            window.failed_elsewhere.emit(error.with_traceback(trace))

    def in_thread(found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None and not issubclass(found.exc_type, SystemExit):
            in_window(found.exc_type, found.exc_value, found.exc_traceback)

    sys.excepthook = in_window
    threading.excepthook = in_thread


def _clear_up(folders: Sequence[Path | str]) -> None:
    """Remove what a process that was killed left where this program writes: it may hold a patient's results."""
    for folder in folders:
        if str(folder):
            remove_leftovers(Path(folder))


def _open(window: MainWindow, request: Request) -> None:
    if request.demo:
        window.opener.open_demo()
    elif request.paths or request.channels:
        window.opener.open_paths(request.paths, request.channels)
    elif request.screenshot is not None:  # a picture of the empty window is ready at once
        window.controller.settled.emit()
    else:
        window.opener.open_last()


def _photograph_when_settled(window: MainWindow, failures: list[BaseException], leave: Callable[[], None]) -> None:
    """Leave the event loop once nothing is left to do, or at the first failure."""

    def failed(error: BaseException) -> None:
        failures.append(error)
        leave()

    def too_long() -> None:
        failed(UserError("the scan was not ready for its picture within 5 minutes", remedy="Try a smaller scan"))

    window.controller.failed.disconnect(window.show_failure)
    window.controller.failed.connect(failed)
    window.opener.choose_requested.connect(
        lambda path, found, _how: failed(
            UserError(f"there are {len(found)} series or cases", path=path, remedy="Give the folder of one of them")
        )
    )
    window.opener.model_question.connect(lambda error, _answer: failed(error))
    # One more turn of the event loop paints what the last signal changed.
    window.controller.settled.connect(lambda: QTimer.singleShot(300, leave))
    QTimer.singleShot(SCREENSHOT_LIMIT_MS, window, too_long)


def _quit_on_ctrl_c(application: QApplication, window: MainWindow) -> list[int]:
    """Ctrl+C in the terminal closes the window; Python's handler only runs when the interpreter gets a turn."""
    received: list[int] = []

    def handler(number: int, _frame: object) -> None:
        received.append(number)
        window.asks_before_closing = False
        application.quit()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
    timer = QTimer(application)
    timer.timeout.connect(lambda: None)
    timer.start(200)
    return received
