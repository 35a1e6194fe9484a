"""What sibling panes share: zoom, pan, crosshair and rulers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Signal

MIN_ZOOM, MAX_ZOOM = 0.2, 60.0


@dataclass(frozen=True)
class Ruler:
    """A distance measured on slice ``k`` between two array coordinates (x, y), see :mod:`.orientation`."""

    k: int
    start: tuple[float, float]
    end: tuple[float, float]


class ViewLink(QObject):
    """Shared view of a group of panes that show the same volume.

    ``zoom`` is relative to each pane's own fit (1 = the whole picture fits), ``centre_mm`` the plane position (u, v)
    in the middle of the pane (``None`` = the picture's middle): panes of different size show the same centre.
    """

    view_changed = Signal()
    crosshair_changed = Signal()
    rulers_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre_mm: QPointF | None = None
        self.crosshair: tuple[int, int, int] | None = None
        self.crosshair_owner: QObject | None = None
        self.rulers: tuple[Ruler, ...] = ()

    def set_view(self, zoom: float, centre_mm: QPointF | None) -> None:
        """Zoom and centre for all panes; zoom is kept between :data:`MIN_ZOOM` and :data:`MAX_ZOOM`."""
        zoom = self.limited(zoom)
        if (zoom, centre_mm) != (self.zoom, self.centre_mm):
            self.zoom, self.centre_mm = zoom, centre_mm
            self.view_changed.emit()

    @staticmethod
    def limited(zoom: float) -> float:
        """The nearest zoom that is allowed."""
        return min(max(zoom, MIN_ZOOM), MAX_ZOOM)

    def set_crosshair(self, index_zyx: tuple[int, int, int] | None, owner: QObject) -> None:
        """Point at a voxel in every pane but ``owner``, where the mouse pointer itself shows the place."""
        if (index_zyx, owner) != (self.crosshair, self.crosshair_owner):
            self.crosshair, self.crosshair_owner = index_zyx, owner
            self.crosshair_changed.emit()

    def add_ruler(self, ruler: Ruler) -> None:
        """Show one more ruler in all panes."""
        self.rulers = (*self.rulers, ruler)
        self.rulers_changed.emit()

    def clear_rulers(self, k: int | None = None) -> None:
        """Drop the rulers of slice ``k``, or all of them."""
        kept = () if k is None else tuple(ruler for ruler in self.rulers if ruler.k != k)
        if kept != self.rulers:
            self.rulers = kept
            self.rulers_changed.emit()
