"""Keeps the agreement dialog true to the window: measures in the background, only while the dialog is open."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.dialogs.agreement_dialog import AgreementDialog
from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.metrics import SURFACE_TOLERANCE_MM
from proseg_gui.review.agreement import Agreement, Reference, agreement, references
from proseg_gui.review.figures import Figures
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point

LANE = "agreement"


class AgreementLink(QObject):
    """Opens the dialog on the open case and brings its figures up to date when the contour has settled."""

    def __init__(self, controller: Controller, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._window = controller, window
        self.dialog: AgreementDialog | None = None
        self._references: list[Reference] = []
        self._presets_done = False
        self._measured: Point | None = None
        controller.figures_changed.connect(self._settled)
        controller.structure_changed.connect(lambda _index: self._restart())
        controller.bundle_changed.connect(lambda bundle: self._restart() if bundle is not None else None)
        controller.drawings_changed.connect(lambda _study: self._restart())
        controller.study_changed.connect(lambda _study: self._close())

    @property
    def possible(self) -> bool:
        """Whether there is a contour, and a mask to hold it against."""
        review = self._controller.desk.review
        return review is not None and bool(review.study.readings)

    def open(self) -> None:
        """Show the dialog, or bring it to the front."""
        if not self.possible:
            self._controller.noticed.emit(tr("This case came without masks to compare with"))
            return
        if self.dialog is None:
            self.dialog = AgreementDialog(self._window)
            self.dialog.closed.connect(lambda: self._controller.jobs.cancel(LANE))
        self.dialog.show()
        self.dialog.raise_()
        self._restart()

    def _open_now(self) -> bool:
        return self.dialog is not None and self.dialog.isVisible()

    def _close(self) -> None:
        """Another study: its masks are not these."""
        if self.dialog is not None:
            self.dialog.close()

    def _settled(self, figures: Figures | None) -> None:
        moved = self._controller.latents.point != self._measured
        if figures is not None and figures.exact and self._open_now() and moved:
            self._measure(presets=False)

    def _restart(self) -> None:
        if self._open_now():
            self._presets_done, self._measured = False, None
            self._measure(presets=True)

    def _measure(self, *, presets: bool) -> None:
        """Measure the current contour, and where a preset was not measured yet, that too."""
        controller, dialog = self._controller, self.dialog
        review = controller.desk.review
        if review is None or dialog is None:
            return
        if not presets and controller.jobs.busy(LANE) and not self._presets_done:
            return  # the first pass is under way: it measures the point of its end
        structure, point, jobs = controller.desk.model_structure, controller.latents.point, controller.jobs

        def work(token: CancelToken, progress: Progress) -> Point:
            from proseg_gui.bundle import local_names

            if presets:
                found = references(review.given(structure))
                jobs.post(token, self._begin, review, structure, found, local_names(review.bundle.card))
            else:
                found = self._references
            jobs.post(token, self._show, None, _held(review, point, structure, found, token))
            raters = review.engine.raters if presets else ()
            for number, rater in enumerate(raters):
                progress(number / len(raters), tr("preset of {rater}").format(rater=rater))
                at = review.sliders.rater_point(rater)
                jobs.post(token, self._show, rater, _held(review, at, structure, found, token))
            return point

        dialog.show_progress(tr("the current contour"), 0.0)
        jobs.start(LANE, work, title=tr("Agreement"), done=self._done, failed=controller.failed.emit, latest=True,
                   progress=lambda share, text: dialog.show_progress(text, share))  # fmt: skip

    def _begin(self, review: Reviewed, structure: int, found: list[Reference], aliases: dict[str, str]) -> None:
        self._references = found
        own = {
            rater: frozenset(r.name for r in found if r.rater and aliases.get(r.rater) == rater)
            for rater in review.engine.raters
        }
        about = tr(
            "{case}, {structure}: whole volume; surface Dice within "
            "{mm:g} mm. Majority: what more than half of the readings include."
        ).format(case=review.study.name, structure=review.engine.structures[structure], mm=SURFACE_TOLERANCE_MM)
        if self.dialog is not None:
            self.dialog.begin(about, [r.name for r in found], own)

    def _show(self, rater: str | None, found: list[Agreement]) -> None:
        if self.dialog is None:
            return
        if rater is None:
            self.dialog.show_current(found)
        else:
            self.dialog.show_preset(rater, found)

    def _done(self, point: Any) -> None:
        self._presets_done, self._measured = True, point
        if self.dialog is not None:
            self.dialog.show_progress("", 1.0)
        if point != self._controller.latents.point:  # it was moved meanwhile
            self._measure(presets=False)


def _held(
    review: Reviewed, point: Point, structure: int, found: list[Reference], token: CancelToken
) -> list[Agreement]:
    mask = review.mask(point, structure, token, no_progress).array
    measure = partial(agreement, mask, geometry=review.study.geometry)
    results = []
    for reference in found:
        token.check()
        results.append(measure(reference.mask))
    return results
