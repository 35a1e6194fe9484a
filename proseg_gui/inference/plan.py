"""Which draws a survey makes: a fixed, balanced set over raters, preferences and ambiguities."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from proseg_gui.bundle import Bundle
from proseg_gui.inference.points import PREFERENCE, Point, unstacked
from proseg_gui.networks.base import Method

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
    """``raters`` x ``tau_draws`` x ``eps_draws`` draws, in that nesting order, from one seed.

    ``raters`` is 1 for a method that draws for everybody at once, but where its draws are the agreement levels: these
    are as many as raters, and what differs between them is what raters disagree on.
    """

    raters: int
    tau_draws: int
    eps_draws: int
    seed: int = 0

    @property
    def n(self) -> int:
        """Number of draws."""
        return self.raters * self.tau_draws * self.eps_draws

    def points(self, method: Method) -> tuple[Point, ...]:
        """The draws; ambiguity draws are independent between raters and preference draws."""
        generator = torch.Generator().manual_seed(self.seed)
        per_rater = self.tau_draws * self.eps_draws
        if not method.capabilities.rater_draws:
            points = unstacked(method.draw(None, self.n, generator))
            # Levels come in turn; a plan has all draws of one beside each other.
            return tuple(sorted(points, key=lambda p: p[PREFERENCE])) if method.capabilities.levels else points
        return tuple(
            point
            for rater in range(self.raters)
            for point in unstacked(method.draw(rater, per_rater, generator, tau_draws=self.tau_draws))
        )

    def thin(self, count: int = N_THIN) -> tuple[int, ...]:
        """Numbers of ``count`` draws (fewer when there are not so many), spread evenly over the raters."""
        per_rater = self.tau_draws * self.eps_draws
        # Within a rater: every preference draw once before any twice.
        order = [t * self.eps_draws + z for z in range(self.eps_draws) for t in range(self.tau_draws)]
        return tuple((i % self.raters) * per_rater + order[i // self.raters] for i in range(min(count, self.n)))


def default_plan(bundle: Bundle, seed: int = 0) -> SurveyPlan:
    """For maps and samples: 7 raters x 2 x 4, 4 raters x 3 x 4; one of whatever the method has not."""
    return _balanced(bundle, MAP_DRAWS, MAP_EPS_DRAWS, seed)


def cause_plan(bundle: Bundle, seed: int = 0) -> SurveyPlan:
    """For the causes' shares: 7 raters x 12 x 8, 4 raters x 20 x 8; one of whatever the method has not."""
    return _balanced(bundle, CAUSE_DRAWS, CAUSE_EPS_DRAWS, seed)


def ensemble_plan(bundle: Bundle, seed: int = 0, draws: int = ENSEMBLE_DRAWS) -> SurveyPlan:
    """For conditioning: about ``draws`` in all, every preference with an ambiguity of its own."""
    return _balanced(bundle, draws, 1, seed)


def _balanced(bundle: Bundle, draws: int, eps_draws: int, seed: int) -> SurveyPlan:
    able = bundle.method.capabilities
    if able.streams:  # a draw takes long: the same few serve maps, causes and evidence
        draws, eps_draws = min(draws, MAP_DRAWS), 1
    raters = len(bundle.card.raters) if able.rater_draws or able.levels else 1
    if not able.intra_expert:
        varies = able.ambiguity_axes or able.streams
        return SurveyPlan(raters, 1, max(2, math.ceil(draws / raters)) if varies else 1, seed)
    eps_draws = eps_draws if able.ambiguity_axes else 1
    return SurveyPlan(raters, max(2, math.ceil(draws / (eps_draws * raters))), eps_draws, seed)
