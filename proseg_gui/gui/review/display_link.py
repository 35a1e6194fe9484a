"""Joins the panels that show (structures, show, measurements, uncertainty, strip, volumes) to the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer

from proseg_gui.gui.language import tr, tr_counted
from proseg_gui.gui.panels.measurements import MeasurementsPanel
from proseg_gui.gui.panels.model import (
    MEASURING,
    NO_FIGURE,
    NONE,
    Measure,
    RaterItem,
    ShowState,
    StructureRow,
)
from proseg_gui.gui.panels.show import ShowPanel
from proseg_gui.gui.panels.structures import StructuresPanel
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.given_volumes import GivenVolumes
from proseg_gui.gui.review.work import Drawn, JobState
from proseg_gui.gui.views.palette import PART_COLOURS, rater_colour
from proseg_gui.gui.views.slice_strip import SliceStrip
from proseg_gui.gui.views.volume_plot import RaterMark, VolumePlot
from proseg_gui.review.figures import Figures, longest_diameter_mm, ml_number, ml_text
from proseg_gui.review.state import LOCAL_MAP, PARTS, Spread, Summary, ViewState, maps_of
from proseg_gui.volume import Study
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

SHOW_FIELDS = {
    "current": "show_contours",
    "inner_outer": "show_bounds",
    "thin": "show_thin",
    "inner": "inner_level",
    "outer": "outer_level",
    "fill": "fill",
    "line_width": "line_width",
}
"""Field of the Show panel -> remembered setting."""
MEASURE_MS = 100
DASH = "\u2013"


class DisplayLink(QObject):
    """Keeps the showing panels in step; sends their choices to the controller."""

    def __init__(
        self,
        controller: Controller,
        structures: StructuresPanel,
        show: ShowPanel,
        measurements: MeasurementsPanel,
        uncertainty: UncertaintyPanel,
        strip: SliceStrip,
        plot: VolumePlot,
    ) -> None:
        super().__init__(controller)
        self._controller = controller
        self._structures, self._show, self._measurements = structures, show, measurements
        self._uncertainty, self._strip, self._plot = uncertainty, strip, plot
        self._given = GivenVolumes(controller, self)
        self._masks_shown: frozenset[str] = frozenset()
        self._measured: tuple[Drawn, int, str, float] | None = None
        self._map: tuple[str, str, float, float] | None = None
        self._seen: tuple[ViewState, bool] | None = None
        """For which view, and whether with a spread, the panels were last brought up to date."""
        self._given.changed.connect(self._show_volumes)
        # Figures follow the contour at a pace that can be read; they take no time from the slider path.
        self._measure_soon = QTimer(self)
        self._measure_soon.setSingleShot(True)
        self._measure_soon.setInterval(MEASURE_MS)
        self._measure_soon.timeout.connect(self._measure)
        uncertainty.set_colours(PART_COLOURS)
        structures.structure_chosen.connect(controller.desk.set_structure)
        structures.reopen_asked.connect(controller.desk.shapes.reopen)
        structures.visibility_changed.connect(lambda i, visible: controller.display.hide_structure(i, not visible))
        show.changed.connect(self._show_chosen)
        measurements.reference_chosen.connect(lambda name: controller.display.compare_with(name or None))
        uncertainty.map_chosen.connect(lambda name: controller.display.set_view(map_name=name, show_heatmap=True))
        uncertainty.form_chosen.connect(lambda form: controller.display.set_view(map_form=form))
        uncertainty.opacity_moved.connect(lambda value: controller.display.set_view(heat_opacity=value))
        uncertainty.threshold_moved.connect(lambda value: controller.display.set_view(heat_threshold=value))
        strip.slice_chosen.connect(controller.desk.set_slice)
        strip.slice_stepped.connect(controller.desk.step_slice)
        controller.study_changed.connect(self._on_study)
        controller.drawings_changed.connect(self._list_references)
        controller.drawings_changed.connect(lambda _study: self._show_volumes())
        controller.bundle_changed.connect(self._on_bundle)
        controller.structure_changed.connect(lambda _i: self._list_structures())
        controller.structure_state_changed.connect(self._on_state)
        controller.slice_changed.connect(strip.set_current)
        controller.view_changed.connect(self._on_view)
        controller.summary_changed.connect(self._on_summary)
        controller.figures_changed.connect(self._on_figures)
        controller.frame_changed.connect(self._on_frame)
        controller.spread_changed.connect(self._on_spread)
        controller.job_changed.connect(self._on_job)
        self._on_view(controller.display.view)
        self._measure()

    # -- choices --------------------------------------------------------------------------------------------------
    def _show_chosen(self, changes: dict) -> None:
        kept = {SHOW_FIELDS[name]: value for name, value in changes.items() if name in SHOW_FIELDS}
        if kept:
            self._controller.display.set_view(**kept)
        if "raters" in changes:
            self._controller.display.show_raters(frozenset(changes["raters"]))
        if "references" in changes:
            self._controller.display.show_masks(frozenset(changes["references"]))

    # -- announcements --------------------------------------------------------------------------------------------
    def _on_study(self, study: Study | None) -> None:
        n = 0 if study is None else study.geometry.shape[0]
        self._strip.set_values(np.full(n, np.nan))
        self._list_references(study)
        self._measurements.set_dice("")
        self._list_structures()

    def _list_references(self, study: Study | None) -> None:
        raters = () if study is None else study.raters
        self._show.set_references([RaterItem(name, rater_colour(i)) for i, name in enumerate(raters)])
        self._measurements.set_references(list(raters), self._controller.display.view.compare_with)

    def _on_bundle(self, bundle: Bundle | None) -> None:
        able = None if bundle is None else bundle.method.capabilities
        raters = bundle.card.raters if bundle is not None and bundle.method.capabilities.personalised else ()
        self._show.set_raters([RaterItem(name, rater_colour(i)) for i, name in enumerate(raters)])
        self._plot.set_volumes(None, ())
        self._plot.set_current(None)
        self._uncertainty.set_shares(None)
        review = self._controller.desk.review
        missing = bool(review is not None and review.engine.missing)
        offered = frozenset((*PARTS, LOCAL_MAP)) if able is None else maps_of(able, missing=missing)
        self._uncertainty.set_offered(offered)
        self._uncertainty.set_available(frozenset() if able is None else offered)
        if self._controller.display.view.settings.map_name not in offered:
            self._controller.display.set_view(map_name=PARTS[0])
        self._list_structures()

    def _on_state(self, _none: object) -> None:
        """A structure was accepted or reopened: what stays has changed."""
        self._list_structures()
        self._measure()

    def _list_structures(self) -> None:
        desk, hidden = self._controller.desk, self._controller.display.view.hidden
        names = desk.structures
        entries = [desk.drafts.entry(name) for name in names]
        self._structures.set_structures(
            [
                StructureRow(
                    names[i],
                    desk.drafts.colour(i),
                    visible=i not in hidden,
                    current=i == desk.structure,
                    accepted=desk.shapes.locked(i) is not None,
                    number=i,
                    own=entries[i].own,
                    locked=entries[i].locked,
                    edited=desk.drafts.has(names[i]),
                )
                for i in desk.drafts.listed
            ]
        )
        self._structures.set_open(desk.case is not None)

    def _on_view(self, view: ViewState) -> None:
        settings, ready = view.settings, self._controller.desk.spread is not None
        drawn = settings.map_name, settings.map_form, settings.heat_opacity, settings.heat_threshold
        if drawn != self._map:
            self._map = drawn
            self._uncertainty.set_map(*drawn)
        seen = view.steady, ready
        if seen == self._seen:
            return
        self._seen = seen
        state = ShowState(
            current=settings.show_contours,
            inner_outer=settings.show_bounds,
            thin=settings.show_thin,
            inner=settings.inner_level,
            outer=settings.outer_level,
            raters=view.raters_shown,
            references=view.masks_shown,
            fill=settings.fill,
            line_width=settings.line_width,
        )
        self._show.set_show(state, thin_ready=ready, raters_ready=ready)
        raters = () if self._controller.desk.study is None else self._controller.desk.study.raters
        self._measurements.set_references(list(raters), view.compare_with)
        self._list_structures()
        if view.masks_shown != self._masks_shown:
            self._masks_shown = view.masks_shown
            self._show_volumes()

    def _on_spread(self, _spread: Spread | None) -> None:
        self._on_view(self._controller.display.view)

    def _on_summary(self, summary: Summary | None) -> None:
        if summary is None:
            self._uncertainty.set_shares(None)
            return
        self._strip.set_values(summary.by_slice, "mm\u00b2")
        self._show_volumes()
        self._plot.set_progress(summary.slices_done, summary.n_slices)
        self._uncertainty.set_shares(summary.shares or None)
        self._measure()

    def _show_volumes(self) -> None:
        """What stands in the plot: the samples, the model's raters, and given masks that are shown."""
        desk, summary = self._controller.desk, self._controller.desk.summary
        if summary is None:
            return
        review = desk.review
        names = review.engine.raters if review is not None and review.engine.method.capabilities.personalised else ()
        marks = [
            RaterMark(name, summary.rater_volumes_ml[name], rater_colour(i))
            for i, name in enumerate(names)
            if name in summary.rater_volumes_ml
        ]
        self._plot.set_volumes(summary.volumes_ml, [*marks, *(self._given.marks() if summary.complete else ())])

    def _on_job(self, job: JobState | None) -> None:
        self._uncertainty.set_progress(None if job is None else job.share, "" if job is None else tr_counted(job.text))

    def _on_figures(self, figures: Figures | None) -> None:
        self._measure()
        chosen = self._controller.display.view.compare_with
        if chosen is None or figures is None:
            self._measurements.set_dice("")
        elif figures.dice is None:
            self._measurements.set_dice("" if figures.exact else tr(MEASURING))
        else:
            self._measurements.set_dice(f"{figures.dice:.3f}")

    def _on_frame(self, _drawn: Drawn) -> None:
        if not self._measure_soon.isActive():
            self._measure_soon.start()

    def _measure(self) -> None:
        desk = self._controller.desk
        figures, summary, drawn, study = desk.figures, desk.summary, desk.drawn, desk.study
        diameter, here = NO_FIGURE if desk.review is None else tr(MEASURING), 0.0
        if drawn is not None and study is not None:
            diameter, here = self._on_slice(drawn, study)
        stays = tr("Accepted") if desk.shapes.is_locked else tr("Kept shape")
        kept = None if (ml := desk.shapes.kept_ml()) is None else (stays, ml)
        rows = volume_rows(figures, summary, kept, here_ml=here, measuring=desk.review is not None)
        hint = tr("Of the current contour on this slice, between pixel centres")
        self._measurements.set_rows([*rows, Measure(tr("Longest diameter"), diameter, hint)])
        # Only volumes over the same slices may stand on one axis.
        both = figures is not None and figures.complete and summary is not None and summary.complete
        self._plot.set_current(figures.ml if both and figures is not None else None)

    def _on_slice(self, drawn: Drawn, study: Study) -> tuple[str, float]:
        """The longest diameter of the contour in view, and the ml that it holds; kept until another one is drawn."""
        number = self._controller.desk.model_structure
        known = self._measured
        if known is None or known[0] is not drawn or known[1] != number:
            inside, geometry = drawn.frame.probability[number] > 0.5, study.geometry
            here = float(inside.sum() * geometry.pixel_ml()[drawn.frame.slice_index])
            length = longest_diameter_mm(inside, geometry)
            known = self._measured = drawn, number, tr(NONE) if length is None else f"{length:.1f} mm", here
        return known[2], known[3]


def volume_rows(
    figures: Figures | None,
    summary: Summary | None,
    kept: tuple[str, float] | None = None,
    *,
    here_ml: float = 0.0,
    measuring: bool,
) -> list[Measure]:
    """The current contour's volume and that of 95 % of the readings, and how they stand to each other.

    ``kept`` is the contour that stays while the sliders move, if there is one: what it is called and its ml. It is the
    thick one, so its figure comes first and is the one that is held against the range. The range is written once it
    covers all slices, as the contour's volume does: a range over a part of them would exclude volumes that it does not
    exclude. Where the contour lies outside, a row says so. ``here_ml`` is what the slice in view holds: an estimate
    below it is none.
    """
    if figures is not None and not figures.exact and figures.ml < 0.5 * here_ml:
        figures = None
    volume = spread = tr(MEASURING) if measuring else NO_FIGURE
    shown = None if figures is None or not figures.complete else figures.ml
    if figures is not None:
        volume = f"{'' if figures.exact else '≈ '}{ml_text(figures.ml)}{'' if figures.complete else tr(' so far')}"
    rows = [Measure(tr("Volume"), volume, tr("Of the current contour, whole volume"))]
    if kept is not None:
        name, shown = kept
        rows = [
            Measure(name, ml_text(shown), tr("Volume of the contour that stays while the sliders move")),
            Measure(tr("At the sliders"), volume, tr("Volume of the thin preview")),
        ]
    beside = []
    if summary is not None and summary.complete and len(summary.volumes_ml):
        low, high = np.percentile(summary.volumes_ml, (2.5, 97.5))
        spread = f"{ml_number(low)} {DASH} {ml_text(high)}"
        if shown is not None and not low <= shown <= high:
            than, hint = tr("smaller than these"), tr("Its volume is smaller than 97.5 % of the readings")
            if shown > high:
                than, hint = tr("larger than these"), tr("Its volume is larger than 97.5 % of the readings")
            beside = [Measure(tr("This contour"), than, hint)]
    elif summary is not None:
        spread = tr("{done} of {slices}").format(
            done=summary.slices_done, slices=plural(summary.n_slices, tr("slice"), tr("slices", "of, dative"))
        )
    hint = tr("2.5th to 97.5th percentile over raters and samples, all slices")
    return [*rows, Measure(tr("95 % of readings"), spread, hint), *beside]
