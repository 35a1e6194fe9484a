"""A small named slider from 0 to 100 %, for opacities and thresholds."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from proseg_gui.gui.panels.widgets import own_keys


class _QuietSlider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the panel scrolls

    def minimumSizeHint(self) -> QSize:
        return QSize(22, 17)


class PercentSlider(QWidget):
    """``moved`` gives a fraction 0..1; :meth:`set_fraction` emits nothing."""

    moved = Signal(float)

    def __init__(self, label: str, tip: str = "", most: int = 100, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = QLabel(label)
        name.setProperty("role", "muted")
        self.slider = _QuietSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, most)
        self.slider.setPageStep(10)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.setAccessibleName(label)
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        own_keys(self.slider, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
        self.figure = QLabel()
        self.figure.setProperty("role", "muted")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.figure)
        self.slider.valueChanged.connect(self._changed)
        self._write()

    @property
    def fraction(self) -> float:
        """What is shown, 0..1."""
        return self.slider.value() / 100.0

    def set_fraction(self, fraction: float) -> None:
        """Show a fraction 0..1; a handle that is in somebody's hand stays there."""
        if not self.slider.isSliderDown():
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(round(100 * fraction))
            self.slider.blockSignals(blocked)
            self._write()

    def _changed(self) -> None:
        self._write()
        self.moved.emit(self.fraction)

    def _write(self) -> None:
        # Of a fixed size, or each figure would have the whole column laid out again.
        metrics = self.figure.fontMetrics()
        self.figure.setFixedSize(metrics.horizontalAdvance("100 %"), metrics.height())
        self.figure.setText(f"{self.slider.value()} %")
