"""What the draws say after evidence: weighed by it, and each corrected near it, so that what is left in doubt shows.

The weights are those of :func:`~proseg_gui.inference.condition.update.condition`. A draw that the hand disagrees with
is corrected as the contour is there, by the same Kalman step with an innovation of its own; draws that the hand agrees
with stay. So near what was said the draws come together, and far from it only their weights have changed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from proseg_gui.inference.condition.ensemble import LIMIT, Ensemble, Lattice
from proseg_gui.inference.condition.evidence import Evidence
from proseg_gui.inference.condition.maths import (
    heaviest,
    kalman_pull,
    kalman_shift,
    log_likelihoods,
    taper,
    tempered,
)
from proseg_gui.inference.condition.observed import Observed, gather, most_surprising, thinned
from proseg_gui.inference.condition.update import NEGLIGIBLE, NUMBERS, Numbers, reach
from proseg_gui.inference.points import point_from
from proseg_gui.jobs import CancelToken

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


class Posterior:
    """The draws of ``ensemble`` after ``evidence``; n of them weigh something.

    ``weights (n,)`` add up to 1. What accepted and left slices say counts where they were prepared.
    """

    def __init__(
        self, ensemble: Ensemble, evidence: Evidence, *, numbers: Numbers = NUMBERS, token: CancelToken | None = None
    ) -> None:
        self._numbers = numbers
        reference = point_from(ensemble.engine.method.consensus_style())

        def on_lattice(lattice: Lattice) -> tuple[Floats, Floats]:
            at = ensemble.at_points(lattice, (reference,), token)[0]
            return at, at

        observed = gather(ensemble, evidence, numbers, reference, on_lattice, token)
        likelihoods = log_likelihoods(observed.logits, observed.inside, observed.counts)
        self._live, self.weights = heaviest(tempered(likelihoods, numbers.least_draws)[0], NEGLIGIBLE)
        self._reach = reach(ensemble.engine.geometry.normal, numbers)
        self._near = self._pulled(observed.only(np.flatnonzero(observed.firm)))

    def _pulled(self, observed: Observed) -> tuple[Observed, npt.NDArray[np.float64]] | None:
        """What corrects, and the pull ``(V, n)`` of each on each draw; ``None`` where the hand disagrees with none."""
        numbers = self._numbers
        if not (numbers.taper_mm > 0.0 and len(observed.inside)):
            return None
        near = thinned(observed)
        logits = near.logits[self._live].astype(np.float64)
        side = np.where(near.inside, 1.0, -1.0)
        innovation = np.where(side * logits < numbers.margin, side * numbers.target - logits, 0.0)
        chosen = most_surprising(self.weights @ np.abs(innovation))
        innovation = innovation[:, chosen]
        if not innovation.any():
            return None
        near = near.only(chosen)
        noise = np.full(len(chosen), numbers.sigma**2)
        closeness = self._closeness(near.position, near.position)
        return near, kalman_pull(near.logits[self._live], self.weights, innovation.T, noise, closeness)

    def _closeness(self, a: Floats, b: Floats) -> npt.NDArray[np.float64]:
        return taper(cdist(a @ self._reach, b @ self._reach))

    def logits(self, lattice: Lattice, at: Ints) -> npt.NDArray[np.float32]:
        """``(n, m)`` of the draws at places ``at (m,)`` of a slice's lattice."""
        logits = lattice.logits[np.ix_(self._live, at)].astype(np.float32)
        if self._near is None:
            return logits
        near, pull = self._near
        closeness = self._closeness(lattice.position[at], near.position)
        here, reached = closeness.any(1), closeness.any(0)
        if here.any():
            observed = near.logits[np.ix_(self._live, reached)]
            shift = kalman_shift(
                logits[:, here], observed, self.weights, pull[reached], closeness[np.ix_(here, reached)]
            )
            logits[:, here] = np.clip(logits[:, here] + shift.T, -LIMIT, LIMIT)
        return logits
