"""The work behind the Review tab, in lanes of background threads; results come back as signals on the GUI thread.

Lanes: ``frame`` (the slider path), ``spread`` (all raters on the slice in view), ``local`` (its ambiguity at the
current preference), ``detail`` (volumes), ``axes`` (sliders and their effects), ``sweep`` (the whole volume). In each
the newest request wins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.views.contours import trace
from proseg_gui.gui.views.thumbnails import ambiguity_preview
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.review.carrying import Carrying
from proseg_gui.review.drafts import Words, with_words
from proseg_gui.review.edits import Bricks
from proseg_gui.review.figures import Figures
from proseg_gui.review.proposals import Proposal, ProposalRequest
from proseg_gui.review.remaining import RemainingRequest
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import AxesState, Frame, Point

T = TypeVar("T")
LANES = (
    "fit",
    "frame",
    "sweep",
    "spread",
    "local",
    "detail",
    "axes",
    "tool",
    "proposal",
    "across",
    "compare",
    "gallery",
    "weigh",
    "prompt",
    "scanner",
    "clicks",
)
SWEEP_TITLE = marked("Measuring the volume")
ACCEPT_TITLE = marked("Accepting")
PROPOSAL_TITLE = marked("Carrying strokes through the volume")
TELL_EVERY_S = 0.4
"""How often the progress of the sweep is told; as often as what it found."""
SETTLE_MS = 150
"""After this pause in a drag the volume and its figures are brought up to date."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A frame with its traced contours: one path a structure, in array coordinates."""

    frame: Frame
    paths: tuple[QPainterPath, ...]
    requested_at: float
    by_slider: bool
    """Whether a slider's move asked for it (then nothing had to be encoded)."""
    words: Words = ()
    """What was said of the slice when it was asked for, which is in the contours."""


@dataclass(frozen=True)
class JobState:
    """The running background work as the status bar shows it."""

    title: str
    share: float
    text: str
    seconds_left: float | None


class Work(QObject):
    """Starts work on a review and announces what comes of it; holds no state of the study."""

    drawn = Signal(object)
    spread_found = Signal(object)
    local_map_found = Signal(object)
    """``(slice index, (y, x) map)``."""
    proposed = Signal(object)
    figures_found = Signal(object)
    fit_found = Signal(object)
    axes_found = Signal(object)
    regions_found = Signal(object)
    regions_weighed = Signal(object)
    surveyed = Signal(int)
    encoded = Signal()
    swept = Signal()
    progressed = Signal(object)
    """:class:`JobState` of the sweep."""
    paused = Signal()
    ended = Signal(str)
    """A lane's job has ended, whatever came of it."""
    failed = Signal(object)

    def __init__(self, jobs: QtJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._sweep_started = self._sweep_told = 0.0
        self._carrying = Carrying()
        self._measured: tuple[tuple[Any, int, Point], Bricks] | None = None
        """The volume that was measured last, and of what: a stroke does not draw the whole volume again."""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SETTLE_MS)
        self._pause.timeout.connect(self.paused)

    def cancel(self, kind: str = "") -> None:
        """Drop all of it, or one lane's; an acceptance that was begun is always finished."""
        for lane in (kind,) if kind else LANES:
            self._jobs.cancel(lane)

    def settle(self, wanted: bool) -> None:
        """Announce ``paused`` after a short pause without another call; or do not, after all."""
        if wanted:
            self._pause.start()
        else:
            self._pause.stop()

    @property
    def settling(self) -> bool:
        """Whether a pause is being waited for."""
        return self._pause.isActive()

    def freeze(
        self,
        review: Reviewed,
        structures: Mapping[str, Point],
        edits: Mapping[str, Bricks],
        done: Callable[[dict[str, Bricks]], None],
    ) -> None:
        """Every voxel of the structures at their points with what was said of them, for an acceptance."""

        def work(token: CancelToken, progress: Progress) -> dict[str, Bricks]:
            return review.frozen(structures, edits, token, progress)

        self._jobs.start(
            "accept", work, title=tr(ACCEPT_TITLE), done=done, failed=self.failed.emit, progress=self._accept_progress,
            ended=lambda: self.ended.emit("accept"),
        )  # fmt: skip

    def carry_out(self, title: str, work: Callable[[CancelToken, Progress], T], done: Callable[[T], None]) -> None:
        """A tool's work on a whole volume."""

        def progress(share: float, text: str) -> None:
            self.progressed.emit(JobState(title, share, text, None))

        self._start("tool", work, title, done, progress)

    def look(
        self,
        lane: str,
        title: str,
        work: Callable[[CancelToken, Callable[[Any], None]], None],
        take: Callable[[Any], None],
    ) -> None:
        """What a view shows: ``take`` gets each value that the work tells."""

        def carry(token: CancelToken, _progress: Progress) -> None:
            work(token, lambda value: self._jobs.post(token, take, value))

        self._start(lane, carry, title, lambda _none: None)

    def _accept_progress(self, share: float, text: str) -> None:
        self.progressed.emit(JobState(tr(ACCEPT_TITLE), share, text, None))

    def draw(self, review: Reviewed, k: int, points: tuple[Point, ...], words: Words, *, by_slider: bool) -> None:
        """Decode slice ``k``, each structure at its point, and trace the contours with what was said put over them."""
        requested = time.perf_counter()

        def work(token: CancelToken, _progress: Progress) -> Drawn:
            frame = review.frame(k, points, token)
            said = zip(frame.probability, words, strict=True)
            paths = tuple(trace(p if codes is None else with_words(p, codes)) for p, codes in said)
            return Drawn(frame, paths, requested, by_slider, words)

        self._start("frame", work, tr("Drawing"), self.drawn.emit)

    def find_spread(self, review: Reviewed, k: int, structure: int, form: str) -> None:
        """What all raters and samples draw on slice ``k``."""
        self._start(
            "spread",
            lambda token, _progress: review.spread(k, structure, form, token),
            tr("Uncertainty of the slice"),
            self.spread_found.emit,
        )

    def find_local_map(self, review: Reviewed, k: int, point: Point, structure: int) -> None:
        """The ambiguity of slice ``k`` at the preference of ``point``."""
        self._start(
            "local",
            lambda token, _progress: (k, review.local_ambiguity(k, point, structure, token)),
            tr("Ambiguity at this preference"),
            self.local_map_found.emit,
        )

    def measure(
        self, review: Reviewed, point: Point, structure: int, compare_with: str | None, edits: Bricks | None
    ) -> None:
        """The volume at ``point``: an estimate at once (where nothing was said), then the exact one with its Dice."""
        key = (review.engine, structure, point)

        def work(token: CancelToken, progress: Progress) -> Figures:
            if self._measured is not None and self._measured[0] == key:  # only what was said has changed
                return review.figures(self._measured[1], structure, compare_with, edits)
            if edits is None:
                quick = review.estimate(point, structure, token)
                if not quick.complete:
                    return quick
                self._jobs.post(token, self.figures_found.emit, quick)
            drawn = Bricks.of(review.measured_mask(point, structure, token, progress).array)
            self._measured = key, drawn
            return review.figures(drawn, structure, compare_with, edits)

        self._start("detail", work, tr("Volume"), self.figures_found.emit)

    def find_axes(self, review: Reviewed, point: Point, structure: int, window: tuple[float, float]) -> None:
        """The sliders at ``point`` with their measured effects and small pictures."""

        def work(token: CancelToken, _progress: Progress) -> AxesState:
            state = review.axes(point, token)
            return replace(state, previews=ambiguity_preview(review, state, point, structure, window, token))

        self._start("axes", work, tr("Sliders"), self.axes_found.emit)

    def propose(self, review: Reviewed, request: ProposalRequest) -> None:
        """What follows from what was said: the slice in view at once, then every slice."""

        def work(token: CancelToken, progress: Progress) -> Proposal:
            return self._carrying.propose(
                review, request, token, progress, partial(self._jobs.post, token, self.proposed.emit)
            )

        self._start("proposal", work, tr(PROPOSAL_TITLE), self.proposed.emit, self._proposal_progress)

    def _proposal_progress(self, share: float, text: str) -> None:
        self.progressed.emit(JobState(tr(PROPOSAL_TITLE), share, text, None))

    def find_regions(self, review: Reviewed, structure: int) -> None:
        """Where the case is in doubt so far."""
        self._start(
            "regions",
            lambda _token, _progress: review.regions(structure),
            tr("Regions of doubt"),
            self.regions_found.emit,
        )

    def weigh_regions(self, review: Reviewed, request: RemainingRequest) -> None:
        """What is left of their doubt after what was said."""
        self._start(
            "weigh",
            lambda token, _progress: self._carrying.remaining(review, request, token),
            tr("What is left in doubt"),
            self.regions_weighed.emit,
        )

    def judge_fit(self, review: Reviewed) -> None:
        """Whether the model fits the scan."""
        self._start("fit", lambda token, _progress: review.fit(token), tr("Fit of the model"), self.fit_found.emit)

    def sweep(self, review: Reviewed, nearest: Callable[[], int]) -> None:
        """Look at the whole volume, the slice that ``nearest()`` names first."""
        self._sweep_started, self._sweep_told = time.monotonic(), 0.0

        def work(token: CancelToken, progress: Progress) -> None:
            review.sweep(
                nearest,
                token,
                progress,
                surveyed=partial(self._jobs.post, token, self.surveyed.emit),
                encoded=partial(self._jobs.post, token, self.encoded.emit),
            )

        self._start("sweep", work, tr(SWEEP_TITLE), lambda _none: self.swept.emit(), self._sweep_progress)

    def _sweep_progress(self, share: float, text: str) -> None:
        now = time.monotonic()
        if share < 1.0 and now - self._sweep_told < TELL_EVERY_S:
            return  # each of these words lays out a column of panels again
        self._sweep_told = now
        elapsed = now - self._sweep_started
        left = elapsed * (1.0 - share) / share if share > 0.02 else None
        self.progressed.emit(JobState(tr(SWEEP_TITLE), share, text, left))

    def _start(
        self,
        lane: str,
        work: Callable[[CancelToken, Progress], Any],
        title: str,
        done: Callable[[Any], None],
        progress: Progress = no_progress,
    ) -> None:
        self._jobs.start(
            lane,
            work,
            title=title,
            done=done,
            failed=self.failed.emit,
            progress=progress,
            ended=lambda: self.ended.emit(lane),
            latest=True,
        )
