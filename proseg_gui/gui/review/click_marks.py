"""Where was clicked, on the slice in view: a plus for in, a minus for out, and the box."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.views.strokes import ContourLayer
from proseg_gui.inference.pointing import Clicks, Place
from proseg_gui.planes import Plane, PlaneGrid

IN_COLOUR, OUT_COLOUR, BOX_COLOUR = "#5ee08f", "#ff7b72", "#f4f4f4"
WIDTH, ARM = 2.0, 0.012
"""Line width in widget pixels; length of an arm, as a share of the picture's longer side."""


def click_marks(clicks: Clicks, plane: Plane, grid: PlaneGrid) -> list[ContourLayer]:
    """A layer for each kind that lies on ``plane``; nothing on planes across the slices."""
    if clicks.empty or plane.axis != 0:
        return []
    arm = ARM * max(grid.picture_shape)
    paths = {IN_COLOUR: QPainterPath(), OUT_COLOUR: QPainterPath()}
    for click in clicks.places:
        at = _on_picture(click.place, plane, grid)
        if at is None:
            continue
        path, (x, y) = paths[IN_COLOUR if click.inside else OUT_COLOUR], at
        path.moveTo(x - arm, y)
        path.lineTo(x + arm, y)
        if click.inside:
            path.moveTo(x, y - arm)
            path.lineTo(x, y + arm)
    layers = [ContourLayer(path, colour, WIDTH) for colour, path in paths.items() if not path.isEmpty()]
    corners = [] if clicks.box is None else [_on_picture(corner, plane, grid) for corner in clicks.box]
    if corners and corners[0] is not None and corners[1] is not None:
        (a, b), (c, d) = corners[0], corners[1]
        box = QPainterPath()
        box.addRect(QRectF(min(a, c), min(b, d), abs(c - a), abs(d - b)))
        layers.append(ContourLayer(box, BOX_COLOUR, 1.0, "dash"))
    return layers


def _on_picture(place: Place, plane: Plane, grid: PlaneGrid) -> tuple[float, float] | None:
    """Where a place in LPS mm lies in the picture; ``None``: on another slice."""
    z, y, x = grid.geometry.world_to_index(place).tolist()
    return None if round(z) != plane.index else grid.to_picture(*plane.place_of((z, y, x)))
