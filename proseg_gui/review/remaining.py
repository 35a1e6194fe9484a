"""What is left of the regions' doubt after what was said, and by how much it could still change the volume.

Of a voxel that was said to be in or out nothing is in doubt any more. Elsewhere the draws are those of the survey, or,
where the hand has said something that the model can follow, an ensemble weighed and corrected by it
(:mod:`proseg_gui.inference.condition.posterior`): so places that follow from what was drawn leave the list too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from proseg_gui.jobs import CancelToken
from proseg_gui.review.doubt import FLOOR
from proseg_gui.review.edits import Bricks
from proseg_gui.review.regions import Found, Region
from proseg_gui.review.state import Point

if TYPE_CHECKING:
    from proseg_gui.inference.condition.ensemble import Ensemble
    from proseg_gui.inference.condition.posterior import Posterior

Floats = npt.NDArray[np.float64]
SURE = 0.9
"""The stop rule speaks of the change that is not exceeded with this chance."""


@dataclass(frozen=True, eq=False)
class RemainingRequest:
    """What a worker is to weigh; see :func:`remaining`.

    ``hand``: what of the evidence the model is to follow, where it is to follow any; ``point``: where the contour is.
    """

    found: Found
    evidence: Bricks
    shown: Bricks | None
    hand: Bricks | None
    point: Point


@dataclass(frozen=True, eq=False)
class Left:
    """Of a region after what was said.

    ``ml`` in doubt; a voxel where most draws are against the contour counts as much as doubt can be. ``said``: whether
    anything was said of it. ``change_ml (N,)``: what each draw includes of the rest more than the contour does;
    ``None`` where it is not known what the contour includes.
    """

    ml: float
    said: bool
    change_ml: Floats | None


@dataclass(frozen=True, eq=False)
class Remaining:
    """Of every region of ``found``, in its order; ``weights (N,)`` of the draws, adding up to 1."""

    found: Found
    left: tuple[Left, ...]
    weights: Floats

    @property
    def floor_ml(self) -> float:
        """A region with less in doubt than this is settled."""
        return FLOOR * self.found.regions[0].ml if self.found.regions else 0.0

    def could_change_ml(self, numbers: Collection[int], sure: float = SURE) -> float | None:
        """By how much the volume changes at most, with the chance ``sure``, if these regions are drawn anew.

        A quantile over the draws of the regions' summed change, since what a draw includes here and there belongs
        together; ``None`` where it is not known what the contour includes.
        """
        changes = [self.left[number].change_ml for number in numbers]
        known = [change for change in changes if change is not None]
        if len(known) < len(changes):
            return None
        if not known:
            return 0.0
        size = np.abs(np.sum(known, axis=0))
        order = np.argsort(size)
        at = int(np.searchsorted(np.cumsum(self.weights[order]), sure - 1e-9))
        return float(size[order[min(at, len(order) - 1)]])


def remaining(
    found: Found,
    evidence: Bricks,
    shown: Bricks | None,
    after: tuple[Ensemble, Posterior] | None = None,
    token: CancelToken | None = None,
) -> Remaining:
    """See the module's text.

    Parameters
    ----------
    evidence:
        Codes of what was said, of any origin.
    shown:
        The contour's voxels where nothing was said; ``None`` where they are not known yet.
    after:
        The ensemble and what the hand made of it; without it the survey's draws stay as they are.
    """
    said = [evidence.at(region.voxels) > 0 for region in found.regions]
    included = [None if shown is None else shown.at(region.voxels) > 0 for region in found.regions]
    if after is None:
        count = found.regions[0].count if found.regions else 1
        weights = np.full(count, 1.0 / count)
        doubts = [float(region.doubt_each[~gone].sum()) for region, gone in zip(found.regions, said, strict=True)]
        volumes = [region.volumes_ml(~gone) for region, gone in zip(found.regions, said, strict=True)]
    else:
        weights = after[1].weights
        doubts, volumes = _followed(found.regions, said, included, *after, token)
    left = tuple(
        Left(doubt, bool(gone.any()), None if held is None else volume - region.ml_each[held & ~gone].sum())
        for region, gone, held, doubt, volume in zip(found.regions, said, included, doubts, volumes, strict=True)
    )
    return Remaining(found, left, weights)


def _followed(
    regions: tuple[Region, ...],
    said: list[npt.NDArray[np.bool_]],
    included: list[npt.NDArray[np.bool_] | None],
    ensemble: Ensemble,
    posterior: Posterior,
    token: CancelToken | None,
) -> tuple[list[float], list[Floats]]:
    """Doubt in ml and ``(n,)`` volumes of each region, by the posterior's draws.

    The ensemble has draws of its own on a thinned lattice: of the doubt only the part that is left is taken from it.
    """
    from scipy.spatial import cKDTree  # late: see figures

    voxels = np.concatenate([region.voxels for region in regions])
    number = np.repeat(np.arange(len(regions)), [len(region.voxels) for region in regions])
    ml_each = np.concatenate([region.ml_each for region in regions])
    open_ml = np.where(np.concatenate(said), 0.0, ml_each)
    before, after = np.zeros(len(regions)), np.zeros(len(regions))
    volumes = np.zeros((len(regions), len(posterior.weights)))
    draws = np.concatenate([region.draws for region in regions])
    known = [held for held in included if held is not None]
    contour = np.concatenate(known) if len(known) == len(regions) else None
    for k in np.unique(voxels[:, 0]):
        ensemble.engine.pause_point(token)
        lattice = ensemble.prepare(int(k), token)
        here = np.flatnonzero(voxels[:, 0] == k)
        if lattice is None:  # its draws are all sure: they say what most of the survey's say
            most = np.unpackbits(draws[here], axis=1, count=regions[0].count).mean(1) > 0.5
            volumes += np.bincount(number[here], open_ml[here] * most, minlength=len(regions))[:, None]
            continue
        nearest = cKDTree(lattice.pixels).query(voxels[here, 1:])[1]
        at, place = np.unique(nearest, return_inverse=True)
        logits = posterior.logits(lattice, at)
        even = 1.0 / (1.0 + np.exp(-lattice.even[at].astype(np.float64)))
        inside, was = logits > 0.0, even * (1.0 - even)
        p = (posterior.weights @ (1.0 / (1.0 + np.exp(-logits))))[place]
        against = np.zeros_like(p, np.bool_) if contour is None else (p > 0.5) != contour[here]
        doubt = np.where(against, 0.25, p * (1.0 - p))
        for r in np.unique(number[here]):
            own = number[here] == r
            before[r] += was[place[own]] @ ml_each[here[own]]
            after[r] += doubt[own] @ open_ml[here[own]]
            volumes[r] += inside @ np.bincount(place[own], open_ml[here[own]], minlength=len(at))
    share = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
    return [region.ml * float(part) for region, part in zip(regions, share, strict=True)], list(volumes)
