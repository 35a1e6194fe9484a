"""What sibling panes share: zoom and centre (panes of the same axis), crosshair and rulers (all panes)."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from proseg_gui.planes import Plane, Voxel
from proseg_gui.review.viewing import MAX_ZOOM, MIN_ZOOM, Ruler, View, ViewPlace

REST_MS = 80
"""A hand that zooms or pans has come to rest after so long without another move."""


class ViewLink(QObject):
    """Shared view of a group of panes that show the same study.

    While a hand moves the view, :attr:`moving` is true and panes may show what costs less; ``view_changed`` comes once
    more when it rests. What a case gets back when one returns to it is one immutable value: :meth:`state` and
    :meth:`restore`.
    """

    view_changed = Signal()
    crosshair_changed = Signal()
    rulers_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = ViewPlace()
        self.crosshair: Voxel | None = None
        self.crosshair_owner: QObject | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.view_changed)

    @property
    def moving(self) -> bool:
        """Whether a hand is zooming or panning just now."""
        return self._rest.isActive()

    def state(self) -> ViewPlace:
        """Views and rulers as they are now."""
        return self._place

    def restore(self, place: ViewPlace) -> None:
        """Show these views and rulers, of a study that was just opened; nothing is pointed at."""
        self._rest.stop()
        self._set(place)
        self.set_crosshair(None, None)

    def view(self, axis: int) -> View:
        """Zoom and centre of the planes of ``axis``."""
        return self._place.views[axis]

    @property
    def rulers(self) -> tuple[Ruler, ...]:
        """All rulers, of every plane."""
        return self._place.rulers

    def set_view(self, axis: int, zoom: float, centre_mm: tuple[float, float] | None) -> None:
        """Zoom and centre for all panes of ``axis``; zoom is kept within its limits."""
        self._rest.stop()
        self._set_view(axis, zoom, centre_mm)

    def move_view(self, axis: int, zoom: float, centre_mm: tuple[float, float]) -> None:
        """The same where a hand does it, and may go on."""
        self._rest.start()
        self._set_view(axis, zoom, centre_mm)

    def _set_view(self, axis: int, zoom: float, centre_mm: tuple[float, float] | None) -> None:
        views = list(self._place.views)
        views[axis] = View(self.limited(zoom), centre_mm)
        self._set(replace(self._place, views=(views[0], views[1], views[2])))

    @staticmethod
    def limited(zoom: float) -> float:
        """The nearest zoom that is allowed."""
        return min(max(zoom, MIN_ZOOM), MAX_ZOOM)

    def set_crosshair(self, voxel: Voxel | None, owner: QObject | None) -> None:
        """Point at a voxel in every pane but ``owner``, where the mouse pointer itself shows the place."""
        if (voxel, owner) != (self.crosshair, self.crosshair_owner):
            self.crosshair, self.crosshair_owner = voxel, owner
            self.crosshair_changed.emit()

    def add_ruler(self, ruler: Ruler) -> None:
        """Show one more ruler, in all panes of its plane."""
        self._set(replace(self._place, rulers=(*self.rulers, ruler)))

    def clear_rulers(self, plane: Plane) -> None:
        """Drop the rulers of a plane."""
        self._set(replace(self._place, rulers=tuple(ruler for ruler in self.rulers if ruler.plane != plane)))

    def _set(self, place: ViewPlace) -> None:
        before, self._place = self._place, place
        if place.views != before.views:
            self.view_changed.emit()
        if place.rulers != before.rulers:
            self.rulers_changed.emit()
