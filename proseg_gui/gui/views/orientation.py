"""How an array's slices are laid on the screen in the radiological arrangement, and what the four edges are called.

*Plane* coordinates are mm on the screen: u to the right, v downwards, (0, 0) at the corner of the picture. *Array*
coordinates are pixels of the slice: the centre of pixel ``(y, x)`` is at ``(x + 0.5, y + 0.5)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QTransform

from proseg_gui.volume import Geometry

# (to the right, downwards) in LPS for each plane, by the axis of its normal: the patient's right is on the left of
# the screen for axial and coronal, and a sagittal slice looks to the left.
ARRANGEMENT = {
    0: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),  # sagittal: P right, I down
    1: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),  # coronal: L right, I down
    2: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),  # axial: L right, P down
}
SECOND_LETTER = 0.34
"""A component of a direction above this (20 degrees off the main axis) adds its letter: ``LA`` for oblique slices."""


@dataclass(frozen=True, eq=False)
class PlaneLayout:
    """The arrangement of one volume's slices on the screen.

    ``transposed`` says that rows run across the screen; ``flip_u`` and ``flip_v`` that the array axis shown across
    (down) the screen grows to the left (upwards). ``left, right, top, bottom`` are patient letters.
    """

    shape: tuple[int, int]
    spacing_mm: tuple[float, float]
    transposed: bool
    flip_u: bool
    flip_v: bool
    left: str
    right: str
    top: str
    bottom: str

    @classmethod
    def of(cls, geometry: Geometry) -> PlaneLayout:
        """Choose the permutation and flips of the in-plane axes that come closest to the usual arrangement."""
        across, down = (np.array(v) for v in ARRANGEMENT[int(np.abs(geometry.normal).argmax())])
        x, y = geometry.direction[:, 0], geometry.direction[:, 1]
        transposed = bool(abs(y @ across) + abs(x @ down) > abs(x @ across) + abs(y @ down))
        u_axis, v_axis = (y, x) if transposed else (x, y)
        flip_u, flip_v = bool(u_axis @ across < 0), bool(v_axis @ down < 0)
        to_right = -u_axis if flip_u else u_axis
        to_bottom = -v_axis if flip_v else v_axis
        return cls(
            shape=geometry.shape[1:],
            spacing_mm=geometry.spacing_mm[1:],
            transposed=transposed,
            flip_u=flip_u,
            flip_v=flip_v,
            left=letters_towards(-to_right),
            right=letters_towards(to_right),
            top=letters_towards(-to_bottom),
            bottom=letters_towards(to_bottom),
        )

    @property
    def size_mm(self) -> tuple[float, float]:
        """Extent (u, v) of the picture on the screen."""
        height, width = self.shape[0] * self.spacing_mm[0], self.shape[1] * self.spacing_mm[1]
        return (height, width) if self.transposed else (width, height)

    def to_plane(self) -> QTransform:
        """Map array coordinates (x, y) to plane mm (u, v)."""
        sy, sx = self.spacing_mm
        width, height = self.size_mm
        u, v = ((0.0, sy), (sx, 0.0)) if self.transposed else ((sx, 0.0), (0.0, sy))  # per (x, y)
        if self.flip_u:
            u = (-u[0], -u[1])
        if self.flip_v:
            v = (-v[0], -v[1])
        return QTransform(u[0], v[0], u[1], v[1], width if self.flip_u else 0.0, height if self.flip_v else 0.0)


def letters_towards(direction_lps: np.ndarray) -> str:
    """Patient letters (of L R P A S I) of a unit direction, largest component first, those above 20 degrees only."""
    order = np.argsort(-np.abs(direction_lps))
    letters = [("LPS" if direction_lps[axis] > 0 else "RAI")[axis] for axis in order]
    return letters[0] + "".join(
        letter for letter, axis in zip(letters[1:], order[1:], strict=True) if abs(direction_lps[axis]) > SECOND_LETTER
    )


def slice_position(geometry: Geometry, k: int) -> str:
    """Where slice ``k`` lies along the axis nearest to its normal, at its centre: ``S 12.1 mm``."""
    axis = int(np.abs(geometry.normal).argmax())
    centre = geometry.index_to_world((k, (geometry.shape[1] - 1) / 2, (geometry.shape[2] - 1) / 2))
    value = round(float(centre[axis]), 1) + 0.0  # no "-0.0"
    return f"{('LPS' if value >= 0 else 'RAI')[axis]} {abs(value):.1f} mm"
