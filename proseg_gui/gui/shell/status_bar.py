"""The line at the bottom: what lies under the cursor, the running work, the device, the last slider time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from proseg_gui.gui.language import tr, tr_counted
from proseg_gui.gui.review.work import JobState
from proseg_gui.gui.sentences import told
from proseg_gui.gui.views.elided_label import ElidedLabel
from proseg_gui.review.state import Readout

NOTICE_MS = 8000


class StatusBar(QStatusBar):
    """Left the readout (a notice covers it for a while); right the job with its cancel, device and slider time."""

    cancel_requested = Signal()
    person_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._readout = ElidedLabel()
        self.addWidget(self._readout, 1)
        self._job = QWidget()
        row = QHBoxLayout(self._job)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._job_text = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(110)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._cancel = QToolButton()
        self._cancel.setText("\u2715")
        self._cancel.setToolTip(tr("Cancel the running work"))
        self._cancel.setAccessibleName(tr("Cancel the running work"))
        self._cancel.clicked.connect(self.cancel_requested)
        for part in (self._job_text, self._bar, self._cancel):
            row.addWidget(part)
        self._job.hide()
        self.addPermanentWidget(self._job)
        self._folder: Path | None = None
        self._open_folder = QToolButton()
        self._open_folder.setText(tr("Open folder"))
        self._open_folder.setAutoRaise(True)
        self._open_folder.clicked.connect(self._show_folder)
        self._open_folder.hide()
        self.addPermanentWidget(self._open_folder)
        self._device = QLabel()
        self._device.setToolTip(tr("Where the model runs, and the memory that it may use for slices it has worked out"))
        self._latency = QLabel()
        self._latency.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._latency.setToolTip(tr("From the last move of a slider to its contours on screen"))
        self._person = QToolButton()
        self._person.setAutoRaise(True)
        self._person.setToolTip(tr("Who signs accepted readings here; click to change"))
        self._person.clicked.connect(self.person_asked)
        self._person.hide()
        self.addPermanentWidget(self._person)
        self.addPermanentWidget(self._device)
        self.addPermanentWidget(self._latency)
        self.setContentsMargins(8, 0, 10, 0)

    def offer_folder(self, folder: Path | None) -> None:
        """Offer to open the folder that was written to, or nothing any more."""
        self._folder = folder
        self._open_folder.setToolTip("" if folder is None else tr("Open {folder}").format(folder=folder))
        self._open_folder.setVisible(folder is not None)

    def _show_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def show_readout(self, readout: Readout | None) -> None:
        """Show what lies under the cursor."""
        if readout is None:
            self._readout.set_text("")
            return
        parts = (readout.position, readout.value, readout.probability, told(readout.included_by))
        self._readout.set_text("     ".join(part for part in parts if part))

    def show_job(self, job: JobState | None) -> None:
        """Show the running work, its share done and the time left."""
        self._job.setVisible(job is not None)
        if job is None:
            return
        text = f"{job.title}: {tr_counted(job.text)}" if job.text else job.title
        if job.seconds_left is not None:
            text += " \u00b7 " + tr("{time} left").format(time=_duration(job.seconds_left))
        self._job_text.setText(text)
        self._bar.setValue(round(1000 * job.share))

    def show_person(self, name: str) -> None:
        """Show under which pseudonym readings are accepted; nothing before one was chosen."""
        self._person.setText(tr("reader: {name}").format(name=name))
        self._person.setAccessibleName(tr("reader: {name}").format(name=name))
        self._person.setVisible(bool(name))

    def show_device(self, text: str) -> None:
        """Show where the model runs, and with how much memory for a case."""
        self._device.setText(text)

    def show_latency(self, milliseconds: float) -> None:
        """Show the last time from an intent to pixels."""
        metrics = self._latency.fontMetrics()
        # Of a fixed size, or each figure would have the whole window laid out again.
        self._latency.setFixedSize(metrics.horizontalAdvance(tr("slider \u2192 pixels 10000 ms")), metrics.height())
        self._latency.setText(tr("slider \u2192 pixels {milliseconds:.0f} ms").format(milliseconds=milliseconds))

    def notice(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.showMessage(told(sentence), NOTICE_MS)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
