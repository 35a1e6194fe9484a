"""The slice in view as the model draws it the other way: without adjusting for the scanner, beside the adjusted one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.jobs import CancelToken
from proseg_gui.review.state import Announce, Point

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

LANE, TITLE = "scanner", "Without adjusting for the scanner"


@dataclass(frozen=True, eq=False)
class Otherwise:
    """``probability (S, y, x)`` float32 of one slice, each structure at its own point, without the adjustment."""

    slice_index: int
    points: tuple[Point, ...]
    probability: np.ndarray


class Adjusting:
    """Announces ``otherwise_changed`` with an :class:`Otherwise`; ``None``: there is none of what is in view."""

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self.drawn: Otherwise | None = None

    @property
    def adjusted(self) -> bool:
        """Whether the model that looks adjusts for the scanner, and does so now."""
        review = self._desk.review
        return review is not None and review.engine.method.capabilities.adjusts and review.engine.adjusted

    def forget(self) -> None:
        """Another model looks, or none."""
        self.drawn = None
        self._announce("otherwise_changed", None)

    def look(self) -> None:
        """A slice was drawn adjusted: draw it without, unless a slider is being dragged."""
        desk = self._desk
        review, drawn = desk.review, desk.drawn
        if review is None or not self.adjusted or drawn is None or desk.latents.dragging:
            return
        frame = drawn.frame
        if self._is_of(frame.slice_index, frame.points):
            return

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            tell(Otherwise(frame.slice_index, frame.points, review.otherwise(frame.slice_index, frame.points, token)))

        desk.worker.look(LANE, TITLE, work, self.take)

    def take(self, found: Otherwise) -> None:
        """It has come."""
        self.drawn = found
        self._announce("otherwise_changed", found)

    def shown(self) -> Otherwise | None:
        """What belongs beside the slice in view as it is drawn now."""
        drawn = self._desk.drawn
        if drawn is None or not self._is_of(drawn.frame.slice_index, drawn.frame.points):
            return None
        return self.drawn

    def _is_of(self, k: int, points: tuple[Point, ...]) -> bool:
        return self.drawn is not None and self.drawn.slice_index == k and self.drawn.points == points
