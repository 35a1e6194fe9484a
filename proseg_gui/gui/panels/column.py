"""A column of panels that scrolls only vertically: the content of a dock."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from proseg_gui.gui.panels.widgets import rule

NARROWEST = 248
USUAL_WIDTH = 290


class PanelColumn(QScrollArea):
    """Panels one below the other, hairlines between them, as wide as the dock is."""

    def __init__(self, *panels: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(NARROWEST)
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for index, panel in enumerate(panels):
            if index:
                box.addWidget(rule())
            box.addWidget(panel)
        box.addStretch(1)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """A dock of the usual width."""
        return QSize(USUAL_WIDTH, 640)
