"""The desk's announcements as Qt signals, and the results of its work as calls on the GUI thread. Decides nothing.

Widgets call the intents of :attr:`Controller.desk`, :attr:`Controller.display` and :attr:`Controller.latents`, and
redraw on the signals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.review.work import LANES, Work
from proseg_gui.gui.views.thumbnails import thumbnail
from proseg_gui.review.desk import Desk
from proseg_gui.settings import Settings


class Controller(QObject):
    """See the module's text; signals carry immutable values and are named as the desk announces them."""

    study_changed = Signal(object)
    drawings_changed = Signal(object)
    """The same study with more masks, or fewer, that raters drew."""
    channel_changed = Signal(object)
    """The volume that is shown: another channel of the same study."""
    view_changed = Signal(object)
    bundle_changed = Signal(object)
    slice_changed = Signal(int)
    structure_changed = Signal(int)
    structure_state_changed = Signal(object)
    """A structure was accepted, reopened, added, locked ..., or the case flagged."""
    tool_changed = Signal(object)
    """A :class:`~proseg_gui.review.tools.ToolState`: what the hand draws with."""
    tool_line = Signal(object)
    """Points in screen mm of a line that is being drawn; empty when it is gone."""
    proposal_changed = Signal(object)
    """A :class:`~proseg_gui.review.proposals.Proposal` is offered; ``None``: none is."""
    draft_changed = Signal(object)
    """A :class:`~proseg_gui.review.drafts.DraftChange`: what the hand has said of a structure."""
    point_changed = Signal(object)
    remembered_changed = Signal(object)
    prompt_answered = Signal(object)
    """An :class:`~proseg_gui.review.prompting.Answer`; ``None``: what was said is gone."""
    axes_changed = Signal(object)
    doubts_changed = Signal(object)
    """Regions of doubt, or what became of them; a tuple of :class:`~proseg_gui.review.doubts.Seen`."""
    doubt_reached = Signal(object)
    """A :class:`~proseg_gui.review.regions.Region` was gone to."""
    frame_changed = Signal(object)
    spread_changed = Signal(object)
    local_map_changed = Signal(object)
    summary_changed = Signal(object)
    figures_changed = Signal(object)
    across_changed = Signal(object)
    """Name of a structure of which more voxels are known."""
    readout_changed = Signal(object)
    otherwise_changed = Signal(object)
    """An :class:`~proseg_gui.review.adjusting.Otherwise` has come; ``None``: there is none."""
    fit_changed = Signal(object)
    """Whether the model fits the scan; ``None`` while nobody knows."""
    history_changed = Signal(object)
    """A :class:`~proseg_gui.review.document.Gesture` was done, undone or redone; ``None``: another case's history."""
    model_wanted = Signal(object)
    """Undo or redo wants another model for the case: ``{"name": ..., "sha256": ...}``."""
    view_kept = Signal(object)
    """``(case id, view)`` to keep."""
    shown_kept = Signal(object)
    """``(case id, structure, voxels, model)`` to keep."""
    doubt_measured = Signal(object)
    """``(case id, ml, model)`` to keep."""
    model_expected = Signal(bool)
    """A model is being loaded for the case, or no longer is."""
    job_changed = Signal(object)
    noticed = Signal(str)
    exported = Signal(object)
    """The folder that was written to."""
    failed = Signal(object)
    settled = Signal()
    """Nothing is left to do for what is in view: the sweep has ended and the last frame is out."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = QtJobs(self)
        self.work = Work(self.jobs, self)
        self.desk = Desk(settings, self.work, self._announce, self._picture)
        self.display, self.latents = self.desk.display, self.desk.latents
        work, desk = self.work, self.desk
        work.drawn.connect(desk.take_drawn)
        work.spread_found.connect(desk.take_spread)
        work.local_map_found.connect(self.local_map_changed)
        work.figures_found.connect(desk.take_figures)
        work.proposed.connect(desk.proposals.take)
        work.axes_found.connect(desk.take_axes)
        work.fit_found.connect(desk.take_fit)
        work.regions_found.connect(desk.doubts.take)
        work.regions_weighed.connect(desk.doubts.take_remaining)
        work.surveyed.connect(desk.take_surveyed)
        work.encoded.connect(desk.take_encoded)
        work.swept.connect(desk.take_swept)
        work.paused.connect(desk.settled)
        work.progressed.connect(self.job_changed)
        work.ended.connect(self._ended)
        work.failed.connect(self.failed)

    def rest(self) -> None:
        """Keep where one stood, and begin nothing more."""
        self.desk.leave()
        self.work.settle(False)

    def close(self) -> None:
        """Keep where one stood, stop all work and wait for the threads."""
        self.rest()
        self.jobs.close()

    def _announce(self, name: str, value: Any) -> None:
        getattr(self, name).emit(value)

    def _picture(self) -> tuple[np.ndarray, float | None] | None:
        desk = self.desk
        if desk.drawn is None or desk.study is None:
            return None
        frame = desk.drawn.frame
        picture = thumbnail(
            self.display.shown.array[frame.slice_index],
            self.display.view.window,
            frame.probability[desk.model_structure],
            desk.study.geometry.spacing_mm[1:],
        )
        return picture, None if desk.figures is None else desk.figures.ml

    def _ended(self, lane: str) -> None:
        if lane in ("sweep", "accept", "tool", "proposal"):
            self.job_changed.emit(None)
        if not any(self.jobs.busy(name) for name in ("open", "accept", *LANES)) and not self.work.settling:
            self.settled.emit()
