"""The state of the Review tab and the intents that change it. Widgets call intents and redraw on signals.

Work runs in lanes: ``open`` (files, models), ``frame`` (the slider path, newest wins), ``sweep`` (the whole volume in
the background), ``spread`` (all raters on the slice in view), ``detail`` (volume, slider effects). The GUI thread does
none of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainterPath

from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.thumbnails import ambiguity_preview, thumbnail
from proseg_gui.gui.views.contours import trace
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.figures import Figures
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import (
    LOCAL_MAP,
    AxesState,
    Frame,
    Point,
    Readout,
    Remembered,
    Spread,
    Summary,
    ViewState,
    Who,
)
from proseg_gui.settings import Settings
from proseg_gui.volume import Study, Volume, letters_of

SETTLE_MS = 150
"""After this pause in a drag the volume and its figures are brought up to date."""
SUMMARY_EVERY_S = 0.4


@dataclass(frozen=True, eq=False)
class Drawn:
    """A frame with its traced contours: one path a structure, in array coordinates."""

    frame: Frame
    paths: tuple[QPainterPath, ...]
    requested_at: float
    by_slider: bool
    """Whether a slider's move asked for it (then nothing had to be encoded)."""


@dataclass(frozen=True)
class JobState:
    """The running background work as the status bar shows it."""

    title: str
    share: float
    text: str
    seconds_left: float | None


class Controller(QObject):
    """See the module's text; signals carry immutable values."""

    study_changed = Signal(object)
    channel_changed = Signal(object)
    """The volume that is shown: another channel of the same study."""
    bundle_changed = Signal(object)
    slice_changed = Signal(int)
    structure_changed = Signal(int)
    point_changed = Signal(object)
    axes_changed = Signal(object)
    frame_changed = Signal(object)
    spread_changed = Signal(object)
    local_map_changed = Signal(object)
    summary_changed = Signal(object)
    figures_changed = Signal(object)
    remembered_changed = Signal(object)
    view_changed = Signal(object)
    readout_changed = Signal(object)
    job_changed = Signal(object)
    failed = Signal(object)
    noticed = Signal(str)
    settled = Signal()
    """Nothing is left to do for what is in view: the sweep has ended and the last frame is out."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = QtJobs(self)
        self.review: Reviewed | None = None
        self.study: Study | None = None
        self.point: Point = {}
        self.slice_index = 0
        self.structure = 0
        self.axes = AxesState((), (), True, 0, 0)
        self.drawn: Drawn | None = None
        self.spread: Spread | None = None
        self.summary: Summary | None = None
        self.remembered: tuple[Remembered, ...] = ()
        self.who = Who()
        self.last_rater: str | None = None
        self.figures: Figures | None = None
        self.view = ViewState(settings=settings)
        self._dragging = False
        self._tau_before_drag: tuple[float, ...] | None = None
        self._doubt_slice = -1
        self._last_summary = 0.0
        self._sweep_started = 0.0
        self._seeds = random.Random(0)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._refresh_figures)

    # -- the study ------------------------------------------------------------------------------------------------
    def show_study(self, study: Study) -> None:
        """Show a scan before any model has looked at it."""
        self._drop_review()
        self.study = study
        self.slice_index = study.geometry.shape[0] // 2
        self.structure = 0
        self.view = replace(
            self.view,
            window=study.image.display_window(),
            channel="",
            raters_shown=frozenset(),
            masks_shown=frozenset(),
            hidden=frozenset(),
            compare_with=None,
        )
        self.study_changed.emit(study)
        self.view_changed.emit(self.view)
        self.slice_changed.emit(self.slice_index)
        for notice in study.notices:
            self.noticed.emit(notice)

    def begin(self, review: Reviewed) -> None:
        """Look at the study through a model: first contour, then the sweep."""
        self._drop_review()
        self.review = review
        self.study = review.study
        self.structure = 0
        self.remembered = ()
        self.bundle_changed.emit(review.bundle)
        self.remembered_changed.emit(())
        for notice in review.engine.notices:
            self.noticed.emit(notice)
        self.choose_consensus_style()
        self._start_sweep()

    def _drop_review(self) -> None:
        for lane in ("frame", "sweep", "spread", "detail"):
            self.jobs.cancel(lane)
        self._settle.stop()
        self.review = None
        self.drawn = self.spread = self.summary = self.figures = None
        self.axes = AxesState((), (), True, 0, 0)
        self.bundle_changed.emit(None)
        self.spread_changed.emit(None)
        self.summary_changed.emit(None)
        self.figures_changed.emit(None)
        self.axes_changed.emit(self.axes)

    def close(self) -> None:
        """Stop all work and wait for the threads."""
        self._settle.stop()
        self.jobs.close()

    @property
    def shown(self) -> Volume:
        """The channel on screen; only while a study is open."""
        assert self.study is not None
        return self.study.channels.get(self.view.channel, self.study.image)

    def show_channel(self, name: str) -> None:
        """Show another channel of the study, with its own grey levels."""
        if self.study is None or name not in self.study.channels:
            return
        window = self.study.channels[name].display_window()
        self.view = replace(self.view, channel=name, window=window)
        self.channel_changed.emit(self.shown)
        self.view_changed.emit(self.view)

    def next_channel(self) -> None:
        """Show the next channel, in the study's order."""
        if self.study is None:
            return
        names = list(self.study.channels)
        if len(names) == 1:
            self.noticed.emit("This study has one channel")
            return
        current = names.index(self.view.channel) if self.view.channel in names else 0
        name = names[(current + 1) % len(names)]
        self.show_channel(name)
        self.noticed.emit(f"Showing {name}")

    # -- where one looks ------------------------------------------------------------------------------------------
    def set_slice(self, k: int) -> None:
        """Go to slice ``k`` (clamped)."""
        if self.study is None:
            return
        k = max(0, min(int(k), self.study.geometry.shape[0] - 1))
        if k == self.slice_index:
            return
        self.slice_index = k
        self.drawn = self.spread = None
        self.slice_changed.emit(k)
        self.spread_changed.emit(None)
        self._request_frame()
        self._request_spread()

    def step_slice(self, step: int) -> None:
        """Go ``step`` slices on."""
        self.set_slice(self.slice_index + step)

    def next_uncertain(self, direction: int) -> None:
        """Go to the most uncertain slice; from there on, to the next lower (or higher) peak of uncertainty."""
        if self.review is None or self.summary is None or not np.isfinite(self.summary.by_slice).any():
            self.noticed.emit("The uncertainty of the slices is still being measured")
            return
        survey, current = self.review.survey, self.slice_index
        target = survey.next_uncertain(current, direction, self.structure)
        if current != self._doubt_slice and direction > 0:  # one came here by other ways: begin with the highest
            highest = survey.next_uncertain(-1, 1, self.structure)
            target = highest if highest != current else target
        if target == current:
            self.noticed.emit("There is no further peak of uncertainty")
        self._doubt_slice = target
        self.set_slice(target)

    def set_structure(self, index: int) -> None:
        """Choose the structure that maps, volumes and readouts are about."""
        if self.review is None or index == self.structure:
            return
        self.structure = index
        self.structure_changed.emit(index)
        self._request_spread()
        self._emit_summary()
        self._refresh_figures()

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
        self._refresh_figures()
        if self.point.get("tau") != self._tau_before_drag:
            self._refresh_axes()
        self._request_local_map()

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
        self._request_frame(by_slider=by_slider)
        self._settle.start()
        if not self._dragging:
            if tau_moved:
                self._refresh_axes()
            self._request_local_map()

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

    # -- how it is shown ------------------------------------------------------------------------------------------
    def set_view(self, **changes: Any) -> None:
        """Change remembered view settings by name."""
        before = self.view.settings
        self.view = replace(self.view, settings=replace(before, **changes))
        self.view_changed.emit(self.view)
        if "map_form" in changes and changes["map_form"] != before.map_form:
            self._request_spread()
        if changes.get("map_name") == LOCAL_MAP:
            self._request_local_map()

    def set_window(self, centre: float, width: float) -> None:
        """Grey levels: centre and width in the image's unit."""
        self.view = replace(self.view, window=(centre, max(width, 1e-6)))
        self.view_changed.emit(self.view)

    def show_raters(self, names: frozenset[str]) -> None:
        """Draw these raters' predicted contours beside the current one."""
        self.view = replace(self.view, raters_shown=names)
        self.view_changed.emit(self.view)

    def show_masks(self, names: frozenset[str]) -> None:
        """Draw the masks that these raters gave."""
        self.view = replace(self.view, masks_shown=names)
        self.view_changed.emit(self.view)

    def hide_structure(self, index: int, hidden: bool) -> None:
        """Draw (or stop drawing) a structure."""
        kept = self.view.hidden | {index} if hidden else self.view.hidden - {index}
        self.view = replace(self.view, hidden=kept)
        self.view_changed.emit(self.view)

    def compare_with(self, rater: str | None) -> None:
        """Measure the current contour against the mask that this rater gave."""
        self.view = replace(self.view, compare_with=rater)
        self.view_changed.emit(self.view)
        self._refresh_figures()

    def hover(self, index: tuple[int, int, int] | None) -> None:
        """Tell what lies under the cursor at voxel ``(z, y, x)``."""
        if self.study is None or index is None:
            self.readout_changed.emit(None)
            return
        image = self.shown
        value = float(image.array[index])
        probability = included = ""
        if self.drawn is not None and self.review is not None:
            name = self.review.engine.structures[self.structure]
            probability = f"P({name}) {self.drawn.frame.probability[self.structure, index[1], index[2]]:.2f}"
        if self.spread is not None:
            names = [name for name, p in self.spread.raters.items() if p[index[1], index[2]] > 0.5]
            included = f"{', '.join(names)} include it" if names else "no rater includes it"
        readout = Readout(
            position=letters_of(self.study.geometry.index_to_world(index)),
            value=f"{value:.4g} {image.unit}".strip(),
            probability=probability,
            included_by=included,
        )
        self.readout_changed.emit(readout)

    # -- work -----------------------------------------------------------------------------------------------------
    def _request_frame(self, *, by_slider: bool = False) -> None:
        review = self.review
        if review is None:
            return
        k, point, requested = self.slice_index, self.point, time.perf_counter()

        def work(token: CancelToken, _progress: Progress) -> Drawn:
            frame = review.frame(k, point, token)
            return Drawn(frame, tuple(trace(p) for p in frame.probability), requested, by_slider)

        self.jobs.start(
            "frame",
            work,
            title="Drawing",
            done=self._drawn_done,
            failed=self._report,
            ended=self._check_settled,
            latest=True,
        )

    def _drawn_done(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.frame_changed.emit(drawn)

    def _request_spread(self) -> None:
        review = self.review
        if review is None:
            return
        k, structure, form = self.slice_index, self.structure, self.view.settings.map_form
        self.jobs.start(
            "spread",
            lambda token, _progress: review.spread(k, structure, form, token),
            title="Uncertainty of the slice",
            done=self._spread_done,
            failed=self._report,
            ended=self._check_settled,
            latest=True,
        )
        self._request_local_map()

    def _spread_done(self, spread: Spread) -> None:
        self.spread = spread
        self.spread_changed.emit(spread)
        self._emit_summary()

    def _request_local_map(self) -> None:
        review = self.review
        if review is None or self.view.settings.map_name != LOCAL_MAP:
            return
        k, point, structure = self.slice_index, self.point, self.structure
        self.jobs.start(
            "local",
            lambda token, _progress: (k, review.local_ambiguity(k, point, structure, token)),
            title="Ambiguity at this preference",
            done=self.local_map_changed.emit,
            failed=self._report,
            latest=True,
        )

    def _start_sweep(self) -> None:
        review = self.review
        if review is None:
            return
        self._sweep_started = time.monotonic()

        def work(token: CancelToken, progress: Progress) -> None:
            review.sweep(
                lambda: self.slice_index,
                token,
                progress,
                surveyed=partial(self.jobs.post, token, self._surveyed),
                encoded=partial(self.jobs.post, token, self._encoded),
            )

        self.jobs.start(
            "sweep",
            work,
            title="Measuring the volume",
            done=lambda _none: self._sweep_done(),
            failed=self._report,
            progress=self._sweep_progress,
            ended=self._sweep_ended,
            latest=True,
        )

    def _sweep_progress(self, share: float, text: str) -> None:
        elapsed = time.monotonic() - self._sweep_started
        left = elapsed * (1.0 - share) / share if share > 0.02 else None
        self.job_changed.emit(JobState("Measuring the volume", share, text, left))

    def _surveyed(self, k: int) -> None:
        if k == self.slice_index and self.spread is None:
            self._request_spread()
        if time.monotonic() - self._last_summary > SUMMARY_EVERY_S:
            self._emit_summary()

    def _encoded(self) -> None:
        self._refresh_axes()
        self._refresh_figures()

    def _sweep_done(self) -> None:
        self._emit_summary()
        self._refresh_axes()

    def _sweep_ended(self) -> None:
        self.job_changed.emit(None)
        self._check_settled()

    def cancel_sweep(self) -> None:
        """Stop looking at the rest of the volume; what is known stays."""
        self.jobs.cancel("sweep")
        self.job_changed.emit(None)
        self.noticed.emit("Stopped: figures cover the slices measured so far")

    def _emit_summary(self) -> None:
        if self.review is not None:
            self._last_summary = time.monotonic()
            self.summary = self.review.summary(self.structure)
            self.summary_changed.emit(self.summary)

    def _refresh_figures(self) -> None:
        review = self.review
        if review is None:
            return
        point, structure, compare = self.point, self.structure, self.view.compare_with

        def work(token: CancelToken, progress: Progress) -> Figures:
            quick = review.estimate(point, structure, token)
            if not quick.complete:
                return quick
            self.jobs.post(token, self._figures_done, quick)
            return review.figures(point, structure, compare, token, progress)

        self.jobs.start(
            "detail",
            work,
            title="Volume",
            done=self._figures_done,
            failed=self._report,
            ended=self._check_settled,
            latest=True,
        )

    def _figures_done(self, figures: Figures) -> None:
        self.figures = figures
        self.figures_changed.emit(figures)

    def _refresh_axes(self) -> None:
        review, study = self.review, self.study
        if review is None or study is None:
            return
        point, structure, window = self.point, self.structure, self.view.window

        def work(token: CancelToken, _progress: Progress) -> AxesState:
            state = review.axes(point, token)
            return replace(state, previews=ambiguity_preview(review, state, point, structure, window, token))

        self.jobs.start(
            "axes",
            work,
            title="Sliders",
            done=self._axes_done,
            failed=self._report,
            ended=self._check_settled,
            latest=True,
        )

    def _axes_done(self, axes: AxesState) -> None:
        if self._dragging:  # never during a drag: end_drag asks again
            return
        self.axes = axes
        self.axes_changed.emit(axes)

    def _check_settled(self) -> None:
        lanes = ("open", "frame", "sweep", "spread", "detail", "axes")
        if not any(self.jobs.busy(lane) for lane in lanes) and not self._settle.isActive():
            self.settled.emit()

    def _report(self, error: BaseException) -> None:
        self.failed.emit(error)
