"""One pane: a plane of a scan with contours and, when given, a heat map; or the empty state that says what to do.

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

from proseg_gui.gui.language import tr
from proseg_gui.planes import Plane, PlaneGrid, Voxel
from proseg_gui.review.tools import Pen, PenPlace
from proseg_gui.review.viewing import Ruler, View, ViewPlace
from proseg_gui.volume import Volume

from .held import HeldPicture
from .overlay_items import draw_line, draw_pen
from .pane_mouse import MouseProfile, PaneMouse
from .pane_overlay import Labels, Shown, paint_empty, paint_marks, place_on_widget
from .picture import HeatStyle, Picture
from .strokes import Canvas, ContourLayer, paint_layer
from .view_link import ViewLink

WINDOW_WIDTH_PER_PIXEL = 1.005
"""A window drag to the right by one pixel widens the window by this factor."""
WINDOW_CENTRE_PER_PIXEL = 1 / 400
"""A drag down by one pixel raises the centre (darkens the picture) by this share of the window's width."""


class ImagePane(QWidget):
    """A pane of the review window; see the module's text and the setters.

    ``role`` "heatmap" heads the pane with the map's name instead of the plane. Panes with the same ``link`` share
    crosshair and rulers, and zoom and pan where they show planes of the same axis; all must show the same study.
    ``stepped`` asks for so many planes further along the normal of what is shown; voxels are ``(z, y, x)``.
    """

    stepped = Signal(int)
    window_dragged = Signal(float, float)
    hovered = Signal(object)
    clicked = Signal(object)
    maximise_requested = Signal()
    pen_pressed = Signal(object, bool)
    """A :class:`~proseg_gui.review.tools.PenPlace`, and whether the tool is to do the opposite."""
    pen_moved = Signal(object)
    pen_lifted = Signal(object)
    pen_dropped = Signal()
    pen_closed = Signal()
    pen_sized = Signal(int)
    led = Signal(object)
    """A voxel that other planes are to go through."""

    def __init__(
        self, link: ViewLink, role: Literal["scan", "heatmap"] = "scan", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.link = link
        self.role = role
        self._volume: Volume | None = None
        self._grid: PlaneGrid | None = None
        self._plane = Plane(0, 0)
        self._values: np.ndarray | None = None
        self._heat: np.ndarray | None = None
        self._heat_picture: np.ndarray | None = None
        self._case = ""
        self._picture = Picture()
        self._empty_text = tr("Drop a scan here, or open one from the File menu")
        self._notice = ""
        self._contours: tuple[ContourLayer, ...] = ()
        self._fixed: tuple[ContourLayer, ...] = ()
        self._labels = Labels()
        self._held = HeldPicture(self._paint_picture)
        self._still = QPixmap()
        self._still_key: tuple[object, ...] = ()
        self._ruler_now: Ruler | None = None
        self._pen: Pen | None = None
        self._pen_at: QPointF | None = None
        self._outline: tuple[tuple[float, float], ...] = ()
        self._cuts: tuple[Plane, ...] = ()
        self._window_at_press = (0.0, 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 120)
        self.setAccessibleName(tr("Scan with contours") if role == "scan" else tr("Uncertainty map"))
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
        mouse.pen_pressed.connect(lambda at, inverted: self.pen_pressed.emit(self._pen_place(at), inverted))
        mouse.pen_moved.connect(lambda at: self.pen_moved.emit(self._pen_place(at)))
        mouse.pen_lifted.connect(lambda at: self.pen_lifted.emit(self._pen_place(at)))
        mouse.pen_dropped.connect(self.pen_dropped)
        mouse.pen_closed.connect(self.pen_closed)
        mouse.pen_sized.connect(self.pen_sized)
        mouse.led.connect(self._on_led)
        for signal in (link.view_changed, link.crosshair_changed, link.rulers_changed):
            signal.connect(self.update)

    # -- what is shown --------------------------------------------------------------------------------------------
    def set_volume(self, volume: Volume | None) -> None:
        """Show a scan from its middle slice with its own window, fitted and unmeasured; ``None``: the empty state."""
        self._volume = volume
        self._mouse.drop()
        self.link.restore(ViewPlace())
        self._plane = Plane(0, 0) if volume is None else Plane.middle(volume.geometry.shape)
        self._grid = None if volume is None else PlaneGrid.of(volume.geometry, 0)
        if volume is not None:
            self._picture.set_window(*volume.display_window())
        self._take_plane()

    def set_channel(self, volume: Volume) -> None:
        """Show another channel of the study in view, with its own window; plane, zoom, pan and rulers stay.

        Raises ``ValueError`` when it lies on another grid.
        """
        if self._grid is None or not self._grid.geometry.same_grid(volume.geometry):
            raise ValueError("a channel must lie on the grid of the scan that is shown")
        self._volume = volume
        self._mouse.drop()
        self._picture.set_window(*volume.display_window())
        self._take_plane()

    @property
    def plane(self) -> Plane:
        """What is shown."""
        return self._plane

    @property
    def grid(self) -> PlaneGrid | None:
        """How the planes of the shown axis lie on the screen; ``None`` while there is no scan."""
        return self._grid

    def show_plane(self, plane: Plane) -> None:
        """Show a plane (the nearest that the scan has). A change drops contours and heat map of the old one."""
        if self._volume is None:
            return
        plane = plane.within(self._volume.geometry.shape)
        if plane != self._plane:
            self._mouse.lift()  # while the old plane is shown: a stroke belongs to it
            if plane.axis != self._plane.axis:
                self._grid = PlaneGrid.of(self._volume.geometry, plane.axis)
            self._plane = plane
            self._take_plane()

    def _show_anew(self) -> None:
        """What lies in the plane has changed."""
        self._held.drop()
        self.update()

    def _take_plane(self) -> None:
        self._contours = self._fixed = ()
        self._values = None if self._volume is None else self._plane.take(self._volume.array)
        self._heat = self._heat_picture = None
        self._picture.set_slice(self._as_picture(self._values))
        self._show_anew()

    def _as_picture(self, values: np.ndarray | None) -> np.ndarray | None:
        if values is None or self._grid is None:
            return None
        return self._grid.picture(values, blend=self._picture.interpolate)

    @property
    def case_text(self) -> str:
        """What is written over the picture of the case."""
        return self._case

    def set_case(self, text: str) -> None:
        """Name the case or patient over the picture; empty writes nothing."""
        if text != self._case:
            self._case = text
            self.update()

    def set_window(self, centre: float, width: float) -> None:
        """Window and level, in the scan's unit."""
        before = self._picture.window
        self._picture.set_window(centre, width)
        if self._picture.window != before:
            self._show_anew()

    def set_contours(self, moving: Sequence[ContourLayer], fixed: Sequence[ContourLayer] = ()) -> None:
        """Draw these outlines over the slice, the last on top; empty sequences clear.

        ``fixed`` ones lie below and are drawn into a picture that is kept while they and the view stay the same (pass
        the same objects again), so that only ``moving`` ones cost anything while a slider moves.
        """
        self._contours, self._fixed = tuple(moving), tuple(fixed)
        self._show_anew()

    def set_heatmap(self, values: np.ndarray | None, style: HeatStyle | None = None) -> None:
        """Lay a ``(row, column)`` map over the plane, or take it away; no ``style``: the last one.

        Raises ``ValueError`` when the map has another shape than the plane.
        """
        if values is not None and self._grid is not None and values.shape != self._grid.shape:
            raise ValueError(f"a map of shape {values.shape} does not fit a plane of shape {self._grid.shape}")
        if values is self._heat and style in (None, self._picture.heat_style):
            return
        if values is not self._heat:  # the same map in another style is laid out once
            self._heat, self._heat_picture = values, self._as_picture(values)
        self._picture.set_heat(self._heat_picture, style)
        self._show_anew()

    def set_interpolate(self, smooth: bool) -> None:
        """Whether image pixels blend into each other or are shown as blocks."""
        if smooth != self._picture.interpolate:
            self._picture.set_interpolate(smooth)
            if self._grid is not None and self._grid.uneven is not None:
                self._picture.set_slice(self._as_picture(self._values))
                self._heat_picture = self._as_picture(self._heat)
                self._picture.set_heat(self._heat_picture)
            self._show_anew()

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

    def set_pen(self, pen: Pen | None) -> None:
        """What the left hand draws with; ``None``: it clicks."""
        if (pen is None) != (self._pen is None):
            self._mouse.drop()
            if pen is None:
                self.unsetCursor()
            else:
                self.setCursor(Qt.CursorShape.CrossCursor)
        self._pen, self._mouse.pen, self._mouse.both = pen, pen is not None, pen is not None and pen.both
        self.update()

    def set_cuts(self, planes: Sequence[Plane]) -> None:
        """Planes of other axes that are shown beside this one: faint lines where they cut it."""
        if tuple(planes) != self._cuts:
            self._cuts = tuple(planes)
            self.update()

    def set_outline(self, points_mm: Sequence[tuple[float, float]]) -> None:
        """A line that is being drawn, in screen mm; empty: none."""
        self._outline = tuple(points_mm)
        self.update()

    def clear_rulers(self) -> None:
        """Remove all rulers of the shown plane."""
        self.link.clear_rulers(self._plane)

    # -- where things are -----------------------------------------------------------------------------------------
    def fit(self) -> None:
        """Show the whole picture, in all linked panes of the same axis."""
        self.link.set_view(self._plane.axis, 1.0, None)

    def zoom_by(self, factor: float) -> None:
        """Enlarge by ``factor`` around the middle, in all linked panes of the same axis."""
        self._zoom_at(factor, QPointF(self.rect().center()))

    def pixels_per_mm(self) -> float:
        """Widget pixels per mm of patient."""
        if self._grid is None:
            return 1.0
        width, height = self._grid.size_mm
        return min(self.width() / width, self.height() / height) * self._view.zoom

    @property
    def _view(self) -> View:
        return self.link.view(self._plane.axis)

    def _centre_mm(self) -> QPointF:
        assert self._grid is not None
        width, height = self._grid.size_mm
        return QPointF(width / 2, height / 2) if self._view.centre_mm is None else QPointF(*self._view.centre_mm)

    def _screen_to_widget(self) -> QTransform:
        centre, scale = self._centre_mm(), self.pixels_per_mm()
        middle_x, middle_y = self.width() / 2 - centre.x() * scale, self.height() / 2 - centre.y() * scale
        return QTransform(scale, 0, 0, scale, middle_x, middle_y)

    def picture_to_widget(self) -> QTransform:
        """Map picture coordinates (x, y) to widget pixels; the identity while there is no scan."""
        if self._grid is None:
            return QTransform()
        (a, c, dx), (b, d, dy) = self._grid.to_screen.tolist()
        return QTransform(a, b, c, d, dx, dy) * self._screen_to_widget()

    def widget_position(self, voxel: Voxel) -> QPointF:
        """Where the centre of a voxel is drawn, or falls when it is moved straight onto the shown plane."""
        return place_on_widget(self._plane.place_of(voxel), self._grid, self.picture_to_widget())

    def voxel_at(self, position: QPointF) -> Voxel | None:
        """The voxel of the shown plane under a widget position, ``None`` outside the picture."""
        if self._grid is None:
            return None
        point = self._to_picture(position)
        place = self._grid.voxel_at(point.x(), point.y())
        return None if place is None else self._plane.voxel(*place)

    def _to_picture(self, position: QPointF) -> QPointF:
        return self.picture_to_widget().inverted()[0].map(position)

    def _pen_place(self, position: QPointF) -> PenPlace:
        assert self._grid is not None
        at = self._screen_to_widget().inverted()[0].map(position)
        return PenPlace(self._plane, self._grid, (at.x(), at.y()))

    # -- what the hand did ----------------------------------------------------------------------------------------
    def _on_stepped(self, steps: int) -> None:
        if self._volume is not None:
            self.stepped.emit(steps)

    def _zoom_at(self, factor: float, at: QPointF) -> None:
        if self._grid is None:
            return
        fixed = self._screen_to_widget().inverted()[0].map(at)
        centre = self._centre_mm()
        zoom = self.link.limited(self._view.zoom * factor)
        ratio = self._view.zoom / zoom  # the place under the pointer stays where it is
        self._centre_on(zoom, fixed + (centre - fixed) * ratio)

    def _pan_by(self, moved: QPointF) -> None:
        if self._grid is not None:
            self._centre_on(self._view.zoom, self._centre_mm() - moved / self.pixels_per_mm())

    def _centre_on(self, zoom: float, centre: QPointF) -> None:
        self.link.move_view(self._plane.axis, zoom, (centre.x(), centre.y()))

    def _remember_window(self) -> None:
        self._window_at_press = self._picture.window

    def _drag_window(self, moved: QPointF) -> None:
        if self._volume is not None:
            centre, width = self._window_at_press
            shift = moved.y() * width * WINDOW_CENTRE_PER_PIXEL
            self.window_dragged.emit(centre + shift, width * WINDOW_WIDTH_PER_PIXEL ** moved.x())

    def _on_clicked(self, at: QPointF) -> None:
        voxel = self.voxel_at(at)
        if voxel is not None:
            self.clicked.emit(voxel)

    def _on_double_clicked(self) -> None:
        if self._volume is not None:
            self.maximise_requested.emit()

    def _on_led(self, at: QPointF) -> None:
        voxel = self.voxel_at(at)
        if voxel is not None:
            self.led.emit(voxel)

    def _on_pointed(self, at: QPointF | None) -> None:
        voxel = None if at is None else self.voxel_at(at)
        if self._pen is not None:
            self._pen_at = at
            self.update()
        self.link.set_crosshair(voxel, self)
        self.hovered.emit(voxel)

    def _ruler(self, start: QPointF, end: QPointF) -> Ruler | None:
        if self._grid is None:
            return None
        first, last = self._to_picture(start), self._to_picture(end)
        ends = (self._grid.from_picture(point.x(), point.y()) for point in (first, last))
        return Ruler(self._plane, *ends)

    def _on_ruler_moved(self, start: QPointF, end: QPointF) -> None:
        self._ruler_now = self._ruler(start, end)
        self.update()

    def _on_ruler_finished(self, start: QPointF, end: QPointF) -> None:
        self._ruler_now = None
        ruler = self._ruler(start, end)
        if ruler is not None:
            self.link.add_ruler(ruler)

    def _on_ruler_dropped(self) -> None:
        self._ruler_now = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete clears the shown plane's rulers, Escape drops the one in progress; other keys go to the window."""
        if event.key() == Qt.Key.Key_Escape and self._mouse.measuring:
            self._mouse.drop()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._outline:
            self.pen_closed.emit()
        elif event.key() == Qt.Key.Key_Delete and any(ruler.plane == self._plane for ruler in self.link.rulers):
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
        if self._volume is None or self._grid is None:
            paint_empty(painter, area, self._empty_text)
            return
        shown = self._shown(self._volume, self._grid)
        canvas = Canvas(shown.to_widget, self.size(), self.devicePixelRatioF())
        self._held.paint(painter, canvas, moving=self.link.moving)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_marks(painter, area, shown)
        self._paint_pen(painter)
        self._labels.paint(painter, area, shown)
        painter.end()

    def _paint_picture(self, painter: QPainter, canvas: Canvas) -> None:
        """All that lies in the plane: scan, map and outlines."""
        painter.drawPixmap(0, 0, self._picture.rendered(canvas.size, canvas.ratio, canvas.to_widget))
        if self._fixed:
            painter.drawPixmap(0, 0, self._fixed_picture(canvas))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_contours(painter, self._contours, canvas)

    def _shown(self, volume: Volume, grid: PlaneGrid) -> Shown:
        title = self._picture.heat_style.title if self._picture.has_heat else ""
        return Shown(
            volume=volume,
            grid=grid,
            plane=self._plane,
            case=self._case,
            window=self._picture.window,
            heading=title if self.role == "heatmap" else "",
            map_name=title if self.role != "heatmap" else "",
            notice=self._notice,
            to_widget=self.picture_to_widget(),
            pixels_per_mm=self.pixels_per_mm(),
            cuts=self._cuts,
            rulers=self.link.rulers if self._ruler_now is None else (*self.link.rulers, self._ruler_now),
            crosshair=None if self.link.crosshair_owner is self else self.link.crosshair,
        )

    def _fixed_picture(self, canvas: Canvas) -> QPixmap:
        """The outlines that stay, on a clear ground: drawn anew when they or the view change, not with the scan."""
        key = (canvas, self._fixed, self._picture.has_heat)
        if key != self._still_key:
            self._still_key, self._still = key, QPixmap(self.size() * canvas.ratio)
            self._still.setDevicePixelRatio(canvas.ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_contours(painter, self._fixed, canvas)
            painter.end()
        return self._still

    def _paint_pen(self, painter: QPainter) -> None:
        if self._pen is None:
            return
        if self._pen.radius_mm and self._pen_at is not None:
            radius = self._pen.radius_mm * self.pixels_per_mm()
            draw_pen(painter, self._pen_at, radius, self._pen.colour)
        if self._outline:
            to_widget = self._screen_to_widget()
            draw_line(painter, [to_widget.map(QPointF(*point)) for point in self._outline], self._pen.colour)

    def _paint_contours(self, painter: QPainter, layers: Sequence[ContourLayer], canvas: Canvas) -> None:
        for layer in layers:
            paint_layer(painter, layer, canvas, cased=self._picture.has_heat)
