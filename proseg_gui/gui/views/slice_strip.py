"""Uncertainty of every slice as bars, which is also the slice slider: it shows where not to look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import tr

from .pane_mouse import WHEEL_STEP
from .plot_frame import PADDING, SmallPlot, draw_frame, nice_step, small_font

PAGE = 5
"""Slices that PgUp and PgDn move by."""
GAP = 2.0
WIDEST = 44.0
"""Widget pixels of a bar: one slice is a bar too, and no wall of colour."""
STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: PAGE,
    Qt.Key.Key_PageDown: -PAGE,
}


@dataclass(frozen=True)
class Span:
    """A place on ``slices`` (first and last): its sign stands over the slice ``at``; ``text`` says what it is."""

    slices: tuple[int, int]
    at: int
    sign: str
    text: str
    current: bool = False
    done: bool = False


class SliceStrip(SmallPlot):
    """One bar a slice, its height the slice's uncertainty; slices not yet computed are faint stubs.

    It knows numbers along an axis, not which axis: any count of values will do.

    Click or drag goes to a slice (``slice_chosen``, absolute, 0-based); wheel, arrows and PgUp/PgDn step
    (``slice_stepped``); Home and End go to the ends.
    """

    slice_chosen = Signal(int)
    slice_stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Uncertainty by slice"), 76, parent)
        self._values: npt.NDArray[np.float64] = np.zeros(0)
        self._top = 0.0
        """The value that a full bar stands for; 0 while nothing is known."""
        self._unit = ""
        self._current = 0
        self._hints: tuple[str, ...] = ()
        self._spans: tuple[Span, ...] = ()
        self._said: npt.NDArray[np.float64] = np.zeros(0)
        self._wheel = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def set_count(self, n: int) -> None:
        """Show ``n`` slices, none computed yet; 0 for the empty state."""
        self._values, self._top = np.full(n, np.nan), 0.0
        self._current = min(self._current, max(n - 1, 0))
        self._announce()

    def set_values(self, values: Sequence[float] | npt.NDArray[np.floating], unit: str = "") -> None:
        """``(n,)`` uncertainties >= 0 in ``unit``, NaN where not computed yet; sets the number of slices too."""
        self._values, self._unit = np.array(values, dtype=np.float64), unit
        self._top = float(np.nan_to_num(self._values, nan=0.0).max(initial=0.0))
        self._announce()

    def set_current(self, k: int) -> None:
        """Mark slice ``k`` (0-based)."""
        self._current = min(max(int(k), 0), max(len(self._values) - 1, 0))
        self._announce()

    def set_hint(self, *texts: str) -> None:
        """A few words at the right of the title, in wordings from long to short."""
        self._hints = texts
        self.update()

    def set_spans(self, spans: Sequence[Span]) -> None:
        """Places to mark above the bars, the most important first."""
        self._spans = tuple(spans)
        self.update()

    def set_said(self, shares: Sequence[float] | npt.NDArray[np.floating]) -> None:
        """``(n,)`` which part of each slice's voxels the hand has said; 1 where no slider changes any of it."""
        self._said = np.array(shares, dtype=np.float64)
        self.update()

    def _announce(self) -> None:
        self.setAccessibleDescription(
            tr("slice {k} of {n}").format(k=self._current + 1, n=len(self._values)) if len(self._values) else ""
        )
        self.update()

    # -- where things are -----------------------------------------------------------------------------------------
    def _top_text(self) -> str:
        return _plain(self._top) if self._top > 0 else ""

    def _bars(self) -> QRectF:
        """The area of the bars, below the title and above the slice numbers."""
        metrics = QFontMetricsF(small_font(self.font()))
        line, scale = metrics.height(), metrics.horizontalAdvance(self._top_text())
        area = QRectF(self.rect()).adjusted(
            PADDING + (scale + 8 if scale else 2), line + (24 if self._spans else 14), -12, -(line + 11)
        )
        spare = (area.width() - WIDEST * max(len(self._values), 1)) / 2
        return area.adjusted(spare, 0, -spare, 0) if spare > 0 else area

    def bar(self, k: int) -> QRectF:
        """Where the bar of slice ``k`` stands, full height, without the gap to the next."""
        return self._slot(self._bars(), k)

    def _slot(self, area: QRectF, k: int) -> QRectF:
        width = area.width() / max(len(self._values), 1)
        return QRectF(area.left() + k * width, area.top(), width, area.height())

    def slice_at(self, x: float) -> int:
        """The slice nearest to widget position ``x``."""
        area = self._bars()
        share = (x - area.left()) / max(area.width(), 1.0)
        return min(max(int(share * len(self._values)), 0), len(self._values) - 1)

    def tooltip_at(self, position: QPointF) -> str:
        """What is known about the slice under the pointer."""
        if not len(self._values):
            return ""
        k = self.slice_at(position.x())
        value = self._values[k]
        known = tr("not computed yet") if math.isnan(value) else f"{_plain(value)} {self._unit}".strip()
        said = self._said[k] if len(self._said) == len(self._values) else 0.0
        hand = [] if not said else [tr("drawn by hand in part") if said < 1 else tr("pinned: no slider changes it")]
        places = [span.text for span in self._spans if span.slices[0] <= k <= span.slices[1]]
        told = tr("Slice {k} of {n}: {known}").format(k=k + 1, n=len(self._values), known=known)
        return "\n".join([told, *hand, *places])

    # -- input ----------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the slice under the pointer."""
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag."""
        self._choose(event)

    def _choose(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and len(self._values):
            k = self.slice_at(event.position().x())
            if k != self._current:
                self.slice_chosen.emit(k)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step as the panes do: up is the next slice."""
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / WHEEL_STEP)
        self._wheel -= steps * WHEEL_STEP
        if steps and len(self._values):
            self.slice_stepped.emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, PgUp/PgDn, Home/End; other keys go to the window."""
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not len(self._values):
            super().keyPressEvent(event)
        elif key in STEPS:
            self.slice_stepped.emit(STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.slice_chosen.emit(0 if key == Qt.Key.Key_Home else len(self._values) - 1)
        else:
            super().keyPressEvent(event)

    # -- painting -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(640, 104)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Title, bars, slice numbers, focus ring."""
        painter = QPainter(self)
        painter.setFont(self.font())
        title = tr("Uncertainty by slice")
        draw_frame(painter, QRectF(self.rect()), self._colours, title, unit=self._unit, hints=self._hints)
        if len(self._values):
            self._paint_bars(painter)
            self._paint_said(painter)
            self._paint_scale(painter)
            self._paint_numbers(painter)
            self._paint_spans(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._colours.accent), 1.0))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_bars(self, painter: QPainter) -> None:
        top, area = self._top or 1.0, self._bars()
        slot = self._slot(area, 0).width()
        gap = GAP if slot >= 4 else 0.0
        now, unknown, known = (
            QColor(colour) for colour in (self._colours.accent, self._colours.bar_faint, self._colours.bar)
        )
        for k, value in enumerate(self._values.tolist()):
            place = self._slot(area, k)
            missing = math.isnan(value)
            height = 3.0 if missing else max(value / top * place.height(), 2.0)
            width = max(slot - gap, 1.0)
            left = place.left() + gap / 2
            if k == self._current:
                left, width = min(left, place.center().x() - 1.5), max(width, 3.0)
            colour = now if k == self._current else unknown if missing else known
            painter.fillRect(QRectF(left, place.bottom() - height, width, height), colour)

    def _paint_said(self, painter: QPainter) -> None:
        """Along the foot of the bars: a line where a slice is pinned, dots where the hand has drawn in part."""
        if len(self._said) != len(self._values):
            return
        colour = QColor(self._colours.text)
        for k in np.flatnonzero(self._said):
            place = self.bar(int(k))
            if self._said[k] < 1:
                dot = QRectF(place.center().x() - 1, place.bottom() + 1, 2, 2)
                painter.fillRect(dot, colour)
            else:
                painter.fillRect(QRectF(place.left(), place.bottom() + 1, place.width(), 2), colour)

    def _paint_spans(self, painter: QPainter) -> None:
        """A sign above the middle of each place, and where the current one reaches; signs never lie on each other."""
        painter.setFont(small_font(self.font()))
        metrics, foot, colours = QFontMetricsF(painter.font()), self._bars().top() - 3, self._colours
        taken: list[tuple[float, float]] = []
        for span in sorted(self._spans, key=lambda one: not one.current):  # the rest as they come: largest first
            if span.current:
                painter.setPen(QPen(QColor(colours.accent), 2.0))
                ends = self.bar(span.slices[0]).left(), self.bar(span.slices[1]).right()
                painter.drawLine(QPointF(ends[0], foot + 2), QPointF(ends[1], foot + 2))
            width = metrics.horizontalAdvance(span.sign)
            left = self.bar(span.at).center().x() - width / 2
            while any(left < right and start < left + width for start, right in taken):
                left += 1.0
            taken.append((left, left + width))
            painter.setPen(QColor(colours.accent if span.current else colours.muted if span.done else colours.text))
            painter.drawText(QPointF(left, foot), span.sign)

    def _paint_scale(self, painter: QPainter) -> None:
        painter.setFont(small_font(self.font()))
        metrics, area = QFontMetricsF(painter.font()), self._bars()
        painter.setPen(QColor(self._colours.muted))
        for text, y in ((self._top_text(), area.top() + metrics.capHeight()), ("0", area.bottom())):
            if self._top_text():
                painter.drawText(QPointF(area.left() - 6 - metrics.horizontalAdvance(text), y), text)

    def _paint_numbers(self, painter: QPainter) -> None:
        painter.setFont(small_font(self.font()))
        metrics = QFontMetricsF(painter.font())
        count, foot = len(self._values), self._bars().bottom()
        baseline = foot + 7 + metrics.ascent()
        marker = self.bar(self._current).center().x()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.accent))
        tip = QPointF(marker, foot + 2)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-4, 5), tip + QPointF(4, 5)]))
        taken = self._number(painter, metrics, self._current, baseline, self._colours.text)
        labels = max(int(self._bars().width() / (metrics.horizontalAdvance("0000") + 14)), 1)
        step = max(int(nice_step(count, labels)), 1)
        for k in sorted({0, *range(step - 1, count, step)}):
            width = metrics.horizontalAdvance(str(k + 1))
            left = self.bar(k).center().x() - width / 2
            if left > taken.right() + 8 or left + width < taken.left() - 8:
                self._number(painter, metrics, k, baseline, self._colours.muted)

    def _number(self, painter: QPainter, metrics: QFontMetricsF, k: int, baseline: float, colour: str) -> QRectF:
        text = str(k + 1)
        width = metrics.horizontalAdvance(text)
        area = self._bars()
        left = min(max(self.bar(k).center().x() - width / 2, area.left()), area.right() - width)
        painter.setPen(QColor(colour))
        painter.drawText(QPointF(left, baseline), text)
        return QRectF(left, baseline - metrics.ascent(), width, metrics.height())


def _plain(value: float) -> str:
    """A number without an exponent: whole from 100 up, else three figures."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
