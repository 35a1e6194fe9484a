"""What the desk asks of whoever works in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.drafts import Words
from proseg_gui.review.edits import Bricks
from proseg_gui.review.proposals import ProposalRequest
from proseg_gui.review.remaining import RemainingRequest
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point

T = TypeVar("T")


class Worker(Protocol):
    """Who carries out the desk's work in the background; in each kind the newest request wins."""

    def draw(self, review: Reviewed, k: int, points: tuple[Point, ...], words: Words, *, by_slider: bool) -> None:
        """Draw slice ``k`` with what was said of it; comes back by :meth:`Desk.take_drawn`."""

    def find_spread(self, review: Reviewed, k: int, structure: int, form: str) -> None:
        """What all raters draw on slice ``k``; comes back by :meth:`Desk.take_spread`."""

    def find_local_map(self, review: Reviewed, k: int, point: Point, structure: int) -> None:
        """The ambiguity of slice ``k`` at ``point``; announced by the worker itself."""

    def measure(
        self, review: Reviewed, point: Point, structure: int, compare_with: str | None, edits: Bricks | None
    ) -> None:
        """The volume at ``point`` with ``edits`` put over it; comes back by :meth:`Desk.take_figures`."""

    def find_axes(self, review: Reviewed, point: Point, structure: int, window: tuple[float, float]) -> None:
        """The sliders; come back by :meth:`Desk.take_axes`."""

    def freeze(
        self,
        review: Reviewed,
        structures: Mapping[str, Point],
        edits: Mapping[str, Bricks],
        done: Callable[[dict[str, Bricks]], None],
    ) -> None:
        """Every voxel of the structures at their points, with ``edits`` put over them.

        ``done(masks by structure)`` is called on the owner's thread.
        """

    def carry_out(self, title: str, work: Callable[[CancelToken, Progress], T], done: Callable[[T], None]) -> None:
        """A tool's work on a whole volume, with progress; ``done(result)`` on the owner's thread."""

    def look(
        self,
        lane: str,
        title: str,
        work: Callable[[CancelToken, Callable[[Any], None]], None],
        take: Callable[[Any], None],
    ) -> None:
        """Work out what a view shows; in each lane the newest request wins.

        ``work(token, tell)``: whatever it tells comes to ``take`` on the owner's thread, unless the request has given
        way meanwhile.
        """

    def propose(self, review: Reviewed, request: ProposalRequest) -> None:
        """What follows from what was said; comes back by :meth:`Proposals.take`, the slice in view first, then all."""

    def find_regions(self, review: Reviewed, structure: int) -> None:
        """Where the case is in doubt so far; comes back by :meth:`Doubts.take`."""

    def weigh_regions(self, review: Reviewed, request: RemainingRequest) -> None:
        """What is left of their doubt; comes back by :meth:`Doubts.take_remaining`."""

    def judge_fit(self, review: Reviewed) -> None:
        """Whether the model fits the scan; comes back by :meth:`Desk.take_fit`."""

    def sweep(self, review: Reviewed, nearest: Callable[[], int]) -> None:
        """Look at the whole volume; :meth:`Desk.take_surveyed`, :meth:`Desk.take_encoded`, :meth:`Desk.take_swept`."""

    def settle(self, wanted: bool) -> None:
        """Call :meth:`Desk.settled` after a short pause without another move; or do not, after all."""

    def cancel(self, kind: str = "") -> None:
        """Drop all work, or that of one kind."""
