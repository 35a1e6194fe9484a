"""A structure's surface in the patient, and how far doubt could move it: for a picture in 3D.

Needs PyVista (extra ``view3d``) to find the surface; the doubt on it needs numpy and scipy only.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.boxes import absolute, bounds, joined
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.review.edits import Box, Bricks
from proseg_gui.volume import Geometry

if TYPE_CHECKING:
    from proseg_gui.inference.doubted import DoubtedPixels

Floats = npt.NDArray[np.float64]
SMOOTHING = 0.5
"""Voxels: no place of the surface is moved farther than this, along any axis, when its steps are rounded off."""
MOST_VOXELS = 24_000_000
"""Of the box around a structure; a larger one is drawn from every second voxel, or every third, and so on."""
SPREADING = 8
"""How often doubt is shared out among neighbours on the surface: it reaches a few voxels far."""


def is_installed() -> bool:
    """Whether surfaces can be found and drawn here."""
    return importlib.util.find_spec("pyvista") is not None


@dataclass(frozen=True, eq=False)
class Surface:
    """A closed surface of triangles.

    ``points_mm``: ``(n, 3)`` x, y, z in LPS. ``triangles``: ``(m, 3)`` numbers of points, counter-clockwise from
    outside.
    """

    points_mm: Floats
    triangles: npt.NDArray[np.int64]

    @property
    def volume_ml(self) -> float:
        """What it encloses."""
        a, b, c = self._corners(self.points_mm.mean(0))
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0 / 1000.0)

    def areas_mm2(self) -> Floats:
        """``(n,)`` each point's part of the surface: a third of the triangles that it belongs to."""
        a, b, c = self._corners()
        third = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6.0
        areas: Floats = np.bincount(self.triangles.ravel(), np.repeat(third, 3), len(self.points_mm)).astype(np.float64)
        return areas

    def _corners(self, origin: Floats | float = 0.0) -> tuple[Floats, Floats, Floats]:
        points = self.points_mm - origin
        a, b, c = (points[self.triangles[:, corner]] for corner in range(3))
        return a, b, c


def surface_of(voxels: Bricks, geometry: Geometry) -> Surface | None:
    """The surface between the voxels that are not 0 and the others, rounded off by at most :data:`SMOOTHING` voxels.

    True on any grid: found by voxel, then put into the patient through ``geometry``. ``None`` where nothing is inside.
    """
    import pyvista

    box = _around(voxels)
    if box is None:
        return None
    every = max(1, int(np.ceil((np.prod([s.stop - s.start for s in box]) / MOST_VOXELS) ** (1 / 3))))
    inside = voxels.region(box)[::every, ::every, ::every] > 0
    if not inside.any():  # thinner than every second voxel
        return None
    inside = np.pad(inside, 1)  # closed at the scan's edge, and never flat: a single slice has a surface too
    image = pyvista.ImageData(dimensions=inside.shape[::-1])
    image.point_data["inside"] = inside.astype(np.uint8).ravel()
    found = image.contour_labels(
        scalars="inside", output_mesh_type="triangles", smoothing_distance=SMOOTHING, pad_background=False
    )
    corner = np.array([s.start for s in box], np.float64)
    index = (np.asarray(found.points, np.float64)[:, ::-1] - 1) * every + corner
    triangles = np.asarray(found.regular_faces, np.int64)
    if np.linalg.det(_steps(geometry)) < 0:  # x, y, z of the grid are a left hand in the patient
        triangles = triangles[:, ::-1]
    return Surface(geometry.index_to_world(index), np.ascontiguousarray(triangles))


def doubt_on(surface: Surface, doubted: Mapping[int, DoubtedPixels], geometry: Geometry) -> Floats:
    """``(n,)`` how thick the doubt lies on each point of a surface, in mm.

    A voxel's doubt is p(1 - p) times its volume. It counts for the nearest point; what a point has got, shared out a
    little among its neighbours, over its part of the surface is a thickness. Thickness times area, summed, is all
    doubted volume again, also that of a lobe which the surface leaves out.
    """
    from scipy.sparse import coo_array
    from scipy.spatial import cKDTree

    mass = np.zeros(len(surface.points_mm))
    areas = surface.areas_mm2()
    tree = cKDTree(surface.points_mm)
    each = 1000.0 * geometry.pixel_ml()
    for k, pixels in doubted.items():
        if len(pixels):
            voxels = np.column_stack([np.full(len(pixels), k), pixels.places.astype(np.int64)])
            _, nearest = tree.query(geometry.index_to_world(voxels))
            doubt = pixels.parts[PARTS.index("total")].astype(np.float64) * each[k]
            mass += np.bincount(nearest, doubt, len(mass))
    ends = surface.triangles[:, [0, 1, 2]].ravel(), surface.triangles[:, [1, 2, 0]].ravel()
    edges = coo_array((np.ones(len(ends[0])), ends), shape=(len(mass), len(mass))).tocsr()
    edges = ((edges + edges.T) > 0).astype(np.float64)
    neighbours = np.asarray(edges.sum(0)).ravel()
    # A point gives its neighbours equal parts of half of what it has: nothing is lost, of doubt and of area alike.
    for _ in range(SPREADING):
        given = mass / np.maximum(neighbours, 1), areas / np.maximum(neighbours, 1)
        mass, areas = (
            np.where(neighbours > 0, 0.5 * had + 0.5 * (edges @ part), had)
            for had, part in zip((mass, areas), given, strict=True)
        )
    return mass / np.maximum(areas, 1e-12)


def _around(voxels: Bricks) -> Box | None:
    """The smallest box that holds every voxel that is not 0."""
    held = ((bounds(voxels.brick(index) > 0), voxels.box(index)) for index in voxels.packed)
    boxes = [absolute(part, box) for part, box in held if part is not None]
    return joined(boxes) if boxes else None


def _steps(geometry: Geometry) -> Floats:
    """``(3, 3)`` a step along x, y and z of the grid, a row each, in the patient."""
    at = geometry.index_to_world(np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], np.float64))
    return at[1:] - at[0]
