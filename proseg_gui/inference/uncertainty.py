"""The uncertainty of a pixel split by cause, from a stream of probability maps: docs/METHOD.md section 5.

For R raters x T preference draws x Z ambiguity draws, with ``p`` the probability at one draw, ``p_rt`` its mean over
the Z draws, ``p_r`` over all draws of a rater and ``pbar`` over everything (population moments, balanced draws):

    pbar(1 - pbar) = Var_r p_r   +  E_r Var_t p_rt  +  E Var_z p   +  E p(1 - p)           variance form, 0 .. 0.25
       total         inter          intra              ambiguity      residual

    H(pbar)        = [H(pbar) - E H(p_r)] + [E H(p_r) - E H(p_rt)] + [E H(p_rt) - E H(p)] + E H(p)   nats, 0 .. ln 2

Both identities hold exactly. Only running sums are kept: never N maps at once.

Where channels of the image are missing and a model estimates them, M draws of the estimate stand between preference
and ambiguity: R x T x M x Z. The fifth part, ``imputation``, is E Var_m p_rtm, and ambiguity what is left given m. All
imputations of a preference have the same Z ambiguity draws, so the part is 0 where they come to the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PARTS = ("total", "inter", "intra", "ambiguity", "residual")
"""The names of the maps: the whole, then its four causes."""
IMPUTATION = "imputation"
"""The fifth cause, after the others: what differs between estimates of channels that are missing."""


def parts_of(imputations: int) -> tuple[str, ...]:
    """:data:`PARTS`, and :data:`IMPUTATION` where there are several draws of what is missing."""
    return (*PARTS, IMPUTATION) if imputations > 1 else PARTS


FORMS = ("variance", "entropy")
SCALE_MAX = {"variance": 0.25, "entropy": float(np.log(2.0))}
"""Upper end of the fixed colour scale of each form, so that two cases compare."""


class StreamingMoments:
    """Running sums over draws in nesting order: rater, preference draw, (imputation,) ambiguity draw.

    Parameters
    ----------
    raters, tau_draws, eps_draws:
        R, T and Z, each at least 1.
    form:
        ``"variance"`` or ``"entropy"``; the entropy form costs two logarithms a pixel and draw.
    imputations:
        M, draws of what is missing for every preference draw, the same ones each time, and with the same ambiguity
        draws; 1: there is no such part.
    """

    def __init__(
        self, raters: int, tau_draws: int, eps_draws: int, form: str = "variance", *, imputations: int = 1
    ) -> None:
        if min(raters, tau_draws, eps_draws, imputations) < 1:
            raise ValueError(f"at least one draw of each kind is needed, got {raters} x {tau_draws} x {eps_draws}")
        if form not in FORMS:
            raise ValueError(f"the form is {' or '.join(FORMS)}, not {form!r}")
        self.raters, self.tau_draws, self.eps_draws, self.form = raters, tau_draws, eps_draws, form
        self.imputations = imputations
        between = {IMPUTATION: imputations} if imputations > 1 else {}
        self._counts = {"ambiguity": eps_draws, **between, "intra": tau_draws, "inter": raters}
        """Cause -> draws of it in a group, from the innermost group outwards."""
        self._seen = 0
        self._levels: list[FloatArray] = []
        """Running sums of g(p), g(p_rt), g(p_r) (and g(p_rtm)), innermost first, g being the square or the entropy."""
        self._sums: list[FloatArray] = []
        """Of each open group, and last over all raters: the sum of what is below it."""

    @property
    def expected(self) -> int:
        """How many draws make a complete set: R x T x M x Z."""
        return self.raters * self.tau_draws * self.imputations * self.eps_draws

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
            self._levels, self._sums = ([np.zeros(p.shape) for _ in self._counts] for _ in range(2))
        self._levels[0] += self._measure(p)
        self._sums[0] += p
        self._seen += 1
        group = 1
        for level, count in enumerate([*self._counts.values()][:-1]):
            group *= count
            if self._seen % group:
                break
            self._close(level, count)

    def _close(self, level: int, count: int) -> None:
        """One group is complete: its mean enters the level above, and its sum starts anew."""
        inner = self._sums[level]
        inner /= count
        self._levels[level + 1] += self._measure(inner)
        self._sums[level + 1] += inner
        inner[...] = 0.0

    def _measure(self, p: FloatArray) -> FloatArray:
        return p * p if self.form == "variance" else entropy(p)

    def mean(self) -> FloatArray:
        """``pbar``: the mean over all draws."""
        self._require_complete()
        return self._sums[-1] / self.raters

    def maps(self, *, corrected: bool = False) -> Mapping[str, FloatArray]:
        """The maps of :func:`parts_of`, each of the shape that was added.

        Parameters
        ----------
        corrected:
            Variance form only. With few draws the upper terms are biased upwards, because the mean of n draws
            scatters by s^2/n; the correction moves s^2/n of each level back down into it (the sum still holds;
            independent ambiguity draws for every rater and preference draw are assumed). Estimates may then fall
            below 0.
        """
        self._require_complete()
        if corrected and self.form == "entropy":
            raise ValueError("the correction is for the variance form")
        pbar, draws = self.mean(), self.expected
        levels = []
        for level, count in zip(self._levels, self._counts.values(), strict=True):
            levels.append(level / draws)
            draws //= count
        variance = self.form == "variance"
        levels.append(pbar * pbar if variance else entropy(pbar))
        causes = {cause: lower - upper if variance else upper - lower
                  for cause, (lower, upper) in zip(self._counts, pairwise(levels), strict=True)}  # fmt: skip
        whole = {"total": pbar * (1.0 - pbar), "residual": pbar - levels[0]}
        found = {**causes, **(whole if variance else {"total": levels[-1], "residual": levels[0]})}
        maps = {part: found[part] for part in parts_of(self.imputations)}
        return without_chance(maps, self.raters, self.tau_draws, self.eps_draws) if corrected else maps

    def _require_complete(self) -> None:
        if not self.complete:
            raise ValueError(f"{self._seen} of {self.expected} draws were added")


def without_chance(
    parts: Mapping[str, FloatArray], raters: int, tau_draws: int, eps_draws: int, *, least: float = -np.inf
) -> dict[str, FloatArray]:
    """The corrected form of variance ``parts`` (maps, or their sums): see :meth:`StreamingMoments.maps`.

    With ``least`` 0 no more is moved out of a part than it holds: the sum still holds and nothing falls below 0, at the
    price of a small bias where a part is nearly nothing. Imputations have their draws in common, so chance neither
    comes into that part nor goes out of it.
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
