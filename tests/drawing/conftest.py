"""Hard grids, and what a tool's voxels are compared with: every voxel's centre in LPS mm, and plain numpy on them."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.planes import PlaneGrid
from proseg_gui.volume import Geometry

ORIGIN = np.array([-7.0, 11.0, 23.0])


def _turned() -> np.ndarray:
    """30 degrees about the body's axis, then 20 about the new x."""
    c, s = np.cos(np.radians([30, 20])), np.sin(np.radians([30, 20]))
    about_z = np.array([[c[0], -s[0], 0], [s[0], c[0], 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, c[1], -s[1]], [0, s[1], c[1]]])
    return about_z @ about_x


def _stack(places: list[tuple[float, float, float]], rows: int, columns: int, direction=None) -> Geometry:
    """Slices of 1.5 x 0.8 mm pixels at these places."""
    direction = np.eye(3) if direction is None else direction
    origins = ORIGIN + np.array(places) @ direction.T
    step = (origins[-1] - origins[0]) / (len(origins) - 1)
    length = float(np.linalg.norm(step))
    axes = np.stack([direction[:, 0], direction[:, 1], step / length], axis=1)
    return Geometry((len(places), rows, columns), origins[0], (length, 1.5, 0.8), axes, origins)


def _grids() -> dict[str, Geometry]:
    tilted = np.array([(1, 0, 0), (0, 1, 0), (0, -0.6, 0.8)], dtype=float).T
    askew = np.array([(1, 0, 0), (0.4, 1, 0), (0.2, 0, 1)], dtype=float).T
    steep = np.array([(1, 0, 0), (0, 1, 0), (0, np.sin(1.13), np.cos(1.13))]).T  # 65 degrees
    gaps = [0, 2, 4, 9, 10, 14, 17, 21]
    flipped = np.array([(0, -1, 0), (-1, 0, 0), (0, 0, -1)], dtype=float).T
    return {
        "isotropic": Geometry((11, 13, 12), ORIGIN, (1.0, 1.0, 1.0), np.eye(3)),
        "anisotropic": Geometry((5, 28, 26), ORIGIN, (5.0, 0.5, 0.5), np.eye(3)),
        "unequal pixels, flipped": Geometry((9, 12, 20), ORIGIN, (3.0, 1.5, 0.7), flipped),
        "oblique": Geometry((8, 15, 20), ORIGIN, (3.0, 1.5, 0.8), _turned()),
        "tilted": Geometry((8, 16, 20), ORIGIN, (3.0, 1.5, 0.8), tilted),
        "oblique and tilted": Geometry((8, 16, 20), ORIGIN, (3.0, 1.5, 0.8), _turned() @ tilted),
        "steeply tilted": Geometry((9, 22, 14), ORIGIN, (2.0, 1.5, 0.8), steep),
        "sheared pixels": Geometry((7, 14, 16), ORIGIN, (3.0, 1.5, 0.8), askew / np.linalg.norm(askew, axis=0)),
        "uneven": _stack([(0, 0, g) for g in gaps], 14, 20),
        "uneven, downwards": _stack([(0, 0, -g) for g in gaps], 14, 20),
        "uneven, tilted and oblique": _stack([(0, 0.4 * g, 0.9 * g) for g in gaps], 14, 20, _turned()),
        "single slice": Geometry((1, 20, 24), ORIGIN, (4.0, 1.0, 0.6), _turned()),
    }


GRIDS = _grids()


@pytest.fixture(params=list(GRIDS))
def geometry(request) -> Geometry:
    """Each of the grids."""
    return GRIDS[request.param]


@pytest.fixture
def grids() -> dict[str, Geometry]:
    """All of them by name."""
    return GRIDS


@pytest.fixture(params=[0, 1, 2], ids=["axis 0", "axis 1", "axis 2"])
def axis(request) -> int:
    """Each axis that a plane can cut."""
    return request.param


def world(geometry: Geometry) -> np.ndarray:
    """``(z, y, x, 3)`` LPS mm of all voxel centres."""
    return geometry.index_to_world(np.stack(np.indices(geometry.shape), axis=-1))


def on_screen(grid: PlaneGrid, places: np.ndarray) -> np.ndarray:
    """``(n, 2)`` (row, column) to ``(n, 2)`` screen mm."""
    return np.array([grid.to_screen @ [*grid.to_picture(row, column), 1.0] for row, column in places])


def to_line(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """mm from each of ``(..., 3)`` points to a ``(n, 3)`` polyline."""
    best = np.linalg.norm(points - line[0], axis=-1)
    for a, b in itertools.pairwise(line):
        t = np.clip((points - a) @ (b - a) / max((b - a) @ (b - a), 1e-300), 0, 1)
        best = np.minimum(best, np.linalg.norm(points - a - t[..., None] * (b - a), axis=-1))
    return best


@pytest.fixture
def plain() -> SimpleNamespace:
    """The independent computations."""
    return SimpleNamespace(world=world, on_screen=on_screen, to_line=to_line)
