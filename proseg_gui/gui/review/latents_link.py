"""Joins the Preference and Ambiguity panels to the controller: state in, intents out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.model import AxisRow, PreferenceState, RaterItem, RememberedItem
from proseg_gui.gui.panels.preference import LEVELS, READINGS, SAME_FOR_ALL, PreferencePanel
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.prompt_link import rater_styles
from proseg_gui.gui.sentences import told
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.review.state import AxesState, Point, Remembered
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle


class LatentsLink(QObject):
    """Keeps both panels showing the controller's point and axes."""

    def __init__(self, controller: Controller, preference: PreferencePanel, ambiguity: AmbiguityPanel) -> None:
        super().__init__(controller)
        self._controller = controller
        self._preference = preference
        self._ambiguity = ambiguity
        self._state: PreferenceState | None = None
        self._listed: tuple[tuple[Remembered, bool], ...] = ()
        self._placed: dict[QWidget, tuple[tuple, tuple[float, ...] | None]] = {}
        """By panel: the axes and the latent that its sliders show."""
        preference.rater_chosen.connect(controller.latents.choose_rater)
        preference.consensus_chosen.connect(controller.latents.choose_consensus_style)
        preference.blend_moved.connect(controller.latents.set_blend)
        preference.sample_requested.connect(controller.latents.draw_preference)
        ambiguity.random_requested.connect(controller.latents.random_sample)
        ambiguity.reset_requested.connect(controller.latents.reset_ambiguity)
        ambiguity.remember_requested.connect(controller.desk.remember)
        ambiguity.recalled.connect(controller.latents.recall)
        ambiguity.forgotten.connect(controller.latents.forget)
        for panel in (preference, ambiguity):
            panel.drag_started.connect(controller.latents.begin_drag)
            panel.drag_ended.connect(controller.latents.end_drag)
            panel.axis_moved.connect(self._axis_moved)
        controller.bundle_changed.connect(self._show_bundle)
        controller.point_changed.connect(self._show_point)
        controller.axes_changed.connect(self._show_axes)
        controller.remembered_changed.connect(self._show_remembered)

    def _axis_moved(self, key: str, position: float) -> None:
        for axis in (*self._controller.desk.axes.preference, *self._controller.desk.axes.ambiguity):
            if axis.name == key:
                self._controller.latents.move_axis(axis, position)

    def _show_bundle(self, bundle: Bundle | None) -> None:
        self._state = None
        if bundle is None:
            self._preference.set_raters(())
        else:
            able = bundle.method.capabilities
            styles = rater_styles(bundle.card)
            raters = [
                RaterItem(name, rater_colour(i), style=styles.get(name, ""))
                for i, name in enumerate(bundle.card.raters)
            ]
            why_none = LEVELS if able.levels else READINGS if able.weighed else SAME_FOR_ALL
            self._preference.set_raters(
                raters if able.personalised else (),
                repeats=able.intra_expert,
                why_none=why_none,
                axes=able.preference_axes,
                prompts=bundle.method.follows_prompts,
            )
            self._ambiguity.set_known(able.ambiguity_axes, streams=able.streams)
        self._preference.setEnabled(bundle is not None)
        self._ambiguity.setEnabled(bundle is not None)

    def _show_point(self, _point: Point) -> None:
        controller = self._controller
        who = controller.latents.who
        state = PreferenceState(
            active=who.rater,
            consensus=who.consensus,
            drawn=who.drawn,
            weights=controller.latents.weights(),
            sample_rater=controller.latents.last_rater,
            described=bool(who.prompt),
        )
        if state != self._state:  # an ambiguity slider's move changes nothing here
            self._state = state
            self._preference.set_state(state)
        self._show_positions()
        self._show_remembered(controller.latents.remembered)

    def _show_positions(self) -> None:
        """Where the point lies on each axis, of those axes whose latent has changed."""
        axes, latents = self._controller.desk.axes, self._controller.latents
        for panel, family, latent in (
            (self._preference, axes.preference, latents.point.get("tau")),
            (self._ambiguity, axes.ambiguity, latents.point.get("eps")),
        ):
            if self._placed.get(panel) != (family, latent):
                self._placed[panel] = family, latent
                panel.set_positions({axis.name: latents.position(axis) for axis in family})

    def _show_axes(self, axes: AxesState) -> None:
        self._preference.set_axes(_rows(axes.preference, tr("Axis")), provisional=axes.provisional)
        notice = ""
        if axes.provisional and axes.n_slices:
            slices = plural(axes.n_slices, tr("slice"), tr("slices", "of, dative"))
            notice = tr("{seen} of {slices} encoded").format(seen=axes.slices_seen, slices=slices)
        unmeasured = axes.provisional or axes.n_slices == 0
        rows = None if self._controller.desk.review is None else _rows(axes.ambiguity, tr("Mode"))
        self._ambiguity.set_axes(rows, provisional=unmeasured, notice=notice)
        for number, picture in axes.previews.items():
            self._ambiguity.set_preview(axes.ambiguity[number].name, picture)
        if self._controller.desk.review is not None:
            self._show_point(self._controller.latents.point)

    def _show_remembered(self, items: tuple[Remembered, ...]) -> None:
        listed = tuple((item, item.point == self._controller.latents.point) for item in items)
        if listed != self._listed:
            self._listed = listed
            self._ambiguity.set_remembered(
                [RememberedItem(told(r.name), r.volume_ml, r.thumbnail, current=current) for r, current in listed]
            )


def _rows(axes: tuple, word: str) -> list[AxisRow]:
    """Rows of a panel; the label says what a positive move does as measured on this case."""
    rows = []
    for number, axis in enumerate(axes, start=1):
        stops = axis.control.stops
        label = axis.name if stops else f"{word} {number}"
        if not stops and axis.effect_ml_per_sd is not None:
            label += " \u00b7 " + (tr("larger") if axis.effect_ml_per_sd > 0 else tr("smaller"))
        rows.append(AxisRow(axis.name, label, axis.share, axis.limit, axis.effect_ml_per_sd, stops))
    return rows
