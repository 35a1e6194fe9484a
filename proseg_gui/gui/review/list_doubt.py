"""Measures the cases of the worklist, one after another, while nobody works; the most doubtful then come first."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from proseg_gui.errors import UserError
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.work import LANES
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.state import WorkItem
from proseg_gui.review.worklist_doubt import can_be_measured, measure_doubt

log = logging.getLogger(__name__)

LANE = "list"
IDLE_MS = 3000
"""Nobody works when no key, button or wheel was used for so long, and nothing is being worked out."""
OF_A_HAND = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel,
    QEvent.Type.TabletPress, QEvent.Type.TouchBegin, QEvent.Type.Drop,
})  # fmt: skip


class ListDoubt(QObject):
    """Starts a case when the person pauses, and stops at once when a hand does anything.

    A case that was stopped begins anew; figures are kept in the project as they come.
    """

    measuring = Signal(str)
    """Key of the case that is being measured; empty when none is."""

    def __init__(self, controller: Controller, opener: Opener) -> None:
        super().__init__(controller)
        self._controller, self._opener = controller, opener
        self._ends = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(IDLE_MS)
        self._pause.timeout.connect(self._next)
        controller.bundle_changed.connect(self._compare)
        controller.study_changed.connect(lambda _study: self.stop())
        controller.job_changed.connect(lambda job: self.stop() if job is not None else None)
        opener.worklist_changed.connect(lambda _items: self._wait())
        controller.settled.connect(self._wait)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See a hand at work, in any window of the program."""
        if event.type() in OF_A_HAND:
            self.stop()
        return False

    def stop(self) -> None:
        """Somebody works: nothing is measured until they pause."""
        if self._controller.jobs.busy(LANE):
            self._controller.jobs.cancel(LANE)
        self._wait(restart=True)

    def end(self) -> None:
        """Begin nothing more: the window closes."""
        self._ends = True
        self._pause.stop()
        self._controller.jobs.cancel(LANE)

    def _wait(self, *, restart: bool = False) -> None:
        if self._ends:
            return
        if self._opener.worklist.to_measure() is not None and (restart or not self._pause.isActive()):
            # Windows and not the application, which would hand over every event of every widget.
            for window in QGuiApplication.topLevelWindows():
                window.installEventFilter(self)
            self._pause.start()

    def _compare(self, _bundle: object) -> None:
        model = self._controller.desk.model
        if model is not None:  # while another is being loaded, the list stays as it is
            self._opener.compare_by(str(model["sha256"]))
            self._wait()

    def _next(self) -> None:
        jobs, opener, review = self._controller.jobs, self._opener, self._controller.desk.review
        if self._ends or jobs.busy(LANE) or review is None:
            return
        if any(jobs.busy(lane) for lane in ("open", "accept", "export", "files", *LANES)):
            self._pause.start()
            return
        item = opener.worklist.to_measure()
        if item is None:
            return
        if not can_be_measured(item):
            opener.note_unmeasured(item.key, tr("it lies in no file"))
            self._next()
            return
        keeper, bundle, device = opener.keeper, review.bundle, opener.device
        model = {"name": bundle.card.name, "sha256": bundle.card.sha256}

        def work(token: CancelToken, _progress: Progress) -> tuple[str, float] | None:
            if keeper.is_foreign:  # its places are touched only after asking
                return None
            return measure_doubt(item, keeper, bundle, device, token, exhaustive=opener.exhaustive)

        def done(found: tuple[str, float] | None) -> None:
            if opener.keeper is keeper and found is not None:
                opener.note_measured(item.key, *found, model)

        self.measuring.emit(item.key)
        jobs.start(LANE, work, title=tr("Doubt of the worklist"), done=done, failed=partial(self._failed, item),
                   ended=self._ended, latest=True)  # fmt: skip

    def _failed(self, item: WorkItem, error: BaseException) -> None:
        if isinstance(error, UserError):
            self._opener.note_unmeasured(item.key, error.what)
        else:
            log.error("a case of the worklist could not be measured (%s)", type(error).__name__)
            self._opener.note_unmeasured(item.key, tr("it could not be measured"))

    def _ended(self) -> None:
        self.measuring.emit("")
        if not self._pause.isActive():  # nobody has worked meanwhile
            self._next()
