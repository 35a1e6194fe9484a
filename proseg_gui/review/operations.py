"""What a tool makes of a whole structure, or of it on one plane: grow, smooth, fill, combine, copy. Without Qt.

The work is done in the background on the shape as it is when it is asked for. If the structure was changed meanwhile,
nothing is put in its place. Where a model draws the structure, slices that an operation touches are *pinned*: every
voxel of them is said to be in or out, so that no ring of the model's contour appears when a slider moves later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.painted import Painted
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.planes import Plane
from proseg_gui.review.drafts import KEEP, Codes, plane_words, words_for
from proseg_gui.review.edits import Box, Bricks, code
from proseg_gui.review.state import Announce, Point
from proseg_gui.volume import Geometry

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

Inside = npt.NDArray[np.bool_]
Make = Callable[[Inside, Geometry], Sequence[Painted]]
Combination = Literal["union", "intersect", "subtract", "exclusive or"]


class Operations:
    """The desk's operations; each is one step, named for undo.

    Parameters
    ----------
    announce:
        Called with ``noticed``.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce

    # -- of the shape alone ---------------------------------------------------------------------------------------
    def grow(self, mm: float, plane: Plane | None = None) -> None:
        """Make the active structure larger by ``mm`` (smaller where negative), in 3D or on one plane."""
        from proseg_gui.drawing.shape import grow, shrink

        if mm > 0:
            self._start(f"grow by {mm:g} mm", lambda m, g: [grow(m, g, mm, plane=plane)], plane)
        elif mm < 0:
            self._start(f"shrink by {-mm:g} mm", lambda m, g: [shrink(m, g, -mm, plane=plane)], plane)

    def hollow(self, mm: float, plane: Plane | None = None) -> None:
        """Keep a shell of the active structure, ``mm`` thick from its outline inwards."""
        from proseg_gui.drawing.shape import hollow

        self._start(f"hollow to {mm:g} mm", lambda m, g: [hollow(m, g, mm, plane=plane)], plane)

    def threshold(self, plane: Plane | None = None) -> None:
        """Make the active structure all that lies within the tools' range of values, in the channel in view."""
        from proseg_gui.drawing.threshold import within

        state, study = self._desk.tools.state, self._desk.study
        if study is None or (state.low is None and state.high is None):
            self._announce("noticed", "Choose a range of values first, beside the threshold brush")
            return
        low, high, values = *self._desk.tools.range, self._desk.display.measured.array
        ends = [("from", state.low), ("to", state.high)]
        told = " ".join(f"{word} {value:g}" for word, value in ends if value is not None)
        self._start(f"values {told}", lambda _m, _g: [_whole(within(values, low, high), plane)], plane)

    def smooth(self, mm: float, plane: Plane | None = None) -> None:
        """Smooth the outline over ``mm``."""
        from proseg_gui.drawing.smooth import smooth

        self._start(f"smooth over {mm:g} mm", lambda m, g: [smooth(m, g, mm, plane=plane)], plane)

    def fill_holes(self, plane: Plane | None = None) -> None:
        """Fill what is surrounded."""
        from proseg_gui.drawing.shape import fill_holes

        self._start("fill holes", lambda m, _g: [fill_holes(m, plane=plane)], plane)

    def keep_largest(self, plane: Plane | None = None) -> None:
        """Keep the largest part only."""
        from proseg_gui.drawing.shape import keep_largest

        self._start("keep the largest part", lambda m, g: [keep_largest(m, g, plane=plane)], plane)

    def remove_small(self, ml: float, plane: Plane | None = None) -> None:
        """Drop parts of less than ``ml``."""
        from proseg_gui.drawing.shape import remove_small

        self._start(f"drop parts under {ml:g} ml", lambda m, g: [remove_small(m, g, ml, plane=plane)], plane)

    def interpolate(self) -> None:
        """Fill the slices between those that were drawn on."""
        from proseg_gui.drawing.interpolate import fill_between

        name = self._desk.structure_name
        drawn = self._drawn_slices(name)
        if len(drawn) < 2 or drawn[-1] - drawn[0] == len(drawn) - 1:
            self._announce("noticed", "Draw on two slices with others between them first")
            return
        self._start("interpolate between slices", lambda m, g: list(fill_between(m, g, drawn)), None)

    def _drawn_slices(self, name: str) -> list[int]:
        """Slices that the hand has drawn on."""
        if self._desk.case is None or not name:
            return []
        return [int(k) for k in np.flatnonzero(self._desk.document.evidence(name).counts())]

    # -- with other shapes ----------------------------------------------------------------------------------------
    def combine(self, other: str, operation: Combination) -> None:
        """Combine the active structure with another one of the case, which stays as it is."""
        from proseg_gui.drawing.shape import combine

        verb = {"union": "add", "intersect": "keep within", "subtract": "take away"}.get(operation, "exclude")
        shape = self.shape_of(other)

        def make(mask: Inside, token: CancelToken, progress: Progress) -> Sequence[Painted]:
            return [combine(mask, shape(token, progress), operation)]

        self._start_with(f"{verb} {other}", make, None, "tool")

    def copy_neighbour(self, step: int) -> None:
        """Take over the shape of the slice before (-1) or after (+1) on the slice in view."""
        from proseg_gui.drawing.copy import copy_slice

        k, n = self._desk.slice_index, 0 if self._desk.case is None else self._desk.document.shape[0]
        if not 0 <= k + step < n:
            self._announce("noticed", "There is no slice on that side")
            return
        title = f"copy from slice {k + step + 1}"
        self._start(title, lambda m, _g: [copy_slice(m, Plane(0, k + step), k)], Plane(0, k), "copy")

    def copy_given(self, rater: str, plane: Plane | None = None) -> None:
        """Take over the mask that a rater gave of the active structure."""
        study, name = self._desk.study, self._desk.structure_name
        found = [] if study is None else [r for r in study.readings if r.rater == rater]
        same = [reading for reading in found if reading.structure == name] or found
        if not same:
            self._announce("noticed", f"{rater} gave no mask on this scan")
            return
        array = same[0].mask.array
        self._start(f"copy from {rater}", lambda _m, _g: [_whole(array, plane)], plane, "copy")

    def copy_model(self, who: str, point: Point, plane: Plane | None = None) -> None:
        """Take over what the model draws at ``point``: a rater's preset, a sample."""
        desk = self._desk
        review, s = desk.review, desk.model_structure
        if review is None:
            return

        def make(_mask: Inside, token: CancelToken, progress: Progress) -> Sequence[Painted]:
            if plane is not None and plane.axis == 0:
                drawn = review.frame(plane.index, (point,) * len(review.engine.structures), token).probability[s] > 0.5
                return [Painted.in_plane(plane, slice(0, drawn.shape[0]), slice(0, drawn.shape[1]), drawn)]
            return [_whole(review.mask(point, s, token, progress).array, plane)]

        self._start_with(f"copy from {who}", make, plane, "copy")

    # -- how it is done -------------------------------------------------------------------------------------------
    def shape_of(self, name: str) -> Callable[[CancelToken, Progress], Inside]:
        """Works out the whole shape of a structure as it is now; for a worker."""
        desk = self._desk
        number = desk.structures.index(name)
        kept, evidence, review = desk.shapes.kept(number), desk.document.evidence(name), desk.review
        point = desk.latents.stand(number)[0]

        def shape(token: CancelToken, progress: Progress) -> Inside:
            if kept is not None:
                return kept.mask()
            assert review is not None
            drawn = Bricks.of(review.mask(point, number, token, progress).array)
            return drawn.overlaid(evidence).mask()

        return shape

    def _start(self, title: str, make: Make, plane: Plane | None, origin: str = "tool") -> None:
        study = self._desk.study
        if study is not None:
            geometry = study.geometry
            self._start_with(title, lambda mask, _token, _progress: make(mask, geometry), plane, origin)

    def _start_with(
        self,
        title: str,
        make: Callable[[Inside, CancelToken, Progress], Sequence[Painted]],
        plane: Plane | None,
        origin: str,
    ) -> None:
        desk, name = self._desk, self._desk.structure_name
        if desk.case is None or not name or not desk.drafts.may_change(name):
            return
        desk.drafts.end()
        desk.latents.commit()
        number = desk.structure
        before = (desk.case, desk.document.evidence(name), desk.shapes.base(number), desk.latents.stand(number)[0])
        shape, pins = self.shape_of(name), number < len(desk.modelled) and desk.shapes.base(number) is None
        full_title = title if plane is None else f"{title} on {plane_words(plane)}"

        def work(token: CancelToken, progress: Progress) -> list[tuple[Box, Codes]]:
            mask = shape(token, progress)
            return [part for painted in make(mask, token, progress) for part in _words(mask, painted, origin, pins)]

        def done(words: list[tuple[Box, Codes]]) -> None:
            if desk.case is not before[0]:
                return
            at = desk.structures.index(name) if name in desk.structures else -1
            now = (desk.document.evidence(name), desk.shapes.base(at), desk.latents.stand(at)[0] if at >= 0 else None)
            if now[0] is not before[1] or now[1] is not before[2] or now[2] != before[3]:
                self._announce("noticed", f"{name} was changed meanwhile, so it was not done: {full_title}")
            elif desk.drafts.put(full_title, name, words) is None:
                self._announce("noticed", f"Nothing changes: {full_title}")

        desk.worker.carry_out(full_title, work, done)


def _whole(array: Inside, plane: Plane | None) -> Painted:
    """A mask, or what it holds of a plane, as the whole truth there."""
    if plane is None:
        z, y, x = (slice(0, n) for n in array.shape)
        return Painted((z, y, x), array)
    flat = plane.take(array)
    return Painted.in_plane(plane, slice(0, flat.shape[0]), slice(0, flat.shape[1]), flat.copy())


def _words(mask: Inside, painted: Painted, origin: str, pins: bool) -> list[tuple[Box, Codes]]:
    """What is to be said so that ``mask`` becomes what ``painted`` says of its box.

    ``pins``: slices on which anything changes are said in full; else only the voxels that change are said.
    """
    if not painted.inside.size:
        return []
    box, found = painted.box, []
    old = mask[box]
    changed = old != painted.inside
    for offset in np.flatnonzero(changed.any(axis=(1, 2))).tolist():
        k = box[0].start + offset
        if pins:
            new = mask[k].copy()
            new[box[1:]] = painted.inside[offset]
            area = (slice(k, k + 1), slice(0, new.shape[0]), slice(0, new.shape[1]))
            found.append((area, words_for(new, origin)[None]))
        else:
            area = (slice(k, k + 1), box[1], box[2])
            said = np.where(painted.inside[offset], code(origin, True), code(origin, False)).astype(np.uint8)
            found.append((area, np.where(changed[offset], said, np.uint8(KEEP))[None]))
    return found
