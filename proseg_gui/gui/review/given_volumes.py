"""Counts the volumes of the masks that raters gave, in the background: they stand beside the model's in the plot."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.gui.views.volume_plot import RaterMark
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.volume import Reading

LANE = "given"


class GivenVolumes(QObject):
    """Marks of the given masks that are shown; a mask is counted once for as long as its case is open."""

    changed = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._ml: dict[Reading, float] = {}
        controller.study_changed.connect(lambda _study: self._ml.clear())

    def marks(self) -> list[RaterMark]:
        """Those of the structure in view that are shown and counted; the others are counted first, and announced."""
        desk, shown = self._controller.desk, self._controller.display.view.masks_shown
        if desk.review is None:
            return []
        readings = [one for one in desk.review.given(desk.model_structure) if one.rater in shown]
        uncounted = [one for one in readings if one not in self._ml]
        if uncounted:
            self._count(uncounted)
        raters = desk.review.study.raters
        return [
            RaterMark(one.rater, self._ml[one], rater_colour(raters.index(one.rater)), given=True)
            for one in readings
            if one in self._ml
        ]

    def _count(self, readings: list[Reading]) -> None:
        def work(token: CancelToken, _progress: Progress) -> dict[Reading, float]:
            found = {}
            for one in readings:
                token.check()
                found[one] = one.mask.volume_ml
            return found

        def done(found: dict[Reading, float]) -> None:
            review = self._controller.desk.review
            if review is not None and set(found) <= set(review.study.readings):
                self._ml.update(found)
                self.changed.emit()

        self._controller.jobs.start(
            LANE, work, title=tr("Counting given masks"), done=done, failed=self._controller.failed.emit, latest=True
        )
