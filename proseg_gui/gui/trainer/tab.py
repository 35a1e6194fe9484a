"""The Trainer tab: its panels and their layout; what they do is in ``link``."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from proseg_gui.gui.trainer.data_panel import DataPanel
from proseg_gui.gui.trainer.library import LibraryPanel
from proseg_gui.gui.trainer.result_panel import ResultPanel
from proseg_gui.gui.trainer.run_panel import RunPanel
from proseg_gui.gui.trainer.setup_panel import SetupPanel
from proseg_gui.gui.trainer.strip import CaseStrip
from proseg_gui.gui.views.palette import ViewColours

LEFT, MIDDLE, RIGHT = 372, 690, 300


class TrainerTab(QWidget):
    """Data left, training in the middle, result and models right."""

    dropped = Signal(object)
    """The first local path that was dropped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.data, self.setup, self.run = DataPanel(), SetupPanel(), RunPanel()
        self.strip, self.result, self.library = CaseStrip(), ResultPanel(), LibraryPanel()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.setup)
        column.addWidget(_line())
        column.addWidget(self.run, 1)
        column.addWidget(_line())
        column.addWidget(self.strip)
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addWidget(self.result)
        side.addWidget(_line())
        side.addWidget(self.library, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for number, (part, width) in enumerate(((self.data, LEFT), (middle, MIDDLE), (right, RIGHT))):
            splitter.addWidget(part)
            splitter.setStretchFactor(number, 3 if part is middle else 1)
            part.setMinimumWidth(min(width, 260 if part is not middle else 480))
        splitter.setSizes([LEFT, MIDDLE, RIGHT])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def set_colours(self, colours: ViewColours) -> None:
        """Follow the theme."""
        self.run.set_colours(colours)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take local folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use what was dropped as data."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.dropped.emit(paths[0])


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    return line
