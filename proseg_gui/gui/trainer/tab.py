"""The Trainer tab: its panels and their layout; what they do is in ``link``."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

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
            shown = Column(part)
            splitter.addWidget(shown)
            splitter.setStretchFactor(number, 3 if part is middle else 1)
            shown.setMinimumWidth(min(width, 260 if part is not middle else 480))
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


class Column(QScrollArea):
    """A column that scrolls where the window is less high than what stands in it, instead of laying one over another.

    Its content is as wide as it is and at least as high as it is.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = content
        self.setWidget(content)
        self.setWidgetResizable(True)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the content as high as its wrapped words need when they change."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the content as high as its words need at the new width."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The content's width; any height, since the rest scrolls."""
        return QSize(self._content.minimumSizeHint().width(), 120)

    def _fit(self) -> None:
        layout = self._content.layout()
        if layout is not None:
            wrapped = layout.minimumHeightForWidth(self.viewport().width()) if layout.hasHeightForWidth() else 0
            self._content.setMinimumHeight(max(wrapped, layout.totalMinimumSize().height()))


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    return line
