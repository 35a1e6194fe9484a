"""From what a reader has said to a proposal on every slice: weights of draws, then a local correction.

1. Each draw of the ensemble is weighed by how well it explains what was said; a voxel counts as its area's share of an
   independent word. The weights give the raters' odds, and the mean and width that the sliders show.
2. The weighted mean of the draws, corrected by an ensemble Kalman step near what the hand disagrees with, is the
   new logit of every place. As on the screen it is kept as ``logit(point) + field``.
3. A step after which the model agrees less with what was accepted or left alone is shortened, or not proposed.

What was said or accepted is in the proposal as it was said, voxel for voxel.
docs/decisions/inference-condition.md has the formulae, their sources and what was measured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from proseg_gui.inference.condition.ensemble import LIMIT, Ensemble, Lattice
from proseg_gui.inference.condition.evidence import Evidence
from proseg_gui.inference.condition.maths import (
    centre,
    effective,
    heaviest,
    kalman_pull,
    kalman_shift,
    log_likelihoods,
    taper,
    tempered,
)
from proseg_gui.inference.condition.observed import Observed, explained, gather, most_surprising, thinned
from proseg_gui.inference.engine import THRESHOLD, Engine, read_only
from proseg_gui.inference.plan import ENSEMBLE_DRAWS
from proseg_gui.inference.points import AMBIGUITY, PREFERENCE, Point, point_from
from proseg_gui.jobs import CancelToken

Floats = npt.NDArray[np.floating]
Weights = npt.NDArray[np.float64]
DAMPINGS = (1.0, 0.5, 0.25)
"""Parts of a step that are tried, longest first; none of them: no proposal."""

NEGLIGIBLE = 1e-4
"""Draws that hold less of the weight than this, all together, are left out of the means."""


@dataclass(frozen=True)
class Numbers:
    """What conditioning was tuned by; docs/decisions/inference-condition.md says on what.

    ``hand_mm``, ``accepted_mm``, ``alone_mm``: side of the square that one independent word of each kind covers.
    ``least_draws``: weights are flattened until so many effective draws are left. ``sigma``, ``target``: noise and
    aim of the Kalman step in logits. ``margin``: it pushes where the mean is not this far on the side that was said.
    ``taper_mm``, ``across_mm``: how far it reaches in the slice and across slices (as a Gaussian's deviation; 0
    leaves the step out). ``slack``: share of what was accepted or left alone, where the draws are in doubt, that a step
    may newly get wrong. ``lead``: logits by which what stands is favoured where it is clear.
    """

    hand_mm: float = 7.0
    accepted_mm: float = 7.0
    alone_mm: float = 24.0
    least_draws: float = 8.0
    sigma: float = 1.5
    target: float = 2.5
    margin: float = 0.0
    taper_mm: float = 6.0
    across_mm: float = 3.75
    slack: float = 0.05
    lead: float = 1.0


NUMBERS = Numbers()


@dataclass(frozen=True, eq=False)
class Conditioned:
    """What follows from the evidence about one structure. N draws, d numbers of a latent.

    ``proposed``: whether there is a proposal; without one, what stood stands and ``notice`` says why.
    ``raters``: name -> odds, empty for a method whose draws are everybody's; ``explained``: name -> share of what was
    said or accepted that the rater's draws say too, as they are weighed. ``weights (N,)``.
    ``point``: where the sliders move; ``spread``: latent -> ``(d,)`` width of the draws in the sliders' chart.
    ``fields``: k -> ``(M,)`` correction of the logit on the slice's lattice. ``changed_ml``: what the proposal changes
    of what stood, over ``slices``, as the lattice sees it. ``tempering``: the power of the likelihood that was left
    usable by this number of draws. ``damping``: the part of the step that is proposed.
    """

    ensemble: Ensemble
    evidence: Evidence
    proposed: bool
    notice: str
    raters: Mapping[str, float]
    explained: Mapping[str, float]
    weights: Weights
    point: Point
    reference: Point
    spread: Mapping[str, tuple[float, ...]]
    fields: Mapping[int, npt.NDArray[np.float32]]
    slices: tuple[int, ...]
    changed_ml: float
    effective_draws: float
    tempering: float
    damping: float
    seconds: float


@dataclass(frozen=True, eq=False)
class SliceProposal:
    """Slice ``k``: ``(y, x)`` probability float32 and mask, both with the reader's own words in them; read-only."""

    k: int
    probability: npt.NDArray[np.float32]
    inside: npt.NDArray[np.bool_]


def condition(
    engine: Engine,
    evidence: Evidence,
    *,
    structure: int = 0,
    stands: Point | Conditioned | None = None,
    seed: int = 0,
    draws: int = ENSEMBLE_DRAWS,
    ensemble: Ensemble | None = None,
    slices: Sequence[int] | None = None,
    numbers: Numbers = NUMBERS,
    token: CancelToken | None = None,
) -> Conditioned:
    """Weigh an ensemble of draws by ``evidence`` and propose a contour on ``slices`` (all when ``None``).

    Parameters
    ----------
    stands:
        What the contour follows now: a point (consensus style when ``None``), or an earlier proposal that was taken
        over. Steps are shortened towards it.
    ensemble:
        One that is prepared already: then a further stroke costs no more than its own voxels. ``structure``, ``seed``
        and ``draws`` are taken from it. Slices that it lacks are decoded first.

    Raises
    ------
    UserError
        The method draws no samples.
    Cancelled
        ``token`` was raised.
    """
    ensemble = Ensemble(engine, structure, seed=seed, draws=draws) if ensemble is None else ensemble
    wanted = tuple(range(engine.n_slices)) if slices is None else tuple(slices)
    for k in {*wanted, *evidence.accepted, *evidence.left_alone}:
        ensemble.prepare(k, token)
    began = time.perf_counter()
    step = _Step(ensemble, evidence, stands, numbers, token)
    fields, changed = dict(step.kept()), 0.0
    lattices = ensemble.lattices()
    thickness = engine.geometry.slice_thickness_mm()
    for k in wanted:
        if k in lattices and step.damping > 0.0:
            engine.pause_point(token)
            fields[k], area = step.field(lattices[k])
            changed += area * thickness[k] / 1000.0
    return replace(
        step.result(),
        fields=MappingProxyType(fields),
        slices=wanted,
        changed_ml=float(changed),
        seconds=time.perf_counter() - began,
    )


def propose(conditioned: Conditioned, k: int, token: CancelToken | None = None) -> SliceProposal:
    """The proposal on slice ``k``, which must be one of its slices; what stands, where nothing is proposed."""
    if k not in conditioned.slices:
        raise ValueError(f"slice {k} was not conditioned")
    ensemble = conditioned.ensemble
    logits = ensemble.engine.logits(k, conditioned.point, token)[ensemble.structure].copy()
    if k in conditioned.fields:
        add_field(ensemble, ensemble.lattices()[k], conditioned.fields[k], logits)
    with np.errstate(over="ignore"):
        probability = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
    inside = conditioned.evidence.kept(k, probability > THRESHOLD)
    settled = inside != (probability > THRESHOLD)
    pixels, said = conditioned.evidence.by_slice.get(k, (np.zeros((0, 2), np.int64), np.zeros(0, np.bool_)))
    probability[settled] = inside[settled]
    probability[pixels[:, 0], pixels[:, 1]] = said
    return SliceProposal(k, read_only(probability), read_only(inside))


def add_field(ensemble: Ensemble, lattice: Lattice, values: Floats, logits: npt.NDArray[np.float32]) -> None:
    """Add a lattice's correction ``(M,)`` to ``logits (y, x)``: bilinear between those of its places that hold one."""
    grid, patch = ensemble.engine.grid, lattice.patch
    shares, spans = [], []
    for first, scale, start, count, size in zip(
        grid.first, grid.scale, patch.first, lattice.shape, grid.image_shape, strict=True
    ):
        on_model = (np.arange(size) - first + 0.5) / scale - 0.5
        on_lattice = (on_model - start) / patch.step
        near = np.flatnonzero((on_lattice > -1.0) & (on_lattice < count))
        spans.append(slice(near[0], near[-1] + 1))
        share = np.maximum(0.0, 1.0 - np.abs(on_lattice[near][:, None] - np.arange(count)))
        shares.append(share.astype(np.float32))
    held, filled = np.zeros(lattice.shape, np.float32), np.zeros(lattice.shape, np.float32)
    held.flat[lattice.at], filled.flat[lattice.at] = 1.0, values
    known, total = (shares[0] @ part @ shares[1].T for part in (held, filled))
    logits[spans[0], spans[1]] += np.divide(total, known, out=np.zeros_like(total), where=known > 0.0)


class _Step:
    """One step from what stands to what the evidence makes of it."""

    def __init__(
        self,
        ensemble: Ensemble,
        evidence: Evidence,
        stands: Point | Conditioned | None,
        numbers: Numbers,
        token: CancelToken | None,
    ) -> None:
        self._ensemble, self._evidence, self._numbers, self._token = ensemble, evidence, numbers, token
        self._before = stands if isinstance(stands, Conditioned) else None
        if self._before is not None:
            self._from, self._reference = self._before.point, self._before.reference
        else:
            style = point_from(ensemble.engine.method.consensus_style())
            self._from = self._reference = style if stands is None else stands  # type: ignore[assignment]
        self._reach = reach(ensemble.engine.geometry.normal, numbers)
        self._known: dict[int, tuple[Floats, Floats]] = {}
        observed = gather(ensemble, evidence, numbers, self._reference, self._stood, token)
        likelihoods = log_likelihoods(observed.logits, observed.inside, observed.counts)
        self.weights, self.tempering = tempered(likelihoods, numbers.least_draws)
        self._even = np.full(ensemble.n, 1.0 / ensemble.n)
        self._live, self._of_live = heaviest(self.weights, NEGLIGIBLE)
        self._explained = explained(ensemble, self.weights, observed)
        self._near = self._kalman(observed)
        self.notice = ""
        self.damping = self._damped(observed)
        self._point = self._at(self.damping)

    # -- the local correction -------------------------------------------------------------------------------------
    def _kalman(self, observed: Observed) -> Observed | None:
        """What the correction follows, with its pull; ``None`` where the hand disagrees with nothing."""
        numbers = self._numbers
        observed = observed.only(np.flatnonzero(observed.firm))
        if not (numbers.taper_mm > 0.0 and len(observed.inside)):
            return None
        observed = thinned(observed)
        even = centre(observed.logits, self._even)
        observed = replace(observed, logits=observed.logits[self._live])
        mean = np.clip(observed.reference, -LIMIT, LIMIT) + centre(observed.logits, self._of_live) - even
        side = np.where(observed.inside, 1.0, -1.0)
        innovation = np.where(side * mean < numbers.margin, side * numbers.target - mean, 0.0)
        chosen = most_surprising(innovation)
        if not innovation[chosen].any():
            return None
        near, innovation = observed.only(chosen), innovation[chosen]
        noise = np.full(len(chosen), numbers.sigma**2)
        closeness = self._closeness(near.position, near.position)
        pull = kalman_pull(near.logits, self._of_live, innovation, noise, closeness)
        return replace(near, pull=pull)

    def _closeness(self, a: Floats, b: Floats) -> npt.NDArray[np.float64]:
        """``(A, B)`` taper between positions in mm."""
        return taper(cdist(a @ self._reach, b @ self._reach))

    # -- logits on a lattice --------------------------------------------------------------------------------------
    def _stood(self, lattice: Lattice) -> tuple[Floats, Floats]:
        """``(M,)`` what the contour followed before anything was said, and what it follows now."""
        if lattice.k not in self._known:
            points = (self._reference,) if self._before is None else (self._reference, self._from)
            logits = self._ensemble.at_points(lattice, points, self._token)
            reference, now = logits[0], logits[-1]
            if self._before is not None and lattice.k in self._before.fields:
                now = now + self._before.fields[lattice.k]
            self._known[lattice.k] = reference, now
        return self._known[lattice.k]

    def _whole_step(self, logits: Floats, reference: Floats, even: Floats, position: Floats) -> Floats:
        """``(M,)`` the reference, moved as far as the weights move the mean of the draws, and corrected.

        ``logits (n, M)`` are those of the draws that weigh something.
        """
        found = np.clip(reference, -LIMIT, LIMIT) + centre(logits, self._of_live) - even
        if self._near is not None and self._near.pull is not None:
            closeness = self._closeness(position, self._near.position)
            here, reached = closeness.any(1), closeness.any(0)
            if here.any():
                near, pull = self._near.logits[:, reached], self._near.pull[reached]
                reach = closeness[np.ix_(here, reached)]
                found[here] += kalman_shift(logits[:, here], near, self._of_live, pull, reach)
        return found

    def _mixed(self, stood: Floats, whole: Floats, damping: float) -> Floats:
        """A part of the step, which what stands clearly holds up to."""
        lead = np.clip(stood, -self._numbers.lead, self._numbers.lead)
        return (1.0 - damping) * stood + damping * (whole + lead)

    def field(self, lattice: Lattice) -> tuple[npt.NDArray[np.float32], float]:
        """``(M,)`` correction on top of the new point's logit, and the area in mm^2 that changes sides."""
        reference, stood = self._stood(lattice)
        logits = lattice.logits[self._live].astype(np.float32)
        mixed = self._mixed(stood, self._whole_step(logits, reference, lattice.even, lattice.position), self.damping)
        changed = (stood > 0.0) != (mixed > 0.0)
        accepted = self._evidence.accepted.get(lattice.k)
        if accepted is not None:
            changed &= False if accepted.where is None else ~accepted.where[tuple(lattice.pixels.T)]
        field = mixed - self._ensemble.at_points(lattice, (self._point,), self._token)[0]
        return np.asarray(field, dtype=np.float32), float(changed.sum() * lattice.area_mm2)

    # -- how far to go --------------------------------------------------------------------------------------------
    def _damped(self, observed: Observed) -> float:
        """The longest part of the step that does not lower agreement; 0 and a notice where there is none."""
        if self._evidence.empty:
            self.notice = "Nothing was said yet, so nothing is proposed."
            return 0.0
        settled = observed.only(np.flatnonzero(~np.isnan(observed.stood)))
        if not len(settled.inside):
            return 1.0
        even = centre(settled.logits, self._even)
        whole = self._whole_step(settled.logits[self._live], settled.reference, even, settled.position)

        def wrong(damping: float) -> float:
            drawn = self._mixed(settled.stood, whole, damping) > 0.0
            return float(settled.counts[drawn != settled.inside].sum())

        most = wrong(0.0) + self._numbers.slack * float(settled.counts.sum())
        for damping in DAMPINGS:
            if wrong(damping) <= most:
                return damping
        self.notice = "No proposal: it would agree less with what was accepted or left alone."
        return 0.0

    def _at(self, damping: float) -> Point:
        """The point at a part of the way from where the contour is to the posterior's mean."""
        if damping == 0.0:
            return self._from
        start = self._ensemble.place(self._from)
        began = self._ensemble.place(self._reference)
        mean = {
            name: began[name] + self.weights @ values - values.mean(0) for name, values in self._ensemble.chart.items()
        }
        return self._ensemble.point({name: start[name] + damping * (mean[name] - start[name]) for name in mean})

    def kept(self) -> Mapping[int, npt.NDArray[np.float32]]:
        """Fields of what stood, where nothing is proposed."""
        return self._before.fields if self.damping == 0.0 and self._before is not None else {}

    def result(self) -> Conditioned:
        """All but the slices."""
        ensemble, weights = self._ensemble, self.weights
        spread = {}
        for name in (PREFERENCE, AMBIGUITY):
            values = ensemble.chart[name]
            spread[name] = tuple(np.sqrt(weights @ np.square(values - weights @ values)).tolist())
        return Conditioned(
            ensemble=ensemble,
            evidence=self._evidence,
            proposed=self.damping > 0.0,
            notice=self.notice,
            raters=MappingProxyType(ensemble.raters(weights)),
            explained=MappingProxyType(self._explained),
            weights=weights,
            point=self._point,
            reference=self._reference,
            spread=MappingProxyType(spread),
            fields={},
            slices=(),
            changed_ml=0.0,
            effective_draws=effective(weights),
            tempering=self.tempering,
            damping=self.damping,
            seconds=0.0,
        )


def reach(normal: Floats, numbers: Numbers) -> npt.NDArray[np.float64]:
    """``(3, 3)`` from mm to units of the taper: across slices along their normal, in the slice the rest."""
    across = np.outer(normal, normal)
    return (np.eye(3) - across) / max(numbers.taper_mm, 1e-9) + across / max(numbers.across_mm, 1e-9)
