"""The open case: what is in view, what was worked out, and the intents that change it. Knows no Qt.

The desk holds state and decides; it computes nothing itself. Work is asked for through :class:`Worker` and comes back
by the desk's ``take_*`` methods, on the owner's thread; what changed is announced by name with an immutable value, and
the window makes signals of that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.planes import Plane
from proseg_gui.review.across import Across
from proseg_gui.review.adjusting import Adjusting
from proseg_gui.review.case import OpenedCase, open_readings, with_opened
from proseg_gui.review.clicking import Clicking
from proseg_gui.review.display import Display
from proseg_gui.review.document import (
    ACCEPTED,
    DOUBT,
    EVIDENCE,
    FLAGGED,
    MODEL,
    OPENED,
    ORDER,
    POINT,
    REMEMBERED,
    SETTLED,
    SHAPE,
    STRUCTURE,
    Document,
    Gesture,
)
from proseg_gui.review.doubts import Doubts
from proseg_gui.review.drafts import Drafts
from proseg_gui.review.figures import Figures
from proseg_gui.review.latents import Latents, Picture
from proseg_gui.review.operations import Operations
from proseg_gui.review.pace import Growing
from proseg_gui.review.prompting import Prompting
from proseg_gui.review.proposals import Proposals
from proseg_gui.review.session import Reviewed
from proseg_gui.review.shapes import Shapes
from proseg_gui.review.state import LOCAL_MAP, Announce, AxesState, Point, Readout, Spread, Summary, ViewState
from proseg_gui.review.tools import Tools
from proseg_gui.review.worker import Worker
from proseg_gui.settings import Settings
from proseg_gui.volume import Reading, Study, letters_of

if TYPE_CHECKING:
    from proseg_gui.inference.fit import Fit

SUMMARY_EVERY_S = 0.4
REGIONS_AFTER_S = 2.0
"""When a sweep's regions of doubt are first looked for."""


class Desk:
    """See the module's text.

    Parameters
    ----------
    picture:
        Draws the small picture of the current contour that a remembered setting shows.
    clock:
        Seconds, for how long a case was in view.
    """

    def __init__(
        self,
        settings: Settings,
        worker: Worker,
        announce: Announce,
        picture: Picture,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.worker, self._announce, self._picture, self._clock = worker, announce, picture, clock
        self.shapes = Shapes(self, announce)
        self.drafts = Drafts(self, announce)
        self.tools = Tools(self, announce)
        self.operations = Operations(self, announce)
        self.across = Across(self, announce)
        self.proposals = Proposals(self, announce)
        self.prompting = Prompting(self, announce)
        self.adjusting = Adjusting(self, announce)
        self.clicking = Clicking(self, announce)
        self.doubts = Doubts(self, announce, clock)
        self.display = Display(settings, announce, self._view_changed)
        self.latents = Latents(announce, self._point_moved, self._drag_ended)
        self.case: OpenedCase | None = None
        self._deaf: Callable[[], None] = _nothing
        """Ends the listening to the open case's steps."""
        self.review: Reviewed | None = None
        self.slice_index = 0
        self.structure = 0
        """The active structure: that which tools, acceptance and export are about; a number in :attr:`structures`."""
        self._active_name = ""
        self.model_structure = 0
        """The structure that sliders and doubt are about: the active one, or the last that the model draws."""
        self.axes = AxesState((), (), True, 0, 0)
        self.drawn: Any = None
        self.spread: Spread | None = None
        self.summary: Summary | None = None
        self.figures: Figures | None = None
        self.fit: Fit | None = None
        """Whether the model fits the scan; ``None`` while nobody knows."""
        self._fit_asked = False
        self._measured_at: Point = {}
        self.visited: frozenset[int] = frozenset()
        """Slices of the open case that stayed in view until they were drawn."""
        self.panes: Mapping[str, Any] = {}
        """Zoom, centre and rulers of the case, as the panes keep them; plain values."""
        self.model_expected = False
        """Whether a model is being loaded for the case."""
        self._last_summary = float("-inf")
        self._regions_due = Growing(clock, REGIONS_AFTER_S)
        self._in_view_since = 0.0
        self._seconds_before = 0.0

    # -- the case -------------------------------------------------------------------------------------------------
    @property
    def study(self) -> Study | None:
        """The scan in view, with everything drawn on it."""
        return self.display.study

    @property
    def document(self) -> Document:
        """What was done to the open case; only while one is open."""
        assert self.case is not None
        return self.case.document

    def show(self, case: OpenedCase) -> None:
        """Open a case: everything of the last one is gone from view, and this one's own comes back."""
        self._part()
        self.case = case
        view = case.view
        study = with_opened(case.study, case.document)
        self.structure = self.model_structure = 0
        self.slice_index = _kept_slice(view.get("slice"), study.geometry.shape[0])
        self.visited = frozenset(k for k in view.get("visited", ()) if isinstance(k, int))
        self.doubts.begin(view.get("regions_visited"))
        self.shapes.voxels = dict(case.shown)
        self.drafts.forget()
        self.proposals.begin(view.get("proposals_seen", ()))
        panes = view.get("panes")
        self.panes = panes if isinstance(panes, Mapping) else {}
        seconds = view.get("seconds")
        self._seconds_before = float(seconds) if isinstance(seconds, int | float) else 0.0
        self._in_view_since = self._clock()
        self._active_name = self.structure_name
        self._deaf = case.document.listen(self._gesture_done)
        self.display.study = study
        self._announce("study_changed", study)
        kept = view.get("choices")
        self.display.open(study, dict(kept) if isinstance(kept, Mapping) else None)
        self._announce("slice_changed", self.slice_index)
        self._announce("structure_state_changed", None)

    def clear(self) -> None:
        """Close the case; none is open then."""
        self._part()
        self.case = None
        self.display.study = None
        self._announce("study_changed", None)
        self._announce("history_changed", None)

    def _part(self) -> None:
        """Leave the case for good: what still comes of it, as from an acceptance that was begun, shows nothing here."""
        self.leave()
        self.tools.drop()
        self._drop_review()
        self._deaf()
        self._deaf = _nothing

    def leave(self) -> None:
        """Before another case comes, or the end: what was moved last is a step, and where one stood is kept."""
        if self.case is None:
            return
        self.drafts.end()
        self.latents.commit()
        self._announce("view_kept", (self.case.case_id, self.case_view()))

    def case_view(self) -> dict[str, Any]:
        """Where one stands in the case and how it is shown, as plain values: comes back with the case."""
        # Until a model has come, what is kept of the last one stands: a kill in between must not lose it.
        kept = {} if self.case is None else self.case.view
        return {
            "slice": self.slice_index,
            "visited": sorted(self.visited),
            "regions_visited": self.doubts.visited,
            "structure": kept.get("structure", 0) if self.model_expected else self.structure,
            "model": kept.get("model", "") if self.review is None else self.review.reference,
            "choices": self.display.case_choices(),
            "panes": dict(self.panes),
            "proposals_seen": sorted(self.proposals.seen),
            "seconds": round(self.seconds, 1),
        }

    @property
    def seconds(self) -> float:
        """How long the case has been in view, over all times that it was open."""
        return self._seconds_before + self._clock() - self._in_view_since

    def keep_panes(self, panes: Mapping[str, Any]) -> None:
        """The panes' zoom, centre and rulers have changed."""
        self.panes = panes
        self._keep_view()

    def add_drawings(self, readings: Sequence[Reading], reference: str | None = None) -> None:
        """Put readings from files onto the case; they are drawn at once.

        ``reference`` is the rater whose mask the current contour is then measured against.
        """
        open_readings(self.document, readings)
        if reference is not None:
            self.display.compare_with(reference)

    def expect_model(self, expected: bool) -> None:
        """A model is being loaded for the case, or no longer is."""
        self.model_expected = expected
        self._announce("model_expected", expected)

    def begin(self, review: Reviewed) -> None:
        """Look at the case through a model: first contour, then the sweep."""
        assert self.case is not None
        self.model_expected = False
        self._drop_review()
        study = self.display.study
        assert study is not None
        self.review = replace(review, study=study)
        kept = self.case.view.get("structure")
        last = len(self.structures) - 1
        self.structure = min(kept, last) if isinstance(kept, int) and kept >= 0 else 0
        self._announce("bundle_changed", review.bundle)
        for notice in review.engine.notices:
            self._announce("noticed", notice)
        foreign = self.latents.begin(self.review, self.document)
        if foreign:
            self._announce(
                "noticed", "The sliders of this case were set under another model; they begin anew under this one"
            )
        self._active_name = self.structure_name
        self.model_structure = self.structure if self.is_modelled else 0
        if self.model_structure:
            self.latents.choose_structure(self.model_structure)
        self._announce("structure_state_changed", None)
        self.proposals.ask()
        self._regions_due.begin()
        self.worker.sweep(self.review, lambda: self.slice_index)

    def _drop_review(self) -> None:
        self.worker.cancel()
        self.worker.settle(False)
        self.latents.end()
        self.prompting.forget()
        self.adjusting.forget()
        self.clicking.forget()
        self.proposals.begin(None)
        self.doubts.forget()
        self.review = None
        self.across.forget()
        self.drawn = self.spread = self.summary = self.figures = self.fit = None
        self._fit_asked = False
        self._announce("fit_changed", None)
        self.axes = AxesState((), (), True, 0, 0)
        self._announce("bundle_changed", None)
        self._announce("spread_changed", None)
        self._announce("summary_changed", None)
        self._announce("figures_changed", None)
        self._announce("axes_changed", self.axes)

    # -- history --------------------------------------------------------------------------------------------------
    @property
    def undo_name(self) -> str:
        """What undo would take back; empty where there is nothing."""
        return "" if self.case is None else self.document.undo_name

    @property
    def redo_name(self) -> str:
        """What redo would do again; empty where there is nothing."""
        return "" if self.case is None else self.document.redo_name

    def undo(self) -> None:
        """Take the last step of this case back."""
        self._step_in_history(lambda: self.document.undo(), "There is nothing to undo in this case")

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._step_in_history(lambda: self.document.redo(), "There is nothing to redo in this case")

    def _step_in_history(self, step: Callable[[], Gesture | None], nothing: str) -> None:
        if self.case is None:
            return
        self.drafts.end()
        self.latents.commit()
        gesture = step()
        if gesture is None:
            self._announce("noticed", nothing)
            return
        for change in gesture.changes:
            if change.key.startswith(POINT):
                self.latents.reread(change.key.removeprefix(POINT))
            elif change.key == MODEL:
                self._announce("model_wanted", change.after or change.before["instead_of"])
        self._announce("noticed", f"{'Undid' if gesture.undoes is not None else 'Did again'}: {gesture.name}")

    def _gesture_done(self, gesture: Gesture) -> None:
        """A step was taken, undone or redone: what follows from the keys that it changed."""
        keys = [change.key for change in gesture.changes]
        if any(key.startswith(f"{OPENED}/") for key in keys):
            self._opened_changed()
        if any(key.startswith(f"{REMEMBERED}/") for key in keys):
            self._announce("remembered_changed", self.latents.remembered)
        self.drafts.follow(gesture)
        if any(key.startswith((ACCEPTED, SHAPE, STRUCTURE)) or key in (FLAGGED, ORDER) for key in keys):
            self._structures_changed()
        if any(key.startswith(EVIDENCE) for key in keys):
            self._announce("structure_state_changed", None)
            self._refresh_figures()
        if any(key.startswith((EVIDENCE, SETTLED, ACCEPTED, SHAPE)) for key in keys):
            self.proposals.ask()
        if any(key.startswith((EVIDENCE, DOUBT, SETTLED, ACCEPTED, SHAPE)) for key in keys):
            self.doubts.follow(said=not all(key.startswith(DOUBT) for key in keys))
        self._announce("history_changed", gesture)

    def _structures_changed(self) -> None:
        names = self.structures
        if self._active_name in names:  # its number may have changed
            self.structure = names.index(self._active_name)
        elif self.structure >= len(names) or names[self.structure] != self._active_name:
            self.structure = 0
            self._active_name = names[0] if names else ""
            self._announce("structure_changed", 0)
        self._announce("structure_state_changed", None)

    def _opened_changed(self) -> None:
        assert self.case is not None and self.study is not None
        before = frozenset(self.study.raters)
        study = with_opened(self.case.study, self.document)
        self.display.study = study
        if self.review is not None:
            self.review = replace(self.review, study=study)
        self._announce("drawings_changed", study)
        view, drew = self.display.view, frozenset(study.raters)
        if view.compare_with is not None and view.compare_with not in drew:
            self.display.compare_with(None)
        self.display.show_masks((view.masks_shown & drew) | (drew - before))

    @property
    def modelled(self) -> tuple[str, ...]:
        """The structures that the model draws: the first of :attr:`structures`."""
        return () if self.review is None else self.review.engine.structures

    @property
    def structures(self) -> tuple[str, ...]:
        """Every structure of the case: the model's, and those that only the person's work has."""
        return self.drafts.names

    @property
    def is_modelled(self) -> bool:
        """Whether the model draws the active structure, so that sliders move it and figures of doubt are about it."""
        return self.structure < len(self.modelled)

    @property
    def structure_name(self) -> str:
        """The active structure; empty where there is none."""
        names = self.structures
        return names[self.structure] if self.structure < len(names) else ""

    @property
    def model(self) -> dict[str, Any] | None:
        """The model that looks at the case, as a plain value."""
        if self.review is None:
            return None
        card = self.review.bundle.card
        return {"name": card.name, "sha256": card.sha256}

    def shown_on_slice(self, number: int | None = None) -> np.ndarray | None:
        """``(y, x)`` what a structure (the active one) holds of the slice in view, as shown; ``None``: nobody knows."""
        number = self.structure if number is None else number
        name, plane = self.structures[number] if self.structures else "", Plane(0, self.slice_index)
        kept = self.shapes.kept(number)
        if kept is not None:
            return kept.plane(0, self.slice_index) > 0
        if self.drawn is None or self.drawn.frame.slice_index != self.slice_index:
            return None
        return self.drafts.shown(name, plane, self.drawn.frame.probability[number] > 0.5)

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
        self._announce("slice_changed", k)
        self._announce("spread_changed", None)
        self._request_frame()
        self._request_spread()
        self._keep_view()

    def step_slice(self, step: int) -> None:
        """Go ``step`` slices on."""
        self.set_slice(self.slice_index + step)

    def set_structure(self, index: int) -> None:
        """Choose the structure that tools, acceptance and export are about, and sliders where the model draws it."""
        if index == self.structure or not 0 <= index < len(self.structures):
            return
        self.drafts.end()
        self.structure, self._active_name = index, self.structures[index]
        if self.is_modelled and index != self.model_structure:
            self.model_structure = index
            self.latents.choose_structure(index)
            self._request_spread()
            self._emit_summary()
            self._refresh_figures()
            self._refresh_axes()  # their small pictures are of one structure
            self.proposals.ask()
            self.doubts.forget()
            self.doubts.ask()
        self._announce("structure_changed", index)
        self._keep_view()

    def hover(self, index: tuple[int, int, int] | None) -> None:
        """Tell what lies under the cursor at voxel ``(z, y, x)``."""
        self._announce("readout_changed", None if index is None else self.readout(index))

    def readout(self, index: tuple[int, int, int]) -> Readout | None:
        """What lies at voxel ``(z, y, x)``, as texts; ``None`` without a study."""
        if self.study is None:
            return None
        k, y, x = index
        image = self.display.shown
        probability = included = ""
        if self.drawn is not None and self.review is not None and self.drawn.frame.slice_index == k:
            name, s = self.modelled[self.model_structure], self.model_structure
            probability = f"P({name}) {self.drawn.frame.probability[s, y, x]:.2f}"
        if self.spread is not None and self.spread.slice_index == k:
            included = self._included(y, x)
        return Readout(
            position=letters_of(self.study.geometry.index_to_world(index)),
            value=f"{float(image.array[index]):.4g} {image.unit}".strip(),
            probability=probability,
            included_by=included,
        )

    def _included(self, y: int, x: int) -> str:
        """Who includes a pixel of the slice in view; how many of the draws do, where the model knows nobody."""
        assert self.spread is not None and self.review is not None
        able = self.review.engine.method.capabilities
        if not able.personalised:
            return f"{100.0 * self.spread.agreement[y, x]:.0f} % of draws include it" if able.samples else ""
        names = [name for name, p in self.spread.raters.items() if p[y, x] > 0.5]
        return (
            f"{', '.join(names)} {'includes' if len(names) == 1 else 'include'} it" if names else "no rater includes it"
        )

    def remember(self) -> None:
        """Keep the current setting with its picture."""
        self.latents.remember(self._picture)

    # -- what follows from a change -------------------------------------------------------------------------------
    def _view_changed(self, before: ViewState, after: ViewState) -> None:
        if before.settings.map_form != after.settings.map_form:
            self._request_spread()
        if after.settings.map_name == LOCAL_MAP and before.settings.map_name != LOCAL_MAP:
            self._request_local_map()
        if before.compare_with != after.compare_with:
            self._refresh_figures()
        self._keep_view()

    def _point_moved(self, *, by_slider: bool, tau_moved: bool) -> None:
        self._request_frame(by_slider=by_slider)
        self.worker.settle(True)
        if not self.latents.dragging:
            if tau_moved:
                self._refresh_axes()
            self._request_local_map()

    def _drag_ended(self, *, tau_moved: bool) -> None:
        self.adjusting.look()
        self._refresh_figures()
        if tau_moved:
            self._refresh_axes()
        self._request_local_map()

    def settled(self) -> None:
        """After a pause in moves: the volume is brought up to date, and moves by keys are one step."""
        if not self.latents.dragging:
            self.latents.commit()
            self.proposals.ask()
        self._refresh_figures()

    def _keep_view(self) -> None:
        if self.case is not None:
            self._announce("view_kept", (self.case.case_id, self.case_view()))

    # -- work -----------------------------------------------------------------------------------------------------
    def _request_frame(self, *, by_slider: bool = False) -> None:
        if self.review is not None:
            words = self.drafts.words(self.slice_index)
            self.worker.draw(self.review, self.slice_index, self.latents.points, words, by_slider=by_slider)

    def take_drawn(self, drawn: Any) -> None:
        """A drawn slice has come (its ``frame`` is a :class:`~proseg_gui.review.state.Frame`)."""
        self.drawn = drawn
        self._announce("frame_changed", drawn)
        self.adjusting.look()
        if not self._fit_asked and self.review is not None:  # after the first contour, which it must not hold up
            self._fit_asked = True
            self.worker.judge_fit(self.review)

    def take_fit(self, fit: Fit) -> None:
        """Whether the model fits the scan has come."""
        self.fit = fit
        self._announce("fit_changed", fit)

    def _request_spread(self) -> None:
        if self.review is not None:
            form = self.display.view.settings.map_form
            self.worker.find_spread(self.review, self.slice_index, self.model_structure, form)
            self._request_local_map()

    def take_spread(self, spread: Spread) -> None:
        """What all raters draw on the slice in view has come: now it counts as looked at."""
        self.spread = spread
        self.visited |= {spread.slice_index}
        self._announce("spread_changed", spread)
        self._emit_summary()

    def _request_local_map(self) -> None:
        if self.review is not None and self.display.view.settings.map_name == LOCAL_MAP:
            self.worker.find_local_map(self.review, self.slice_index, self.latents.point, self.model_structure)

    def take_surveyed(self, k: int) -> None:
        """The sweep has measured slice ``k``."""
        if k == self.slice_index and self.spread is None:
            self._request_spread()
        if self._clock() - self._last_summary > SUMMARY_EVERY_S:
            self._emit_summary()
        if self._regions_due():
            self.doubts.ask(pressing=False)

    def take_encoded(self) -> None:
        """The sweep has encoded every slice."""
        self._refresh_axes()
        self._refresh_figures()

    def take_swept(self) -> None:
        """The whole volume was measured."""
        self._emit_summary()
        self._refresh_axes()
        self.doubts.ask()
        doubt = self.doubt_ml()
        if doubt is not None and self.case is not None:
            self._announce("doubt_measured", (self.case.case_id, doubt, self.model))

    def doubt_ml(self) -> float | None:
        """Total uncertainty of the case in ml, all structures together; ``None`` until every slice was measured."""
        return None if self.review is None else self.review.doubt_ml()

    def cancel_sweep(self) -> None:
        """Stop looking at the rest of the volume; what is known stays."""
        self.worker.cancel("sweep")
        self._announce("job_changed", None)
        self._announce("noticed", "Stopped: figures cover the slices measured so far")

    def _emit_summary(self) -> None:
        if self.review is not None:
            self._last_summary = self._clock()
            self.summary = self.review.summary(self.model_structure)
            self._announce("summary_changed", self.summary)

    def _refresh_figures(self) -> None:
        if self.review is not None:
            s = self.model_structure
            evidence = self.document.evidence(self.modelled[s])
            edits = evidence if evidence.packed else None
            self._measured_at = self.latents.point
            self.worker.measure(self.review, self.latents.point, s, self.display.view.compare_with, edits)

    def take_figures(self, figures: Figures) -> None:
        """The volume has come, first as an estimate, then exactly, with the voxels to keep."""
        self.figures = figures
        self._announce("figures_changed", figures)
        if figures.voxels is not None and self.case is not None and self.review is not None:
            name, model = self.modelled[self.model_structure], self.model
            if self.shapes.kept(self.model_structure) is None and model is not None:
                self.shapes.voxels[name] = (figures.voxels, model)
                self._announce("shown_kept", (self.case.case_id, name, figures.voxels, model))
                self.across.measured(name, self._measured_at)
            else:
                self.across.look()
            self.doubts.weigh()

    def _refresh_axes(self) -> None:
        if self.review is not None:
            self.worker.find_axes(self.review, self.latents.point, self.model_structure, self.display.view.window)

    def take_axes(self, axes: AxesState) -> None:
        """The sliders have come; never during a drag, whose end asks again."""
        if self.latents.dragging:
            return
        self.axes = axes
        self._announce("axes_changed", axes)


def _nothing() -> None:
    pass


def _kept_slice(kept: Any, n_slices: int) -> int:
    fits = isinstance(kept, int) and not isinstance(kept, bool) and 0 <= kept < n_slices
    return kept if fits else n_slices // 2
