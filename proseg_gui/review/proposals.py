"""What the model makes of the hand's strokes: a proposal on every slice, to be taken or rejected. Without Qt.

After each stroke on a structure that the model draws, the worker weighs the model's draws by what the hand has said
(:mod:`proseg_gui.inference.condition`) and sends the proposal: the slice in view first, then all. It never changes
what is drawn: taking it, whole or in part, is a step of the person, and what was said by hand stays voxel for voxel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from proseg_gui.drawing.boxes import whole
from proseg_gui.planes import Plane, Voxel
from proseg_gui.review.document import EVIDENCE, POINT, SETTLED, SHAPE, Change, plain_value
from proseg_gui.review.drafts import KEEP, Codes, words_for
from proseg_gui.review.edits import Bricks, Index, has_origin, overlaid, said_in
from proseg_gui.review.latents import plain_who
from proseg_gui.review.state import Announce, Point, Who
from proseg_gui.volume import areas_to_ml

if TYPE_CHECKING:
    from proseg_gui.review.desk import Desk

Inside = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ProposalRequest:
    """What a proposal is asked of.

    ``evidence``: all that was said (codes of :mod:`proseg_gui.review.edits`), which is shown over the point's contour.
    ``hand``: what of it the hand has said, nothing that a tool or the model did.
    ``before``: an earlier proposal that was taken over, and so is what stands.
    """

    structure: str
    number: int
    evidence: Bricks
    hand: Bricks
    point: Point
    slice_index: int
    before: Any = None


@dataclass(frozen=True, eq=False)
class Proposal:
    """What the worker found.

    Parameters
    ----------
    slices:
        k -> ``(y, x)`` the proposed shape, with the hand's words in it; of the slice in view, or of all.
    complete:
        Whether every slice is in ``slices``.
    raters:
        Name -> odds; empty where the draws are everybody's.
    ghosts:
        Slider name -> ``(mean, width)`` of the weighted draws, in the slider's own units.
    notice:
        Why nothing is proposed; empty where something is.
    conditioned:
        The engine's own object, with which the next step goes on.
    explained:
        Name -> share of what was said that the rater's draws say too; empty where ``raters`` is.
    """

    request: ProposalRequest
    slices: Mapping[int, Inside]
    complete: bool
    point: Point
    raters: Mapping[str, float]
    ghosts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notice: str = ""
    conditioned: Any = None
    explained: Mapping[str, float] = field(default_factory=dict)


class Proposals:
    """Asks for proposals, keeps the one that is offered, and carries out what the person makes of it.

    Parameters
    ----------
    announce:
        Called with ``proposal_changed`` (a :class:`Proposal` or ``None``) and ``noticed``.
    """

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce
        self.offered: Proposal | None = None
        self.seen: set[str] = set()
        """Structures of the open case of which a proposal was shown: the record of a reading says so."""
        self.awaited = False
        """Whether a proposal on every slice is being worked out."""
        self._hands: dict[tuple[str, Index], tuple[bytes, bytes | None]] = {}
        """Brick -> its bytes, and those of what the hand said in it: a step unpacks only what it changed."""
        self._taken: dict[str, Any] = {}
        """Structure -> what was conditioned when a proposal was taken over whole, where the sliders still stand so."""

    def begin(self, seen: object) -> None:
        """Another case, or another model: nothing is offered; ``seen`` is what the case's view kept."""
        self._taken.clear()
        self._hands.clear()
        self.awaited = False
        if isinstance(seen, list | tuple):
            self.seen = {name for name in seen if isinstance(name, str)}
        self._offer(None)

    def _offer(self, proposal: Proposal | None) -> None:
        if proposal is not self.offered:
            self.offered = proposal
            self._announce("proposal_changed", proposal)

    @property
    def wanted(self) -> bool:
        """Whether the person wants proposals."""
        return self._desk.display.view.settings.proposals

    # -- asking ---------------------------------------------------------------------------------------------------
    def ask(self) -> None:
        """What was said has changed: ask anew, or stop offering where there is nothing to go by."""
        desk, review = self._desk, self._desk.review
        if review is None or desk.case is None or not self.wanted or not review.bundle.method.capabilities.samples:
            self._stop()
            return
        name, number = desk.modelled[desk.model_structure], desk.model_structure
        hand = self.hand(name)
        stays = desk.shapes.locked(number) is not None or desk.shapes.base(number) is not None
        if stays or not hand.packed or desk.document.value(SETTLED + name) == hand.digest:
            self._stop()
            return
        point, now = desk.latents.stand(number)[0], self.offered
        if now is not None and now.complete and self._is_of(now.request, name, hand, point):
            return  # something else has changed: it still holds
        before = self._taken.get(name)
        if before is not None and before.point != point:
            before = None
        self.awaited = True
        evidence = desk.document.evidence(name)
        desk.worker.propose(review, ProposalRequest(name, number, evidence, hand, point, desk.slice_index, before))

    @staticmethod
    def _is_of(request: ProposalRequest, name: str, hand: Bricks, point: Point) -> bool:
        return request.structure == name and request.point == point and request.hand.digest == hand.digest

    def hand(self, name: str) -> Bricks:
        """What the hand has said of a structure."""
        evidence, packed = self._desk.document.evidence(name), {}
        for index, data in evidence.packed.items():
            known = self._hands.get((name, index))
            if known is None or known[0] is not data:
                codes = evidence.brick(index)
                hand = Bricks.of(np.where(has_origin(codes, "hand"), codes, np.uint8(0)))
                known = self._hands[name, index] = data, next(iter(hand.packed.values()), None)
            if known[1] is not None:
                packed[index] = known[1]
        return Bricks(evidence.shape, packed)

    def _stop(self) -> None:
        self.awaited = False
        self._desk.worker.cancel("proposal")
        self._offer(None)

    def take(self, proposal: Proposal) -> None:
        """A proposal has come; one of a state that is no more is dropped."""
        desk, request = self._desk, proposal.request
        if desk.case is None or request.structure not in desk.modelled:
            return
        name, point = request.structure, desk.latents.stand(request.number)[0]
        if not self._is_of(request, name, self.hand(name), point):
            return
        if proposal.notice:
            self._announce("noticed", proposal.notice)
        else:
            self.seen.add(request.structure)
        self._offer(None if proposal.notice else proposal)
        if proposal.complete:
            self.awaited = False
            desk.doubts.weigh()

    # -- what it would change -------------------------------------------------------------------------------------
    def inside(self, plane: Plane) -> Inside | None:
        """``(row, column)`` the proposed shape on a plane; ``None`` where it is not known (yet)."""
        offered = self.offered
        if offered is None:
            return None
        if plane.axis == 0:
            return offered.slices.get(plane.index)
        if not offered.complete:
            return None
        depth = self._desk.document.shape[0]
        flat = Plane(plane.axis - 1, plane.index)  # of each slice
        return np.stack([np.take(offered.slices[k], flat.index, flat.axis) for k in range(depth)])

    def ml(self) -> float | None:
        """Volume of the proposed shape; ``None`` until every slice is known."""
        offered, study = self.offered, self._desk.study
        if offered is None or not offered.complete or study is None:
            return None
        return areas_to_ml([int(offered.slices[k].sum()) for k in range(study.geometry.shape[0])], study.geometry)

    # -- what the person makes of it ------------------------------------------------------------------------------
    def accept_slice(self) -> None:
        """Take the proposal over on the slice in view."""
        k = self._desk.slice_index
        self._accept_on(k, None, f"take the proposal on slice {k + 1}")

    def accept_here(self, voxel: Voxel | None) -> None:
        """Take the change over that lies under the pointer, or nearest to it on the slice in view."""
        from scipy.ndimage import label

        offered, k = self.offered, self._desk.slice_index
        shown = None if offered is None else self._desk.shown_on_slice(offered.request.number)
        if offered is None or k not in offered.slices or shown is None:
            self._nothing()
            return
        changes = offered.slices[k] ^ shown
        if not changes.any():
            self._announce("noticed", "The proposal changes nothing on this slice")
            return
        parts, _ = label(changes, np.ones((3, 3)))
        places = np.argwhere(changes)
        at = places.mean(axis=0) if voxel is None else np.array(voxel[1:])
        nearest = places[np.square(places - at).sum(axis=1).argmin()]
        self._accept_on(k, parts == parts[tuple(nearest)], f"take a part of the proposal on slice {k + 1}")

    def _accept_on(self, k: int, where: Inside | None, title: str) -> None:
        offered = self.offered
        if offered is None or k not in offered.slices:
            self._nothing()
            return
        name, drafts = offered.request.structure, self._desk.drafts
        said = drafts.codes(name)[k]
        words = words_for(offered.slices[k], "proposal")
        stays = has_origin(said, "hand") if where is None else has_origin(said, "hand") | ~where
        words[stays] = KEEP
        height, width = words.shape
        drafts.put(title, name, [((slice(k, k + 1), slice(0, height), slice(0, width)), words[None])])

    def accept_all(self) -> None:
        """Take the proposal over on all slices: the sliders move to it, and what they cannot say becomes strokes."""
        offered, desk = self.offered, self._desk
        if offered is None or not offered.complete:
            self._announce("noticed", "The proposal is still being worked out" if offered else "Nothing is proposed")
            return
        assert desk.review is not None
        desk.drafts.end()
        desk.latents.commit()
        request, review, case = offered.request, desk.review, desk.case
        before = desk.document.evidence(request.structure)

        def work(token: Any, progress: Any) -> Bricks:
            drawn = review.mask(offered.point, request.number, token, progress).array
            codes = before.array()
            shown = overlaid(drawn, codes)
            for k, wanted in offered.slices.items():
                differs = (shown[k] != wanted) & ~has_origin(codes[k], "hand")
                codes[k][differs] = words_for(wanted[differs], "proposal")
            return Bricks.of(codes)

        def done(evidence: Bricks) -> None:
            document, name = desk.document, request.structure
            if desk.case is not case or self.offered is not offered or document.evidence(name) is not before:
                self._announce("noticed", "The contour was changed meanwhile; the proposal was not taken over")
                return
            patch = before.changed(whole(document.shape), evidence.array())
            stand = {"point": dict(offered.point), "who": plain_who(Who()), "model": review.bundle.card.sha256}
            changes = [
                Change(POINT + name, document.value(POINT + name), plain_value(stand)),
                Change(SETTLED + name, document.value(SETTLED + name), request.hand.digest),
            ]
            if document.value(SHAPE + name) is not None:
                changes.append(Change(SHAPE + name, document.value(SHAPE + name), None))
            if patch:
                changes.append(Change(EVIDENCE + name, patch=patch))
            self._taken[name] = offered.conditioned
            document.change("take the proposal on all slices", changes)
            desk.latents.reread(name)

        desk.worker.carry_out("Taking the proposal over", work, done)

    def reject(self) -> None:
        """Do not offer it again until something else is said; a step, so undo offers it again."""
        offered = self.offered
        if offered is None:
            self._nothing()
            return
        name = offered.request.structure
        self._desk.document.set("reject the proposal", {SETTLED + name: offered.request.hand.digest})

    def _nothing(self) -> None:
        self._announce("noticed", "Nothing is proposed: draw on a slice first")


def said(evidence: Bricks) -> tuple[npt.NDArray[np.int64], Inside]:
    """Voxels ``(n, 3)`` of which something was said, and whether it was "in"."""
    places: list[npt.NDArray[np.int64]] = []
    words: list[Inside] = []
    for index in sorted(evidence.packed):
        codes: Codes = evidence.brick(index)
        found = np.argwhere(codes)
        places.append(found + [s.start for s in evidence.box(index)])
        words.append(said_in(codes[tuple(found.T)]))
    if not places:
        return np.zeros((0, 3), np.int64), np.zeros(0, bool)
    return np.concatenate(places), np.concatenate(words)
