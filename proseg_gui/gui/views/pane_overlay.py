"""Arranges what is written over a pane so that nothing overlaps, down to the smallest pane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QTransform

from proseg_gui.gui.language import marked, tr
from proseg_gui.planes import IN_PLANE, Plane, PlaneGrid, Voxel
from proseg_gui.review.viewing import Ruler
from proseg_gui.volume import Volume

from .overlay_items import draw_crosshair, draw_cut, draw_ruler, draw_scale_bar
from .overlay_text import DOT, MARGIN, MUTED_TEXT, draw_heading, draw_text

FOOT_LINES = 4
"""Lines of text that the figures at a pane's foot take, with room to spare."""
ESTIMATED = marked("{name}: ESTIMATED, NOT ACQUIRED")
"""Written over a picture that a model made up, which is hatched besides."""
HATCH_STEP = 14.0
"""Widget pixels between the lines over such a picture."""
HATCH_COLOUR, ESTIMATED_COLOUR = QColor(255, 196, 0, 96), QColor("#ffc400")
FILLED_IN = marked("filled in between slices")
"""Said where a plane crosses uneven slices, see :class:`proseg_gui.planes.PlaneGrid`."""


@dataclass(frozen=True)
class Shown:
    """What a pane shows: all that the texts and marks need to know.

    ``heading`` replaces the plane's name where a map is the pane's subject; ``map_name`` names one that only lies over
    it. ``crosshair`` is the voxel that the mouse
    points at in a sibling pane.
    """

    volume: Volume
    grid: PlaneGrid
    plane: Plane
    case: str
    window: tuple[float, float]
    heading: str
    map_name: str
    notice: str
    to_widget: QTransform
    pixels_per_mm: float
    cuts: tuple[Plane, ...]
    rulers: tuple[Ruler, ...]
    crosshair: Voxel | None


def paint_empty(painter: QPainter, pane: QRectF, text: str) -> None:
    """What to do while there is no scan."""
    painter.fillRect(pane, Qt.GlobalColor.black)
    painter.setPen(MUTED_TEXT)
    area = pane.adjusted(24, 24, -24, -24)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)


class Labels:
    """All that is written over one pane, kept as pictures: most paints change a contour and no word.

    Apart: the words; the scale bar at the foot, which follows the zoom; and the grey levels, which a drag changes all
    the time, so that keeping them would cost more than writing them.
    """

    def __init__(self) -> None:
        self._words, self._scale = _Kept(), _Kept()

    def paint(self, painter: QPainter, pane: QRectF, shown: Shown) -> None:
        """Lay the texts over the pane; what :func:`paint_marks` draws is not among them."""
        words = replace(
            shown, cuts=(), rulers=(), crosshair=None, to_widget=QTransform(), pixels_per_mm=1.0, window=(0.0, 1.0)
        )
        self._words.paint(painter, pane, pane, words, paint_words)
        foot = pane.adjusted(0, max(pane.height() - FOOT_LINES * QFontMetricsF(painter.font()).height(), 0.0), 0, 0)
        scale = replace(words, notice="", pixels_per_mm=shown.pixels_per_mm)
        self._scale.paint(painter, foot.toAlignedRect().toRectF(), pane, scale, paint_scale)
        paint_levels(painter, pane, shown)


class _Kept:
    """What ``write`` draws of a part of a pane, as a picture."""

    def __init__(self) -> None:
        self._picture = QPixmap()
        self._key: tuple[object, ...] = ()

    def paint(
        self,
        painter: QPainter,
        part: QRectF,
        pane: QRectF,
        shown: Shown,
        write: Callable[[QPainter, QRectF, Shown], None],
    ) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = (shown, part, pane, ratio, painter.font())
        if key != self._key:
            self._key, self._picture = key, QPixmap((part.size() * ratio).toSize())
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            writer = QPainter(self._picture)
            writer.setRenderHints(painter.renderHints())
            writer.setFont(painter.font())
            writer.translate(-part.topLeft())
            write(writer, pane, shown)
            writer.end()
        painter.drawPixmap(part.topLeft(), self._picture)


def paint_words(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """Heading, letters and notice."""
    area = _written(pane)
    metrics = QFontMetricsF(painter.font())
    letters, volume = shown.grid, shown.volume
    beside_top = area.width() / 2 - metrics.horizontalAdvance(letters.top) / 2 - 12
    fields = [
        *(shown.heading or tr(shown.grid.name)).split(DOT),
        f"{tr('slice') if shown.plane.axis == 0 else tr('plane')} {shown.plane.index + 1} / {shown.grid.count}",
        shown.grid.position_text(shown.plane.index),
        *filter(None, shown.map_name.split(DOT)),
    ]
    corner = QRectF(area.left(), area.top(), beside_top, area.height())
    notes = [description_text(volume, shown.grid), "" if shown.grid.uneven is None else tr(FILLED_IN)]
    draw_heading(painter, corner, area.width(), shown.case, fields, notes)
    _paint_letters(painter, area, letters)
    if volume.estimated:
        text = tr(ESTIMATED).format(name=volume.description)
        at = QPointF(area.center().x() - metrics.horizontalAdvance(text) / 2, area.bottom() - 2.2 * metrics.height())
        draw_text(painter, at, text, ESTIMATED_COLOUR)
    if shown.notice:
        _paint_notice(painter, area, shown.notice)


def paint_scale(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """The scale bar, at the left of the pane's foot."""
    area = _written(pane)
    width = min(_beside_bottom(area, QFontMetricsF(painter.font()), shown.grid), area.width() * 0.3)
    draw_scale_bar(painter, QRectF(area.left(), area.top(), width, area.height()), shown.pixels_per_mm)


def paint_levels(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """The grey levels in words, at the right of the pane's foot."""
    area, metrics = _written(pane), QFontMetricsF(painter.font())
    text = window_text(shown.window, shown.volume.unit)
    width = metrics.horizontalAdvance(text)
    if width <= _beside_bottom(area, metrics, shown.grid):  # a cut number would be a wrong number
        draw_text(painter, QPointF(area.right() - width, area.bottom() - metrics.descent()), text)


def _beside_bottom(area: QRectF, metrics: QFontMetricsF, grid: PlaneGrid) -> float:
    """The room at each side of the letter at the foot."""
    return area.width() / 2 - metrics.horizontalAdvance(grid.bottom) / 2 - 12


def _written(pane: QRectF) -> QRectF:
    return pane.adjusted(MARGIN, MARGIN - 3, -MARGIN, -MARGIN + 3)


def _paint_letters(painter: QPainter, area: QRectF, grid: PlaneGrid) -> None:
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance
    middle, height = area.center(), area.center().y() + metrics.capHeight() / 2
    draw_text(painter, QPointF(middle.x() - width(grid.top) / 2, area.top() + metrics.ascent()), grid.top)
    draw_text(painter, QPointF(middle.x() - width(grid.bottom) / 2, area.bottom() - metrics.descent()), grid.bottom)
    draw_text(painter, QPointF(area.left(), height), grid.left)
    draw_text(painter, QPointF(area.right() - width(grid.right), height), grid.right)


def _paint_notice(painter: QPainter, area: QRectF, notice: str) -> None:
    metrics = QFontMetricsF(painter.font())
    wrap = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    room = QRectF(area.left() + 10, area.top(), area.width() - 20, area.height())
    text = metrics.boundingRect(room, wrap, notice)
    box = QRectF(0, 0, text.width() + 20, text.height() + 8)
    box.moveCenter(QPointF(area.center().x(), 0))
    box.moveBottom(area.bottom() - 4.2 * metrics.height() + metrics.height() + 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 22, 25, 205))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(MUTED_TEXT)
    painter.drawText(box, wrap, notice)


def paint_hatch(painter: QPainter, pane: QRectF) -> None:
    """Lines across a pane whose picture nobody acquired."""
    painter.setPen(QPen(HATCH_COLOUR, 1.0))
    x = pane.left() - pane.height()
    while x < pane.right():
        painter.drawLine(QPointF(x, pane.bottom()), QPointF(x + pane.height(), pane.top()))
        x += HATCH_STEP


def paint_marks(painter: QPainter, pane: QRectF, shown: Shown) -> None:
    """Rulers of this plane and the siblings' crosshair, faint where it points at a voxel of another plane."""
    inside = pane.adjusted(4, 4, -4, -4)
    for cut in shown.cuts:
        draw_cut(painter, *_cut_ends(cut, shown))
    for ruler in shown.rulers:
        if ruler.plane == shown.plane:
            start, end = (place_on_widget(place, shown.grid, shown.to_widget) for place in (ruler.start, ruler.end))
            draw_ruler(painter, start, end, f"{ruler.length_mm(shown.volume.geometry):.1f} mm", inside)
    if shown.crosshair is not None:
        at = place_on_widget(shown.plane.place_of(shown.crosshair), shown.grid, shown.to_widget)
        draw_crosshair(painter, at, faint=not shown.plane.holds(shown.crosshair))


def _cut_ends(cut: Plane, shown: Shown) -> tuple[QPointF, QPointF]:
    """Where a plane of another axis runs through the shown one, from border to border."""
    rows, columns = shown.grid.shape
    if IN_PLANE[shown.plane.axis][0] == cut.axis:
        places = (float(cut.index), -0.5), (float(cut.index), columns - 0.5)
    else:
        places = (-0.5, float(cut.index)), (rows - 0.5, float(cut.index))
    start, end = (place_on_widget(place, shown.grid, shown.to_widget) for place in places)
    return start, end


def place_on_widget(place: tuple[float, float], grid: PlaneGrid | None, to_widget: QTransform) -> QPointF:
    """Where a place ``(row, column)`` of a plane is drawn; the widget's corner while there is no scan."""
    return QPointF() if grid is None else to_widget.map(QPointF(*grid.to_picture(*place)))


def description_text(volume: Volume, grid: PlaneGrid) -> str:
    """The series in one line: description (or modality) and the step between planes."""
    name = " ".join((volume.description or volume.modality).split())
    return ", ".join(part for part in (name, grid.step_text()) if part)


def window_text(window: tuple[float, float], unit: str) -> str:
    """``W 1500  L −600`` in the scan's unit; decimals only where the window is narrow."""
    centre, width = window
    digits = 0 if width >= 20 or unit == "HU" else 2 if width >= 0.2 else 4
    return f"W {width:.{digits}f}  L {centre:.{digits}f}".replace("-", "−")
