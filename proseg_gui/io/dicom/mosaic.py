"""Siemens mosaics: one MR picture whose tiles are the slices of a volume, taken apart into slices at their places.

Which tile is where comes from the header alone (nibabel's notes on mosaics say the same): tiles run along rows;
ImagePositionPatient is where the corner of the whole picture would be if it were centred on the first slice, so that
slice's corner lies half the difference of both sizes further; the CSA header's SliceNormalVector says to which side the
slices are stacked. Without it that side is not known, and the picture is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.csa import Mosaic, Tile
from proseg_gui.io.dicom.headers import Header

_REMEDY = "Export it as single slices, or convert it to NIfTI (dcm2niix does)"
_PARALLEL = 0.999


def tiles_of(header: Header) -> list[Header]:
    """One header a tile, in stored order.

    Raises
    ------
    UserError
        If the header does not say where the tiles lie.
    """
    mosaic = header.mosaic
    assert mosaic is not None
    what = f"this is a {mosaic.maker} mosaic ({f'{mosaic.count} ' if mosaic.count else ''}slices in one picture)"

    def refused(why: str) -> UserError:
        return UserError(f"{what}, and {why}", path=header.path, remedy=_REMEDY)

    if mosaic.maker != "Siemens":
        raise refused("such pictures cannot be taken apart")
    if header.number("NumberOfFrames", 1) > 1:
        raise refused("it has several frames beside")
    if not mosaic.is_named:
        raise refused("its ImageType does not say so")
    if not mosaic.count:
        raise refused("its header does not say how many slices it holds")
    rows, columns = int(header.number("Rows")), int(header.number("Columns"))
    side = math.isqrt(mosaic.count - 1) + 1
    if rows % side or columns % side:
        raise refused(f"its {columns} x {rows} pixels do not part into {side} x {side} tiles")
    if not mosaic.normal:
        raise refused("its header does not say to which side they are stacked (SliceNormalVector is missing)")
    if mosaic.first_slice > 0:
        raise refused("its slices are numbered backwards (ProtocolSliceNumber), which cannot be placed for sure")
    step = abs(header.number("SpacingBetweenSlices", 0.0))
    if step == 0:
        raise refused("its header does not say how far they lie apart (SpacingBetweenSlices is missing)")
    return _unfolded(header, mosaic, (rows, columns), side, step, refused)


def _unfolded(
    header: Header, mosaic: Mosaic, full: tuple[int, int], side: int, step: float, refused: Callable[[str], UserError]
) -> list[Header]:
    size = (full[0] // side, full[1] // side)
    orientation, steps = header.numbers("ImageOrientationPatient", 6), header.numbers("PixelSpacing", 2)
    along_row, along_column = orientation[:3], orientation[3:]
    normal = np.cross(along_row, along_column)
    said = float(normal @ np.array(mosaic.normal)) / max(float(np.linalg.norm(mosaic.normal)), 1e-12)
    if abs(said) < _PARALLEL:
        raise refused("its SliceNormalVector contradicts its orientation")
    normal = normal * np.sign(said)
    first = header.numbers("ImagePositionPatient", 3)
    first = first + along_row * steps[1] * (full[1] - size[1]) / 2 + along_column * steps[0] * (full[0] - size[0]) / 2
    slices = []
    for number in range(mosaic.count):
        at = list(first + number * step * normal)
        flat = header.tags_with(ImagePositionPatient=at, Rows=size[0], Columns=size[1])
        tile = Tile(number, number // side * size[0], number % side * size[1], full)
        slices.append(replace(header, tags=flat, tile=tile))
    return slices
