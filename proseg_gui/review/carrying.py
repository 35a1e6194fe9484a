"""Works out proposals, and what they leave in doubt, with the engine: for a worker, and without Qt.

The ensemble of a structure is kept from stroke to stroke, so that a further stroke costs little more than its voxels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.edits import Bricks, overlaid
from proseg_gui.review.proposals import Inside, Proposal, ProposalRequest, said
from proseg_gui.review.remaining import Remaining, RemainingRequest, remaining
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Point

if TYPE_CHECKING:
    from proseg_gui.inference.condition.ensemble import Ensemble
    from proseg_gui.inference.condition.evidence import Evidence
    from proseg_gui.inference.latents import Axis

MOST_ALONE = 16
"""Slices that count as looked at and left alone beside the strokes: without them a stroke at a border moves a lobe."""
PREPARING = 0.7
"""Part of the progress at which every slice is decoded."""


class Carrying:
    """One ensemble at a time; safe to use from several threads."""

    def __init__(self) -> None:
        self._key: tuple[Any, int] | None = None
        self._ensemble: Ensemble | None = None
        self._lock = threading.Lock()
        self._preparing = threading.Lock()
        self._stood: dict[int, tuple[Point, Inside]] = {}
        """Slice -> a point and what it draws there, of the structure of the ensemble."""

    def _of(self, review: Reviewed, structure: int) -> Ensemble:
        from proseg_gui.inference.condition.ensemble import Ensemble

        with self._lock:
            if self._ensemble is None or self._key != (review.engine, structure):
                self._ensemble = Ensemble(review.engine, structure)
                self._key = review.engine, structure
                self._stood.clear()
            return self._ensemble

    def remaining(self, review: Reviewed, request: RemainingRequest, token: CancelToken) -> Remaining:
        """What is left of the regions' doubt: :func:`proseg_gui.review.remaining.remaining`."""
        found, hand = request.found, request.hand
        if hand is None or not hand.packed or not found.regions:
            return remaining(found, request.evidence, request.shown, None, token)
        from proseg_gui.inference.condition.posterior import Posterior

        ensemble = self._of(review, found.structure)
        with review.engine.giving_way():
            evidence = self._evidence(ensemble, hand, request.evidence, request.point, token)
            within = {k for region in found.regions for k in range(region.slices[0], region.slices[1] + 1)}
            for k in sorted(within | set(evidence.left_alone)):
                self._prepare(ensemble, k, token)
            posterior = Posterior(ensemble, evidence, token=token)
            return remaining(found, request.evidence, request.shown, (ensemble, posterior), token)

    def _evidence(self, ensemble: Ensemble, hand: Bricks, words: Bricks, point: Point, token: CancelToken) -> Evidence:
        """The hand's words, and as looked at and left alone the rest of the slices in which it spoke most.

        What stands there is the contour at ``point`` with all ``words`` over it.
        """
        from proseg_gui.inference.condition.evidence import Evidence, Standing

        spoken = hand.counts()
        touched = [k for k in np.argsort(-spoken, kind="stable")[:MOST_ALONE].tolist() if spoken[k]]
        alone = {k: Standing(overlaid(self._stands(ensemble, k, point, token), words.plane(0, k))) for k in touched}
        return Evidence(*said(hand), {}, alone)

    def _stands(self, ensemble: Ensemble, k: int, point: Point, token: CancelToken) -> Inside:
        known = self._stood.get(k)
        if known is None or known[0] != point:
            drawn = ensemble.engine.probability(k, point, token)[ensemble.structure] > 0.5
            known = self._stood[k] = point, drawn
        return known[1]

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
        from proseg_gui.inference.condition.update import condition, propose

        ensemble, k = self._of(review, request.number), request.slice_index
        stands = request.before if request.before is not None else request.point
        n = review.engine.n_slices

        def conditioned(slices: tuple[int, ...], axes: tuple[Axis, ...]) -> Proposal:
            found = condition(review.engine, evidence, ensemble=ensemble, stands=stands, slices=slices, token=token)
            shapes = {} if found.notice else {at: propose(found, at, token).inside for at in slices}
            ghosts = {axis.name: ensemble.along(axis.control, found.weights) for axis in axes}
            whole = len(slices) == n
            return Proposal(
                request,
                shapes,
                whole,
                found.point,
                found.raters,
                ghosts,
                found.notice,
                found,
                found.explained,
            )

        review.engine.hold()
        try:
            sliders = review.axes(request.point, token)
            axes = (*sliders.preference, *sliders.ambiguity)
            evidence = self._evidence(ensemble, request.hand, request.evidence, request.point, token)
            first(conditioned((k,), axes))
        finally:
            review.engine.release()
        order = sorted(range(n), key=lambda at: abs(at - k))
        for done, at in enumerate(order, start=1):
            token.check()
            self._prepare(ensemble, at, token)
            progress(PREPARING * done / n, f"slice {done} of {n}")
        return conditioned(tuple(range(n)), axes)
