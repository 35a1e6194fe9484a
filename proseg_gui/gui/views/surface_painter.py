"""Paints surfaces with VTK, without a window of its own: numbers in, pixels out.

Made, used and closed on one thread: what a graphics driver holds belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.review.camera import Camera
from proseg_gui.review.surface import Surface

LADDER = ("#f2efe6", "#fdd49e", "#fc8d59", "#d7301f", "#7f0000")
"""From no doubt to much: lighter to darker throughout, so that it is read without colours too."""
SLICE_COLOUR = "#4a9eff"


@dataclass(frozen=True, eq=False)
class Body:
    """A surface in one ``colour``, or (``doubt_mm``, ``(n,)``) coloured by it; ``faint`` ones are seen through."""

    surface: Surface
    colour: str
    doubt_mm: npt.NDArray[np.float64] | None = None
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Bodies:
    """All that is to be seen.

    ``top_mm``: the doubt that has the ladder's last colour. ``cut``: a place and the normal of the slice in view, LPS.
    """

    bodies: tuple[Body, ...] = ()
    top_mm: float = 1.0
    cut: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None


def doubt_colours(doubt_mm: npt.NDArray[np.float64], top_mm: float) -> npt.NDArray[np.uint8]:
    """``(n, 3)`` uint8 RGB on :data:`LADDER`, from 0 to ``top_mm`` and what is above it."""
    steps = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in LADDER], np.float64)
    share = np.clip(doubt_mm / top_mm, 0.0, 1.0) * (len(LADDER) - 1)
    return np.column_stack(
        [np.rint(np.interp(share, np.arange(len(LADDER)), steps[:, part])) for part in range(3)]
    ).astype(np.uint8)


class SurfacePainter:
    """Keeps what it has built for as long as the same bodies are asked for."""

    def __init__(self) -> None:
        self._plotter: Any = None
        self._meshes: list[Any] = []
        self._shown: tuple[Body, ...] | None = None
        self._top = 0.0

    def paint(self, bodies: Bodies, camera: Camera, width: int, height: int) -> npt.NDArray[np.uint8]:
        """``(height, width, 3)`` uint8 RGB."""
        import pyvista

        if self._plotter is None:
            self._plotter = pyvista.Plotter(off_screen=True, window_size=(width, height), lighting="light kit")
            self._plotter.set_background("black")
            self._plotter.enable_parallel_projection()
            self._plotter.enable_anti_aliasing("msaa")
        plotter = self._plotter
        if self._shown is not bodies.bodies or self._top != bodies.top_mm:
            self._build(bodies)
        self._mark(bodies)
        if tuple(plotter.window_size) != (width, height):
            plotter.window_size = (width, height)
        _, up, towards = (np.array(axis) for axis in camera.axes)
        centre = np.array(camera.centre_mm)
        view = plotter.camera
        view.focal_point = centre
        view.position = centre + towards * 10.0 * camera.radius_mm
        view.up = up
        view.parallel_scale = height / (2 * camera.pixels_per_mm(width, height))
        view.clipping_range = (5.0 * camera.radius_mm, 15.0 * camera.radius_mm)
        plotter.render()
        return np.ascontiguousarray(plotter.screenshot(return_img=True)[:, :, :3], dtype=np.uint8)

    def _build(self, bodies: Bodies) -> None:
        import pyvista

        plotter = self._plotter
        plotter.clear_actors()
        self._meshes = []
        for number, body in enumerate(bodies.bodies):
            mesh = pyvista.PolyData.from_regular_faces(
                body.surface.points_mm.astype(np.float32), body.surface.triangles
            )
            self._meshes.append(mesh)
            look: dict[str, Any] = {"color": body.colour}
            if body.doubt_mm is not None:
                mesh.point_data["colours"] = doubt_colours(body.doubt_mm, bodies.top_mm)
                look = {"scalars": "colours", "rgb": True}
            plotter.add_mesh(
                mesh, name=f"body{number}", show_scalar_bar=False, smooth_shading=True, split_sharp_edges=False,
                opacity=0.3 if body.faint else 1.0, ambient=0.25, render=False, reset_camera=False, **look,
            )  # fmt: skip
        self._shown, self._top = bodies.bodies, bodies.top_mm

    def _mark(self, bodies: Bodies) -> None:
        """The slice in view as a line on the surfaces."""
        plotter = self._plotter
        for number, mesh in enumerate(self._meshes):
            name = f"cut{number}"
            plotter.remove_actor(name, render=False)
            if bodies.cut is not None:
                at, normal = bodies.cut
                line = mesh.slice(normal=normal, origin=at)
                if line.n_points:
                    plotter.add_mesh(line, name=name, color=SLICE_COLOUR, line_width=2, lighting=False, render=False,
                                     reset_camera=False, show_scalar_bar=False)  # fmt: skip

    def close(self) -> None:
        """Give everything back; the next picture begins anew."""
        if self._plotter is not None:
            self._plotter.close()
        self._plotter, self._meshes, self._shown = None, [], None
