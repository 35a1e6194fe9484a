"""What a file holds before it is made a Volume: components, grid and remarks; shared by the image readers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.volume import Geometry


class SeveralComponents(UserError):
    """The file holds several volumes and none was chosen; ``count`` says how many."""

    def __init__(self, count: int, path: object) -> None:
        self.count = count
        super().__init__(
            f"it holds {count} volumes (4D)",
            path=str(path),
            remedy=f"Choose one of them, 0 to {count - 1}, or save it as a file of its own",
        )


@dataclass(frozen=True, eq=False)
class RawImage:
    """Voxel values ``(components, z, y, x)`` of any number type; ``colour`` if the components are red, green, blue.

    ``scaling`` is the header's slope and intercept, which ``array`` has applied.
    """

    array: np.ndarray
    geometry: Geometry
    notices: tuple[str, ...] = ()
    colour: bool = False
    scaling: tuple[float, float] = (1.0, 0.0)
