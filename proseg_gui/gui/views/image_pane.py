"""One pane: a slice of a scan with contours and, when given, a heat map; or the empty state that says what to do.

The pane shows what its setters were given and reports by signals what the hand did; it decides nothing. Drawing is
lazy: setters mark what is out of date, the next paint computes it once (see :mod:`.picture` for what is cached).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from proseg_gui.volume import Volume

from .orientation import PlaneLayout
from .pane_mouse import MouseProfile, PaneMouse
from .pane_overlay import Shown, paint_empty, paint_labels, paint_marks
from .picture import HeatStyle, Picture
from .strokes import ContourLayer, paint_layer
from .view_link import Ruler, ViewLink

Index = tuple[int, int, int]

WINDOW_WIDTH_PER_PIXEL = 1.005
"""A window drag to the right by one pixel widens the window by this factor."""
WINDOW_CENTRE_PER_PIXEL = 1 / 400
"""A drag down by one pixel raises the centre (darkens the picture) by this share of the window's width."""


class ImagePane(QWidget):
    """A pane of the review window; see the module's text and the setters.

    ``role`` "heatmap" heads the pane with the map's name instead of the plane. Panes with the same ``link`` share
    zoom, pan, crosshair and rulers and must show volumes on the same grid.
    """

    slice_stepped = Signal(int)
    window_dragged = Signal(float, float)
    hovered = Signal(object)
    clicked = Signal(object)
    maximise_requested = Signal()

    def __init__(
        self, link: ViewLink, role: Literal["scan", "heatmap"] = "scan", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.link = link
        self.role = role
        self._volume: Volume | None = None
        self._layout: PlaneLayout | None = None
        self._k = 0
        self._picture = Picture()
        self._empty_text = "Drop a scan here, or open one from the File menu"
        self._notice = ""
        self._contours: tuple[ContourLayer, ...] = ()
        self._fixed: tuple[ContourLayer, ...] = ()
        self._still = QPixmap()
        self._still_key: tuple[object, ...] = ()
        self._ruler_now: Ruler | None = None
        self._window_at_press = (0.0, 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 120)
        self.setAccessibleName("Scan with contours" if role == "scan" else "Uncertainty map")
        self._mouse = PaneMouse(self)
        self._connect()

    def _connect(self) -> None:
        mouse, link = self._mouse, self.link
        mouse.stepped.connect(self._on_stepped)
        mouse.zoomed.connect(self._zoom_at)
        mouse.panned.connect(self._pan_by)
        mouse.window_pressed.connect(self._remember_window)
        mouse.window_moved.connect(self._drag_window)
        mouse.clicked.connect(self._on_clicked)
        mouse.double_clicked.connect(self._on_double_clicked)
        mouse.pointed.connect(self._on_pointed)
        mouse.ruler_moved.connect(self._on_ruler_moved)
        mouse.ruler_finished.connect(self._on_ruler_finished)
        mouse.ruler_dropped.connect(self._on_ruler_dropped)
        for signal in (link.view_changed, link.crosshair_changed, link.rulers_changed):
            signal.connect(self.update)

    # -- what is shown --------------------------------------------------------------------------------------------
    def set_volume(self, volume: Volume | None) -> None:
        """Show a scan from its middle slice with its own window, fitted; ``None`` for the empty state.

        On the same grid (another channel of the study) slice, zoom, pan and rulers stay.
        """
        same = volume is not None and self._volume is not None and self._volume.geometry.same_grid(volume.geometry)
        self._volume = volume
        self._mouse.drop()
        if not same:
            self._layout = None if volume is None else PlaneLayout.of(volume.geometry)
            self._k = 0 if volume is None else volume.array.shape[0] // 2
            self.link.clear_rulers()
            self.link.set_crosshair(None, self)
            self.fit()
        if volume is not None:
            self._picture.set_window(*volume.display_window())
        self._show_slice()

    def set_slice(self, k: int) -> None:
        """Show slice ``k`` (0-based, kept within the volume). A change drops contours and heat map of the old one."""
        if self._volume is not None:
            k = min(max(int(k), 0), self._volume.array.shape[0] - 1)
            if k != self._k:
                self._k = k
                self._mouse.drop()
                self._show_slice()

    def _show_slice(self) -> None:
        self._contours = self._fixed = ()
        self._picture.set_slice(None if self._volume is None else self._volume.array[self._k])
        self.update()

    def set_window(self, centre: float, width: float) -> None:
        """Window and level, in the scan's unit."""
        self._picture.set_window(centre, width)
        self.update()

    def set_contours(self, moving: Sequence[ContourLayer], fixed: Sequence[ContourLayer] = ()) -> None:
        """Draw these outlines over the slice, the last on top; empty sequences clear.

        ``fixed`` ones lie below and are drawn into a picture that is kept while they and the view stay the same (pass
        the same objects again), so that only ``moving`` ones cost anything while a slider moves.
        """
        self._contours, self._fixed = tuple(moving), tuple(fixed)
        self.update()

    def set_heatmap(self, values: np.ndarray | None, style: HeatStyle | None = None) -> None:
        """Lay a ``(y, x)`` map over the scan with its colour bar, or take it away; ``style=None`` keeps the last.

        Raises ``ValueError`` when the map has another shape than the slice.
        """
        self._picture.set_heat(values, style)
        self.update()

    def set_interpolate(self, smooth: bool) -> None:
        """Whether image pixels blend into each other or are shown as blocks."""
        self._picture.set_interpolate(smooth)
        self.update()

    def set_empty_text(self, text: str) -> None:
        """What to read while there is no scan."""
        self._empty_text = text
        self.update()

    def set_notice(self, text: str) -> None:
        """A short line over the picture (why there is no map yet); empty hides it."""
        if text != self._notice:
            self._notice = text
            self.update()

    def set_mouse_profile(self, profile: MouseProfile) -> None:
        """Whether the right drag sets the window (``window``) or zooms (``zoom``)."""
        self._mouse.profile = profile

    def set_ruler(self, on: bool) -> None:
        """Whether the left drag measures."""
        self._mouse.drop()
        self._mouse.ruler = on
        if on:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()

    def clear_rulers(self) -> None:
        """Remove all rulers of the shown slice."""
        self.link.clear_rulers(self._k)

    # -- where things are -----------------------------------------------------------------------------------------
    def fit(self) -> None:
        """Show the whole picture, in all linked panes."""
        self.link.set_view(1.0, None)

    def zoom_by(self, factor: float) -> None:
        """Enlarge by ``factor`` around the middle, in all linked panes."""
        self._zoom_at(factor, QPointF(self.rect().center()))

    def pixels_per_mm(self) -> float:
        """Widget pixels per mm of patient."""
        if self._layout is None:
            return 1.0
        width, height = self._layout.size_mm
        return min(self.width() / width, self.height() / height) * self.link.zoom

    def _centre_mm(self) -> QPointF:
        assert self._layout is not None
        width, height = self._layout.size_mm
        return self.link.centre_mm or QPointF(width / 2, height / 2)

    def _plane_to_widget(self) -> QTransform:
        centre, scale = self._centre_mm(), self.pixels_per_mm()
        middle_x, middle_y = self.width() / 2 - centre.x() * scale, self.height() / 2 - centre.y() * scale
        return QTransform(scale, 0, 0, scale, middle_x, middle_y)

    def array_to_widget(self) -> QTransform:
        """Map array coordinates (x, y) to widget pixels; the identity while there is no scan."""
        return QTransform() if self._layout is None else self._layout.to_plane() * self._plane_to_widget()

    def widget_position(self, index_zyx: Index) -> QPointF:
        """Where the centre of a voxel is drawn (whatever slice is shown)."""
        return self.array_to_widget().map(QPointF(index_zyx[2] + 0.5, index_zyx[1] + 0.5))

    def index_at(self, position: QPointF) -> Index | None:
        """The voxel of the shown slice under a widget position, ``None`` outside the picture."""
        if self._volume is None:
            return None
        point = self._to_array(position)
        y, x = int(np.floor(point.y())), int(np.floor(point.x()))
        height, width = self._volume.array.shape[1:]
        return (self._k, y, x) if 0 <= y < height and 0 <= x < width else None

    def _to_array(self, position: QPointF) -> QPointF:
        return self.array_to_widget().inverted()[0].map(position)

    # -- what the hand did ----------------------------------------------------------------------------------------
    def _on_stepped(self, steps: int) -> None:
        if self._volume is not None:
            self.slice_stepped.emit(steps)

    def _zoom_at(self, factor: float, at: QPointF) -> None:
        if self._layout is None:
            return
        fixed = self._plane_to_widget().inverted()[0].map(at)
        centre = self._centre_mm()
        zoom = self.link.limited(self.link.zoom * factor)
        ratio = self.link.zoom / zoom  # the place under the pointer stays where it is
        self.link.set_view(zoom, fixed + (centre - fixed) * ratio)

    def _pan_by(self, moved: QPointF) -> None:
        if self._layout is not None:
            self.link.set_view(self.link.zoom, self._centre_mm() - moved / self.pixels_per_mm())

    def _remember_window(self) -> None:
        self._window_at_press = self._picture.window

    def _drag_window(self, moved: QPointF) -> None:
        if self._volume is not None:
            centre, width = self._window_at_press
            shift = moved.y() * width * WINDOW_CENTRE_PER_PIXEL
            self.window_dragged.emit(centre + shift, width * WINDOW_WIDTH_PER_PIXEL ** moved.x())

    def _on_clicked(self, at: QPointF) -> None:
        index = self.index_at(at)
        if index is not None:
            self.clicked.emit(index)

    def _on_double_clicked(self) -> None:
        if self._volume is not None:
            self.maximise_requested.emit()

    def _on_pointed(self, at: QPointF | None) -> None:
        index = None if at is None else self.index_at(at)
        self.link.set_crosshair(index, self)
        self.hovered.emit(index)

    def _ruler(self, start: QPointF, end: QPointF) -> Ruler:
        first, last = self._to_array(start), self._to_array(end)
        return Ruler(self._k, (first.x(), first.y()), (last.x(), last.y()))

    def _on_ruler_moved(self, start: QPointF, end: QPointF) -> None:
        self._ruler_now = self._ruler(start, end) if self._volume is not None else None
        self.update()

    def _on_ruler_finished(self, start: QPointF, end: QPointF) -> None:
        self._ruler_now = None
        if self._volume is not None:
            self.link.add_ruler(self._ruler(start, end))

    def _on_ruler_dropped(self) -> None:
        self._ruler_now = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete clears the shown slice's rulers, Escape drops the one in progress; other keys go to the window."""
        if event.key() == Qt.Key.Key_Escape and self._mouse.measuring:
            self._mouse.drop()
        elif event.key() == Qt.Key.Key_Delete and any(ruler.k == self._k for ruler in self.link.rulers):
            self.clear_rulers()
        else:
            super().keyPressEvent(event)

    # -- painting -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """A comfortable pane; splitters decide."""
        return QSize(480, 500)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the cached picture, then contours, then text and marks."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._volume is None or self._layout is None:
            paint_empty(painter, area, self._empty_text)
            return
        shown = self._shown(self._volume, self._layout)
        painter.drawPixmap(0, 0, self._still_picture(shown.to_widget))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_contours(painter, self._contours, shown.to_widget)
        paint_marks(painter, area, shown)
        paint_labels(painter, area, shown)
        painter.end()

    def _shown(self, volume: Volume, layout: PlaneLayout) -> Shown:
        heat = self._picture.heat_style if self._picture.has_heat else None
        return Shown(
            volume=volume,
            layout=layout,
            k=self._k,
            window=self._picture.window,
            heat=heat,
            heading=heat.title if heat is not None and self.role == "heatmap" else "",
            notice=self._notice,
            to_widget=self.array_to_widget(),
            pixels_per_mm=self.pixels_per_mm(),
            rulers=self.link.rulers if self._ruler_now is None else (*self.link.rulers, self._ruler_now),
            crosshair=None if self.link.crosshair_owner is self else self.link.crosshair,
        )

    def _still_picture(self, to_widget: QTransform) -> QPixmap:
        """Scan, heat map and fixed outlines: everything below what moves with the sliders."""
        base = self._picture.rendered(self.size(), self.devicePixelRatioF(), to_widget)
        if not self._fixed:
            return base
        key = (self._picture.version, self._fixed)
        if key != self._still_key:
            self._still_key, self._still = key, base.copy()
            painter = QPainter(self._still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_contours(painter, self._fixed, to_widget)
            painter.end()
        return self._still

    def _paint_contours(self, painter: QPainter, layers: Sequence[ContourLayer], to_widget: QTransform) -> None:
        for layer in layers:
            paint_layer(painter, layer, to_widget, self.devicePixelRatioF(), cased=self._picture.has_heat)
