"""Each rater's difference between two models on an axis with numbers: a dot, its interval, the figures beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import MINUS
from proseg_gui.gui.theme import colour
from proseg_gui.gui.trainer.comparing import Row
from proseg_gui.gui.views.palette import rater_colour, readable_on
from proseg_gui.gui.views.plot_frame import nice_ticks
from proseg_gui.wording import plural

ROW, TALL_ROW, AXIS = 22, 31, 34
WIDE = 420
"""From this width on words and interval of a rater share a line; else the interval has a line of its own."""
LEAST_REACH = 0.01
"""Dice on either side of 0 that the axis shows at least: noise is not blown up."""
VCENTER = Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | VCENTER


def signed(value: float) -> str:
    """A difference with its sign, such as +0.061; ±0 where nothing changed at all, ≈0 where it does not show."""
    text = f"{abs(value):.3f}"
    return "±0" if value == 0 else "≈0" if text == "0.000" else f"{MINUS if value < 0 else '+'}{text}"


class DifferenceChart(QWidget):
    """A row a rater; right of the line is better for the second model."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self._words = words
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these raters, in this order."""
        self.rows = tuple(rows)
        self.setAccessibleName(f"{self._words}: " + "; ".join(map(self.sentence, rows)))
        self.updateGeometry()
        self.update()

    @staticmethod
    def sentence(row: Row) -> str:
        """All that is known of a rater, in words."""
        figures = f"{_figure(row.before)} → {_figure(row.after)}"
        if row.difference is None:
            return f"{row.name}: {figures}"
        interval = (
            tr(", 95 % interval {low} to {high}").format(low=signed(row.low), high=signed(row.high))
            if row.low is not None and row.high is not None
            else ""
        )
        cases = ", " + plural(row.n_cases, tr("case"), tr("cases")) if row.n_cases else ""
        tie = tr(", a tie") if row.tie else ""
        return tr("{name}: {figures}, difference {difference}{interval}{cases}{tie}").format(
            name=row.name, figures=figures, difference=signed(row.difference), interval=interval, cases=cases, tie=tie
        )

    def limits(self) -> tuple[float, float]:
        """Ends of the axis: all intervals, and 0, with some room."""
        values = [v for r in self.rows for v in (r.difference, r.low, r.high) if v is not None]
        low, high = min(values, default=0.0), max(values, default=0.0)
        low, high = min(low, -LEAST_REACH), max(high, LEAST_REACH)
        margin = 0.06 * (high - low)
        return low - margin, high + margin

    def x_of(self, value: float) -> float:
        """Widget position of a difference."""
        (left, right), (low, high) = self._plot(), self.limits()
        return left + (value - low) / (high - low) * (right - left)

    def _columns(self) -> tuple[int, int, int]:
        """Widths of name, "before → after", difference."""
        metrics = QFontMetrics(self._small())
        longest = max((metrics.horizontalAdvance(_title(row)) for row in self.rows), default=0) + 8
        pair = metrics.horizontalAdvance("0.000 → 0.000") + 8
        last = metrics.horizontalAdvance("+0.000") + 8
        share = self.width() // 4 if self.width() >= WIDE else self.width() - pair - last - 8
        return min(longest, max(share, 40)), pair, last

    def _row(self) -> int:
        return ROW if self.width() >= WIDE else TALL_ROW

    def _plot(self) -> tuple[float, float]:
        if self.width() < WIDE:
            return 8.0, self.width() - 8.0
        name, pair, difference = self._columns()
        return name + 6.0, max(self.width() - pair - difference - 6.0, name + 46.0)

    def _small(self):  # type: ignore[no-untyped-def]
        font = self.font()
        font.setPixelSize(11)
        return font

    def hasHeightForWidth(self) -> bool:
        """Narrow rows are higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """A row a rater and the axis."""
        return (ROW if width >= WIDE else TALL_ROW) * len(self.rows) + AXIS if self.rows else 0

    def sizeHint(self) -> QSize:
        """As in a narrow panel."""
        return QSize(300, self.heightForWidth(300))

    def minimumSizeHint(self) -> QSize:
        """Never less high than its rows need."""
        return QSize(214, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Claim the height that the new width needs."""
        super().resizeEvent(event)
        self.updateGeometry()

    def event(self, event):  # type: ignore[no-untyped-def]
        """Say in words what the row under the pointer is."""
        if isinstance(event, QHelpEvent):
            index = int(event.pos().y() // self._row())
            text = self.sentence(self.rows[index]) if 0 <= index < len(self.rows) else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Names, intervals, dots, figures, axis."""
        if not self.rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small())
        self._paint_axis(painter)
        for number, row in enumerate(self.rows):
            self._paint_row(painter, number, row)

    def _paint_row(self, painter: QPainter, number: int, row: Row) -> None:
        name, pair, difference = self._columns()
        height, metrics = self._row(), painter.fontMetrics()
        top, line = number * height, 16 if height == TALL_ROW else height
        painter.setPen(colour("text"))
        shown = metrics.elidedText(_title(row), Qt.TextElideMode.ElideMiddle, name)
        painter.drawText(QRectF(0, top, name, line), VCENTER, shown)
        painter.setPen(colour("muted"))
        figures = QRectF(self.width() - pair - difference, top, pair, line)
        painter.drawText(figures, RIGHT, f"{_figure(row.before)} → {_figure(row.after)}")
        painter.setPen(_tone(row))
        last = QRectF(self.width() - difference, top, difference, line)
        painter.drawText(last, RIGHT, "–" if row.difference is None else signed(row.difference))
        if row.difference is None:
            return
        own = QColor(readable_on(colour("panel").name(), rater_colour(number)))
        y = top + (23 if height == TALL_ROW else height / 2)
        if row.low is not None and row.high is not None:
            painter.setPen(QPen(own, 2.0))
            painter.drawLine(QPointF(self.x_of(row.low), y), QPointF(self.x_of(row.high), y))
            for end in (row.low, row.high):
                painter.drawLine(QPointF(self.x_of(end), y - 3), QPointF(self.x_of(end), y + 3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(own)
        painter.drawEllipse(QPointF(self.x_of(row.difference), y), 4.5, 4.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_axis(self, painter: QPainter) -> None:
        (left, right), foot = self._plot(), self._row() * len(self.rows)
        painter.setPen(QPen(colour("track"), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self.x_of(0), 0), QPointF(self.x_of(0), foot))
        painter.setPen(QPen(colour("border"), 1.0))
        painter.drawLine(QPointF(left, foot + 0.5), QPointF(right, foot + 0.5))
        painter.setPen(colour("muted"))
        metrics = painter.fontMetrics()
        count = max(int((right - left) / (metrics.horizontalAdvance("+0.000") + 12)), 1)
        for value in nice_ticks(*self.limits(), count):
            text = "0" if abs(value) < 1e-12 else f"{MINUS if value < 0 else '+'}{abs(value):g}"
            x = self.x_of(value)
            painter.drawLine(QPointF(x, foot + 1), QPointF(x, foot + 4))
            wide = metrics.horizontalAdvance(text) / 2 + 1
            painter.drawText(QRectF(x - wide, foot + 4, 2 * wide, 14), Qt.AlignmentFlag.AlignCenter, text)
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        at = min(max(left + (right - left) / 2 - metrics.horizontalAdvance(words) / 2, 0.0),
                 self.width() - metrics.horizontalAdvance(words))  # fmt: skip
        painter.drawText(QRectF(at, foot + 18, metrics.horizontalAdvance(words) + 2, 15), VCENTER, words)


def _title(row: Row) -> str:
    return tr("{name} (new)").format(name=row.name) if row.new else row.name


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _tone(row: Row) -> QColor:
    """Good, bad, or neither; the sign says the same without the colour."""
    if row.difference is None or row.tie is not False:
        return colour("muted")
    return colour("good" if row.difference > 0 else "danger")
