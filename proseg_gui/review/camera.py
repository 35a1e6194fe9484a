"""From where a surface is looked at: parallel rays, turned by hand. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FROM_FRONT = ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))
"""The patient's left at the right, the head above, as a radiograph is hung."""
MIN_ZOOM, MAX_ZOOM = 0.2, 20.0
MARGIN = 1.15
"""Of what fits, at zoom 1."""


@dataclass(frozen=True)
class Camera:
    """A view of a ball of ``radius_mm`` around ``centre_mm`` (x, y, z in LPS).

    ``axes``: the directions to the right, upwards and towards the eye, in LPS; orthonormal, a right hand.
    """

    axes: tuple[tuple[float, float, float], ...] = FROM_FRONT
    zoom: float = 1.0
    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    radius_mm: float = 1.0

    def turned(self, right: float, up: float) -> Camera:
        """The object turned as if its front was pushed to the right and upwards, by radians."""
        axes = np.array(self.axes)
        cos, sin = np.cos(right), np.sin(right)
        axes = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]]) @ axes
        cos, sin = np.cos(up), np.sin(up)
        axes = np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]]) @ axes
        to_right, upwards = axes[0] / np.linalg.norm(axes[0]), axes[1]
        upwards = upwards - (upwards @ to_right) * to_right
        upwards /= np.linalg.norm(upwards)
        found = to_right, upwards, np.cross(to_right, upwards)
        return replace(self, axes=tuple((float(a), float(b), float(c)) for a, b, c in found))

    def zoomed(self, factor: float) -> Camera:
        """Nearer or farther."""
        return replace(self, zoom=min(max(self.zoom * factor, MIN_ZOOM), MAX_ZOOM))

    def around(self, points_mm: Floats) -> Camera:
        """The same view with the middle of ``(n, 3)`` points in its middle, all of them in sight at zoom 1."""
        low, high = points_mm.min(0), points_mm.max(0)
        x, y, z = ((low + high) / 2).tolist()
        radius = float(np.linalg.norm(points_mm - (low + high) / 2, axis=1).max())
        return replace(self, centre_mm=(x, y, z), radius_mm=max(radius, 1e-3))

    @property
    def half_height_mm(self) -> float:
        """What is seen above the middle, where the picture is at least as wide as it is high."""
        return MARGIN * self.radius_mm / self.zoom

    def on_screen(self, points_mm: Floats, width: float, height: float) -> Floats:
        """``(n, 3)`` pixels to the right and down from the corner, and mm towards the eye, of ``(n, 3)`` points."""
        scale = self.pixels_per_mm(width, height)
        seen = (points_mm - np.array(self.centre_mm)) @ np.array(self.axes).T
        return np.column_stack([width / 2 + seen[:, 0] * scale, height / 2 - seen[:, 1] * scale, seen[:, 2]])

    def pixels_per_mm(self, width: float, height: float) -> float:
        """Scale of a picture of that size, which shows the ball whole at zoom 1 whatever its shape."""
        return min(width, height) / (2 * self.half_height_mm)

    def nearest(
        self, points_mm: Floats, at: tuple[float, float], size: tuple[float, float], reach: float
    ) -> int | None:
        """Number of the point that is seen at a pixel: of those within ``reach`` pixels the one nearest to the eye."""
        seen = self.on_screen(points_mm, *size)
        close = np.flatnonzero(np.hypot(seen[:, 0] - at[0], seen[:, 1] - at[1]) <= reach)
        return int(close[np.argmax(seen[close, 2])]) if len(close) else None
