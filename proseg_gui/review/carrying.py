"""Works out proposals, and what they leave in doubt, with the engine: for a worker, and without Qt.

The ensemble of a structure is kept from stroke to stroke, so that a further stroke costs little more than its voxels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.proposals import Proposal, ProposalRequest, said
from proseg_gui.review.remaining import Remaining, RemainingRequest, remaining
from proseg_gui.review.session import Reviewed

if TYPE_CHECKING:
    from proseg_gui.inference.condition.ensemble import Ensemble
    from proseg_gui.inference.latents import Axis

PREPARING = 0.7
"""Part of the progress at which every slice is decoded."""


class Carrying:
    """One ensemble at a time; safe to use from several threads."""

    def __init__(self) -> None:
        self._key: tuple[Any, int] | None = None
        self._ensemble: Ensemble | None = None
        self._lock = threading.Lock()
        self._preparing = threading.Lock()

    def _of(self, review: Reviewed, structure: int) -> Ensemble:
        from proseg_gui.inference.condition.ensemble import Ensemble

        with self._lock:
            if self._ensemble is None or self._key != (review.engine, structure):
                self._ensemble = Ensemble(review.engine, structure)
                self._key = review.engine, structure
            return self._ensemble

    def remaining(self, review: Reviewed, request: RemainingRequest, token: CancelToken) -> Remaining:
        """What is left of the regions' doubt: :func:`proseg_gui.review.remaining.remaining`."""
        found, hand = request.found, request.hand
        if hand is None or not hand.packed or not found.regions:
            return remaining(found, request.evidence, request.shown, None, token)
        from proseg_gui.inference.condition.evidence import Evidence
        from proseg_gui.inference.condition.posterior import Posterior

        ensemble = self._of(review, found.structure)
        with review.engine.giving_way():
            for k in sorted({k for region in found.regions for k in range(region.slices[0], region.slices[1] + 1)}):
                self._prepare(ensemble, k, token)
            posterior = Posterior(ensemble, Evidence(*said(hand)), token=token)
            return remaining(found, request.evidence, request.shown, (ensemble, posterior), token)

    def _prepare(self, ensemble: Ensemble, k: int, token: CancelToken) -> None:
        """Decode a slice, once also where two threads want it."""
        with self._preparing:
            ensemble.prepare(k, token)

    def propose(
        self,
        review: Reviewed,
        request: ProposalRequest,
        token: CancelToken,
        progress: Progress,
        first: Callable[[Proposal], None],
    ) -> Proposal:
        """The proposal on every slice; ``first`` is called with the slice in view alone, as soon as that is known."""
        from proseg_gui.inference.condition.evidence import Evidence
        from proseg_gui.inference.condition.update import condition, propose

        ensemble, k = self._of(review, request.number), request.slice_index
        evidence = Evidence(*said(request.hand))
        stands = request.before if request.before is not None else request.point
        n = review.engine.n_slices

        def conditioned(slices: tuple[int, ...], axes: tuple[Axis, ...]) -> Proposal:
            found = condition(review.engine, evidence, ensemble=ensemble, stands=stands, slices=slices, token=token)
            shapes = {} if found.notice else {at: propose(found, at, token).inside for at in slices}
            ghosts = {axis.name: ensemble.along(axis.control, found.weights) for axis in axes}
            whole = len(slices) == n
            return Proposal(request, shapes, whole, found.point, found.raters, ghosts, found.notice, found)

        review.engine.hold()
        try:
            sliders = review.axes(request.point, token)
            axes = (*sliders.preference, *sliders.ambiguity)
            first(conditioned((k,), axes))
        finally:
            review.engine.release()
        order = sorted(range(n), key=lambda at: abs(at - k))
        for done, at in enumerate(order, start=1):
            token.check()
            self._prepare(ensemble, at, token)
            progress(PREPARING * done / n, f"slice {done} of {n}")
        return conditioned(tuple(range(n)), axes)
