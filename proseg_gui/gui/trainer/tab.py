"""The Trainer tab: its panels and their layout; what they do is in ``link``."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from proseg_gui.gui.trainer.calm import calm_choices
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
        columns = (
            (Column(self.data, stretch=0), LEFT, 236),
            (Column(self.setup, self.run, self.strip, stretch=1), MIDDLE, 460),
            (Column(self.result, self.library, stretch=1), RIGHT, 246),
        )
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for number, (column, _, least) in enumerate(columns):
            splitter.addWidget(column)
            splitter.setStretchFactor(number, 3 if number == 1 else 1)
            column.setMinimumWidth(least)
        splitter.setSizes([width for _, width, _ in columns])
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


class Column(QScrollArea):
    """A column that scrolls where the window is less high than what stands in it, instead of laying one over another.

    Its content is as wide as it is, at least as high, and never less high than its words need at that width.
    """

    def __init__(self, *parts: QWidget, stretch: int) -> None:
        """``parts`` from above, a line between them; number ``stretch`` takes the room that is left."""
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = _Content()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, part in enumerate(parts):
            if number:
                column.addWidget(_line())
            column.addWidget(part, int(number == stretch))
        calm_choices(self._content)
        self.setWidget(self._content)
        self.setWidgetResizable(True)

    def minimumSizeHint(self) -> QSize:
        """The content's width; any height, since the rest scrolls."""
        return QSize(self._content.minimumSizeHint().width(), 120)


class _Content(QWidget):
    """What scrolls: a scroll area gives it the height that it asks for at a width, which is the least, not the best."""

    def heightForWidth(self, width: int) -> int:
        """The least height at which nothing is cut."""
        layout = self.layout()
        return 0 if layout is None else layout.minimumHeightForWidth(width)


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    return line
