"""Where a case is in doubt, as places in 3D: hills of doubt, the largest first, each with one true sentence.

A voxel's doubt is its total uncertainty p(1 - p), p being the mean over the survey's draws, and a place's doubt is the
sum over its voxels times their volume, in ml. Voxels above a floor are joined where they touch, also across slices.
Around an organ this is one shell, which is no place to go to: within what is joined, doubt is smoothed over a fraction
of its own extent, and every hill of it is a region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from proseg_gui.planes import Voxel
from proseg_gui.review.doubt import FLOOR
from proseg_gui.review.figures import ml_text
from proseg_gui.volume import Geometry

if TYPE_CHECKING:
    from proseg_gui.inference.doubted import DoubtedPixels
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.plan import SurveyPlan
    from proseg_gui.inference.survey import CaseSurvey

Floats = npt.NDArray[np.float64]
GRAIN = 0.25
"""Doubt is smoothed over this part of the root mean square distance from its middle."""
CELLS = 2
"""Cells of the lattice on which it is smoothed, in one standard deviation."""
MOST, LEAST = 2 / 3, 1 / 3
"""A rater includes a region who includes at least, and leaves it out who includes at most this part of its doubt."""
CENTRAL = 0.3
"""Nearer to the middle of all doubt than this part of its extent along an axis, a place is on no side of it."""
SIDES = (("right", "left"), ("front", "back"), ("lower", "upper"))
"""Of the patient's axes in LPS: to lower, and to higher coordinates."""
CAUSES = {
    "inter": "experts differ",
    "intra": "the same expert varies",
    "ambiguity": "the image leaves it open",
    "residual": "the model gives no clear yes or no",
    "imputation": "a missing channel is estimated",
}


NO_DOUBT = 1e-6
"""A variance of inclusion that is nothing but rounding."""


@dataclass(frozen=True, eq=False)
class Found:
    """The regions of one of the model's structures, and whether every slice was looked at for them."""

    structure: int
    regions: tuple[Region, ...]
    complete: bool


@dataclass(frozen=True, eq=False)
class Region:
    """A place in doubt.

    Parameters
    ----------
    ml:
        Doubted volume: total uncertainty p(1 - p) times the voxels' volume, summed.
    slices:
        First and last slice, from 0.
    middle:
        ``(z, y, x)`` the voxel of the most doubtful slice that is nearest to the middle of the doubt there.
    where:
        On which side of the case's doubt: ``"upper left"``; empty in its middle.
    raters:
        Name -> part of the doubt that the rater's own prediction includes, 0..1; empty where the model has no raters.
    causes:
        Part -> share of the total over the region, adding up to 1, without what the chance of few draws adds.
    voxels:
        ``(n, 3)`` z, y, x; ``ml_each`` ``(n,)`` the volume of each, and ``doubt_each`` ``(n,)`` what of it is in doubt.
    draws, count:
        ``(n, bytes)`` whether each of the survey's ``count`` draws includes the voxel, packed as bits.
    """

    ml: float
    slices: tuple[int, int]
    middle: Voxel
    where: str
    raters: Mapping[str, float]
    causes: Mapping[str, float]
    voxels: npt.NDArray[np.int32] = field(repr=False)
    ml_each: Floats = field(repr=False)
    doubt_each: Floats = field(repr=False)
    draws: npt.NDArray[np.uint8] = field(repr=False)
    count: int

    def holds(self, voxel: Voxel) -> bool:
        """Whether a voxel is one of the region's."""
        return bool((self.voxels == np.asarray(voxel)).all(1).any())

    def volumes_ml(self, among: npt.NDArray[np.bool_] | None = None) -> Floats:
        """``(N,)`` how much of the region, or of its voxels ``among (n,)``, each draw of the survey includes."""
        draws, ml_each = (self.draws, self.ml_each) if among is None else (self.draws[among], self.ml_each[among])
        bits = [ml_each @ np.unpackbits(column[:, None], axis=1) for column in draws.T]  # never all unpacked at once
        return np.concatenate(bits)[: self.count]

    @property
    def slices_told(self) -> str:
        """``slice 4`` or ``slices 4 to 9``, counted from 1."""
        first, last = self.slices[0] + 1, self.slices[1] + 1
        return f"slice {first}" if first == last else f"slices {first} to {last}"

    @property
    def sentence(self) -> str:
        """Where, how many ml, which raters, and the cause that weighs most."""
        return self.told(None)

    def told(self, left_ml: float | None) -> str:
        """:attr:`sentence`, with what is left of the doubt after what was said, where that is another figure."""
        place, doubt = self.slices_told.capitalize(), ml_text(self.ml)
        left = "" if left_ml is None or ml_text(left_ml) == doubt else f", {ml_text(left_ml)} after what you drew"
        told = [f"{place}{f', {self.where}' if self.where else ''}: {doubt} in doubt{left}"]
        told += [self._raters_told()] if self.raters else []
        cause, share = max(self.causes.items(), key=lambda item: item[1])
        told += [f"{'mostly' if share > 0.5 else 'most of all'} because {CAUSES[cause]}"]
        return "; ".join(told)

    def _raters_told(self) -> str:
        include = [name for name, part in self.raters.items() if part >= MOST]
        leave = [name for name, part in self.raters.items() if part <= LEAST]
        halve = [name for name in self.raters if name not in (*include, *leave)]
        told = [f"{_listed(include)} {_verb(include, 'include')} it"] if include else []
        told += [f"{_listed(leave)} {_verb(leave, 'leave')} it out"] if leave else []
        told += [f"{_listed(halve)} {_verb(halve, 'include')} a part"] if halve else []
        return ", ".join(told)


def find_regions(
    doubted: Mapping[int, DoubtedPixels], geometry: Geometry, plan: SurveyPlan, raters: tuple[str, ...]
) -> tuple[Region, ...]:
    """Regions of doubt by doubted volume, the largest first, above :data:`~proseg_gui.review.doubt.FLOOR` of it.

    Parameters
    ----------
    doubted:
        By slice, as far as the survey has come. What is not (yet) measured between two slices does not part them: they
        count as next to each other.
    plan:
        The survey's draws.
    raters:
        Names in the order of the bits; empty for a method without raters of its own.
    """
    slices = sorted(k for k, pixels in doubted.items() if len(pixels))
    if not slices:
        return ()
    measured = np.searchsorted(sorted(doubted), slices)
    highest = max(float(doubted[k].parts[0].max()) for k in slices)
    if not highest > NO_DOUBT:
        return ()
    # Slice by slice, and no array twice: of a large CT these are hundreds of thousands of voxels.
    high = {k: doubted[k].parts[0].astype(np.float32) >= FLOOR * highest for k in slices}
    counts = [int(high[k].sum()) for k in slices]
    places = np.concatenate([doubted[k].places[high[k]] for k in slices]).astype(np.int32)
    voxels = np.column_stack([np.repeat(np.asarray(slices, np.int32), counts), places])
    stacked = np.column_stack([np.repeat(measured.astype(np.int32), counts), places])
    del places
    draws = np.concatenate([doubted[k].draws[high[k]] for k in slices])
    own = np.concatenate([doubted[k].raters[high[k]] for k in slices])
    parts = np.concatenate([doubted[k].parts[:, high[k]] for k in slices], axis=1)  # half precision, as they were kept
    ml_each = geometry.pixel_ml()[voxels[:, 0]]
    mm = geometry.index_to_world(voxels)
    doubt = parts[0].astype(np.float64) * ml_each
    found: list[tuple[float, npt.NDArray[np.int64]]] = [
        (float(doubt[part].sum()), part)
        for joined in _joined(stacked)
        for part in _hills(joined, mm[joined], doubt[joined], _coarsest(geometry, voxels[joined, 0]))
    ]
    found.sort(key=lambda item: (-item[0], int(item[1][0])))
    centre, extent = _middle(mm, doubt)
    included = np.unpackbits(own, axis=1, count=len(raters)) if raters else np.zeros((len(own), 0), np.uint8)
    return tuple(
        Region(
            ml=ml,
            slices=(int(voxels[part, 0].min()), int(voxels[part, 0].max())),
            middle=_middle_voxel(voxels[part], doubt[part]),
            where=_side(np.average(mm[part], axis=0, weights=doubt[part]) - centre, extent),
            raters=dict(zip(raters, (doubt[part] @ included[part] / ml).tolist(), strict=True)),
            causes=_shares(parts[:, part] @ ml_each[part], plan),
            voxels=voxels[part],
            ml_each=ml_each[part],
            doubt_each=doubt[part],
            draws=draws[part],
            count=plan.n,
        )
        for ml, part in found
        if ml >= FLOOR * found[0][0]
    )


def regions_of(engine: Engine, survey: CaseSurvey, structure: int) -> Found:
    """:func:`find_regions` of a structure by what the engine's survey knows so far."""
    complete = survey.complete
    raters = engine.raters if engine.method.capabilities.personalised else ()
    found = find_regions(survey.doubted(structure), engine.geometry, survey.plan, raters)
    return Found(structure, found, complete)


def _coarsest(geometry: Geometry, slices: npt.NDArray[np.int32]) -> float:
    """The largest distance between neighbours of what is joined and lies on ``slices``, along any axis, in mm."""
    places = geometry.slice_origins() @ geometry.normal
    gaps = np.abs(np.diff(places[np.unique(slices)]))
    return float(max(geometry.spacing_mm[1], geometry.spacing_mm[2], gaps.max(initial=0.0)))


def _joined(places: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int64]]:
    """Numbers of the voxels that touch each other (also at corners), a set each."""
    from scipy.ndimage import label  # late: see figures

    corner = places.min(0)
    box = np.zeros(places.max(0) - corner + 1, bool)
    at = tuple((places - corner).T)
    box[at] = True
    labels, _ = label(box, np.ones((3, 3, 3)))
    own = labels[at]
    del box, labels  # the boxes are larger than all that is known of the voxels
    yield from _grouped(own)


def _grouped(labels: npt.NDArray[np.integer]) -> Iterator[npt.NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    yield from np.split(order, ends)


def _hills(
    joined: npt.NDArray[np.int64], mm: Floats, doubt: Floats, coarsest: float
) -> Iterator[npt.NDArray[np.int64]]:
    """The hills of what is joined: each cell of a lattice goes up to its highest neighbour until there is none.

    ``coarsest``: how far two neighbouring voxels may lie apart, in mm; a finer lattice would have holes.
    """
    from scipy.ndimage import gaussian_filter

    extent = float(np.sqrt(np.average(np.square(mm - mm.mean(0)).sum(1), weights=doubt)))
    size = max(GRAIN * extent / CELLS, coarsest)
    cells = np.floor((mm - mm.min(0)) / size).astype(np.int64)
    shape = tuple(cells.max(0) + 3)  # a rim of nothing around
    flat = np.ravel_multi_index(tuple((cells + 1).T), shape)
    mass = np.bincount(flat, doubt, minlength=int(np.prod(shape))).reshape(shape)
    height = gaussian_filter(mass, CELLS, mode="constant", truncate=3.0)
    height = np.round(height / height.max(), 9)  # what is even but for rounding is one hill
    height[mass == 0] = 0.0
    up = _upwards(height)
    yield from (joined[part] for part in _grouped(up[flat]))


def _upwards(height: Floats) -> npt.NDArray[np.int64]:
    """Flat number of the peak above each cell, by steepest ascent over the 26 neighbours; of equals the first."""
    number = np.arange(height.size).reshape(height.shape)
    best, target = height.copy(), number.copy()
    inner = tuple(slice(1, -1) for _ in height.shape)
    for step in np.ndindex(3, 3, 3):
        beside = tuple(slice(s, n - 2 + s) for s, n in zip(step, height.shape, strict=True))
        higher = height[beside] > best[inner]
        higher |= (height[beside] == best[inner]) & (number[beside] < target[inner])
        best[inner][higher] = height[beside][higher]
        target[inner][higher] = number[beside][higher]
    up = target.ravel()
    while not np.array_equal(up, further := up[up]):
        up = further
    return up


def _middle(mm: Floats, doubt: Floats) -> tuple[Floats, Floats]:
    """``(3,)`` the middle of all doubt, and its extent (standard deviation) along each axis of the patient."""
    centre = np.average(mm, axis=0, weights=doubt)
    return centre, np.sqrt(np.average(np.square(mm - centre), axis=0, weights=doubt))


def _side(offset: Floats, extent: Floats) -> str:
    """Height first, then depth, then side: ``"upper front left"``."""
    words = [
        SIDES[axis][int(offset[axis] > 0)]
        for axis in (2, 1, 0)
        if extent[axis] > 0 and abs(offset[axis]) > CENTRAL * extent[axis]
    ]
    return " ".join(words)


def _middle_voxel(voxels: npt.NDArray[np.int32], doubt: Floats) -> Voxel:
    first = int(voxels[:, 0].min())
    k = first + int(np.bincount(voxels[:, 0] - first, doubt).argmax())
    here = voxels[:, 0] == k
    middle = np.average(voxels[here], axis=0, weights=doubt[here])
    z, y, x = voxels[here][np.square(voxels[here] - middle).sum(1).argmin()].tolist()
    return z, y, x


def _shares(sums: Floats, plan: SurveyPlan) -> dict[str, float]:
    parts = plan.without_chance({part: np.asarray(value) for part, value in zip(plan.parts, sums, strict=True)})
    able = {**plan.draws, "residual": 2}
    found = {part: max(float(parts[part]), 0.0) for part, count in able.items() if count > 1}
    total = sum(found.values()) or 1.0
    return {part: value / total for part, value in found.items()}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _verb(names: list[str], verb: str) -> str:
    return f"{verb}s" if len(names) == 1 else verb
