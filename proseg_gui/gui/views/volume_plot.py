"""How large the structure may be: volumes of the samples as a histogram, the raters' and the current one marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import tr
from proseg_gui.review.figures import ml_text
from proseg_gui.wording import plural

from .plot_frame import SmallPlot, draw_frame, nice_ticks, small_font

MAX_BINS = 40
NAME_ROWS, ROOMY = 3, 120
"""Most rows of names, and the height in widget pixels from which there is more than one."""
REACH = 5.0
"""Widget pixels around a line within which the pointer means it."""


@dataclass(frozen=True)
class RaterMark:
    """One rater's volume: as the model draws it, or of the mask that the rater gave."""

    name: str
    ml: float
    colour: str
    given: bool = False

    @property
    def text(self) -> str:
        """What is said at its line."""
        return tr("{name} (given)").format(name=self.name) if self.given else self.name


class VolumePlot(SmallPlot):
    """Histogram in ml over samples; a line a rater in the rater's colour, dotted for a given mask, and the current one.

    The current contour's line lies on top.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Volume over raters and samples, in ml"), 96, parent)
        self._samples: npt.NDArray[np.float64] = np.zeros(0)
        self._raters: tuple[RaterMark, ...] = ()
        self._current: float | None = None
        self._names: list[tuple[RaterMark, float, int]] = []
        """Mark, left end of its name, row of names from below."""
        self._name_rows = 1
        self._progress = (0, 0)
        self._counts: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._edges: npt.NDArray[np.float64] = np.zeros(0)

    def set_volumes(
        self, samples_ml: Sequence[float] | npt.NDArray[np.floating] | None, raters: Sequence[RaterMark]
    ) -> None:
        """Volumes of ``(N,)`` samples and of the raters, in ml; ``None`` while there are none."""
        self._samples = np.zeros(0) if samples_ml is None else np.array(samples_ml, dtype=np.float64)
        self._raters = tuple(raters)
        self._counts, self._edges = _histogram(self._samples)
        self.update()

    def set_current(self, ml: float | None) -> None:
        """Mark the volume of the contour at the sliders' position."""
        self._current = ml
        self.update()

    def set_progress(self, done: int, total: int) -> None:
        """Say that the volumes cover ``done`` of ``total`` slices so far; nothing is said once all are done."""
        self._progress = (done, total)
        self.update()

    def hint(self) -> str:
        """What the title line says at its right."""
        done, total = self._progress
        if done < total:
            return tr("computing ({done} of {total} slices)").format(done=done, total=total)
        return plural(len(self._samples), tr("sample"), tr("samples")) if len(self._samples) else ""

    # -- where things are -----------------------------------------------------------------------------------------
    def limits_ml(self) -> tuple[float, float] | None:
        """The axis' ends: all that is shown and a little more, never below 0; ``None`` when nothing is shown."""
        marks = [rater.ml for rater in self._raters] + ([] if self._current is None else [self._current])
        values = np.concatenate([self._samples, self._edges, marks])
        if not len(values):
            return None
        low, high = float(values.min()), float(values.max())
        margin = max(0.05 * (high - low), 0.02 * high, 1e-3)
        return max(low - margin, 0.0), high + margin

    def _plot(self) -> QRectF:
        line = QFontMetricsF(small_font(self.font())).height()
        return QRectF(self.rect()).adjusted(14, 2 * line + 14 + (self._name_rows - 1) * line, -14, -(line + 10))

    def x_of(self, ml: float) -> float:
        """Widget position of a volume on the axis; call only while :meth:`limits_ml` is not ``None``."""
        limits = self.limits_ml()
        assert limits is not None
        area = self._plot()
        return area.left() + (ml - limits[0]) / (limits[1] - limits[0]) * area.width()

    def tooltip_at(self, position: QPointF) -> str:
        """Whose line is under the pointer, else how many samples the bar under it counts."""
        if self.limits_ml() is None:
            return ""
        lines = [(rater.text, rater.ml) for rater in self._raters]
        lines += [] if self._current is None else [(tr("current contour"), self._current)]
        near = [(name, ml) for name, ml in lines if abs(self.x_of(ml) - position.x()) <= REACH]
        if near:
            return "\n".join(f"{name}: {ml_text(ml)}" for name, ml in near)
        for count, low, high in zip(self._counts, self._edges[:-1], self._edges[1:], strict=True):
            if self.x_of(low) <= position.x() < self.x_of(high):
                samples = plural(len(self._samples), tr("sample"), tr("samples"))
                return tr("{low} to {high}: {count} of {samples}").format(
                    low=ml_text(low), high=ml_text(high), count=count, samples=samples
                )
        return ""

    # -- painting -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(640, 140)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Title, bars, axis, lines."""
        painter = QPainter(self)
        painter.setFont(self.font())
        title = tr("Volume over raters and samples")
        draw_frame(painter, QRectF(self.rect()), self._colours, title, hints=(self.hint(),))
        limits = self.limits_ml()
        if limits is None:
            painter.setPen(QColor(self._colours.muted))
            text = tr("Volumes are being computed") if self._progress[1] else tr("No volumes yet")
            painter.drawText(self._plot(), int(Qt.AlignmentFlag.AlignCenter), text)
            painter.end()
            return
        self._place_names(painter)
        self._paint_bars(painter)
        self._paint_axis(painter, limits)
        self._paint_lines(painter)
        painter.end()

    def _paint_bars(self, painter: QPainter) -> None:
        area, top = self._plot(), max(int(self._counts.max(initial=0)), 1)
        colour = QColor(self._colours.histogram)
        for count, low, high in zip(self._counts, self._edges[:-1], self._edges[1:], strict=True):
            left, right = self.x_of(low), self.x_of(high)
            height = count / top * area.height()
            width = max(right - left - 1.0, 1.0)
            painter.fillRect(QRectF(left + 0.5, area.bottom() - height, width, height), colour)

    def _paint_axis(self, painter: QPainter, limits: tuple[float, float]) -> None:
        area = self._plot()
        painter.setFont(small_font(self.font()))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QPen(QColor(self._colours.border), 1.0))
        painter.drawLine(QLineF(area.left(), area.bottom() + 0.5, area.right(), area.bottom() + 0.5))
        painter.setPen(QColor(self._colours.muted))
        for value in nice_ticks(*limits, int(area.width() / (metrics.horizontalAdvance("000.00 ml") + 24))):
            text, x = f"{value:,.10g} ml", self.x_of(value)
            painter.drawLine(QLineF(x, area.bottom() + 1, x, area.bottom() + 4))
            left = min(
                max(x - metrics.horizontalAdvance(text) / 2, 4.0), self.width() - 4 - metrics.horizontalAdvance(text)
            )
            painter.drawText(QPointF(left, area.bottom() + 5 + metrics.ascent()), text)

    def _place_names(self, painter: QPainter) -> None:
        """Put each name over its line, in the lowest row where it covers no other; what finds no room is left out."""
        metrics = QFontMetricsF(small_font(painter.font()))
        rows: list[list[tuple[float, float]]] = [[] for _ in range(NAME_ROWS if self.height() >= ROOMY else 1)]
        self._names = []
        for rater in sorted(self._raters, key=lambda mark: (mark.given, mark.ml)):
            if any(rater.name == mark.name for mark, _, _ in self._names):
                continue  # one name for all lines of one colour: the model's, and the dotted ones of who read twice
            width = metrics.horizontalAdvance(rater.name)
            left = min(max(self.x_of(rater.ml) - width / 2, 4.0), self.width() - 4 - width)
            for number, taken in enumerate(rows):
                if all(left > end + 8 or left + width < start - 8 for start, end in taken):
                    taken.append((left, left + width))
                    self._names.append((rater, left, number))
                    break
        self._name_rows = 1 + max((number for _, _, number in self._names), default=0)

    def _paint_lines(self, painter: QPainter) -> None:
        area = self._plot()
        metrics = QFontMetricsF(painter.font())
        for rater in self._raters:
            x, colour = self.x_of(rater.ml), QColor(rater.colour)
            if rater.given:
                pen = QPen(colour, 2.0, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([1.5, 1.5])
                painter.setPen(pen)
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            else:
                painter.fillRect(QRectF(x - 1.0, area.top(), 2.0, area.height()), colour)
        painter.setPen(QColor(self._colours.muted))
        foot = area.top() - 3 - metrics.descent()
        for rater, left, row in self._names:
            painter.drawText(QPointF(left, foot - row * metrics.height()), rater.name)
        if self._current is not None:
            x = self.x_of(self._current)
            painter.fillRect(QRectF(x - 1.5, area.top() - 3, 3.0, area.height() + 3), QColor(self._colours.current))


def _histogram(samples: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Counts and edges of 2 sqrt(N) bins (4 to :data:`MAX_BINS`): narrow enough that a second hump shows."""
    if not len(samples):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    low, high = float(samples.min()), float(samples.max())
    if high - low < 1e-9 * max(high, 1.0):
        half = max(0.005 * high, 5e-4)
        return np.array([len(samples)], dtype=np.int64), np.array([low - half, high + half])
    counts, edges = np.histogram(samples, bins=min(max(round(2 * len(samples) ** 0.5), 4), MAX_BINS))
    return counts.astype(np.int64), edges
