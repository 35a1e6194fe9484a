"""The open study seen through one bundle: state and the work on it, without Qt.

The controller of the window calls these methods from worker threads; everything that they return is immutable.
State is replaced, never changed in place, and only by the owner's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from proseg_gui.bundle import told_missing
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.memory import give_back
from proseg_gui.metrics.overlap import dice
from proseg_gui.prompts.reading import Prompt
from proseg_gui.review.edits import Bricks
from proseg_gui.review.figures import Figures
from proseg_gui.review.regions import Found, regions_of
from proseg_gui.review.state import AxesState, Frame, Point, Spread, Summary
from proseg_gui.review.sweep import sweep
from proseg_gui.volume import Mask, Reading, Study, Volume, areas_to_ml

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle
    from proseg_gui.inference.clicks import Candidates
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.fit import Fit
    from proseg_gui.inference.latents import Axis, Sliders
    from proseg_gui.inference.pointing import Clicks
    from proseg_gui.inference.style import Followed
    from proseg_gui.inference.survey import CaseSurvey, SliceSurvey


OTHER_BYTES = 64_000_000
"""For features of what is only compared with."""


def point_key(point: Point) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """A point as something that equal points share."""
    return tuple(sorted(point.items()))


@dataclass(frozen=True, eq=False)
class Reviewed:
    """A study, the model that looks at it, and what has been worked out: made by :func:`begin_review`."""

    study: Study
    bundle: Bundle
    engine: Engine
    sliders: Sliders
    survey: CaseSurvey
    reference: str = ""
    """How the bundle was asked for: its name, or its folder."""
    exhaustive: bool = False
    """Whether every slice is measured, also where a coarse pass shows nothing."""
    _still: dict[int, tuple[int, Point, np.ndarray]] = field(default_factory=dict, repr=False)
    """Structure -> slice, point and probability of what was drawn last."""
    _others: list[Engine] = field(default_factory=list, repr=False)
    """The engine of :meth:`otherwise`, once it was wanted."""

    def fit(self, token: CancelToken | None = None) -> Fit:
        """Whether the model fits the study, by its files and by a few slices, which are encoded if they were not.

        Like the sweep it waits while a hand is on a slider.
        """
        from proseg_gui.inference.fit import judge_fit

        with self.engine.giving_way():
            return judge_fit(self.engine, token)

    # -- the slider path ------------------------------------------------------------------------------------------
    def frame(self, slice_index: int, points: tuple[Point, ...], token: CancelToken | None = None) -> Frame:
        """Probability of every structure on one slice, each at its own point; the background pauses meanwhile."""
        start = time.perf_counter()
        self.engine.hold()
        try:
            probability = self._planes(slice_index, points, token)
        finally:
            self.engine.release()
        return Frame(slice_index, points, probability, (time.perf_counter() - start) * 1000.0)

    def other_engine(self) -> Engine:
        """The engine that does not adjust for the scanner where this one does, and the other way round."""
        if not self._others:
            self._others.append(self.engine.otherwise(OTHER_BYTES))
        return self._others[0]

    def otherwise(self, k: int, points: tuple[Point, ...], token: CancelToken | None = None) -> np.ndarray:
        """``(S, y, x)`` of slice ``k``, each structure at its own point, by :meth:`other_engine`."""
        engine = self.other_engine()
        drawn = {point_key(point): point for point in points}
        found = dict(zip(drawn, engine.probabilities(k, tuple(drawn.values()), token), strict=True))
        return np.stack([found[point_key(point)][s] for s, point in enumerate(points)])

    def keep_free(self, busy_hand: bool) -> None:
        """A slider was taken, or let go: the sweep waits in between, so that every move finds a free processor."""
        self.engine.keep_free(busy_hand)

    def _planes(self, k: int, points: tuple[Point, ...], token: CancelToken | None) -> np.ndarray:
        """``(S, y, x)``: a structure whose point did not move is taken as it was drawn last, so a move decodes once."""
        kept = {s: self._still[s][2] for s, point in enumerate(points) if self._still.get(s, ())[:2] == (k, point)}
        if not kept and all(point == points[0] for point in points):
            whole = self.engine.probability(k, points[0], token)
            kept = dict(enumerate(whole))
        else:
            for s in range(len(points)):
                if s not in kept:
                    drawn = self.engine.probability(k, points[s], token)
                    kept |= {t: drawn[t] for t in range(s, len(points)) if t not in kept and points[t] == points[s]}
            whole = np.stack([kept[s] for s in range(len(points))])
        self._still.update({s: (k, points[s], plane) for s, plane in kept.items()})
        return whole

    # -- what all raters and samples draw -------------------------------------------------------------------------
    def spread(self, slice_index: int, structure: int, form: str, token: CancelToken | None = None) -> Spread:
        """Survey one slice (or take it from the survey's store) and give the chosen structure's arrays."""
        found = self.survey.slice(slice_index, form=form, token=token)
        return _spread(found, slice_index, structure, self.engine.raters)

    def summary(self, structure: int) -> Summary:
        """Everything known so far about the whole case."""
        survey = self.survey
        by_slice = survey.slice_uncertainty("total", structure) * self.study.geometry.pixel_area_mm2
        geometry = self.study.geometry
        volumes = survey.rater_volumes_ml(geometry, structure)
        return Summary(
            by_slice=by_slice,
            shares=survey.shares(structure),
            volumes_ml=survey.volumes_ml(geometry, structure),
            rater_volumes_ml=dict(zip(self.engine.raters, map(float, volumes), strict=True)),
            slices_done=int(np.isfinite(by_slice).sum()),
            n_slices=self.engine.n_slices,
        )

    def estimated_volumes(self, token: CancelToken | None = None) -> dict[str, Volume]:
        """What the model takes each missing channel for, by the name under which it may be shown.

        From -1 to 1, black to white of the model's window.
        """
        engine, missing = self.engine, self.engine.missing
        found = [engine.estimate(k, token)[0] for k in range(engine.n_slices)] if missing else []
        return {
            f"{name} (estimated)": Volume(
                np.stack([part[i] for part in found]), engine.geometry, window=(0.0, 2.0), description=name,
                derivation=f"{told_missing((name,))}.", estimated=True,
            )
            for i, name in enumerate(missing)
        }  # fmt: skip

    def doubt_ml(self) -> float | None:
        """Total uncertainty of all structures in ml; ``None`` until every slice was measured."""
        if not self.survey.complete:
            return None
        structures = range(len(self.engine.structures))
        by_slice = np.sum([self.survey.slice_uncertainty("total", s) for s in structures], axis=0)
        return areas_to_ml(by_slice, self.study.geometry)

    def regions(self, structure: int) -> Found:
        """Where the case is in doubt, by what is known so far."""
        found = regions_of(self.engine, self.survey, structure)
        give_back()
        return found

    def sweep(
        self,
        nearest: Callable[[], int],
        token: CancelToken,
        progress: Progress,
        surveyed: Callable[[int], None],
        encoded: Callable[[], None],
    ) -> None:
        """Look at the whole volume, the slice in view first: :func:`proseg_gui.review.sweep.sweep`.

        While a hand is on a slider (:meth:`keep_free`) nothing of it is done.
        """
        with self.engine.giving_way():
            sweep(self.engine, self.survey, nearest, token, progress, surveyed, encoded, exhaustive=self.exhaustive)
        give_back()

    # -- sliders --------------------------------------------------------------------------------------------------
    def axes(self, point: Point, token: CancelToken | None = None) -> AxesState:
        """The sliders at ``point`` with their measured effects, over the slices encoded so far."""
        ambiguity = self.sliders.ambiguity_axes(point, token)
        return AxesState(
            preference=self.sliders.preference_axes(point, token),
            ambiguity=ambiguity.axes,
            provisional=ambiguity.provisional,
            slices_seen=ambiguity.slices_seen,
            n_slices=self.engine.n_slices,
        )

    def described(self, point: Point, prompt: Prompt, structure: int, token: CancelToken | None = None) -> Followed:
        """Where a prompt leads from ``point``: :func:`proseg_gui.inference.style.follow_prompt`."""
        from proseg_gui.inference.style import follow_prompt

        with self.engine.giving_way():
            return follow_prompt(self.engine, self.sliders, point, prompt, structure, token)

    def candidates(
        self, clicks: Clicks, structure: int, k: int | None = None, token: CancelToken | None = None
    ) -> Candidates:
        """What may be meant by ``clicks``: :func:`proseg_gui.inference.clicks.candidates`."""
        from proseg_gui.inference.clicks import candidates

        with self.engine.giving_way():
            return candidates(self.engine, clicks, structure, k=k, token=token)

    def position(self, axis: Axis, point: Point) -> float:
        """Where ``point`` lies on ``axis``, in standard deviations."""
        return self.sliders.position(axis, point)

    def moved(self, axis: Axis, point: Point, position: float) -> Point:
        """``point`` with ``axis`` at ``position`` standard deviations."""
        return self.sliders.moved(axis, point, position)

    def estimate(self, point: Point, structure: int, token: CancelToken | None = None) -> Figures:
        """Quick volume at ``point`` over the slices encoded so far."""
        volume = self.engine.volume_ml(point, structure, token)
        return Figures(volume.ml, volume.complete)

    def drawn_from(
        self, near: int, point: Point, structure: int, token: CancelToken, partly: Callable[[np.ndarray], None]
    ) -> Bricks:
        """Like :meth:`measured_mask`, slices next to ``near`` first, giving way to sliders.

        ``partly`` is called with what is there so far, ``(z, y, x)`` bool, after each slice.
        """
        with self.engine.giving_way():
            mask = self.engine.mask(point, structure, token, everywhere=False, near=near, partly=partly)
        return Bricks.of(mask.array)

    def frozen(
        self, structures: Mapping[str, Point], edits: Mapping[str, Bricks], token: CancelToken, progress: Progress
    ) -> dict[str, Bricks]:
        """Every voxel of structures at their points, with ``edits`` put over them: what an acceptance keeps."""
        names = self.engine.structures
        return {
            name: Bricks.of(self.mask(point, names.index(name), token, progress).array).overlaid(edits[name])
            for name, point in structures.items()
        }

    def figures(self, drawn: Bricks, structure: int, compare_with: str | None, edits: Bricks | None) -> Figures:
        """Exact volume of what was ``drawn`` with ``edits`` put over it, and its Dice against a given mask."""
        shown = drawn if edits is None else drawn.overlaid(edits)
        given = self.given_mask(compare_with, structure)
        agreement = None if given is None else dice(shown.mask(), given.array)
        ml = areas_to_ml(shown.counts(), self.study.geometry)
        return Figures(ml, complete=True, exact=True, dice=agreement, voxels=drawn)

    def largest_slices(self, count: int) -> list[int]:
        """Slices where the structures can be largest, of those encoded so far."""
        extents = [(patch.pixels * patch.step**2, k) for k, patch in self.engine.patches.snapshot()]
        return [k for _, k in sorted(extents, reverse=True)[:count]]

    def given_mask(self, rater: str | None, structure: int) -> Mask | None:
        """The (first) mask that ``rater`` gave for the structure, if any."""
        return next((reading.mask for reading in self.given(structure) if reading.rater == rater), None)

    def given(self, structure: int) -> tuple[Reading, ...]:
        """What raters drew of the model's structure."""
        return self.study.readings_of(self.engine.structures[structure], self.engine.structures)

    def local_ambiguity(self, k: int, point: Point, structure: int, token: CancelToken | None = None) -> np.ndarray:
        """``(y, x)`` variance of inclusion over the ambiguity alone, at the current preference."""
        from proseg_gui.inference.survey import ambiguity_at

        return ambiguity_at(self.engine, k, point, token)[structure]

    def measured_mask(self, point: Point, structure: int, token: CancelToken, progress: Progress) -> Mask:
        """:meth:`mask` for figures, without encoding slices for nothing: what was passed over is left empty.

        Unless the structure reaches it from the slice beside: :meth:`~proseg_gui.inference.engine.Engine.mask`.
        """
        return self.engine.mask(point, structure, token, progress, everywhere=self.exhaustive)

    def mask(self, point: Point, structure: int, token: CancelToken, progress: Progress) -> Mask:
        """The whole volume's mask at ``point``: what an export writes."""
        return self.engine.mask(point, structure, token, progress)


def _spread(found: SliceSurvey, slice_index: int, structure: int, raters: tuple[str, ...]) -> Spread:
    return Spread(
        slice_index=slice_index,
        structure=structure,
        agreement=found.agreement[structure],
        raters={name: found.rater_probability[r, structure] for r, name in enumerate(raters)},
        thin=tuple(sample[structure] for sample in found.thin),
        maps={part: found.whole(part)[structure] for part in found.parts},
    )


def begin_review(
    study: Study,
    bundle: Bundle,
    device: str,
    box_centre_mm: tuple[float, float, float] | None = None,
    engine: Engine | None = None,
    *,
    exhaustive: bool = False,
    adjusted: bool = True,
) -> Reviewed:
    """Put ``study`` and ``bundle`` together; raises ``UserError`` where they cannot be.

    ``exhaustive``: see :class:`Reviewed`. ``engine``: one of just these
    (:class:`proseg_gui.review.proposal.LookThrough` made it), which may know slices. ``adjusted``: whether a method
    that adjusts for the scanner does so.
    """
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.latents import Sliders
    from proseg_gui.inference.plan import default_plan
    from proseg_gui.inference.survey import CaseSurvey

    if engine is None or engine.adjusted != adjusted:
        engine = Engine(bundle, study, device=device, box_centre_mm=box_centre_mm, adjusted=adjusted)
    survey = CaseSurvey(engine, default_plan(bundle, missing=bool(engine.missing)))
    return Reviewed(study, bundle, engine, Sliders(engine), survey, exhaustive=exhaustive)
