"""What was said, as observations of an ensemble: which voxels count, how much, and what every draw says there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from proseg_gui.inference.condition.ensemble import Ensemble, Lattice
from proseg_gui.inference.condition.evidence import Evidence
from proseg_gui.inference.points import Point
from proseg_gui.jobs import CancelToken

if TYPE_CHECKING:
    from proseg_gui.inference.condition.update import Numbers

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
MOST_SAID = 1024
"""Voxels of the hand that are decoded; of more, a fixed random choice that grows with them."""
MOST_SETTLED = 4096
"""Places of accepted and left slices that are weighed; of more, every so-many-th."""
CELL_MM = 3.0
"""The Kalman step observes about one voxel in a cell of this side."""
MOST_OBSERVED = 96


@dataclass(frozen=True, eq=False)
class Observed:
    """V observations, of N draws.

    ``logits (N, V)`` of the draws; ``inside (V,)`` what was said; ``counts (V,)`` how many independent words each is;
    ``position (V, 3)`` LPS mm; ``reference (V,)`` the logit of the contour before anything was said, ``stood (V,)`` of
    the one that stands (NaN for the hand's voxels); ``firm (V,)`` whether it was said or accepted, not only left
    alone. The Kalman step adds its ``pull (V,)``.
    """

    logits: npt.NDArray[np.float32]
    reference: npt.NDArray[np.float32]
    inside: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.float64]
    position: npt.NDArray[np.float32]
    stood: npt.NDArray[np.float32]
    firm: npt.NDArray[np.bool_]
    pull: npt.NDArray[np.float64] | None = None

    def only(self, chosen: Ints) -> Observed:
        """Some of them."""
        return replace(
            self,
            logits=self.logits[:, chosen],
            reference=self.reference[chosen],
            inside=self.inside[chosen],
            counts=self.counts[chosen],
            position=self.position[chosen],
            stood=self.stood[chosen],
            firm=self.firm[chosen],
        )


def gather(
    ensemble: Ensemble,
    evidence: Evidence,
    numbers: Numbers,
    reference: Point,
    on_lattice: Callable[[Lattice], tuple[Floats, Floats]],
    token: CancelToken | None,
) -> Observed:
    """All of ``evidence`` that the model can see.

    ``reference``: where the contour was before anything was said; ``on_lattice``: logits ``(M,)`` of a lattice there
    and where the contour stands.
    """
    parts = [
        *_of_the_hand(ensemble, evidence, reference, numbers, token),
        *_of_slices(ensemble, evidence, numbers, on_lattice),
    ]
    if not parts:
        parts = [_none(ensemble.n)]
    names = ("reference", "inside", "counts", "position", "stood", "firm")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Observed(np.concatenate([part.logits for part in parts], 1), **joined)


def _none(n: int) -> Observed:
    empty, words = np.zeros(0, np.float32), np.zeros(0, np.bool_)
    return Observed(
        logits=np.zeros((n, 0), np.float32),
        reference=empty,
        inside=words,
        counts=np.zeros(0),
        position=np.zeros((0, 3), np.float32),
        stood=empty,
        firm=words,
    )


def _of_the_hand(
    ensemble: Ensemble, evidence: Evidence, reference: Point, numbers: Numbers, token: CancelToken | None
) -> list[Observed]:
    geometry = ensemble.engine.geometry
    index, inside = evidence.index, evidence.inside
    seen = ensemble.in_view(index[:, 1:])
    index, inside = index[seen], inside[seen]
    share = 1.0
    if len(index) > MOST_SAID:
        chosen = np.sort(np.argsort(_scatter(index), kind="stable")[:MOST_SAID])
        share = len(index) / MOST_SAID
        index, inside = index[chosen], inside[chosen]
    count = share * geometry.pixel_area_mm2 / numbers.hand_mm**2
    ensemble.forget_all_but(index[:, 0])
    parts = []
    for k in np.unique(index[:, 0]):
        here = index[:, 0] == k
        pixels, words = index[here, 1:], inside[here]
        parts.append(
            Observed(
                logits=ensemble.said(int(k), pixels, token).astype(np.float32),
                reference=ensemble.exact(int(k), pixels, (reference,), token)[0].astype(np.float32),
                inside=words,
                counts=np.full(len(words), count),
                position=geometry.index_to_world(index[here]).astype(np.float32),
                stood=np.full(len(words), np.nan, np.float32),
                firm=np.ones_like(words),
            )
        )
    return parts


def _of_slices(
    ensemble: Ensemble, evidence: Evidence, numbers: Numbers, on_lattice: Callable[[Lattice], tuple[Floats, Floats]]
) -> list[Observed]:
    """Accepted and left slices, on their lattices: each place counts as its area's share of a word."""
    lattices, parts = ensemble.lattices(), []
    places = sum(len(lattices[k].at) for s in (evidence.accepted, evidence.left_alone) for k in s if k in lattices)
    every = max(1, -(-places // MOST_SETTLED))
    for settled, size_mm in ((evidence.accepted, numbers.accepted_mm), (evidence.left_alone, numbers.alone_mm)):
        for k, standing in settled.items():
            lattice = lattices.get(k)
            if lattice is None:
                continue
            at = tuple(lattice.pixels.T)
            where = np.ones(len(lattice.at), np.bool_) if standing.where is None else standing.where[at]
            hand = evidence.by_slice.get(k)
            if hand is not None:  # the hand's own words are counted as such
                spoken = np.zeros(standing.inside.shape, np.bool_)
                spoken[tuple(hand[0].T)] = True
                where = where & ~spoken[at]
            chosen = np.flatnonzero(where)[::every]
            at_reference, stood = on_lattice(lattice)
            parts.append(
                Observed(
                    logits=lattice.logits[:, chosen].astype(np.float32),
                    reference=np.asarray(at_reference[chosen], np.float32),
                    inside=standing.inside[at][chosen],
                    counts=np.full(len(chosen), every * lattice.area_mm2 / size_mm**2),
                    position=lattice.position[chosen],
                    stood=np.asarray(stood[chosen], np.float32),
                    firm=np.full(len(chosen), settled is evidence.accepted),
                )
            )
    return parts


def explained(ensemble: Ensemble, weights: npt.NDArray[np.float64], observed: Observed) -> dict[str, float]:
    """Rater -> share of what was said or accepted that the rater's own draws say too, weighed among themselves."""
    observed = observed.only(np.flatnonzero(observed.firm))
    if not ensemble.by_rater or not len(observed.inside):
        return {}
    away = np.where(observed.inside, -1.0, 1.0) * observed.logits
    agrees = (1.0 / (1.0 + np.exp(away))) @ (observed.counts / observed.counts.sum())
    own = weights.reshape(ensemble.plan.raters, -1)
    share = (own * agrees.reshape(own.shape)).sum(1) / np.maximum(own.sum(1), 1e-300)
    return dict(zip(ensemble.engine.raters, share.tolist(), strict=True))


def thinned(observed: Observed) -> Observed:
    """About one observation a cell of :data:`CELL_MM`: the one nearest to the middle of what was said there."""
    cells = np.floor(observed.position / CELL_MM).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    many = np.bincount(cell)
    middle = np.stack([np.bincount(cell, column) / many for column in observed.position.T], 1)
    off = np.linalg.norm(observed.position - middle[cell], axis=1)
    order = np.lexsort((np.arange(len(cell)), off, cell))
    return observed.only(np.sort(order[np.flatnonzero(np.diff(cell[order], prepend=-1))]))


def most_surprising(innovation: Floats) -> Ints:
    """At most :data:`MOST_OBSERVED` of them, in order: those where the hand disagrees most."""
    return np.sort(np.argsort(-np.abs(innovation), kind="stable")[:MOST_OBSERVED])


def _scatter(index: Ints) -> npt.NDArray[np.uint64]:
    """A fixed random number for each voxel, whatever others there are."""
    x = index.astype(np.uint64) @ np.array([73_856_093, 19_349_663, 83_492_791], np.uint64)
    x = (x ^ (x >> np.uint64(15))) * np.uint64(0x2C1B3C6D2C1B3C6D)
    return np.asarray(x ^ (x >> np.uint64(29)), dtype=np.uint64)
