"""Where one stands in the model's two latents: the intents that move there, and the settings kept to go back to."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from proseg_gui.gui.review.view_control import ViewControl
from proseg_gui.gui.review.work import Drawn
from proseg_gui.gui.views.thumbnails import thumbnail
from proseg_gui.review.figures import Figures
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point, Remembered, Who
from proseg_gui.settings import Settings


class PointControl(ViewControl):
    """The current point of the review; what is computed there is the subclass's."""

    point_changed = Signal(object)
    remembered_changed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(settings, parent)
        self.review: Reviewed | None = None
        self.point: Point = {}
        self.structure = 0
        self.drawn: Drawn | None = None
        self.figures: Figures | None = None
        self.who = Who()
        self.last_rater: str | None = None
        self.remembered: tuple[Remembered, ...] = ()
        self._dragging = False
        self._tau_before_drag: tuple[float, ...] | None = None
        self._seeds = random.Random(0)

    # -- the two latents ------------------------------------------------------------------------------------------
    def choose_rater(self, name: str) -> None:
        """Draw as this rater: the preset point, with the ambiguity kept where it is."""
        if self.review is not None:
            self.last_rater = name
            self._to(self._keeping_eps(self.review.sliders.rater_point(name)), Who(rater=name))

    def choose_consensus_style(self) -> None:
        """Draw in the mean of the raters' styles."""
        if self.review is not None:
            self._to(self._keeping_eps(self.review.sliders.consensus_style()), Who(consensus=True))

    def set_blend(self, weights: Sequence[float]) -> None:
        """Draw as a blend of raters by ``(R,)`` weights."""
        if self.review is not None:
            self._to(self._keeping_eps(self.review.sliders.blend(tuple(weights))))

    def draw_preference(self, name: str) -> None:
        """Draw one random preference of this rater, as on another day."""
        if self.review is None:
            return
        self.last_rater = name
        drawn = self.review.sliders.random_point(self._seeds.randrange(2**31), name)
        self._to(self._keeping_eps(drawn), Who(drawn=name))

    def move_axis(self, axis: Any, position: float) -> None:
        """Move one slider to ``position`` standard deviations."""
        if self.review is None:
            return
        point = self.review.moved(axis, self.point, position)
        self._to(point, self.who if axis.family == "ambiguity" else Who(), by_slider=True)

    def begin_drag(self) -> None:
        """A slider was taken: axes stay as they are until it is let go."""
        self._dragging = True
        self._tau_before_drag = self.point.get("tau")

    def end_drag(self) -> None:
        """The slider was let go: figures and, where the preference moved, ambiguity axes are measured anew."""
        self._dragging = False
        self._drag_ended(tau_moved=self.point.get("tau") != self._tau_before_drag)

    def random_sample(self) -> None:
        """Draw what the image leaves open at random; the preference stays."""
        if self.review is None:
            return
        drawn = self.review.sliders.random_point(self._seeds.randrange(2**31))
        self._to({**self.point, "eps": drawn["eps"]}, self.who)

    def reset_ambiguity(self) -> None:
        """Put every ambiguity slider back to 0."""
        if self.review is not None:
            zero = tuple(0.0 for _ in self.point["eps"])
            self._to({**self.point, "eps": zero}, self.who)

    def position(self, axis: Any) -> float:
        """Where the current point lies on ``axis``."""
        return 0.0 if self.review is None else self.review.position(axis, self.point)

    def weights(self) -> tuple[float, ...] | None:
        """Blend weights of the current point, where it is a blend."""
        return None if self.review is None else self.review.sliders.rater_weights(self.point)

    def _keeping_eps(self, point: Point) -> Point:
        eps = self.point.get("eps")
        return {**point, "eps": eps} if eps is not None and len(eps) == len(point["eps"]) else point

    def _to(self, point: Point, who: Who | None = None, *, by_slider: bool = False) -> None:
        tau_moved = point.get("tau") != self.point.get("tau")
        self.point, self.who = point, who or Who()
        self.point_changed.emit(point)
        self._point_moved(by_slider=by_slider, tau_moved=tau_moved)

    @abstractmethod
    def _point_moved(self, *, by_slider: bool, tau_moved: bool) -> None:
        """Draw the new point, and ask for what depends on it."""

    @abstractmethod
    def _drag_ended(self, *, tau_moved: bool) -> None:
        """Ask for what was not asked for during the drag."""

    # -- remembered settings --------------------------------------------------------------------------------------
    def remember(self) -> None:
        """Keep the current setting with its picture."""
        if self.review is None or self.drawn is None or self.study is None:
            return
        frame = self.drawn.frame
        picture = thumbnail(
            self.shown.array[frame.slice_index],
            self.view.window,
            frame.probability[self.structure],
            self.study.geometry.spacing_mm[1:],
        )
        ml = None if self.figures is None else self.figures.ml
        entry = Remembered(f"{self.who.text} {len(self.remembered) + 1}", self.point, ml, picture, self.who)
        self.remembered = (*self.remembered, entry)
        self.remembered_changed.emit(self.remembered)

    def recall(self, index: int) -> None:
        """Go back to a remembered setting."""
        entry = self.remembered[index]
        self.set_point(entry.point, entry.who)

    def set_point(self, point: Point, who: Who | None = None) -> None:
        """Go to any point, for instance a remembered one."""
        if self.review is not None:
            self._to(point, who)

    def forget(self, index: int) -> None:
        """Drop a remembered setting."""
        self.remembered = self.remembered[:index] + self.remembered[index + 1 :]
        self.remembered_changed.emit(self.remembered)
