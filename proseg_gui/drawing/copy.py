"""Copy a slice of a shape to another slice."""

from __future__ import annotations

from proseg_gui.drawing.boxes import BoolArray, check_mask, of_plane
from proseg_gui.drawing.painted import Painted
from proseg_gui.planes import Plane


def copy_slice(mask: BoolArray, plane: Plane, to_index: int) -> Painted:
    """The voxels of ``plane``, put into the plane ``to_index`` of the same axis: what is in there, and what is out.

    Each voxel goes to the one with the same row and column. On a tilted stack that is along the stack, as a table
    moved the patient through a tilted gantry, not at right angles to the slices.

    Raises
    ------
    ValueError
        When the mask is not bool or does not have one of the planes.
    """
    check_mask(mask, mask.shape)
    of_plane(plane, mask.shape)
    target = of_plane(Plane(plane.axis, to_index), mask.shape)
    return Painted(target, mask[of_plane(plane, mask.shape)].copy())
