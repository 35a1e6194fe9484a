"""Where the slices of a DICOM series lie: the grid of their positions and orientation, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proseg_gui.io.dicom.headers import Header
from proseg_gui.volume import EVEN_STEP_TOLERANCE_MM, SHEAR_TOLERANCE, Geometry

_EVEN_PIXELS = 1 / 30
"""What counts as even at most in pixels: it is the tighter bound where these are smaller than 0.3 mm."""


def _axes(header: Header) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit directions of growing column index (x), row index (y), and their normal.

    DICOM PS3.3 C.7.6.2.1.1: the first triple of ImageOrientationPatient runs along a row, that is to growing column
    index; the second down a column.
    """
    orientation = header.numbers("ImageOrientationPatient", 6)
    x = orientation[:3] / np.linalg.norm(orientation[:3])
    y = orientation[3:] / np.linalg.norm(orientation[3:])
    normal = np.cross(x, y)
    return x, y, normal / np.linalg.norm(normal)


def places_of(group: Sequence[Header]) -> np.ndarray:
    """``(n,)`` mm along the normal: where each slice lies."""
    normal = _axes(group[0])[2]
    return np.array([header.numbers("ImagePositionPatient", 3) @ normal for header in group])


def stack_geometry(group: Sequence[Header]) -> tuple[Geometry, tuple[str, ...]]:
    """The grid of slices that are sorted along their normal, and what is unusual about it.

    PixelSpacing is (between rows = y, between columns = x), PS3.3 10.7.1.3.
    """
    x, y, normal = _axes(group[0])
    row_step, column_step = group[0].numbers("PixelSpacing", 2)
    origins = np.array([header.numbers("ImagePositionPatient", 3) for header in group])
    shape = (len(group), int(group[0].number("Rows")), int(group[0].number("Columns")))
    if len(group) == 1:
        thickness, notices = _thickness(group[0])
        spacing = (thickness, row_step, column_step)
        return Geometry(shape, origins[0], spacing, np.stack([x, y, normal], axis=1)), notices
    step = (origins[-1] - origins[0]) / (len(group) - 1)
    length = float(np.linalg.norm(step))
    even = origins[0] + np.arange(len(group))[:, None] * step
    tolerance = min(EVEN_STEP_TOLERANCE_MM, _EVEN_PIXELS * min(row_step, column_step))
    is_even = bool(np.linalg.norm(origins - even, axis=1).max() <= tolerance)
    z = step / length
    if is_even and max(abs(z @ x), abs(z @ y)) < SHEAR_TOLERANCE:
        z = normal  # the residue is rounding of the positions' decimal text
    directions = np.stack([x, y, z], axis=1)
    positions = None if is_even else origins
    geometry = Geometry(shape, origins[0], (length, row_step, column_step), directions, positions)
    notices = () if is_even else (_gap_text(origins @ normal, origins - even, tolerance),)
    notices += _shear_text(geometry, float(np.degrees(np.arccos(np.clip(z @ normal, -1.0, 1.0)))))
    return geometry, notices


def _shear_text(geometry: Geometry, tilt: float) -> tuple[str, ...]:
    """What is not at right angles: the stack to its slices (by ``tilt`` degrees), or the rows to the columns."""
    if not geometry.is_sheared:
        return ()
    corner = float(np.degrees(np.arccos(geometry.direction[:, 0] @ geometry.direction[:, 1]))) - 90.0
    told = []
    if abs(corner) > np.degrees(SHEAR_TOLERANCE):
        told.append(f"The image's rows and columns are {abs(corner):.2g} degrees off a right angle; that is kept.")
    if not told or tilt > np.degrees(SHEAR_TOLERANCE):
        told.append(f"The slices are tilted by {tilt:.2g} degrees against their stacking; their true places are kept.")
    return tuple(told)


def _thickness(header: Header) -> tuple[float, tuple[str, ...]]:
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        value = abs(header.number(keyword, 0.0))
        if value > 0:
            return value, ()
    return 1.0, ("The file says no slice thickness: 1 mm is assumed.",)


def _gap_text(places: np.ndarray, offsets: np.ndarray, tolerance: float) -> str:
    """What is uneven about slices at ``places`` mm along the normal, ``offsets`` (n, 3) mm from a straight stack."""
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    if np.abs(gaps - usual).max() <= tolerance:
        off = float(np.linalg.norm(offsets, axis=1).max())
        return f"The slices are not stacked in a straight line (up to {off:.2g} mm off); their true places are kept."
    worst = int(np.abs(gaps - usual).argmax())
    others = int((np.abs(gaps - usual) > tolerance).sum()) - 1
    more = f" and {others} more uneven step{'s' if others > 1 else ''}" if others > 0 else ""
    hint = " (a slice may be missing)" if gaps[worst] > 1.5 * usual else ""
    return (
        f"The slices are unevenly spaced: mostly {usual:.4g} mm, but {gaps[worst]:.4g} mm between slices {worst + 1} "
        f"and {worst + 2}{hint}{more}; their true places are kept."
    )
