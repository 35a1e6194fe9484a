"""The uncertainty of a pixel split by cause, from a stream of probability maps: docs/METHOD.md section 5.

For R raters x T preference draws x Z ambiguity draws, with ``p`` the probability at one draw, ``p_rt`` its mean over
the Z draws, ``p_r`` over all draws of a rater and ``pbar`` over everything (population moments, balanced draws):

    pbar(1 - pbar) = Var_r p_r   +  E_r Var_t p_rt  +  E Var_z p   +  E p(1 - p)           variance form, 0 .. 0.25
       total         inter          intra              ambiguity      residual

    H(pbar)        = [H(pbar) - E H(p_r)] + [E H(p_r) - E H(p_rt)] + [E H(p_rt) - E H(p)] + E H(p)   nats, 0 .. ln 2

Both identities hold exactly. Only running sums are kept: never N maps at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PARTS = ("total", "inter", "intra", "ambiguity", "residual")
"""The names of the maps: the whole, then its four causes."""
FORMS = ("variance", "entropy")
SCALE_MAX = {"variance": 0.25, "entropy": float(np.log(2.0))}
"""Upper end of the fixed colour scale of each form, so that two cases compare."""


class StreamingMoments:
    """Running sums over draws given in nesting order: rater, then preference draw, then ambiguity draw.

    Parameters
    ----------
    raters, tau_draws, eps_draws:
        R, T and Z, each at least 1.
    form:
        ``"variance"`` or ``"entropy"``; the entropy form costs two logarithms a pixel and draw.
    """

    def __init__(self, raters: int, tau_draws: int, eps_draws: int, form: str = "variance") -> None:
        if min(raters, tau_draws, eps_draws) < 1:
            raise ValueError(f"at least one draw of each kind is needed, got {raters} x {tau_draws} x {eps_draws}")
        if form not in FORMS:
            raise ValueError(f"the form is {' or '.join(FORMS)}, not {form!r}")
        self.raters, self.tau_draws, self.eps_draws, self.form = raters, tau_draws, eps_draws, form
        self._seen = 0
        self._levels: list[FloatArray] = []
        """Running sums of g(p), g(p_rt) and g(p_r), g being the square or the entropy."""
        self._over_eps: FloatArray = np.zeros(())
        self._over_tau: FloatArray = np.zeros(())
        self._over_raters: FloatArray = np.zeros(())

    @property
    def expected(self) -> int:
        """How many draws make a complete set: R x T x Z."""
        return self.raters * self.tau_draws * self.eps_draws

    @property
    def complete(self) -> bool:
        """Whether every draw was added."""
        return self._seen == self.expected

    def add(self, probability: npt.ArrayLike) -> None:
        """Take the next draw: an array of probabilities in 0..1, the same shape every time."""
        if self.complete:
            raise ValueError(f"all {self.expected} draws were added already")
        p = np.asarray(probability, dtype=np.float64)
        if self._seen == 0:
            self._levels = [np.zeros(p.shape) for _ in range(3)]
            self._over_eps, self._over_tau, self._over_raters = (np.zeros(p.shape) for _ in range(3))
        self._levels[0] += self._measure(p)
        self._over_eps += p
        self._seen += 1
        if self._seen % self.eps_draws == 0:
            self._close(self._over_eps, self._over_tau, self.eps_draws, 1)
        if self._seen % (self.eps_draws * self.tau_draws) == 0:
            self._close(self._over_tau, self._over_raters, self.tau_draws, 2)

    def _close(self, inner: FloatArray, outer: FloatArray, count: int, level: int) -> None:
        """One group is complete: its mean enters the level above, and its sum starts anew."""
        inner /= count
        self._levels[level] += self._measure(inner)
        outer += inner
        inner[...] = 0.0

    def _measure(self, p: FloatArray) -> FloatArray:
        return p * p if self.form == "variance" else entropy(p)

    def mean(self) -> FloatArray:
        """``pbar``: the mean over all draws."""
        self._require_complete()
        return self._over_raters / self.raters

    def maps(self, *, corrected: bool = False) -> Mapping[str, FloatArray]:
        """The five maps of :data:`PARTS`, each of the shape that was added.

        Parameters
        ----------
        corrected:
            Variance form only. With few draws the upper terms are biased upwards, because the mean of n draws
            scatters by s^2/n; the correction moves s^2/n of each level back down into it (the sum still holds;
            independent ambiguity draws for every rater and preference draw are assumed). Estimates may then fall
            below 0.
        """
        self._require_complete()
        pbar = self.mean()
        each, tau, rater = (
            level / count
            for level, count in zip(
                self._levels, (self.expected, self.raters * self.tau_draws, self.raters), strict=True
            )
        )
        if self.form == "entropy":
            if corrected:
                raise ValueError("the correction is for the variance form")
            total = entropy(pbar)
            return {
                "total": total, "inter": total - rater, "intra": rater - tau, "ambiguity": tau - each, "residual": each,
            }  # fmt: skip
        maps = {
            "total": pbar * (1.0 - pbar),
            "inter": rater - pbar * pbar,
            "intra": tau - rater,
            "ambiguity": each - tau,
            "residual": pbar - each,
        }
        return without_chance(maps, self.raters, self.tau_draws, self.eps_draws) if corrected else maps

    def _require_complete(self) -> None:
        if not self.complete:
            raise ValueError(f"{self._seen} of {self.expected} draws were added")


def without_chance(
    parts: Mapping[str, FloatArray], raters: int, tau_draws: int, eps_draws: int, *, least: float = -np.inf
) -> dict[str, FloatArray]:
    """The corrected form of variance ``parts`` (maps, or their sums): see :meth:`StreamingMoments.maps`.

    With ``least`` 0 no more is moved out of a part than it holds: the sum still holds and nothing falls below 0, at the
    price of a small bias where a part is nearly nothing.
    """
    found = dict(parts)
    counts = {"inter": raters, "intra": tau_draws, "ambiguity": eps_draws}
    levels = [part for part, count in counts.items() if count > 1]
    for upper, lower in pairwise(levels):
        moved = np.minimum(parts[lower] / (counts[lower] - 1), found[upper] - least)  # s^2/n with s^2 = Var n/(n-1)
        found[upper] = found[upper] - moved
        found[lower] = found[lower] + moved
    return found


def entropy(p: npt.ArrayLike) -> FloatArray:
    """Entropy of a coin with probability ``p`` in nats: 0 at 0 and 1, ln 2 at one half."""
    p = np.asarray(p, dtype=np.float64)
    tiny = np.finfo(np.float64).tiny
    q = 1.0 - p
    return -(p * np.log(np.maximum(p, tiny)) + q * np.log(np.maximum(q, tiny)))
