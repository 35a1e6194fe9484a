"""Which draws a survey makes: a fixed, balanced set over raters, preferences and ambiguities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from proseg_gui.bundle import Bundle
from proseg_gui.inference.points import PREFERENCE, Point, unstacked
from proseg_gui.inference.uncertainty import IMPUTATION, FloatArray, StreamingMoments, parts_of, without_chance
from proseg_gui.networks.base import Coords, Method

N_THIN = 10
"""Samples kept for display."""
MAP_DRAWS, MAP_EPS_DRAWS = 48, 4
"""A plan for maps has at least this many draws, so many of the ambiguity for each preference."""
CAUSE_DRAWS, CAUSE_EPS_DRAWS = 640, 8
"""The same of a plan for the causes' shares: docs/decisions/inference-survey.md has what fewer cost."""
ENSEMBLE_DRAWS = 448
"""Draws that evidence weighs: 7 raters x 64, 4 raters x 112."""


@dataclass(frozen=True)
class SurveyPlan:
    """``raters`` x ``tau_draws`` x ``imputations`` x ``eps_draws`` draws, in that nesting order, from one seed.

    ``imputations`` above 1 are the draws of what the image lacks: the same ones for every preference, and each with
    the same ambiguities.
    ``raters`` is 1 for a method that draws for everybody at once, but where its draws are the agreement levels: these
    are as many as raters, and what differs between them is what raters disagree on.
    """

    raters: int
    tau_draws: int
    eps_draws: int
    seed: int = 0
    imputations: int = 1

    @property
    def n(self) -> int:
        """Number of draws."""
        return self.raters * self._per_rater

    @property
    def _per_rater(self) -> int:
        return self.tau_draws * self.imputations * self.eps_draws

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the uncertainty that its draws tell."""
        return parts_of(self.imputations)

    def moments(self, form: str = "variance") -> StreamingMoments:
        """What takes its draws' probabilities, one after the other."""
        return StreamingMoments(self.raters, self.tau_draws, self.eps_draws, form, imputations=self.imputations)

    def without_chance(self, parts: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Variance ``parts`` of its draws, corrected but not below 0: see :func:`.uncertainty.without_chance`."""
        return without_chance(parts, self.raters, self.tau_draws, self.eps_draws, least=0.0)

    @property
    def draws(self) -> dict[str, int]:
        """Cause -> how many draws of it there are for each of the one before; ``imputation`` where there are any."""
        found = {"inter": self.raters, "intra": self.tau_draws, "ambiguity": self.eps_draws}
        return {**found, IMPUTATION: self.imputations} if self.imputations > 1 else found

    def points(self, method: Method) -> tuple[Point, ...]:
        """The draws; ambiguity draws are independent between raters and preference draws."""
        generator = torch.Generator().manual_seed(self.seed)
        if not method.capabilities.rater_draws:
            points = unstacked(self._imputed(method, method.draw(None, self.n // self.imputations, generator)))
            # Levels come in turn; a plan has all draws of one beside each other.
            return tuple(sorted(points, key=lambda p: p[PREFERENCE])) if method.capabilities.levels else points
        each = self.tau_draws * self.eps_draws
        return tuple(
            point
            for rater in range(self.raters)
            for point in unstacked(self._imputed(method, method.draw(rater, each, generator, tau_draws=self.tau_draws)))
        )

    def _imputed(self, method: Method, points: Coords) -> Coords:
        """Stacked points, each group of ambiguities with every draw of what is missing instead of random ones."""
        if self.imputations == 1:
            return points
        groups = torch.arange(len(points[PREFERENCE])).view(-1, 1, self.eps_draws).expand(-1, self.imputations, -1)
        repeated = {name: values[groups.flatten()] for name, values in points.items()}
        numbers = torch.arange(1, self.imputations + 1)[:, None].expand(groups.shape)
        return method.at_imputation(repeated, numbers.flatten())

    def thin(self, count: int = N_THIN) -> tuple[int, ...]:
        """Numbers of ``count`` draws (fewer when there are not so many), spread evenly over the raters."""
        # Within a rater: every preference draw once before any twice, each time with another imputation.
        eps, others = self.eps_draws, self.imputations
        order = [(t * others + (m + t) % others) * eps + z
                 for z in range(eps) for m in range(others) for t in range(self.tau_draws)]  # fmt: skip
        return tuple((i % self.raters) * self._per_rater + order[i // self.raters] for i in range(min(count, self.n)))


def default_plan(bundle: Bundle, seed: int = 0, *, missing: bool = False) -> SurveyPlan:
    """For maps and samples: 7 raters x 2 x 4, 4 raters x 3 x 4; one of whatever the method has not.

    Where channels are ``missing``, the method's draws of them as well: 4 raters x 2 x 8 imputations x 2.
    """
    return _balanced(bundle, MAP_DRAWS, MAP_EPS_DRAWS, seed, missing=missing)


def cause_plan(bundle: Bundle, seed: int = 0, *, missing: bool = False) -> SurveyPlan:
    """For the causes' shares: 7 raters x 12 x 8, 4 raters x 20 x 8; one of whatever the method has not.

    Where channels are ``missing``: 4 raters x 5 x 8 imputations x 4.
    """
    return _balanced(bundle, CAUSE_DRAWS, CAUSE_EPS_DRAWS, seed, missing=missing)


def ensemble_plan(bundle: Bundle, seed: int = 0, draws: int = ENSEMBLE_DRAWS) -> SurveyPlan:
    """For conditioning: about ``draws`` in all, every preference with an ambiguity of its own."""
    return _balanced(bundle, draws, 1, seed)


def _balanced(bundle: Bundle, draws: int, eps_draws: int, seed: int, *, missing: bool = False) -> SurveyPlan:
    able, imputations = bundle.method.capabilities, bundle.method.imputations if missing else 1
    if able.streams:  # a draw takes long: the same few serve maps, causes and evidence
        draws, eps_draws = min(draws, MAP_DRAWS), 1
    raters = len(bundle.card.raters) if able.rater_draws or able.levels else 1
    if not able.intra_expert:
        varies = able.ambiguity_axes or able.streams
        return SurveyPlan(raters, 1, max(2, math.ceil(draws / (imputations * raters))) if varies else 1, seed,
                          imputations)  # fmt: skip
    if imputations > 1:
        eps_draws = max(2, eps_draws // 2)
    eps_draws = eps_draws if able.ambiguity_axes else 1
    return SurveyPlan(raters, max(2, math.ceil(draws / (imputations * eps_draws * raters))), eps_draws, seed,
                      imputations)  # fmt: skip
