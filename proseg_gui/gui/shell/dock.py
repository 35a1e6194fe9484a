"""A dock whose title bar is a slim grip: its content has a header of its own, so the bar need not say it again."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QToolButton, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.theme import set_icon

HEIGHT = 14
DOTS, DOT_GAP = 5, 6.0


class Grip(QWidget):
    """Drag it to move the dock; double click floats it; two small buttons float and close."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setToolTip(tr("{panel}: drag to move, double click to float").format(panel=dock.windowTitle()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 2, 0)
        row.setSpacing(2)
        row.addStretch(1)
        for name, tip, run in (
            ("dock_float", tr("Float"), lambda: dock.setFloating(not dock.isFloating())),
            ("dock_close", tr("Close (View > Panels brings it back)"), dock.close),
        ):
            button = QToolButton(self)
            button.setProperty("kind", "flat")
            button.setFixedSize(HEIGHT, HEIGHT)
            button.setIconSize(QSize(HEIGHT - 6, HEIGHT - 6))
            set_icon(button, name)
            button.setToolTip(tip)
            button.setAccessibleName(f"{tip.split(' ')[0]} {dock.windowTitle()}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(run)
            row.addWidget(button)

    def sizeHint(self) -> QSize:
        """As slim as its buttons."""
        return QSize(80, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As slim as its buttons."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A row of dots, as grips have."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().placeholderText())
        painter.setOpacity(0.6)
        left = self.width() / 2 - DOT_GAP * (DOTS - 1) / 2
        for i in range(DOTS):
            painter.drawEllipse(QPointF(left + i * DOT_GAP, HEIGHT / 2), 1.3, 1.3)


def make_dock(title: str, name: str, content: QWidget) -> QDockWidget:
    """A dock around ``content``; ``name`` is how a saved layout knows it."""
    dock = QDockWidget(title)
    dock.setObjectName(name)
    dock.setWidget(content)
    dock.setTitleBarWidget(Grip(dock))
    return dock
