"""The voxels of every structure, for planes across the acquired slices: worked out in the background while they show.

Sliders and figures know the voxels of one structure. While a plane across is in view (:meth:`Across.want`), those of
the others are drawn one after the other, the slices nearest to where one looks first; what is there so far is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from proseg_gui.jobs import CancelToken
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import Announce, Point

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

LANE, TITLE = "across", "Contours in the other planes"
TELL_EVERY_S = 0.4
"""What is drawn so far is shown so often."""


class Across:
    """Which voxels of the desk's structures are known, and for which point; asks for those that are missing.

    Announces ``across_changed`` with a structure's name when more of it is known.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self._known: dict[str, Point] = {}
        """Structure -> the point at which the voxels in :attr:`Shapes.voxels` were drawn by the model that looks."""
        self._coming: dict[str, Bricks] = {}
        self._asked: tuple[str, Point] | None = None
        self._near: int | None = None

    def forget(self) -> None:
        """Another model looks, or none."""
        self._known, self._coming, self._asked = {}, {}, None

    def want(self, near: int | None) -> None:
        """Planes across are in view, through slice ``near``; ``None``: they no longer are."""
        before, self._near = self._near, near
        if near is None and before is not None:
            self._desk.worker.cancel(LANE)
            self._asked, self._coming = None, {}
        elif before is None:
            self.look()

    def voxels(self, name: str) -> Bricks | None:
        """What is known of a structure without what was said: as far as it is being drawn, else as last drawn."""
        coming = self._coming.get(name)
        return coming if coming is not None else self._desk.shapes.voxels.get(name, (None,))[0]

    def current(self, number: int) -> Bricks | None:
        """A structure's voxels where it stands now, without what was said; ``None`` until they are there."""
        name, points = self._desk.structures[number], self._desk.latents.points
        if number >= len(points) or self._known.get(name) != points[number]:
            return None
        return self._desk.shapes.voxels.get(name, (None,))[0]

    def measured(self, name: str, point: Point) -> None:
        """The voxels of a structure at ``point`` have come with its figures; now the others have their turn."""
        self._known[name] = point
        self.look()

    def look(self) -> None:
        """Ask for the first structure whose voxels are not known where it stands now."""
        desk = self._desk
        review = desk.review
        if review is None or self._near is None or desk.figures is None or not desk.figures.exact:
            return
        wanted = next((number for number in range(len(desk.modelled)) if self._misses(number)), None)
        if wanted is None:
            return
        name, point = desk.modelled[wanted], desk.latents.points[wanted]
        if self._asked is not None and self._asked == (name, point):
            return
        self._asked, near = (name, point), self._near

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            told = time.monotonic()

            def partly(inside: npt.NDArray[np.bool_]) -> None:
                nonlocal told
                if time.monotonic() - told > TELL_EVERY_S:
                    told = time.monotonic()
                    tell((name, point, Bricks.of(inside), False))

            tell((name, point, review.drawn_from(near, point, wanted, token, partly), True))

        desk.worker.look(LANE, TITLE, work, self._take)

    def _misses(self, number: int) -> bool:
        desk = self._desk
        if number == desk.model_structure or desk.shapes.kept(number) is not None:
            return False
        return self._known.get(desk.modelled[number]) != desk.latents.points[number]

    def _take(self, found: tuple[str, Point, Bricks, bool]) -> None:
        name, point, voxels, complete = found
        desk = self._desk
        if self._asked != (name, point) or desk.case is None or desk.model is None:
            return
        if complete:
            self._asked = None
            self._coming.pop(name, None)
            self._known[name] = point
            desk.shapes.voxels[name] = voxels, desk.model
            self._announce("shown_kept", (desk.case.case_id, name, voxels, desk.model))
        else:
            self._coming[name] = voxels
        self._announce("across_changed", name)
        if complete:
            self.look()
