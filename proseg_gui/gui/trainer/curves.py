"""Curves over the steps of a training: lines with axes, a legend that wraps, values under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import AdaptiveLabel
from proseg_gui.gui.views.palette import DARK, ViewColours, readable_on

LEFT_ROOM = 60
"""Widget pixels for numbers such as 0.0735 and the axis' name: what does not fit, pyqtgraph leaves out."""

OVERHANG = 7, 12
"""Widget pixels above and to the right of a plot: half of the outermost number of an axis stands there."""


@dataclass(frozen=True)
class Curve:
    """One line: ``(n,)`` steps and values; NaN breaks it."""

    name: str
    colour: str
    steps: Sequence[float]
    values: Sequence[float]
    width: float = 1.6


class CurvePlot(QWidget):
    """A title, a plot over 0..steps, and the curves' names with their latest values."""

    def __init__(self, title: str, unit: str, *, logarithmic: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._shown: dict[str, pg.PlotDataItem] = {}
        self._logarithmic = logarithmic
        self._background, self._steps = DARK.background, 0
        self.curves: tuple[Curve, ...] = ()
        self.title = AdaptiveLabel(title, role="muted")
        self.plot = pg.PlotWidget(axisItems={"left": _PlainAxis("left")})
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setLabel("left", unit)
        self.plot.setLabel("bottom", tr("step"))
        self.plot.setLogMode(x=False, y=logarithmic)
        self.plot.getAxis("left").setWidth(LEFT_ROOM)
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.plot.getPlotItem().layout.setContentsMargins(0, *OVERHANG, 0)
        self.plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.legend.setProperty("role", "muted")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.title)
        box.addWidget(self.plot, 1)
        box.addWidget(self.legend)
        self.setMinimumSize(150, 130)

    def set_colours(self, colours: ViewColours) -> None:
        """Follow the theme."""
        self.plot.setBackground(colours.background)
        for name in ("left", "bottom"):
            self.plot.getAxis(name).setPen(colours.border)
            self.plot.getAxis(name).setTextPen(colours.muted)
        self._background = colours.background
        self.set_curves(self.curves, self._steps)

    def set_curves(self, curves: Sequence[Curve], steps: int) -> None:
        """Show these lines on an axis of 0..``steps``."""
        self.curves, self._steps = tuple(curves), steps
        curves = [replace(curve, colour=readable_on(self._background, curve.colour)) for curve in curves]
        for name in set(self._shown) - {curve.name for curve in curves}:
            self.plot.removeItem(self._shown.pop(name))
        for curve in curves:
            if curve.name not in self._shown:
                self._shown[curve.name] = self.plot.plot(antialias=True)
            item = self._shown[curve.name]
            item.setPen(pg.mkPen(curve.colour, width=curve.width))
            few = len(curve.steps) < 3  # a line of one point is not seen
            item.setSymbol("o" if few else None)
            item.setSymbolSize(6)
            item.setSymbolBrush(curve.colour)
            item.setSymbolPen(None)
            values = np.asarray(curve.values, float)
            if self._logarithmic:
                values = np.where(values > 0, values, np.nan)
            item.setData(np.asarray(curve.steps, float), values)
        self.plot.setXRange(0, max(steps, 1), padding=0.02)
        self.legend.setText(" &nbsp; ".join(_entry(curve) for curve in curves))

    def sizeHint(self) -> QSize:
        """A plot one can read."""
        return QSize(300, 230)


class _PlainAxis(pg.AxisItem):
    """A logarithmic axis says 0.5, 2, 10 and not powers of ten."""

    def logTickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:
        """Words of the ticks at ``10 ** values``: 1, 2 and 5 times powers of ten."""
        texts = [f"{10.0**value:.3g}" for value in values]
        return [text if text.strip("0.")[:2] in ("1", "2", "5") else "" for text in texts]


def _entry(curve: Curve) -> str:
    known = [value for value in curve.values if np.isfinite(value)]
    value = f"&nbsp;{_short(known[-1])}" if known else ""
    name = curve.name.replace("&", "&amp;").replace("<", "&lt;").replace(" ", "&nbsp;")
    return f'<span style="color:{curve.colour}">■</span>&nbsp;{name}{value}'


def _short(value: float) -> str:
    """Three places, or as many as it takes to see that it is not 0."""
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:.1g}"
