"""The state of the Review tab and the intents that change it. Widgets call intents and redraw on signals.

The work itself is started by :class:`~proseg_gui.gui.review.work.Work`; the GUI thread does none of it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.review.point_control import PointControl
from proseg_gui.gui.review.work import LANES, Drawn, Work
from proseg_gui.review.figures import Figures
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import LOCAL_MAP, AxesState, Readout, Spread, Summary
from proseg_gui.settings import Settings
from proseg_gui.volume import Study, letters_of

SETTLE_MS = 150
"""After this pause in a drag the volume and its figures are brought up to date."""
SUMMARY_EVERY_S = 0.4


class Controller(PointControl):
    """See the module's text; signals carry immutable values."""

    study_changed = Signal(object)
    drawings_changed = Signal(object)
    """The same study with more masks that raters drew."""
    bundle_changed = Signal(object)
    slice_changed = Signal(int)
    structure_changed = Signal(int)
    axes_changed = Signal(object)
    frame_changed = Signal(object)
    spread_changed = Signal(object)
    local_map_changed = Signal(object)
    summary_changed = Signal(object)
    figures_changed = Signal(object)
    readout_changed = Signal(object)
    job_changed = Signal(object)
    failed = Signal(object)
    settled = Signal()
    """Nothing is left to do for what is in view: the sweep has ended and the last frame is out."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(settings, parent)
        self.jobs = QtJobs(self)
        self.work = Work(self.jobs, self)
        self.slice_index = 0
        self.axes = AxesState((), (), True, 0, 0)
        self.spread: Spread | None = None
        self.summary: Summary | None = None
        self._doubt_slice = -1
        self._last_summary = 0.0
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._refresh_figures)
        work = self.work
        work.drawn.connect(self._drawn_done)
        work.spread_found.connect(self._spread_done)
        work.local_map_found.connect(self.local_map_changed)
        work.figures_found.connect(self._figures_done)
        work.axes_found.connect(self._axes_done)
        work.surveyed.connect(self._surveyed)
        work.encoded.connect(self._encoded)
        work.swept.connect(self._swept)
        work.progressed.connect(self.job_changed)
        work.ended.connect(self._ended)
        work.failed.connect(self.failed)

    # -- the study ------------------------------------------------------------------------------------------------
    def show_study(self, study: Study) -> None:
        """Show a scan before any model has looked at it."""
        self._drop_review()
        self.study = study
        self.slice_index = study.geometry.shape[0] // 2
        self.structure = 0
        self._view_afresh(study)
        self.study_changed.emit(study)
        self.view_changed.emit(self.view)
        self.slice_changed.emit(self.slice_index)
        for notice in study.notices:
            self.noticed.emit(notice)

    def add_drawings(self, study: Study, reference: str | None = None) -> None:
        """Go on with ``study``: the one in view with further readings, which are drawn at once.

        ``reference`` is the rater whose mask the current contour is then measured against.
        """
        before = () if self.study is None else self.study.raters
        self.study = study
        if self.review is not None:
            self.review = replace(self.review, study=study)
        self.drawings_changed.emit(study)
        self.show_masks(self.view.masks_shown | (frozenset(study.raters) - frozenset(before)))
        if reference is not None:
            self.compare_with(reference)

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
        self.work.sweep(review, lambda: self.slice_index)

    def _drop_review(self) -> None:
        self.work.cancel()
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

    # -- how it is shown ------------------------------------------------------------------------------------------
    def set_view(self, **changes: Any) -> None:
        """Change remembered view settings by name; maps that are wanted now are asked for."""
        before = self.view.settings
        super().set_view(**changes)
        if "map_form" in changes and changes["map_form"] != before.map_form:
            self._request_spread()
        if changes.get("map_name") == LOCAL_MAP:
            self._request_local_map()

    def compare_with(self, rater: str | None) -> None:
        """Measure the current contour against the mask that this rater gave."""
        super().compare_with(rater)
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

    # -- a new point ----------------------------------------------------------------------------------------------
    def _point_moved(self, *, by_slider: bool, tau_moved: bool) -> None:
        self._request_frame(by_slider=by_slider)
        self._settle.start()
        if not self._dragging:
            if tau_moved:
                self._refresh_axes()
            self._request_local_map()

    def _drag_ended(self, *, tau_moved: bool) -> None:
        self._refresh_figures()
        if tau_moved:
            self._refresh_axes()
        self._request_local_map()

    # -- work -----------------------------------------------------------------------------------------------------
    def _request_frame(self, *, by_slider: bool = False) -> None:
        if self.review is not None:
            self.work.draw(self.review, self.slice_index, self.point, by_slider=by_slider)

    def _drawn_done(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.frame_changed.emit(drawn)

    def _request_spread(self) -> None:
        if self.review is not None:
            self.work.find_spread(self.review, self.slice_index, self.structure, self.view.settings.map_form)
            self._request_local_map()

    def _spread_done(self, spread: Spread) -> None:
        self.spread = spread
        self.spread_changed.emit(spread)
        self._emit_summary()

    def _request_local_map(self) -> None:
        if self.review is not None and self.view.settings.map_name == LOCAL_MAP:
            self.work.find_local_map(self.review, self.slice_index, self.point, self.structure)

    def _surveyed(self, k: int) -> None:
        if k == self.slice_index and self.spread is None:
            self._request_spread()
        if time.monotonic() - self._last_summary > SUMMARY_EVERY_S:
            self._emit_summary()

    def _encoded(self) -> None:
        self._refresh_axes()
        self._refresh_figures()

    def _swept(self) -> None:
        self._emit_summary()
        self._refresh_axes()

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
        if self.review is not None:
            self.work.measure(self.review, self.point, self.structure, self.view.compare_with)

    def _figures_done(self, figures: Figures) -> None:
        self.figures = figures
        self.figures_changed.emit(figures)

    def _refresh_axes(self) -> None:
        if self.review is not None:
            self.work.find_axes(self.review, self.point, self.structure, self.view.window)

    def _axes_done(self, axes: AxesState) -> None:
        if self._dragging:  # never during a drag: end_drag asks again
            return
        self.axes = axes
        self.axes_changed.emit(axes)

    def _ended(self, lane: str) -> None:
        if lane == "sweep":
            self.job_changed.emit(None)
        if not any(self.jobs.busy(name) for name in ("open", *LANES)) and not self._settle.isActive():
            self.settled.emit()
