"""Clicks in and out, or a box, on the active structure: the contour follows them, as one step.

What was pointed at stands beside the point in the document (:class:`~proseg_gui.review.state.Who`), so undo takes the
last click back, and a reopened case goes on from there. The contour is what the network makes of the clicks; the
gallery has the candidates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from proseg_gui.errors import UserError
from proseg_gui.inference.pointing import Clicks, Place
from proseg_gui.jobs import CancelToken
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Announce, Point, Who

if TYPE_CHECKING:
    from proseg_gui.inference.clicks import Candidates
    from proseg_gui.review.desk import Desk

LANE, TITLE = "clicks", "Looking for what is meant"
CLICK_IN, CLICK_OUT, BOX, CLEAR = "click in", "click out", "box", "clear clicks"
NO_CLICKS = "This model takes no clicks"
NOT_MODELLED = "The model does not draw this structure: choose one that it does"
MOVED = "The contour was changed meanwhile, so the click was not followed"
ONE_ALONE = "1 candidate: all draws agree"


class Clicking:
    """What was pointed at, from the hand to the point."""

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self._waiting: tuple[Point, int, Clicks] | None = None
        """Where one stood when something was pointed at that is still being looked for."""

    @property
    def able(self) -> bool:
        """Whether the model that looks takes clicks."""
        review = self._desk.review
        return review is not None and review.engine.method.capabilities.clicks

    @property
    def clicks(self) -> Clicks:
        """What was pointed at of the structure that the model draws, with what is still being looked for."""
        desk = self._desk
        if self._waiting is not None and self._waiting[:2] == (desk.latents.point, desk.model_structure):
            return self._waiting[2]
        return desk.latents.who.clicks

    def forget(self) -> None:
        """Another model looks, or none."""
        self._waiting = None
        if self._desk.tools.holds_click:
            self._desk.tools.lay_down()

    def click(self, place: Place, inside: bool) -> None:
        """Something was said to be in or out at a place in LPS mm."""
        self._ask(self.clicks.and_then(place, inside), CLICK_IN if inside else CLICK_OUT)

    def box(self, one: Place, other: Place) -> None:
        """A box was drawn; it takes the place of an earlier one."""
        self._ask(Clicks(self.clicks.places, (one, other)), BOX)

    def clear(self) -> None:
        """Forget all clicks: back to the consensus style, as one step."""
        desk = self._desk
        self._waiting = None
        if desk.review is not None and not desk.latents.who.clicks.empty:
            desk.latents.set_point(desk.review.sliders.consensus_style(), Who(consensus=True), name=CLEAR)

    def blocked(self) -> str:
        """Why nothing can be pointed at; empty where it can."""
        if not self.able:
            return NO_CLICKS
        return "" if self._desk.is_modelled else NOT_MODELLED

    def _ask(self, clicks: Clicks, name: str) -> None:
        desk, review = self._desk, self._desk.review
        if review is None or self.blocked():
            self._announce("noticed", self.blocked())
            return
        start, structure = desk.latents.point, desk.model_structure
        self._waiting = (start, structure, clicks)

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            try:
                tell(review.candidates(clicks, structure, token=token))
            except UserError as error:
                tell(str(error))

        desk.worker.look(LANE, TITLE, work, lambda found: self.take(review, (start, structure, clicks), found, name))

    def take(
        self, review: Reviewed, asked: tuple[Point, int, Clicks], found: Candidates | str, name: str = CLICK_IN
    ) -> None:
        """The candidates have come, or why there are none: go to the network's guess."""
        desk = self._desk
        if self._waiting == asked:
            self._waiting = None
        start, structure, clicks = asked
        if isinstance(found, str):
            self._announce("noticed", found)
        elif (
            desk.review is None or desk.review.engine is not review.engine
            or (desk.latents.point, desk.model_structure) != (start, structure)
        ):  # fmt: skip
            self._announce("noticed", MOVED)
        else:
            desk.latents.set_point(found.guess, Who(clicks=clicks), name=name)
            share, count = round(100 * float(found.shares[0])), len(found.points)
            several = f"{count} candidates, the likeliest with {share} %: the gallery (F6) shows them"
            self._announce("noticed", several if count > 1 else ONE_ALONE)
